//! Parsers of option values: texts, versions, durations and output formats.

use crate::config::gates::time_span;
use crate::model::VersionArgument;
use crate::ui::OutputFormat;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;

/// Parses a text that is not blank.
pub fn text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("must not be empty".into()) } else { Ok(text.to_owned()) }
}

/// Checks that a text can be a version that ran, which is written in any form.
pub fn version(text: &str) -> Result<String, String> {
    let is_one = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if is_one { Ok(text.to_owned()) } else { Err("a version must be one line of text".into()) }
}

/// Checks that a text is a version by OCI's grammar.
pub fn new_version(text: &str) -> Result<String, String> {
    let checked = VersionArgument::parse(text);
    checked.map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Parses an interval: a time span, or a number of seconds.
pub fn parse_interval(text: &str) -> Result<SignedDuration, String> {
    match text.parse::<u32>() {
        Ok(0) => Err("must be at least one second".into()),
        Ok(seconds) => Ok(SignedDuration::from_secs(seconds.into())),
        Err(_) => parse_duration(text),
    }
}

/// Parses a time span such as `90s`.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let parsed =
        time_span(text).ok_or("expected a time span such as `30s`, `10m`, `2h` or `1d`")?;
    if parsed.is_negative() { Err("must not be negative".into()) } else { Ok(parsed) }
}

const WORDS: [(&str, OutputFormat); 8] = [
    ("table", OutputFormat::Table),
    ("json", OutputFormat::Json),
    ("jsonl", OutputFormat::Jsonl),
    ("yaml", OutputFormat::Yaml),
    ("csv", OutputFormat::Csv),
    ("markdown", OutputFormat::Markdown),
    ("wide", OutputFormat::Wide),
    ("name", OutputFormat::Name),
];

/// The formats of commands that print data.
pub const DATA_FORMATS: [OutputFormat; 5] = [
    OutputFormat::Table,
    OutputFormat::Json,
    OutputFormat::Jsonl,
    OutputFormat::Yaml,
    OutputFormat::Csv,
];

/// The formats of commands that print a table that may be wide, or go into a report.
pub const REPORT_FORMATS: [OutputFormat; 7] = [
    OutputFormat::Table,
    OutputFormat::Wide,
    OutputFormat::Json,
    OutputFormat::Jsonl,
    OutputFormat::Yaml,
    OutputFormat::Csv,
    OutputFormat::Markdown,
];

/// Parses one of the offered output formats.
pub fn one_of(offered: &'static [OutputFormat]) -> impl TypedValueParser<Value = OutputFormat> {
    let words =
        WORDS.into_iter().filter(|(_, format)| offered.contains(format)).map(|(word, _)| word);
    PossibleValuesParser::new(words).map(|typed| {
        let found = WORDS.into_iter().find(|(word, _)| *word == typed);
        found.expect("the parser takes no other words").1
    })
}

#[cfg(test)]
mod tests {
    use super::{new_version, text, version};

    #[test]
    fn a_reason_says_something() {
        assert_eq!(text("incident 12").as_deref(), Ok("incident 12"));
        for nothing in ["", " ", "\t\n", "\u{a0}"] {
            assert!(text(nothing).is_err(), "{nothing:?}");
        }
    }

    #[test]
    fn a_version_is_one_line_and_a_new_one_a_tag_or_digest() {
        for one in ["v1.4", "1.10", "27e1396", "v2@22222222"] {
            assert_eq!(version(one).as_deref(), Ok(one));
            assert_eq!(new_version(one).as_deref(), Ok(one));
        }
        assert_eq!(version(">=1.0 <2").as_deref(), Ok(">=1.0 <2"));
        assert!(new_version(">=1.0 <2").is_err());
        for none in ["", " ", "v1\n"] {
            assert!(version(none).is_err() && new_version(none).is_err(), "{none:?}");
        }
    }
}

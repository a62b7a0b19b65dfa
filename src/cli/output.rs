//! `--output`: which of the formats a command offers.

use crate::ui::OutputFormat;
use clap::builder::{PossibleValuesParser, TypedValueParser};

const WORDS: [(&str, OutputFormat); 6] = [
    ("table", OutputFormat::Table),
    ("json", OutputFormat::Json),
    ("jsonl", OutputFormat::Jsonl),
    ("yaml", OutputFormat::Yaml),
    ("csv", OutputFormat::Csv),
    ("markdown", OutputFormat::Markdown),
];

/// Takes one of the formats that are offered.
pub fn one_of(offered: &'static [OutputFormat]) -> impl TypedValueParser<Value = OutputFormat> {
    let words =
        WORDS.into_iter().filter(|(_, format)| offered.contains(format)).map(|(word, _)| word);
    PossibleValuesParser::new(words).map(|typed| {
        let found = WORDS.into_iter().find(|(word, _)| *word == typed);
        found.expect("the parser takes no other words").1
    })
}

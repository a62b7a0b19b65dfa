//! `--output`: which of the formats a command offers.

use crate::ui::Format;
use clap::builder::{PossibleValuesParser, TypedValueParser};

const WORDS: [(&str, Format); 6] = [
    ("table", Format::Table),
    ("json", Format::Json),
    ("jsonl", Format::Jsonl),
    ("yaml", Format::Yaml),
    ("csv", Format::Csv),
    ("markdown", Format::Markdown),
];

/// Takes one of the formats that are offered.
pub fn one_of(offered: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    let words =
        WORDS.into_iter().filter(|(_, format)| offered.contains(format)).map(|(word, _)| word);
    PossibleValuesParser::new(words).map(|typed| {
        let found = WORDS.into_iter().find(|(word, _)| *word == typed);
        found.expect("the parser takes no other words").1
    })
}

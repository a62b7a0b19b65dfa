//! Suggestions for misspelled names.

use crate::model::nearest_name;
use crate::ops::error::Failure;
use std::collections::BTreeSet;

/// The failure for an unknown name. The hint suggests the nearest of `words`, else lists `names`.
pub fn unknown_name(kind: &str, name: &str, words: &[String], names: &[String]) -> Failure {
    let failure = Failure::usage(format!("there is no {kind} `{name}`"));
    let mut seen = BTreeSet::new();
    let known: Vec<&str> =
        names.iter().map(String::as_str).filter(|word| seen.insert(*word)).collect();
    match nearest_name(name, words.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure,
        None if known.len() <= 12 => failure.hint(format!("the {kind}s are {}", known.join(", "))),
        None => failure.hint(format!("`towpath status` lists all {} {kind}s", known.len())),
    }
}

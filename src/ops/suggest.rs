//! Suggestions for misspelled names.

use crate::ops::error::Failure;
use std::collections::BTreeSet;

/// The candidate that is most similar to `word`, if one is near: by Jaro-Winkler similarity, as in
/// clap, or because it starts with `word`.
pub fn nearest_name<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        if !word.is_empty() && candidate.starts_with(&word) {
            0.99
        } else {
            strsim::jaro_winkler(&word, &candidate)
        }
    };
    let scored = candidates.into_iter().map(|candidate| (score(candidate), candidate));
    let best = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, candidate)| candidate)
}

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

#[cfg(test)]
mod tests {
    use super::nearest_name;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let apps = ["publisher", "frontend", "whitehall"];
        assert_eq!(nearest_name("publishr", apps), Some("publisher"));
        assert_eq!(nearest_name("Front", apps), Some("frontend"));
        assert_eq!(nearest_name("zzz", apps), None);
        assert_eq!(nearest_name("", apps), None);
    }
}

//! "Did you mean …?"

/// The candidate that `word` may be a slip of, if one is near: Jaro-Winkler similarity, as clap
/// does it for its own words, or a common beginning.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        if !word.is_empty() && candidate.starts_with(&word) { 0.99 } else { strsim::jaro_winkler(&word, &candidate) }
    };
    let scored = candidates.into_iter().map(|candidate| (score(candidate), candidate));
    let best = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let apps = ["publisher", "frontend", "whitehall"];
        assert_eq!(nearest("publishr", apps), Some("publisher"));
        assert_eq!(nearest("Front", apps), Some("frontend"));
        assert_eq!(nearest("zzz", apps), None);
        assert_eq!(nearest("", apps), None);
    }
}

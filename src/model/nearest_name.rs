//! The word that was probably meant.

/// No key or name is longer, but a hostile file may hold words of any length.
const MAX_LENGTH: usize = 100;

/// The candidate most similar to `word`, if one is near: by Jaro-Winkler similarity, as in clap, or
/// because it starts with `word`.
pub fn nearest_name<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.chars().count() > MAX_LENGTH {
        return None;
    }
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
        assert_eq!(nearest_name(&"f".repeat(101), apps), None);
    }
}

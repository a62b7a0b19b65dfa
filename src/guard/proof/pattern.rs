//! Patterns for places in a tree: `spec.containers.*.env.**`.

/// Returns the first of the patterns that the keys match.
pub(super) fn find_match(patterns: &[&'static str], keys: &[String]) -> Option<&'static str> {
    patterns.iter().copied().find(|pattern| matches_keys(pattern, keys))
}

/// True if a pattern matches a chain of keys. `*` stands for one key, `**` at the end for any
/// number of them.
pub(super) fn matches_keys(pattern: &str, keys: &[String]) -> bool {
    let mut keys = keys.iter();
    for part in pattern.split('.') {
        match (part, keys.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (part, Some(key)) if key == part => {}
            _ => return false,
        }
    }
    keys.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_key_and_two_are_any() {
        let fits = |pattern: &str, keys: &str| {
            let keys: Vec<String> = keys.split('/').map(str::to_owned).collect();
            matches_keys(pattern, &keys)
        };
        assert!(fits("a.*.c", "a/b/c") && fits("a.**", "a") && fits("a.**", "a/b/c"));
        assert!(!fits("a.*.c", "a/c") && !fits("a.b", "a/b/c") && !fits("a.b.c", "a/b"));
        assert!(fits("a", "a") && !fits("a", "A"));
    }
}

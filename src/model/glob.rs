//! Patterns with `*` and `?` over names.

/// Patterns with `*` (any characters) and `?` (one character). None at all means everything.
#[derive(Debug, Clone, Default)]
pub struct GlobPatterns(Vec<String>);

impl GlobPatterns {
    /// Takes the patterns as written.
    pub fn new(patterns: &[String]) -> Self {
        GlobPatterns(
            patterns
                .iter()
                .map(|pattern| pattern.trim().to_owned())
                .filter(|p| !p.is_empty())
                .collect(),
        )
    }

    /// Is one of the names meant?
    pub fn matches_any<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> bool {
        self.0.is_empty()
            || self
                .0
                .iter()
                .any(|pattern| names.clone().into_iter().any(|name| matches_glob(pattern, name)))
    }

    /// The patterns that no name fits; a script that relies on one should hear of it.
    pub fn unmatched_patterns<'p>(&'p self, names: &'p [String]) -> impl Iterator<Item = &'p str> {
        let fits = |pattern: &str| names.iter().any(|name| matches_glob(pattern, name));
        self.0.iter().map(String::as_str).filter(move |pattern| !fits(pattern))
    }
}

/// True if a pattern means an app, which is named as in `towpath status`: `web`, or `api/nginx`,
/// which `api` means too.
pub fn matches_app(pattern: &str, name: &str) -> bool {
    let is_app = |(app, _): (&str, &str)| matches_glob(pattern, app);
    matches_glob(pattern, name) || name.split_once('/').is_some_and(is_app)
}

/// Does a name fit a pattern? Linear in their product at worst: the last `*` is where it goes back
/// to.
fn matches_glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_meant_with_its_images() {
        for (pattern, name, is_meant) in [
            ("api", "api/nginx", true),
            ("ap*", "api/nginx", true),
            ("api/*", "api/nginx", true),
            ("api/*", "api", false),
            ("nginx", "api/nginx", false),
            ("api", "api-gateway", false),
        ] {
            assert_eq!(matches_app(pattern, name), is_meant, "{pattern} {name}");
        }
    }

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name) in [
            ("web", "web"),
            ("web*", "web-api"),
            ("*", ""),
            ("*b?i", "a-bxi"),
            ("**a", "ba"),
            ("é?", "éa"),
        ] {
            assert!(matches_glob(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("web", "webs"), ("?", ""), ("a*b", "a"), ("*a*a*b", "aaaa")] {
            assert!(!matches_glob(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn no_pattern_means_everything() {
        assert!(GlobPatterns::new(&[]).matches_any(["x"]));
        let patterns = GlobPatterns::new(&["web".into(), "z*".into()]);
        assert!(patterns.matches_any(["api", "web"]) && !patterns.matches_any(["api"]));
        assert_eq!(patterns.unmatched_patterns(&["web".into()]).collect::<Vec<_>>(), ["z*"]);
    }
}

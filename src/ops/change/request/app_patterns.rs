//! Patterns for apps on the command line.

use super::ChangeRequest;
use crate::model::GlobPatterns;

impl ChangeRequest {
    /// True for a promotion of all apps, or of those that match a pattern.
    pub fn names_no_app(&self) -> bool {
        match self {
            ChangeRequest::Promote { apps, .. } => {
                apps.is_empty() || apps.iter().any(|app| is_pattern(app))
            }
            _ => false,
        }
    }
}

/// True for a pattern, which may mean many apps.
fn is_pattern(app: &str) -> bool {
    app.contains(['*', '?'])
}

/// Replaces each pattern by the names that match it. A pattern that matches none stays, so that it
/// is refused like an unknown name.
pub fn expand_patterns(apps: &[String], names: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |name: &String| {
        if !out.contains(name) {
            out.push(name.clone());
        }
    };
    for app in apps {
        let pattern = GlobPatterns::new(std::slice::from_ref(app));
        let mut matches =
            names.iter().filter(|name| is_pattern(app) && pattern.matches_any([name.as_str()]));
        match matches.next() {
            Some(first) => std::iter::once(first).chain(matches).for_each(&mut add),
            None => add(app),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_names_and_a_name_for_itself() {
        let names = ["api", "web", "web-admin"].map(str::to_owned);
        let expand = |apps: &[&str]| {
            let apps: Vec<String> = apps.iter().map(|app| (*app).to_owned()).collect();
            expand_patterns(&apps, &names)
        };
        assert_eq!(expand(&["web*", "web", "api"]), ["web", "web-admin", "api"]);
        assert_eq!(expand(&["x*", "y"]), ["x*", "y"]);
    }
}

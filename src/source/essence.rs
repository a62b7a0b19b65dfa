//! What counts in a file for the versions it has a part in, so that two contents can be compared
//! without reading everything that builds on them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The parts of a file that can make a difference to versions, as fingerprints that are comparable
/// within one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Essence(BTreeSet<(Option<String>, u64)>);

impl Essence {
    /// Everything counts, for every version.
    pub fn whole(contents: &[u8]) -> Self {
        let mut essence = Essence::default();
        essence.add(&contents);
        essence
    }

    /// Adds a part that may matter to any version.
    pub fn add(&mut self, part: &impl Hash) {
        self.0.insert((None, fingerprint(part)));
    }

    /// Adds a part that matters only to versions of what has this name. Of a name with `/`, the last
    /// word counts.
    pub fn add_about(&mut self, name: &str, part: &impl Hash) {
        self.0.insert((Some(last_word(name).to_owned()), fingerprint(part)));
    }

    /// Do the two differ in something that can matter to one of these names?
    pub fn differs_for(&self, other: &Essence, names: &BTreeSet<&str>) -> bool {
        self.0.symmetric_difference(&other.0).any(|(about, _)| about.as_deref().is_none_or(|name| names.contains(name)))
    }
}

/// The word that [`Essence::add_about`] keeps of a name.
pub fn last_word(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn fingerprint(part: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    part.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_about_other_names_do_not_matter() {
        let essence = |web: &str, rest: &str| {
            let mut essence = Essence::default();
            essence.add_about("ghcr.io/team/web", &web);
            essence.add(&rest);
            essence
        };
        let names = |name: &'static str| BTreeSet::from([name]);
        assert!(essence("1", "a").differs_for(&essence("2", "a"), &names("web")));
        assert!(!essence("1", "a").differs_for(&essence("2", "a"), &names("api")));
        assert!(essence("1", "a").differs_for(&essence("1", "b"), &names("api")));
    }
}

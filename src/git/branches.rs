//! The branches of a repository.

use super::Repository;
use git2::Oid;
use std::collections::BTreeMap;

impl Repository {
    /// The branch that `origin` names as its own, as a clone has noted it.
    pub fn origin_head(&self) -> Option<String> {
        let head = self.inner().find_reference("refs/remotes/origin/HEAD").ok()?;
        let target = head.symbolic_target().ok()??;
        target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    /// Where `origin` is, as the configuration has it: no short form is written out. With credentials,
    /// where somebody wrote them there.
    pub fn origin_as_written(&self) -> Option<String> {
        self.inner().config().ok()?.get_string("remote.origin.url").ok()
    }

    /// Every branch by name with its newest commit: those here, then those of `origin` that are not
    /// here. Sorted by name; a ref that cannot be read is left out.
    pub fn branches(&self) -> Vec<(String, Oid)> {
        let mut found = BTreeMap::new();
        for prefix in ["refs/heads/", "refs/remotes/origin/"] {
            let Ok(references) = self.inner().references_glob(&format!("{prefix}*")) else {
                continue;
            };
            for reference in references.flatten() {
                let name = reference
                    .name()
                    .ok()
                    .and_then(|name| name.strip_prefix(prefix))
                    .unwrap_or("HEAD");
                let Some(tip) = reference.resolve().ok().and_then(|direct| direct.target()) else {
                    continue;
                };
                if name != "HEAD" {
                    found.entry(name.to_owned()).or_insert(tip);
                }
            }
        }
        found.into_iter().collect()
    }
}

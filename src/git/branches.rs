//! The branches of a repository.

use super::Repository;
use git2::Oid;
use std::collections::BTreeMap;

impl Repository {
    /// Returns the default branch of `origin` as recorded in this clone
    /// (`refs/remotes/origin/HEAD`).
    pub fn origin_head(&self) -> Option<String> {
        let head = self.inner().find_reference("refs/remotes/origin/HEAD").ok()?;
        let target = head.symbolic_target().ok()??;
        target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    /// Returns the URL of `origin` exactly as configured: `insteadOf` is not applied, and
    /// credentials are not removed.
    pub fn origin_as_written(&self) -> Option<String> {
        self.inner().config().ok()?.get_string("remote.origin.url").ok()
    }

    /// Returns every branch with its tip, sorted by name: local branches, then those of `origin`
    /// that have no local branch. A ref that cannot be read is left out.
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

//! The branches of a repository.

use super::{GitError, Repository};
use git2::Oid;
use std::collections::BTreeMap;

/// A branch of a clone beside its upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchTips {
    /// Both are at this commit, or only one of them exists.
    Same(Oid),
    Different {
        local: Oid,
        upstream: Oid,
        /// The number of commits that only the local branch has.
        local_ahead: usize,
        /// The number of commits that only the upstream has.
        upstream_ahead: usize,
    },
}

impl BranchTips {
    /// The newest commit where one side contains the other; `None` where they have diverged.
    pub fn newest(self) -> Option<Oid> {
        match self {
            BranchTips::Same(tip) => Some(tip),
            BranchTips::Different { upstream, local_ahead: 0, .. } => Some(upstream),
            BranchTips::Different { local, upstream_ahead: 0, .. } => Some(local),
            BranchTips::Different { .. } => None,
        }
    }

    /// The commit of the upstream where the sides have diverged, else the newest one.
    pub fn deployed(self) -> Oid {
        match (self.newest(), self) {
            (Some(tip), _) | (None, BranchTips::Same(tip)) => tip,
            (None, BranchTips::Different { upstream, .. }) => upstream,
        }
    }
}

impl Repository {
    /// Returns the default branch of `origin` as recorded in this clone
    /// (`refs/remotes/origin/HEAD`).
    pub fn origin_head(&self) -> Option<String> {
        let head = self.inner().find_reference("refs/remotes/origin/HEAD").ok()?;
        let target = head.symbolic_target().ok()??;
        let branch = target.strip_prefix("refs/remotes/origin/")?;
        // A renamed default branch leaves a name without a branch behind.
        self.resolve_revision(target).ok().map(|_| branch.to_owned())
    }

    /// Returns the branch of `origin` in this clone, if there is just one.
    pub fn only_origin_branch(&self) -> Option<String> {
        let refs = self.inner().references_glob("refs/remotes/origin/*").ok()?;
        let names: Vec<String> = refs
            .filter_map(|one| one.ok()?.name().ok().map(str::to_owned))
            .filter_map(|name| name.strip_prefix("refs/remotes/origin/").map(str::to_owned))
            .filter(|name| name != "HEAD")
            .collect();
        <[String; 1]>::try_from(names).ok().map(|[name]| name)
    }

    /// The name of the remote-tracking ref of a branch: the one its configuration says, else that
    /// of `origin`. The ref need not exist.
    pub fn upstream_ref(&self, branch: &str) -> String {
        let configured = self.inner().branch_upstream_name(&format!("refs/heads/{branch}")).ok();
        let name = configured.and_then(|name| name.as_str().ok().map(str::to_owned));
        let tracking = name.filter(|name| name.starts_with("refs/remotes/"));
        tracking.unwrap_or_else(|| format!("refs/remotes/origin/{branch}"))
    }

    /// The branch of this clone beside its upstream, as last fetched.
    ///
    /// # Errors
    /// [`GitError::UnknownBranch`] when neither exists.
    pub fn branch_tips(&self, branch: &str) -> Result<BranchTips, GitError> {
        let local = self.resolve_revision(&format!("refs/heads/{branch}")).ok();
        let upstream = self.resolve_revision(&self.upstream_ref(branch)).ok();
        match (local, upstream) {
            (Some(local), Some(upstream)) if local != upstream => {
                // In a shallow clone the two may not be seen to meet; they have parted then.
                let counts = self.inner().graph_ahead_behind(local, upstream);
                let (local_ahead, upstream_ahead) = counts.unwrap_or((usize::MAX, usize::MAX));
                Ok(BranchTips::Different { local, upstream, local_ahead, upstream_ahead })
            }
            (Some(tip), _) | (None, Some(tip)) => Ok(BranchTips::Same(tip)),
            (None, None) => {
                let (branch, known) = (branch.to_owned(), self.branch_names());
                Err(GitError::UnknownBranch { branch, known })
            }
        }
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

    pub(super) fn branch_names(&self) -> Vec<String> {
        self.branches().into_iter().map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
#[path = "branches_tests.rs"]
mod tests;

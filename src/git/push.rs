//! The remote of a workspace: lists its branches, fetches them and pushes to them.

use super::Oid;
use super::git_process::GitOutput;
use super::write::{Workspace, check_success, stderr_text};
use super::write_error::WriteError;
use std::collections::BTreeMap;
use std::time::Duration;

/// Time limit for listing refs.
pub(super) const LISTING: Duration = Duration::from_secs(12);

/// Time limit for a fetch or a push, including the remote's hooks.
pub(super) const TRANSFER: Duration = Duration::from_secs(45);

/// A push of one branch.
#[derive(Debug, Clone, Copy)]
pub struct BranchPush<'a> {
    pub branch: &'a str,
    pub commit: Oid,
    pub way: PushMode,
    /// Other refs that must not have moved.
    pub if_still: &'a [ExpectedRef],
}

/// The observed position of a ref at `origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRef {
    /// The full name of the ref.
    pub name: String,
    /// `None` if the ref did not exist.
    pub at: Option<Oid>,
}

/// The way a push may move a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushMode {
    /// Fast-forward only; for shared branches.
    Forward,
    /// Replaces the branch if it is still at this commit, or still absent; for towpath's own
    /// branches.
    Replace(Option<Oid>),
}

/// The result of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    Done,
    /// Somebody else moved the branch first.
    Lost,
}

impl Workspace<'_> {
    /// Returns the tips of matching branches of `origin` by name. `*` matches any part of a name.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn remote_heads(&self, branches: &[&str]) -> Result<BTreeMap<String, Oid>, WriteError> {
        let names: Vec<String> =
            branches.iter().map(|branch| format!("refs/heads/{branch}")).collect();
        let refs = self.remote_refs(&names)?;
        let name = |name: String| name.strip_prefix("refs/heads/").map(str::to_owned);
        Ok(refs.into_iter().filter_map(|(full, id)| Some((name(full)?, id))).collect())
    }

    /// Returns the targets of matching refs of `origin` by full name. `*` matches any part.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn remote_refs(&self, names: &[String]) -> Result<BTreeMap<String, Oid>, WriteError> {
        self.repository.origin_url().ok_or(WriteError::NoRemote)?;
        let answer = self.run_remote("read the remote", LISTING, |git| {
            git.args(["ls-remote", "--", "origin"]).args(names);
        })?;
        let answer = check_success(answer, "read the remote")?;
        Ok(answer.stdout.lines().filter_map(parse_ref_line).collect())
    }

    /// Fetches the commits of these branches that are missing locally. No local ref changes.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn fetch_branches(&self, heads: &BTreeMap<String, Oid>) -> Result<(), WriteError> {
        self.fetch_refs(
            &heads.iter().map(|(name, id)| (format!("refs/heads/{name}"), *id)).collect(),
        )
    }

    /// Like [`Workspace::fetch_branches`], for refs of any kind by full name.
    ///
    /// # Errors
    /// As [`Workspace::fetch_branches`].
    pub fn fetch_refs(&self, refs: &BTreeMap<String, Oid>) -> Result<(), WriteError> {
        let is_missing = |id: &Oid| !self.repository.inner().odb().is_ok_and(|odb| odb.exists(*id));
        let missing: Vec<&String> =
            refs.iter().filter(|(_, id)| is_missing(id)).map(|(name, _)| name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let answer = self.run_remote("fetch", TRANSFER, |git| {
            git.args([
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--refmap=",
                "--",
                "origin",
            ]);
            git.args(&missing);
        })?;
        check_success(answer, "fetch").map(drop)
    }

    /// Fetches the commits of a branch that a shallow clone lacks. Returns false if it lacks none.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn fetch_older_commits(&self, branch: &str) -> Result<bool, WriteError> {
        if !self.repository.inner().is_shallow() {
            return Ok(false);
        }
        let answer = self.run_remote("fetch", TRANSFER, |git| {
            git.args(["fetch", "--quiet", "--no-tags", "--unshallow", "--refmap=", "--", "origin"]);
            git.arg(format!("refs/heads/{branch}"));
        })?;
        check_success(answer, "fetch").map(|_| true)
    }

    /// Returns whether these refs of `origin` are unchanged.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn refs_unchanged(&self, refs: &[ExpectedRef]) -> Result<bool, WriteError> {
        if refs.is_empty() {
            return Ok(true);
        }
        let now = self.remote_refs(&refs.iter().map(|one| one.name.clone()).collect::<Vec<_>>())?;
        Ok(refs.iter().all(|one| now.get(&one.name).copied() == one.at))
    }

    /// Pushes one branch to `origin`, if the refs in `if_still` have not moved when the connection
    /// begins. git checks them against the remote's initial ref list and sends nothing for refs
    /// that are up to date, so no write permission on them is needed. A move while the push is
    /// under way is not detected (`remote.c`, `set_ref_status_for_push`). A ref that must be absent
    /// is checked right before the push; so are all of them if the remote does not support atomic
    /// pushes.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with the remote's message, or when it cannot be reached.
    pub fn push_branch(&self, push: &BranchPush<'_>) -> Result<PushOutcome, WriteError> {
        let (there, absent): (Vec<ExpectedRef>, Vec<ExpectedRef>) =
            push.if_still.iter().cloned().partition(|one| one.at.is_some());
        if !self.refs_unchanged(&absent)? {
            return Ok(PushOutcome::Lost);
        }
        let answer = self.run_push(push, &there)?;
        if there.is_empty() || !answer.stderr.contains("does not support --atomic") {
            return push_outcome(push, &answer);
        }
        if !self.refs_unchanged(&there)? {
            return Ok(PushOutcome::Lost);
        }
        push_outcome(push, &self.run_push(push, &[])?)
    }

    fn run_push(
        &self,
        push: &BranchPush<'_>,
        if_still: &[ExpectedRef],
    ) -> Result<GitOutput, WriteError> {
        let target = format!("refs/heads/{}", push.branch);
        let seen: Vec<(&str, Oid)> =
            if_still.iter().filter_map(|one| Some((one.name.as_str(), one.at?))).collect();
        self.run_remote("push", TRANSFER, |git| {
            git.args(["push", "--porcelain", "--no-follow-tags"]);
            if !seen.is_empty() {
                git.arg("--atomic");
            }
            for (name, at) in &seen {
                git.arg(format!("--force-with-lease={name}:{at}"));
            }
            if let PushMode::Replace(expected) = push.way {
                let expected = expected.map(|id| id.to_string()).unwrap_or_default();
                git.arg(format!("--force-with-lease={target}:{expected}"));
            }
            git.args(["--", "origin"]).arg(format!("{}:{target}", push.commit));
            git.args(seen.iter().map(|(name, at)| format!("{at}:{name}")));
        })
    }

    /// True if the commit has exactly these contents at these paths.
    pub fn has_contents(&self, commit: Oid, files: &[(&str, &str)]) -> bool {
        let git = self.repository.inner();
        let Ok(tree) = git.find_commit(commit).and_then(|commit| commit.tree()) else {
            return false;
        };
        files.iter().all(|(path, text)| {
            let id = Oid::hash_object(git2::ObjectType::Blob, text.as_bytes());
            tree.get_path(path.as_ref()).is_ok_and(|entry| id.is_ok_and(|id| id == entry.id()))
        })
    }
}

/// Parses a line of `git ls-remote`.
pub(super) fn parse_ref_line(line: &str) -> Option<(String, Oid)> {
    let (id, name) = line.split_once('\t')?;
    Some((name.to_owned(), Oid::from_str(id).ok()?))
}

/// Interprets the result of a push of one branch. In an atomic push, one rejected ref stops all.
fn push_outcome(push: &BranchPush<'_>, answer: &GitOutput) -> Result<PushOutcome, WriteError> {
    if answer.status.success() {
        return Ok(PushOutcome::Done);
    }
    let lines: Vec<&str> =
        answer.stdout.lines().filter_map(|line| line.strip_prefix("!\t")).collect();
    // A lease was checked by then: the remote allows nobody to replace the branch.
    let is_replacing = |line: &&str| {
        matches!(push.way, PushMode::Replace(Some(_)))
            && line.contains("[remote rejected]")
            && line.contains("(non-fast-forward)")
    };
    if lines.iter().any(|line| is_lost(line) && !is_replacing(line)) {
        return Ok(PushOutcome::Lost);
    }
    match lines.iter().find(|line| !line.contains("atomic")).or(lines.first()) {
        Some(line) => {
            let message = refusal_text(line, &answer.stderr);
            Err(WriteError::Refused { branch: push.branch.to_owned(), message })
        }
        None => Err(WriteError::Failed { doing: "push", message: stderr_text(answer) }),
    }
}

/// True if a line of git says that the ref had moved. The texts are git's (`builtin/push.c`,
/// `receive-pack.c`); the last ones occur when two pushes arrive at the same moment.
pub(super) fn is_lost(line: &str) -> bool {
    let words = [
        "(fetch first)",
        "(non-fast-forward)",
        "(stale info)",
        "(failed to update ref)",
        "(cannot lock ref",
        "(failed to lock)",
        "(incorrect old value provided)",
        "(reference already exists)",
        "(failed to update refs)",
    ];
    words.iter().any(|word| line.contains(word)) || line.contains("cannot lock ref")
}

/// Returns the remote's message, or else the reason in git's own line.
pub(super) fn refusal_text(line: &str, stderr: &str) -> String {
    let remote = stderr.lines().filter_map(|line| line.strip_prefix("remote:")).map(str::trim);
    let said: Vec<&str> = remote.filter(|line| !line.is_empty()).collect();
    let reason = line.rsplit_once('\t').map_or(line, |(_, reason)| reason);
    let reason = reason.trim_start_matches("[remote rejected] ").trim_start_matches("[rejected] ");
    let reason = reason.trim_start_matches('(').trim_end_matches(')');
    if said.is_empty() { reason.to_owned() } else { format!("{} ({reason})", said.join("; ")) }
}

//! Records: small texts stored under towpath's own refs at `origin`, one commit per change.
//! Concurrent writers are safe: a ref moves only from the position its writer has seen.

use super::push::{PushOutcome, TRANSFER, is_lost, refusal_text};
use super::write::{Workspace, stderr_text};
use super::write_error::WriteError;
use super::{GitError, Oid};

/// A move of one ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// The full name of the ref.
    pub name: String,
    /// The observed position; `None` if the ref did not exist.
    pub from: Option<Oid>,
    pub to: Oid,
}

impl Workspace<'_> {
    /// Writes a commit that holds one file. No ref points to it yet.
    ///
    /// # Errors
    /// As [`Workspace::write_commit`].
    pub fn write_record(
        &self,
        before: Option<Oid>,
        file: &str,
        text: &str,
        message: &str,
    ) -> Result<Oid, WriteError> {
        let git = self.repository.inner();
        let tree = write_file_tree(git, file, text)
            .map_err(|error| GitError::from_git2("a record", &error))?;
        self.commit_tree(tree, before.as_slice(), message, &self.author()?)
    }

    /// Returns the file of a record; `None` if the commit lacks it or it is not UTF-8.
    ///
    /// # Errors
    /// When the commit is missing.
    pub fn read_record(&self, commit: Oid, file: &str) -> Result<Option<String>, WriteError> {
        let git = self.repository.inner();
        let tree = git.find_commit(commit).and_then(|commit| commit.tree());
        let tree = tree.map_err(|error| GitError::from_git2("a record", &error))?;
        let blob = tree.get_name(file).and_then(|entry| git.find_blob(entry.id()).ok());
        Ok(blob.and_then(|blob| String::from_utf8(blob.content().to_vec()).ok()))
    }

    /// Moves refs at `origin`, all or none, if each is still at its observed position.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with the remote's message, or when it cannot be reached.
    pub fn update_refs(&self, swaps: &[RefUpdate]) -> Result<PushOutcome, WriteError> {
        let answer = self.run_remote("push", TRANSFER, |git| {
            git.args(["push", "--porcelain", "--no-follow-tags"]);
            if swaps.len() > 1 {
                git.arg("--atomic");
            }
            for swap in swaps {
                let from = swap.from.map(|id| id.to_string()).unwrap_or_default();
                git.arg(format!("--force-with-lease={}:{from}", swap.name));
            }
            git.args(["--", "origin"])
                .args(swaps.iter().map(|swap| format!("{}:{}", swap.to, swap.name)));
        })?;
        if answer.status.success() {
            return Ok(PushOutcome::Done);
        }
        // In an atomic push git marks every ref as rejected; the actual reason may be on stderr
        // only.
        let lines: Vec<&str> =
            answer.stdout.lines().filter_map(|line| line.strip_prefix("!\t")).collect();
        let is_held = lines.iter().any(|line| line.contains("atomic"))
            && answer.stderr.contains("cannot lock ref");
        if is_held || lines.iter().any(|line| is_lost(line)) {
            return Ok(PushOutcome::Lost);
        }
        let turned_away = lines.iter().find(|line| !line.contains("atomic")).or(lines.first());
        match turned_away {
            Some(line) => {
                let message = refusal_text(line, &answer.stderr);
                Err(WriteError::Refused { branch: refused_branch(line), message })
            }
            // The connection may have broken after the push arrived.
            None if self.refs_arrived(swaps)? => Ok(PushOutcome::Done),
            None => Err(WriteError::Failed { doing: "push", message: stderr_text(&answer) }),
        }
    }

    fn refs_arrived(&self, swaps: &[RefUpdate]) -> Result<bool, WriteError> {
        let names: Vec<String> = swaps.iter().map(|swap| swap.name.clone()).collect();
        let refs = self.remote_refs(&names)?;
        Ok(swaps.iter().all(|swap| refs.get(&swap.name) == Some(&swap.to)))
    }
}

/// Writes a tree of one file.
fn write_file_tree(git: &git2::Repository, file: &str, text: &str) -> Result<Oid, git2::Error> {
    let mut tree = git.treebuilder(None)?;
    tree.insert(file, git.blob(text.as_bytes())?, 0o100_644)?;
    tree.write()
}

/// Returns the branch of a line that reports a rejected ref.
fn refused_branch(line: &str) -> String {
    let name = line.split(':').nth(1).and_then(|rest| rest.split('\t').next()).unwrap_or_default();
    name.trim_start_matches("refs/heads/").to_owned()
}

#[cfg(test)]
#[path = "ref_update_tests.rs"]
mod tests;

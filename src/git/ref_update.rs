//! Records: small texts that refs of our own at `origin` lead to, a commit for each change. Many may
//! write at once: a ref moves only from where its writer has seen it.

use super::push::{PushOutcome, TRANSFER, is_lost, refusal_text};
use super::write::{Workspace, WriteError, stderr_text};
use super::{GitError, Oid};

/// One ref that is to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// Its full name.
    pub name: String,
    /// Where it was seen; `None`: not there.
    pub from: Option<Oid>,
    pub to: Oid,
}

impl Workspace<'_> {
    /// Writes a commit that holds one file. No ref names it yet.
    ///
    /// # Errors
    /// As [`Workspace::commit`].
    pub fn write_record(
        &self,
        before: Option<Oid>,
        file: &str,
        text: &str,
        message: &str,
    ) -> Result<Oid, WriteError> {
        let git = self.repository.inner();
        let tree = || {
            let mut tree = git.treebuilder(None)?;
            tree.insert(file, git.blob(text.as_bytes())?, 0o100_644)?;
            tree.write()
        };
        let tree = tree().map_err(|error| GitError::from_git2("a record", &error))?;
        self.commit_tree(tree, before.as_slice(), message, &self.author()?)
    }

    /// The file of a record; `None` where the commit has none of that name, or no text.
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

    /// Moves refs at `origin`, all of them or none, if each is still where it was seen.
    ///
    /// # Errors
    /// [`WriteError::Refused`] with what the remote says, or when it cannot be reached.
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
        // Where one is turned away, git says so of all, and may say why beside it only.
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
                let branch = line
                    .split(':')
                    .nth(1)
                    .and_then(|rest| rest.split('\t').next())
                    .unwrap_or_default();
                let branch = branch.trim_start_matches("refs/heads/").to_owned();
                Err(WriteError::Refused { branch, message: refusal_text(line, &answer.stderr) })
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

#[cfg(test)]
#[path = "ref_update_tests.rs"]
mod tests;

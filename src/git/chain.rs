//! A ref that only grows: a chain of small commits that many writers append to.
//!
//! A writer fetches the remote chain, appends its commit and pushes on the condition that the
//! remote has not moved. The local ref is a copy of the chain as last fetched. Commits that exist
//! only locally are pushed, each once, with the next append.

use super::write::Workspace;
use super::write_error::WriteError;
use super::{CommitInfo, ExpectedRef, GitError, Oid, PushOutcome, RefUpdate, Repository};
use git2::build::TreeUpdateBuilder;
use git2::{Delta, FileMode, Tree};
use std::collections::HashSet;
use std::time::Duration;

/// Time limit for local git commands.
const SOON: Duration = Duration::from_secs(20);

/// Names of the refs of a chain.
#[derive(Debug, Clone, Copy)]
pub struct CommitChain<'a> {
    /// The local ref: `refs/towpath/ledger`.
    pub here: &'a str,
    /// The ref at `origin`.
    pub there: &'a str,
}

/// A commit to append to a chain.
#[derive(Debug, Clone)]
pub struct ChainCommit {
    pub message: String,
    pub files: Vec<ChainFile>,
}

/// A file of the chain's newest tree.
#[derive(Debug, Clone)]
pub struct ChainFile {
    pub path: String,
    /// `None` removes the file if it exists.
    pub text: Option<String>,
}

/// Result of fetching a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFetch {
    /// The number of commits that exist only locally.
    pub ours: usize,
    /// The position of the chain at `origin`.
    pub there: ExpectedRef,
}

/// Called with the number of attempts lost to another writer; returns whether to try again.
type RetryDecision<'p> = &'p dyn Fn(u32) -> bool;

impl Repository {
    /// Returns the newest commit of the local chain.
    pub fn chain_tip(&self, chain: &CommitChain<'_>) -> Option<Oid> {
        self.inner().find_reference(chain.here).ok()?.target()
    }

    /// Returns the commits of a chain, oldest first.
    ///
    /// # Errors
    /// When a commit is missing.
    pub fn chain_commits(&self, tip: Oid) -> Result<Vec<CommitInfo>, GitError> {
        let mut out = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            out.push(self.commit_info(id)?);
            next = self.first_parent(id)?;
        }
        out.reverse();
        Ok(out)
    }

    fn first_parent(&self, id: Oid) -> Result<Option<Oid>, GitError> {
        let bytes = self.read_object(id, git2::ObjectType::Commit)?;
        Ok(super::commit::CommitHead::parse(&bytes).and_then(|head| head.parent))
    }

    /// Returns the commits from `tip` down to the first that is in `known`, oldest first.
    fn links_beyond(&self, tip: Option<Oid>, known: &HashSet<Oid>) -> Result<Vec<Oid>, GitError> {
        let mut out = Vec::new();
        let mut next = tip;
        while let Some(id) = next.filter(|id| !known.contains(id)) {
            out.push(id);
            next = self.first_parent(id)?;
        }
        out.reverse();
        Ok(out)
    }
}

impl Workspace<'_> {
    /// Appends commits to the chain at `origin`, after those that exist only locally. `links` may
    /// be empty. Without `origin`, only the local chain is written.
    ///
    /// # Errors
    /// [`WriteError::Refused`], or when the remote cannot be reached or `patience` gives up.
    pub fn append_to_chain(
        &self,
        chain: &CommitChain<'_>,
        links: &[ChainCommit],
        patience: RetryDecision<'_>,
    ) -> Result<(), WriteError> {
        if self.repository.origin_url().is_none() {
            return self.append_here(chain, links, patience);
        }
        for attempt in 0.. {
            let (here, there) = (self.repository.chain_tip(chain), self.fetch_chain_tip(chain)?);
            let base = self.with_ours(here, there)?;
            let tip = self.write_chain_commits(base, links)?;
            let Some(new) = tip else { return Ok(()) };
            if tip == there || self.push_chain(chain, new, there)? {
                return self.update_local_chain(chain, tip, here);
            }
            if !patience(attempt) {
                break;
            }
        }
        Err(WriteError::Moved { branch: chain.there.to_owned() })
    }

    /// Appends commits to the local chain only.
    ///
    /// # Errors
    /// When `patience` gives up or objects cannot be written.
    pub fn append_here(
        &self,
        chain: &CommitChain<'_>,
        links: &[ChainCommit],
        patience: RetryDecision<'_>,
    ) -> Result<(), WriteError> {
        for attempt in 0.. {
            let base = self.repository.chain_tip(chain);
            let tip = self.write_chain_commits(base, links)?;
            if tip == base || self.set_local_chain(chain, tip, base)? {
                return Ok(());
            }
            if !patience(attempt) {
                break;
            }
        }
        Err(WriteError::Moved { branch: chain.here.to_owned() })
    }

    /// Fetches the chain from `origin`; commits that exist only locally stay on top.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn fetch_chain(&self, chain: &CommitChain<'_>) -> Result<ChainFetch, WriteError> {
        let (here, there) = (self.repository.chain_tip(chain), self.fetch_chain_tip(chain)?);
        let tip = self.with_ours(here, there)?;
        self.update_local_chain(chain, tip, here)?;
        let known = self.load_ancestry(there)?;
        let ours = self.repository.links_beyond(tip, &known)?.len();
        Ok(ChainFetch { ours, there: ExpectedRef { name: chain.there.to_owned(), at: there } })
    }

    /// Fetches the commits of the chain and returns its tip at `origin`.
    fn fetch_chain_tip(&self, chain: &CommitChain<'_>) -> Result<Option<Oid>, WriteError> {
        let refs = self.remote_refs(&[chain.there.to_owned()])?;
        self.fetch_refs(&refs)?;
        Ok(refs.get(chain.there).copied())
    }

    /// Returns the chain at `origin` with the local-only commits rebased on top. Another process
    /// may have pushed some of them already; those are recognised by their message, which is
    /// unique.
    fn with_ours(&self, here: Option<Oid>, there: Option<Oid>) -> Result<Option<Oid>, WriteError> {
        let Some(here) = here else { return Ok(there) };
        let known = self.load_ancestry(there)?;
        let ours = self.repository.links_beyond(Some(here), &known)?;
        if ours.is_empty() {
            return Ok(there);
        }
        let mine = self.load_ancestry(Some(here))?;
        if there.is_none_or(|there| mine.contains(&there)) {
            return Ok(Some(here));
        }
        let theirs = self.repository.links_beyond(there, &mine)?;
        let message = |id: &Oid| Ok(self.repository.commit_info(*id)?.message);
        let theirs: HashSet<String> =
            theirs.iter().map(message).collect::<Result<_, GitError>>()?;
        let mut tip = there;
        for id in ours {
            let info = self.repository.commit_info(id)?;
            if !theirs.contains(&info.message) {
                let link = ChainCommit {
                    files: self.chain_commit_files(id)?,
                    message: info.message.clone(),
                };
                tip = Some(self.rewrite_chain_commit(tip, &link, &info)?);
            }
        }
        Ok(tip)
    }

    fn load_ancestry(&self, tip: Option<Oid>) -> Result<HashSet<Oid>, WriteError> {
        Ok(self.repository.links_beyond(tip, &HashSet::new())?.into_iter().collect())
    }

    fn write_chain_commits(
        &self,
        base: Option<Oid>,
        links: &[ChainCommit],
    ) -> Result<Option<Oid>, WriteError> {
        let mut tip = base;
        for link in links {
            tip = Some(self.write_chain_commit(tip, link, &self.author()?)?);
        }
        Ok(tip)
    }

    fn write_chain_commit(
        &self,
        parent: Option<Oid>,
        link: &ChainCommit,
        author: &super::GitIdentity,
    ) -> Result<Oid, WriteError> {
        let tree = self
            .tree_of(parent, link)
            .map_err(|error| GitError::from_git2("the new chain commit", &error))?;
        self.commit_tree(tree, parent.as_slice(), &link.message, author)
    }

    /// Writes a commit of this clone on another parent. It is signed again only if the user has
    /// signed it before: whoever can put a commit into this clone must not get the user's
    /// signature.
    fn rewrite_chain_commit(
        &self,
        parent: Option<Oid>,
        link: &ChainCommit,
        old: &CommitInfo,
    ) -> Result<Oid, WriteError> {
        let new = self.write_chain_commit(parent, link, &old.author)?;
        if !self.signs_commits()? || self.repository.is_signed_like(old.id, new)? {
            return Ok(new);
        }
        let tree = self
            .tree_of(parent, link)
            .map_err(|error| GitError::from_git2("the new chain commit", &error))?;
        self.write_unsigned(tree, parent.as_slice(), &link.message, &old.author)
    }

    fn tree_of(&self, parent: Option<Oid>, link: &ChainCommit) -> Result<Oid, git2::Error> {
        let git = self.repository.inner();
        let base = match parent {
            Some(parent) => git.find_commit(parent)?.tree()?,
            None => git.find_tree(git.treebuilder(None)?.write()?)?,
        };
        let mut update = TreeUpdateBuilder::new();
        for file in &link.files {
            match &file.text {
                Some(text) => {
                    update.upsert(file.path.as_str(), git.blob(text.as_bytes())?, FileMode::Blob);
                }
                None if base.get_path(file.path.as_ref()).is_ok() => {
                    update.remove(file.path.as_str());
                }
                None => {}
            }
        }
        update.create_updated(git, &base)
    }

    /// Returns the files that a commit changed.
    fn chain_commit_files(&self, id: Oid) -> Result<Vec<ChainFile>, WriteError> {
        let files = read_changed_files(self.repository.inner(), id);
        Ok(files.map_err(|error| GitError::from_git2("a chain commit", &error))?)
    }

    /// Pushes if `origin` has not moved; returns false if it has.
    fn push_chain(
        &self,
        chain: &CommitChain<'_>,
        tip: Oid,
        from: Option<Oid>,
    ) -> Result<bool, WriteError> {
        match self.update_refs(&[RefUpdate { name: chain.there.to_owned(), from, to: tip }]) {
            Ok(pushed) => Ok(pushed == PushOutcome::Done),
            // The connection may have broken after the push arrived, and another writer may have
            // appended since.
            Err(WriteError::Failed { .. } | WriteError::TooSlow { .. })
                if self.is_there(chain, tip)? =>
            {
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn is_there(&self, chain: &CommitChain<'_>, tip: Oid) -> Result<bool, WriteError> {
        let there = self.fetch_chain_tip(chain)?;
        Ok(self.load_ancestry(there)?.contains(&tip))
    }

    /// Updates the local ref to `tip`, unless another process has appended to it since `seen`.
    fn update_local_chain(
        &self,
        chain: &CommitChain<'_>,
        tip: Option<Oid>,
        seen: Option<Oid>,
    ) -> Result<(), WriteError> {
        let known = self.load_ancestry(tip)?;
        loop {
            let here = self.repository.chain_tip(chain);
            let is_older = here.is_none_or(|here| known.contains(&here)) || here == seen;
            if here == tip || !is_older || self.set_local_chain(chain, tip, here)? {
                return Ok(());
            }
        }
    }

    fn set_local_chain(
        &self,
        chain: &CommitChain<'_>,
        tip: Option<Oid>,
        expected: Option<Oid>,
    ) -> Result<bool, WriteError> {
        let Some(tip) = tip else { return Ok(true) };
        let old = expected.map_or_else(|| "0".repeat(40), |id| id.to_string());
        let mut git = self.git_command();
        git.args(["update-ref", "-m", "towpath", chain.here, &tip.to_string(), &old]);
        Ok(self.run_git(git, b"", "set a ref", SOON)?.status.success())
    }
}

/// Reads the files that a commit changed against its first parent.
fn read_changed_files(git: &git2::Repository, id: Oid) -> Result<Vec<ChainFile>, git2::Error> {
    let commit = git.find_commit(id)?;
    let before: Option<Tree<'_>> = commit.parent(0).ok().map(|parent| parent.tree()).transpose()?;
    let diff = git.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
    let mut out = Vec::new();
    for delta in diff.deltas() {
        let text = match delta.status() {
            Delta::Deleted => None,
            _ => Some(
                String::from_utf8_lossy(git.find_blob(delta.new_file().id())?.content())
                    .into_owned(),
            ),
        };
        let path = file_path(delta.new_file()).or_else(|| file_path(delta.old_file()));
        out.extend(path.map(|path| ChainFile { path, text }));
    }
    Ok(out)
}

fn file_path(file: git2::DiffFile<'_>) -> Option<String> {
    file.path().and_then(|path| path.to_str()).map(str::to_owned)
}

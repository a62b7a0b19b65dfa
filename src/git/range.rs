//! The commits of a branch to be merged, and the paths that each of them changed itself.

use super::commit::CommitHead;
use super::{GitError, Oid, Repository, Snapshot};
use git2::{ObjectType, Sort};
use std::collections::BTreeSet;

impl Repository {
    /// Returns the commits reachable from `head` but not from `base`, newest first; `None` if there
    /// are more than `most`.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn commits_ahead(
        &self,
        base: Oid,
        head: Oid,
        most: usize,
    ) -> Result<Option<Vec<Oid>>, GitError> {
        let failed = |error: git2::Error| GitError::from_git2("the commits of a branch", &error);
        let mut walk = self.inner().revwalk().map_err(failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
        walk.push(head).and_then(|()| walk.hide(base)).map_err(failed)?;
        let found = walk.take(most + 1).collect::<Result<Vec<Oid>, _>>().map_err(failed)?;
        Ok((found.len() <= most).then_some(found))
    }

    /// Returns whether `newer` is `commit` or descends from it; `None` where one of them is not in
    /// this clone.
    pub fn has_ancestor(&self, newer: Oid, commit: Oid) -> Option<bool> {
        let is_here = |id: Oid| self.inner().find_commit(id).is_ok();
        if !is_here(newer) || !is_here(commit) {
            return None;
        }
        if newer == commit {
            return Some(true);
        }
        self.inner().graph_descendant_of(newer, commit).ok()
    }

    /// Returns all parents of a commit.
    ///
    /// # Errors
    /// When the commit is missing.
    pub fn commit_parents(&self, commit: Oid) -> Result<Vec<Oid>, GitError> {
        let bytes = self.read_object(commit, ObjectType::Commit)?;
        Ok(CommitHead::parents(&bytes).collect())
    }

    /// Returns whether the commit itself changed one of these paths. A clean merge does not: only
    /// one of its two parents changed the path since the fork, and the merge takes that side.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn touches_itself(&self, commit: Oid, paths: &BTreeSet<&str>) -> Result<bool, GitError> {
        let parents = self.commit_parents(commit)?;
        let snapshots = parents.iter().map(|parent| Snapshot::of_commit(self, *parent));
        let snapshots = snapshots.collect::<Result<Vec<_>, _>>()?;
        let fork = match parents.as_slice() {
            [one, other] => self.only_fork(*one, *other)?,
            _ => None,
        };
        let own = Snapshot::of_commit(self, commit)?;
        Ok(paths.iter().any(|path| differs_from_parents(path, &own, &snapshots, fork.as_ref())))
    }

    /// Returns the merge base of two commits, if there is exactly one.
    fn only_fork(&self, one: Oid, other: Oid) -> Result<Option<Snapshot<'_>>, GitError> {
        match self.inner().merge_bases(one, other) {
            Ok(bases) if bases.len() == 1 => Snapshot::of_commit(self, bases[0]).map(Some),
            _ => Ok(None),
        }
    }
}

/// True if the file at a path is not what a clean merge of the parents makes of it.
fn differs_from_parents(
    path: &str,
    own: &Snapshot<'_>,
    parents: &[Snapshot<'_>],
    fork: Option<&Snapshot<'_>>,
) -> bool {
    let here = own.find_file(path);
    let there: Vec<_> = parents.iter().map(|parent| parent.find_file(path)).collect();
    match (there.as_slice(), fork) {
        ([], _) => here.is_some(),
        ([one], _) => *one != here,
        // A clean merge takes the side that changed the path.
        ([one, other], Some(fork)) if one != other => {
            let before = fork.find_file(path);
            let clean =
                if *one == before { Some(other) } else { (*other == before).then_some(one) };
            clean != Some(&here)
        }
        (all, _) => all.iter().any(|one| *one != here),
    }
}

#[cfg(test)]
mod tests {
    use crate::git::testing::TestRepository;
    use std::collections::BTreeSet;

    #[test]
    fn a_merge_that_only_brings_together_changes_nothing_itself() {
        let mut test = TestRepository::new();
        let ann: &[u8] = b"Ann <ann@example.com>";
        test.commit("one", &[("a", Some("1")), ("b", Some("1"))]);
        let side =
            test.commit_on("side", ann, b"side", &[("a", Some("2")), ("b", Some("1"))], &[1]);
        test.commit("two", &[("b", Some("2"))]);
        let clean = test.commit_as(ann, b"clean", &[("a", Some("2"))], &[side]);
        let evil = test.commit_as(ann, b"evil", &[("a", Some("3"))], &[side]);
        // Another branch of the root commit, which does not touch the path, and a merge that takes
        // the path from there: it reverts the change of the other side.
        let other =
            test.commit_on("other", ann, b"other", &[("a", Some("1")), ("c", Some("1"))], &[1]);
        let undone = test.commit_as(ann, b"undone", &[("a", Some("1"))], &[other]);
        let repository = test.open();
        let paths = BTreeSet::from(["a"]);
        let touches = |mark| repository.touches_itself(test.id(mark), &paths).expect("looked");
        assert_eq!(
            [touches(side), touches(clean), touches(evil), touches(undone)],
            [true, false, true, true]
        );
        let ahead =
            repository.commits_ahead(test.id(1), test.id(clean), 10).expect("walked").expect("few");
        assert_eq!(ahead.len(), 3);
        assert_eq!(repository.commits_ahead(test.id(1), test.id(clean), 2).expect("walked"), None);
    }
}

//! The commits of a branch that is to be merged, and what each of them did itself.

use super::commit::CommitHead;
use super::{GitError, Oid, Repository, Snapshot};
use git2::{ObjectType, Sort};
use std::collections::BTreeSet;

impl Repository {
    /// The commits that `head` has and `base` has not, newest first; `None` where there are more than
    /// `most`.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn ahead(&self, base: Oid, head: Oid, most: usize) -> Result<Option<Vec<Oid>>, GitError> {
        let failed = |error: git2::Error| GitError::from_git2("the commits of a branch", &error);
        let mut walk = self.inner().revwalk().map_err(failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
        walk.push(head).and_then(|()| walk.hide(base)).map_err(failed)?;
        let found = walk.take(most + 1).collect::<Result<Vec<Oid>, _>>().map_err(failed)?;
        Ok((found.len() <= most).then_some(found))
    }

    /// All parents of a commit.
    ///
    /// # Errors
    /// When the commit is not there.
    pub fn parents(&self, commit: Oid) -> Result<Vec<Oid>, GitError> {
        let bytes = self.object(commit, ObjectType::Commit)?;
        Ok(CommitHead::parents(&bytes).collect())
    }

    /// Did this commit itself change one of these paths: is it there otherwise than in each of its
    /// parents? A merge that only brings together does not.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn touches_itself(&self, commit: Oid, paths: &BTreeSet<&str>) -> Result<bool, GitError> {
        let parents = self.parents(commit)?;
        let parents = parents.into_iter().map(|parent| Snapshot::of_commit(self, parent));
        let parents = parents.collect::<Result<Vec<_>, _>>()?;
        let own = Snapshot::of_commit(self, commit)?;
        let is_new = |path: &&str| {
            let here = own.find(path);
            let is_from = |parent: &Snapshot<'_>| parent.find(path) == here;
            if parents.is_empty() { here.is_some() } else { !parents.iter().any(is_from) }
        };
        Ok(paths.iter().any(is_new))
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
        let side = test.commit_on("side", ann, b"side", &[("a", Some("2")), ("b", Some("1"))], &[1]);
        test.commit("two", &[("b", Some("2"))]);
        let clean = test.commit_as(ann, b"clean", &[("a", Some("2"))], &[side]);
        let evil = test.commit_as(ann, b"evil", &[("a", Some("3"))], &[side]);
        let repository = test.open();
        let paths = BTreeSet::from(["a"]);
        let touches = |mark| repository.touches_itself(test.id(mark), &paths).expect("looked");
        assert_eq!([touches(side), touches(clean), touches(evil)], [true, false, true]);
        let ahead = repository.ahead(test.id(1), test.id(clean), 10).expect("walked").expect("few");
        assert_eq!(ahead.len(), 3);
        assert_eq!(repository.ahead(test.id(1), test.id(clean), 2).expect("walked"), None);
    }
}

//! Which commit of a branch counts in a clone.

use super::BranchTips;
use crate::git::Repository;
use crate::git::testing::{TestRepository, git};
use std::path::{Path, PathBuf};

/// An origin with one commit on `main`, and a clone of it.
struct Pair {
    origin: TestRepository,
    clone: PathBuf,
}

impl Pair {
    fn new() -> Self {
        let mut origin = TestRepository::new();
        origin.commit("one", &[("a", Some("1"))]);
        origin.write();
        git(origin.folder.path(), &["clone", "-q", "repo", "clone"]);
        let clone = origin.folder.path().join("clone");
        Pair { origin, clone }
    }

    fn commit(folder: &Path, text: &str) {
        git(folder, &["commit", "-q", "--allow-empty", "-m", text]);
    }

    fn land_at_origin(&self) {
        git(&self.origin.path, &["checkout", "-q", "main"]);
        Self::commit(&self.origin.path, "at the origin");
        git(&self.clone, &["fetch", "-q"]);
    }

    fn tips(&self) -> BranchTips {
        Repository::open(&self.clone).expect("opens").branch_tips("main").expect("a branch")
    }

    fn resolve(&self, revision: &str) -> git2::Oid {
        Repository::open(&self.clone).expect("opens").resolve_revision(revision).expect("is there")
    }
}

#[test]
fn a_branch_that_is_at_its_upstream_is_there() {
    let pair = Pair::new();
    assert_eq!(pair.tips(), BranchTips::Same(pair.resolve("main")));
}

#[test]
fn the_upstream_counts_where_it_is_ahead() {
    let pair = Pair::new();
    pair.land_at_origin();
    assert_eq!(pair.tips().newest(), Some(pair.resolve("refs/remotes/origin/main")));
}

#[test]
fn the_local_branch_counts_where_it_is_ahead() {
    let pair = Pair::new();
    Pair::commit(&pair.clone, "here");
    assert_eq!(pair.tips().newest(), Some(pair.resolve("refs/heads/main")));
    assert!(matches!(pair.tips(), BranchTips::Different { local_ahead: 1, upstream_ahead: 0, .. }));
}

#[test]
fn the_upstream_counts_where_both_have_commits_of_their_own() {
    let pair = Pair::new();
    pair.land_at_origin();
    Pair::commit(&pair.clone, "here");
    Pair::commit(&pair.clone, "here, too");
    assert!(matches!(pair.tips(), BranchTips::Different { local_ahead: 2, upstream_ahead: 1, .. }));
    assert_eq!(pair.tips().newest(), None);
    assert_eq!(pair.tips().deployed(), pair.resolve("refs/remotes/origin/main"));
}

#[test]
fn another_upstream_that_is_configured_counts() {
    let pair = Pair::new();
    git(&pair.origin.path, &["branch", "deploy", "main"]);
    git(&pair.origin.path, &["checkout", "-q", "deploy"]);
    Pair::commit(&pair.origin.path, "deployed");
    git(&pair.clone, &["fetch", "-q"]);
    git(&pair.clone, &["branch", "-q", "--set-upstream-to=origin/deploy", "main"]);
    assert_eq!(pair.tips().newest(), Some(pair.resolve("refs/remotes/origin/deploy")));
}

#[test]
fn a_bare_clone_has_only_its_own_branches() {
    let pair = Pair::new();
    git(pair.origin.folder.path(), &["clone", "-q", "--bare", "repo", "bare"]);
    let bare = Repository::open(&pair.origin.folder.path().join("bare")).expect("opens");
    assert!(matches!(bare.branch_tips("main"), Ok(BranchTips::Same(_))));
}

#[test]
fn sides_that_a_shallow_clone_does_not_see_meet_have_diverged() {
    let pair = Pair::new();
    for count in 0..3 {
        Pair::commit(&pair.origin.path, &format!("more {count}"));
    }
    let from = format!("file://{}", pair.origin.path.display());
    git(pair.origin.folder.path(), &["clone", "-q", "--depth", "1", &from, "shallow"]);
    let shallow = pair.origin.folder.path().join("shallow");
    Pair::commit(&shallow, "here");
    Pair::commit(&pair.origin.path, "there");
    git(&shallow, &["fetch", "-q", "--depth", "1"]);
    let repository = Repository::open(&shallow).expect("opens");
    let tips = repository.branch_tips("main").expect("a branch");
    let upstream = repository.resolve_revision("refs/remotes/origin/main").expect("is there");
    assert_eq!((tips.newest(), tips.deployed()), (None, upstream));
}

#[test]
fn an_origin_head_without_its_branch_names_nothing() {
    let pair = Pair::new();
    let named = || Repository::open(&pair.clone).expect("opens").origin_head();
    assert_eq!(named().as_deref(), Some("main"));
    git(&pair.clone, &["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(named(), None);
}

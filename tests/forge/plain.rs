//! The contract where there is no forge: a real bare repository, and clones that write to it.

use crate::bench::new;
use crate::contract::{
    Subject, a_second_is_the_first, merged_once, opened_found_changed_and_closed,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use towpath::forge::{
    Clock, Forge, ForgeError, ForgeFeature, ForgeKind, MergeMethod, ProposalMerge, ProposalState,
    ProposalUpdate, open_plain,
};
use towpath::git::{GitOptions, Repository, Workspace};

const ME: &str = "Jo <jo@example.com>";

/// A bare repository `origin.git` with the branches of the contract, each a commit on top of `main`.
struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Ground {
        let ground = Ground { folder: tempfile::tempdir().expect("a temporary folder") };
        let seed = ground.clone_of_nothing();
        ground.commit(&seed, "main", "a", "1\n");
        for branch in ["towpath/prod/web", "b", "c"] {
            git(&seed, &["switch", "-qc", branch, "main"]);
            ground.commit(&seed, branch, &branch.replace('/', "-"), "1\n");
        }
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn clone_of_nothing(&self) -> PathBuf {
        git(self.folder.path(), &["init", "-q", "--bare", "-b", "main", "origin.git"]);
        git(self.folder.path(), &["clone", "-q", "origin.git", "seed"]);
        self.path("seed")
    }

    /// Commits a file on a branch that is checked out in the seed, and pushes it.
    fn commit(&self, seed: &Path, branch: &str, file: &str, text: &str) {
        std::fs::write(seed.join(file), text).expect("written");
        git(seed, &["add", "."]);
        git(seed, &["commit", "-qm", &format!("{branch}: {file}")]);
        git(seed, &["push", "-q", "origin", &format!("HEAD:{branch}")]);
    }

    fn clone(&self, name: &str) -> Repository {
        git(self.folder.path(), &["clone", "-q", "origin.git", name]);
        git(&self.path(name), &["config", "user.name", "Jo"]);
        git(&self.path(name), &["config", "user.email", "jo@example.com"]);
        Repository::open(&self.path(name)).expect("opens")
    }

    fn at(&self, revision: &str) -> String {
        git(&self.path("origin.git"), &["rev-parse", revision])
    }
}

fn forge(repository: &Repository) -> Box<dyn Forge + '_> {
    let manner = GitOptions { date: "1700000000 +0000".into(), ..GitOptions::default() };
    let clock = Clock { now: Arc::new(|| 0), sleep: Arc::new(|_| {}), chance: Arc::new(|| 0.5) };
    open_plain(Workspace::new(repository, manner), "/srv/deploy.git".into(), ME.into(), clock)
}

fn git(at: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Jo", "-c", "user.email=jo@example.com"])
        .args(arguments)
        .current_dir(at);
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = git.output().expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

fn how(expect: String, method: MergeMethod) -> ProposalMerge {
    ProposalMerge {
        method,
        expect,
        title: None,
        message: Some("App: web\n".into()),
        if_still: Vec::new(),
    }
}

#[test]
fn a_proposal_is_opened_found_changed_and_closed() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    let forge = forge(&repository);
    assert_eq!(forge.kind(), ForgeKind::Plain);
    let subject = Subject { forge: forge.as_ref(), me: ME, sha: &|branch| ground.at(branch) };
    opened_found_changed_and_closed(&subject);
    let log = git(&ground.path("origin.git"), &["log", "--format=%s", "refs/towpath/proposals/1"]);
    assert_eq!(log.lines().last(), Some("Open: Promote towpath/prod/web"));
    assert_eq!(log.lines().next(), Some("Close: Other"));
    assert!(matches!(forge.get_proposal(9), Err(ForgeError::NoSuchProposal { number: 9 })));
    for feature in [
        ForgeFeature::AutoMerge,
        ForgeFeature::Issues,
        ForgeFeature::Checks,
        ForgeFeature::Reviews,
        ForgeFeature::Assignees,
    ] {
        assert!(forge.missing_features().contains(&feature));
    }
    assert_eq!(
        forge.list_reviews(1).expect_err("nobody reviews").to_string(),
        "a repository without a forge does not support reviews"
    );
}

#[test]
fn a_second_proposal_of_a_branch_is_the_first() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    a_second_is_the_first(forge(&repository).as_ref());
    assert_eq!(ground.at("refs/towpath/proposals/1").len(), 40);
    assert!(
        git(&ground.path("origin.git"), &["for-each-ref", "refs/towpath/proposals/2"]).is_empty()
    );
}

#[test]
fn merged_once_and_only_as_judged() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    let forge = forge(&repository);
    forge.create_proposal(&new("b")).expect("opened");
    let error = forge
        .merge_proposal(1, &how(ground.at("c"), MergeMethod::Merge))
        .expect_err("another head");
    assert_eq!(error.to_string(), "proposal 1 cannot be merged: its branch has changed");
    let head = ground.at("b");
    let subject = Subject { forge: forge.as_ref(), me: ME, sha: &|branch| ground.at(branch) };
    let commit = merged_once(&subject);
    // The suite squashes.
    assert_eq!((ground.at("main"), ground.at("main^")), (commit, ground.at(&format!("{head}^"))));
    let merged = forge.get_proposal(1).expect("there");
    assert_eq!((merged.state, merged.head_commit), (ProposalState::Merged, Some(head)));
}

#[test]
fn a_merge_goes_forward_or_is_one() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    let forge = forge(&repository);
    for head in ["b", "c", "towpath/prod/web"] {
        forge.create_proposal(&new(head)).expect("opened");
    }
    let (b, c, web) = (ground.at("b"), ground.at("c"), ground.at("towpath/prod/web"));
    forge.merge_proposal(1, &how(b.clone(), MergeMethod::Merge)).expect("merged");
    assert_eq!(ground.at("main"), b, "it goes forward");
    forge.merge_proposal(2, &how(c.clone(), MergeMethod::Merge)).expect("merged");
    assert_eq!((ground.at("main^1"), ground.at("main^2")), (b, c));
    let origin = ground.path("origin.git");
    assert_eq!(
        git(&origin, &["log", "-1", "--format=%B", "main"]),
        "Merge pull request #2 from c\n\nApp: web"
    );
    assert_eq!(git(&origin, &["ls-tree", "--name-only", "main"]), "a\nb\nc");
    let error =
        forge.merge_proposal(3, &how(web, MergeMethod::Rebase)).expect_err("it has no rebase");
    assert_eq!(
        error.to_string(),
        "proposal 3 cannot be merged: `main` has new commits, and rebasing needs a forge"
    );
}

#[test]
fn a_conflict_is_refused_and_nothing_moves() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    let forge = forge(&repository);
    forge.create_proposal(&new("b")).expect("opened");
    let seed = ground.path("seed");
    git(&seed, &["switch", "-q", "main"]);
    ground.commit(&seed, "main", "b", "2\n");
    let main = ground.at("main");
    let error = forge
        .merge_proposal(1, &how(ground.at("b"), MergeMethod::Merge))
        .expect_err("both have changed it");
    assert_eq!(
        error.to_string(),
        "proposal 1 cannot be merged: `main` has changed the same lines of b"
    );
    assert_eq!(
        (ground.at("main"), forge.get_proposal(1).expect("there").state),
        (main, ProposalState::Open)
    );
    git(&ground.path("origin.git"), &["branch", "-D", "b"]);
    let error = forge
        .merge_proposal(1, &how("0".repeat(40), MergeMethod::Merge))
        .expect_err("there is no branch");
    assert_eq!(error.to_string(), "proposal 1 cannot be merged: its branch `b` no longer exists");
}

#[test]
fn what_git_has_merged_is_noted() {
    let ground = Ground::new();
    let repository = ground.clone("one");
    let forge = forge(&repository);
    forge.create_proposal(&new("b")).expect("opened");
    git(&ground.path("origin.git"), &["update-ref", "refs/heads/main", "b"]);
    assert_eq!(forge.open_proposals().expect("listed"), []);
    assert_eq!(forge.get_proposal(1).expect("there").state, ProposalState::Merged);
    assert_eq!(
        forge
            .merge_proposal(1, &how(ground.at("b"), MergeMethod::Merge))
            .expect("merged already")
            .state,
        ProposalState::Merged
    );
}

/// Ten writers at once, each with a clone of its own: five open one proposal, five another, and all
/// put a label on the first.
#[test]
fn writers_at_once_lose_nothing() {
    let ground = Ground::new();
    let first = ground.clone("first");
    forge(&first).create_proposal(&new("towpath/prod/web")).expect("opened");
    let clones: Vec<PathBuf> = (0..10)
        .map(|n| {
            ground.clone(&format!("clone{n}"));
            ground.path(&format!("clone{n}"))
        })
        .collect();
    std::thread::scope(|scope| {
        for (n, path) in clones.iter().enumerate() {
            scope.spawn(move || {
                let repository = Repository::open(path).expect("opens");
                let forge = forge(&repository);
                forge.create_proposal(&new(if n % 2 == 0 { "b" } else { "c" })).expect("opened");
                let change = ProposalUpdate {
                    add_labels: vec![format!("label{n}")],
                    ..ProposalUpdate::default()
                };
                forge.update_proposal(1, &change).expect("changed");
            });
        }
    });
    let forge = forge(&first);
    let mut open: Vec<String> =
        forge.open_proposals().expect("listed").into_iter().map(|one| one.head).collect();
    open.sort();
    assert_eq!(open, ["b", "c", "towpath/prod/web"]);
    let mut labels = forge.get_proposal(1).expect("there").labels;
    labels.sort();
    assert_eq!(labels, (0..10).map(|n| format!("label{n}")).collect::<Vec<_>>());
}

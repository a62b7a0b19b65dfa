use super::*;
use crate::git::testing::TestRepository;
use crate::git::{GitIdentity, GitOptions, Repository};

fn workspace(repository: &Repository) -> Workspace<'_> {
    let author = Some(GitIdentity { name: "Jo".into(), email: "jo@example.com".into() });
    Workspace::new(
        repository,
        GitOptions { date: "1700000000 +0000".into(), author, ..GitOptions::default() },
    )
}

/// A repository with `main` and three branches from its first commit.
fn repository() -> (TestRepository, Repository) {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1\n")), ("b", Some("1\n"))]);
    test.write();
    test.git(&["config", "user.name", "Jo"]);
    test.git(&["config", "user.email", "jo@example.com"]);
    test.git(&["reset", "-q", "--hard"]);
    for (branch, file, text) in [("apart", "b", "2\n"), ("against", "a", "3\n")] {
        test.git(&["switch", "-qc", branch, "main"]);
        std::fs::write(test.path.join(file), text).expect("written");
        test.git(&["commit", "-qam", branch]);
    }
    test.git(&["switch", "-q", "main"]);
    test.git(&["branch", "old"]);
    std::fs::write(test.path.join("a"), "2\n").expect("written");
    test.git(&["commit", "-qam", "two"]);
    let repository = Repository::open(&test.path).expect("opens");
    (test, repository)
}

#[test]
fn two_branches_come_together_or_do_not() {
    let (test, repository) = repository();
    let workspace = workspace(&repository);
    let at = |name: &str| repository.resolve_revision(name).expect("there");
    let (main, old) = (at("refs/heads/main"), at("refs/heads/old"));
    assert_eq!(workspace.merge_heads(main, old).expect("looked"), MergeOutcome::Nothing);
    assert_eq!(workspace.merge_heads(old, main).expect("looked"), MergeOutcome::Forward);
    assert_eq!(
        workspace.merge_heads(main, at("refs/heads/against")).expect("looked"),
        MergeOutcome::Conflict(vec!["a".into()])
    );
    let apart = at("refs/heads/apart");
    let MergeOutcome::Tree(tree) = workspace.merge_heads(main, apart).expect("looked") else {
        panic!("both fit")
    };
    let merge = workspace.merge_commit(tree, main, apart, "Merge\n").expect("written");
    assert_eq!(test.git(&["show", &format!("{merge}:a")]), "2");
    assert_eq!(test.git(&["show", &format!("{merge}:b")]), "2");
    assert_eq!(
        test.git(&["rev-parse", &format!("{merge}^1"), &format!("{merge}^2")]),
        format!("{main}\n{apart}")
    );
    let squash = workspace.squash_commits(Some(tree), main, apart, "All\n").expect("written");
    assert_eq!(
        test.git(&["rev-list", "--parents", "-n1", &squash.to_string()]),
        format!("{squash} {main}")
    );
    assert!(
        workspace.contains_changes(merge, apart).expect("looked")
            && !workspace.contains_changes(squash, apart).expect("looked")
    );
    assert_eq!(test.git(&["status", "--porcelain"]), "", "nothing was checked out");
}

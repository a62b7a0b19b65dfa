use super::*;
use crate::git::testing::TestRepository;

/// A repository with `main` and branches from its first commit that each change one of two files.
fn repository() -> (TestRepository, Repository) {
    let mut test = TestRepository::new();
    let lines = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    test.commit("one", &[("a", Some("1\n")), ("b", Some("1\n")), ("long", Some(lines))]);
    test.commit_on(
        "elsewhere",
        b"Ann <ann@example.com>",
        b"nothing in common",
        &[("a", Some("1\n"))],
        &[],
    );
    test.write();
    test.git(&["config", "user.name", "Jo"]);
    test.git(&["config", "user.email", "jo@example.com"]);
    test.git(&["reset", "-q", "--hard"]);
    let above = lines.replace('1', "one");
    for (branch, file, text) in [
        ("apart", "b", "2\n"),
        ("against", "a", "3\n"),
        ("above", "long", above.as_str()),
        ("ahead", "b", "4\n"),
    ] {
        test.git(&["switch", "-qc", branch, "main"]);
        std::fs::write(test.path.join(file), text).expect("written");
        test.git(&["commit", "-qam", branch]);
    }
    test.git(&["switch", "-q", "main"]);
    test.git(&["branch", "old"]);
    std::fs::write(test.path.join("a"), "2\n").expect("written");
    std::fs::write(test.path.join("long"), lines.replace('9', "nine")).expect("written");
    test.git(&["commit", "-qam", "two"]);
    let repository = Repository::open(&test.path).expect("opens");
    (test, repository)
}

fn text(snapshot: &Snapshot<'_>, path: &str) -> String {
    let file = snapshot.find_file(path).expect("there");
    String::from_utf8(snapshot.read_file(&file).expect("read")).expect("text")
}

#[test]
fn what_a_merge_would_bring_is_seen_and_not_written() {
    let (test, repository) = repository();
    let at =
        |name: &str| repository.resolve_revision(&format!("refs/heads/{name}")).expect("there");
    let objects = || test.git(&["count-objects", "-v"]);
    let before = objects();
    let main = at("main");
    let look =
        |head: &str| repository.preview_merge(main, at(head), MergeWitness::Git).expect("looked");
    assert_eq!(look("old"), MergePreview::Nothing);
    assert_eq!(look("main"), MergePreview::Nothing);
    assert_eq!(
        repository.preview_merge(at("old"), at("ahead"), MergeWitness::Git).expect("looked"),
        MergePreview::Forward(at("ahead"))
    );
    assert_eq!(look("against"), MergePreview::Conflict(vec!["a".into()]));
    assert_eq!(look("elsewhere"), MergePreview::Unrelated);
    let MergePreview::Tree(tree) = look("above") else { panic!("both fit") };
    let merged = repository.snapshot_of_tree(tree, 0).expect("in memory");
    assert_eq!((text(&merged, "a"), text(&merged, "b")), ("2\n".into(), "1\n".into()));
    assert_eq!(text(&merged, "long"), "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    assert_eq!(objects(), before, "nothing was written");
    let MergePreview::Tree(tree) = look("apart") else { panic!("both fit") };
    assert_eq!(text(&repository.snapshot_of_tree(tree, 0).expect("in memory"), "b"), "2\n");
}

#[test]
fn differences_are_those_of_paths_and_what_no_path_can_name() {
    let (test, repository) = repository();
    let blob = test.git(&["rev-parse", "main:a"]);
    let lines = test.folder.path().join("lines");
    std::fs::write(&lines, format!("100644 blob {blob}\ta\n100644 blob {blob}\t\"\\377\"\n"))
        .expect("written");
    let mktree = std::process::Command::new("git")
        .arg("-C")
        .arg(&test.path)
        .arg("mktree")
        .stdin(std::fs::File::open(&lines).expect("opens"))
        .output()
        .expect("git runs");
    let tree = String::from_utf8(mktree.stdout).expect("an id").trim().to_owned();
    let commit = test.git(&["commit-tree", "-p", "main", "-m", "odd", &tree]);
    let snapshot = |commit: &str| {
        Snapshot::of_commit(&repository, commit.parse().expect("an id")).expect("read")
    };
    let main = test.git(&["rev-parse", "main"]);
    let found = snapshot(&main).differences_to(&snapshot(&commit)).expect("compared");
    let mut paths: Vec<&str> = found.changes.iter().map(|change| change.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!((paths, found.beyond), (vec!["b", "long"], vec![String::new()]));
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let (test, _) = repository();
    test.git(&["branch", "-D", "old"]);
    test.git(&["clone", "-q", "--depth=1", "--no-single-branch", &test.url(), "clone"]);
    let clone = Repository::open(&test.path.join("clone")).expect("opens");
    let at =
        |name: &str| clone.resolve_revision(&format!("refs/remotes/origin/{name}")).expect("there");
    let lacking = |base: Oid, head: Oid| {
        clone.preview_merge(base, head, MergeWitness::Git).expect_err("it is shallow").to_string()
    };
    let first = test.git(&["rev-parse", "main~1"]).trim().to_owned();
    let missing = format!("object {first} is missing from the repository");
    assert_eq!(lacking(at("main"), at("apart")), missing, "where they fork");
    assert_eq!(
        lacking(Oid::from_str(&first).expect("an id"), at("main")),
        missing,
        "the base itself"
    );
}

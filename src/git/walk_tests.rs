use super::*;
use crate::git::testing::{TestRepository, git};

/// Returns `subject: changed paths`, newest first, and why the walk ended.
fn walked(repository: &Repository, paths: &[&str]) -> (Vec<String>, WalkEnd) {
    let tip = repository.head_commit().expect("a head");
    let answers = [1, 2, 5].map(|threads| {
        let mut lines = Vec::new();
        let scope = PathScope::of(paths.iter().map(|path| (*path).to_owned()));
        let walk = MainlineWalk::new(repository, tip, scope).threads(threads);
        let subject = |repository: &Repository, step: &CommitChanges| {
            repository.commit_info(step.commit).expect("a commit").subject
        };
        let visit = |step: CommitChanges, subject: String| {
            let mut changed: Vec<&str> =
                step.changes.iter().map(|change| change.path.as_str()).collect();
            changed.sort_unstable();
            lines.push(format!("{subject}: {}", changed.join(" ")));
            WalkControl::Continue
        };
        let stopped = walk.run(|| subject, visit, |_| {}).expect("a walk");
        (lines, stopped)
    });
    let [first, rest @ ..] = answers;
    assert!(rest.iter().all(|other| *other == first), "the number of threads makes no difference");
    first
}

#[test]
fn coming_going_and_changing_all_count() {
    let mut test = TestRepository::new();
    test.commit("root", &[("a/x", Some("1")), ("b", Some("1")), ("a-b", Some("1"))]);
    test.commit("other", &[("a/z", Some("1"))]);
    test.commit("change", &[("a/x", Some("2"))]);
    test.commit("remove", &[("a/x", None), ("a/z", None)]);
    test.commit("a file where a folder was", &[("a", Some("1"))]);
    test.commit("a folder where a file was", &[("a", None), ("a/x", Some("2")), ("a.b", Some(""))]);
    let (lines, stopped) = walked(&test.open(), &["a/x", "b", "not/there", "a-b", "a.b"]);
    assert_eq!(
        lines,
        ["a folder where a file was: a.b a/x", "remove: a/x", "change: a/x", "root: a-b a/x b"]
    );
    assert_eq!(stopped, WalkEnd::Root);
}

#[test]
fn merges_count_once_and_by_their_first_parent() {
    let mut test = TestRepository::new();
    let author: &[u8] = b"A <a@x>";
    let root = test.commit("root", &[("a", Some("1")), ("b", Some("1")), ("c", Some("1"))]);
    let topic = test.commit_on(
        "one",
        author,
        b"topic one",
        &[("a", Some("2")), ("b", Some("1")), ("c", Some("1"))],
        &[],
    );
    let other = test.commit_on("two", author, b"topic two", &[("b", Some("2"))], &[]);
    test.commit("main goes on", &[("c", Some("2"))]);
    test.commit_as(author, b"octopus", &[("a", Some("2")), ("b", Some("2"))], &[topic, other]);
    test.commit_as(author, b"a merge that changes nothing", &[], &[root]);
    let repository = test.open();
    assert_eq!(
        walked(&repository, &["a", "b", "c"]).0,
        ["octopus: a b", "main goes on: c", "root: a b c"]
    );
}

#[test]
fn the_visitor_can_stop() {
    let mut test = TestRepository::new();
    for i in 0..200 {
        test.commit(&i.to_string(), &[("a", Some(&i.to_string()))]);
    }
    let repository = test.open();
    for threads in [1, 3] {
        let mut seen = 0;
        let walk = MainlineWalk::new(
            &repository,
            repository.head_commit().expect("a head"),
            PathScope::whole(),
        )
        .threads(threads);
        let visit = |_: CommitChanges, ()| {
            seen += 1;
            if seen == 30 { WalkControl::Stop } else { WalkControl::Continue }
        };
        assert_eq!(
            walk.run(|| |_: &Repository, _: &CommitChanges| (), visit, |_| {}).expect("a walk"),
            WalkEnd::Done
        );
        assert_eq!(seen, 30);
    }
}

#[test]
fn a_walk_ends_before_the_commit_it_is_told() {
    let mut test = TestRepository::new();
    let marks = [0, 1, 2, 3].map(|i| test.commit(&i.to_string(), &[("a", Some(&i.to_string()))]));
    let repository = test.open();
    let mut seen = Vec::new();
    let walk = MainlineWalk::new(&repository, test.id(marks[3]), PathScope::whole())
        .until(Some(test.id(marks[1])));
    let visit = |step: CommitChanges, ()| {
        seen.push(step.commit);
        WalkControl::Continue
    };
    let mut reached = Vec::new();
    let stopped = walk
        .run(|| |_: &Repository, _: &CommitChanges| (), visit, |r| reached.push(r))
        .expect("a walk");
    assert_eq!((stopped, seen), (WalkEnd::Done, vec![test.id(marks[3]), test.id(marks[2])]));
    assert_eq!(reached, [WalkProgress { done: 3, total: Some(3) }]);
}

#[test]
fn a_long_history_is_put_together_in_order() {
    let mut test = TestRepository::new();
    for i in 0..3_000 {
        let text = i.to_string();
        test.commit(&text, &[(if i % 7 == 0 { "d/seven" } else { "d/other" }, Some(&text))]);
    }
    let (lines, _) = walked(&test.open(), &["d/seven"]);
    let expected: Vec<String> =
        (0..3_000).rev().filter(|i| i % 7 == 0).map(|i| format!("{i}: d/seven")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_shallow_clone_ends_at_its_edge() {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1"))]);
    let edge = test.commit("two", &[("a", Some("2"))]);
    test.commit("three", &[("a", Some("3"))]);
    test.write();
    git(test.folder.path(), &["clone", "-q", "--depth=2", &test.url(), "shallow"]);
    let repository = Repository::open(&test.folder.path().join("shallow")).expect("opens");
    assert_eq!(
        walked(&repository, &["a"]),
        (vec!["three: a".to_owned()], WalkEnd::Shallow(test.id(edge)))
    );
}

#[test]
fn partial_clones_do_with_what_they_have() {
    let mut test = TestRepository::new();
    test.commit("one", &[("d/a", Some("1"))]);
    test.commit("two", &[("d/a", Some("2"))]);
    test.write();
    test.git(&["config", "uploadpack.allowFilter", "true"]);
    for (filter, name) in [("blob:none", "blobless"), ("tree:0", "treeless")] {
        git(
            test.folder.path(),
            &["clone", "-q", "--bare", &format!("--filter={filter}"), &test.url(), name],
        );
    }
    let blobless = Repository::open(&test.folder.path().join("blobless")).expect("opens");
    assert_eq!(walked(&blobless, &["d/a"]).0, ["two: d/a", "one: d/a"]);
    let treeless = Repository::open(&test.folder.path().join("treeless")).expect("opens");
    let walk =
        MainlineWalk::new(&treeless, treeless.head_commit().expect("a head"), PathScope::whole());
    let error = walk
        .run(|| |_: &Repository, _: &CommitChanges| (), |_, ()| WalkControl::Continue, |_| {})
        .expect_err("no trees");
    assert!(matches!(&error, GitError::MissingObject { .. }), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("git fetch --refetch")));
}

#[test]
fn odd_authors_do_not_stop_a_walk() {
    let mut test = TestRepository::new();
    let long = "y".repeat(100_000);
    test.commit_as(b"J\xf6rg <j@x>", b"Gr\xfc\xdfe", &[("a", Some("1"))], &[]);
    test.commit_as(b"<nameless@x>", long.as_bytes(), &[("a", Some("2"))], &[]);
    let repository = test.open();
    let tip = repository.head_commit().expect("a head");
    let info = repository.commit_info(tip).expect("a commit");
    assert_eq!(
        (info.author.name.as_str(), info.author.email.as_str(), info.subject.len()),
        ("", "nameless@x", 100_000)
    );
    let (lines, _) = walked(&repository, &["a"]);
    assert_eq!(lines[1], "Gr\u{fc}\u{df}e: a");
}

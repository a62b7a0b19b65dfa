use super::*;
use crate::git::testing::{TestRepository, git};

/// A repository with `v1` and, three commits later, `v2`.
fn origin() -> TestRepository {
    let mut test = TestRepository::new();
    for message in ["one", "two\ttabbed\n\nbody", "three", "four"] {
        test.commit(message, &[("a", Some(message))]);
    }
    test.write();
    git(&test.path, &["tag", "v1", "main~3"]);
    git(&test.path, &["tag", "v2", "main"]);
    test
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn commits_between_two_revisions() {
    let test = origin();
    let cache = test.folder.path().join("cache");
    let log = CommitLog::open_or_clone(&test.url(), CloneContents::Commits, &cache, false)
        .expect("clones");
    let all = log
        .commits_between(&names(&["1", "v1"]), &names(&["v2"]), &[], 2)
        .expect("asks")
        .expect("both are there");
    let subjects: Vec<&str> = all.commits.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!((all.from.as_str(), all.to.as_str(), subjects), ("v1", "v2", vec!["four", "three"]));
    assert_eq!((all.unlisted, all.is_back, all.commits[0].author.as_str()), (1, false, "Ann"));
    let back = log
        .commits_between(&names(&["v2"]), &names(&["v1"]), &[], 9)
        .expect("asks")
        .expect("both are there");
    assert_eq!((back.is_back, back.commits.len(), back.unlisted), (true, 3, 0));
    assert_eq!(back.commits[2].subject, "two\ttabbed");
    let same = log
        .commits_between(&names(&["v2"]), &names(&["v2"]), &[], 9)
        .expect("asks")
        .expect("it is there");
    assert_eq!((same.is_back, same.commits.len()), (false, 0));
    assert_eq!(
        log.commits_between(&names(&["v2"]), &names(&["v9", "--all"]), &[], 9).expect("asks"),
        None
    );
}

#[test]
fn what_is_not_known_yet_is_fetched() {
    let mut test = origin();
    let cache = test.folder.path().join("cache");
    let log = CommitLog::open_or_clone(&test.url(), CloneContents::Commits, &cache, false)
        .expect("clones");
    test.commit("five", &[("a", Some("5"))]);
    test.write();
    git(&test.path, &["tag", "v3", "main"]);
    let new = log
        .commits_between(&names(&["v2"]), &names(&["v3"]), &[], 9)
        .expect("asks")
        .expect("both are there");
    assert_eq!(new.commits.len(), 1);
    // Without its origin, the clone still answers for the commits it has.
    std::fs::rename(&test.path, test.folder.path().join("away")).expect("renamed");
    let log = CommitLog::open_or_clone(&test.url(), CloneContents::Commits, &cache, false)
        .expect("is there");
    assert!(log.commits_between(&names(&["v1"]), &names(&["v3"]), &[], 9).expect("asks").is_some());
    assert!(log.commits_between(&names(&["v1"]), &names(&["v4"]), &[], 9).is_err());
}

#[test]
fn addresses_that_run_programs_or_depend_on_the_folder_are_refused() {
    let cache = tempfile::tempdir().expect("a temporary folder");
    for url in ["ext::sh -c id", "-x", "../secret", "fd::17"] {
        assert!(
            CommitLog::open_or_clone(url, CloneContents::Commits, cache.path(), false).is_err(),
            "{url}"
        );
    }
    assert_eq!(std::fs::read_dir(cache.path()).expect("a folder").count(), 0);
}

#[test]
fn commits_of_a_folder_and_of_a_pull_request() {
    let mut test = TestRepository::new();
    for (message, path) in [
        ("one", "web/a"),
        ("two (#12)", "api/a"),
        ("three (#123)", "web/b"),
        ("Merge pull request #13 from x/y", "api/b"),
    ] {
        test.commit(message, &[(path, Some(message))]);
    }
    test.write();
    git(&test.path, &["tag", "v1", "main~3"]);
    git(&test.path, &["tag", "v2", "main"]);
    let cache = test.folder.path().join("cache");
    let log = CommitLog::open_or_clone(&test.url(), CloneContents::Trees, &cache, false);
    let log = log.expect("clones");
    let subjects = |folders: &[&str]| {
        let range = log.commits_between(&names(&["v1"]), &names(&["v2"]), &names(folders), 9);
        let commits = range.expect("asks").expect("both are there").commits;
        commits.into_iter().map(|commit| commit.subject).collect::<Vec<_>>()
    };
    assert_eq!(subjects(&["web"]), ["three (#123)"]);
    assert_eq!(subjects(&["web", "api"]).len(), 3);
    assert_eq!(subjects(&["nothing"]), [""; 0]);
    let subject_of = |number| {
        let found = log.find_pull_request(number).expect("asks");
        let one = |commit: &String| log.describe(commit).expect("asks").expect("there").subject;
        found.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(subject_of(12), ["two (#12)"]);
    assert_eq!(subject_of(13), ["Merge pull request #13 from x/y"]);
    assert_eq!(subject_of(1), [""; 0]);
    let (old, new) = (log.find_commit(&names(&["v1"])), log.find_commit(&names(&["v2"])));
    let (old, new) = (old.expect("asks").expect("there"), new.expect("asks").expect("there"));
    assert!(log.contains(&new, &old).expect("asks") && log.contains(&old, &old).expect("asks"));
    assert!(!log.contains(&old, &new).expect("asks"));
    assert!(log.contains(&old, &"0".repeat(40)).is_err(), "an unknown commit is no answer");
}

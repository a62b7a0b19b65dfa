use super::*;
use crate::git::Repository;
use crate::git::progress::NoProgress;
use crate::git::testing::{TestRepository, git};
use std::cell::RefCell;

/// Long before the creation of the tests' temporary folders, so that none counts as unfinished.
const NOW: i64 = 1_000_000;

fn clones(cache: &Path, max_age: u64, now: i64) -> CloneCache<'static> {
    CloneCache::new(cache, Duration::from_secs(max_age), now, false, &NoProgress)
}

fn origin() -> TestRepository {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1"))]);
    test.write();
    test
}

#[test]
fn a_url_is_cloned_once_and_fetched_when_old() {
    let mut test = origin();
    let cache = test.folder.path().join("cache");
    let clone = clones(&cache, 60, NOW).update_clone(&test.url()).expect("clones");
    let head =
        |clone: &Path| Repository::open(clone).expect("opens").head_commit().expect("a head");
    let first = head(&clone);

    let second = test.commit("two", &[("a", Some("2"))]);
    test.write();
    assert_eq!(clones(&cache, 60, NOW + 59).update_clone(&test.url()).expect("is there"), clone);
    assert_eq!(head(&clone), first);
    clones(&cache, 60, NOW + 60).update_clone(&test.url()).expect("fetches");
    assert_eq!(head(&clone), test.id(second));
    assert_eq!(fs::read_dir(cache.join("repositories")).expect("a folder").count(), 1);
}

#[test]
fn a_renamed_branch_and_rewritten_history_are_followed() {
    let test = origin();
    let cache = test.folder.path().join("cache");
    let clone = clones(&cache, 0, NOW).update_clone(&test.url()).expect("clones");
    test.git(&["commit", "-q", "--allow-empty", "--amend", "-m", "rewritten"]);
    test.git(&["branch", "-m", "trunk"]);
    clones(&cache, 0, NOW).update_clone(&test.url()).expect("fetches");
    let repository = Repository::open(&clone).expect("opens");
    assert_eq!(repository.head_branch().as_deref(), Some("trunk"));
    assert_eq!(
        repository.head_commit().expect("a head").to_string(),
        test.git(&["rev-parse", "HEAD"])
    );
    assert!(repository.resolve_revision("refs/heads/main").is_err());
}

#[test]
fn processes_at_once_share_one_clone() {
    let test = origin();
    let cache = test.folder.path().join("cache");
    let url = test.url();
    let bring = || clones(&cache, 0, NOW).update_clone(&url).expect("clones");
    let all = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(bring)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    Repository::open(&all[0]).expect("opens").head_commit().expect("a head");
}

#[test]
fn what_killed_processes_left_is_swept() {
    let test = origin();
    let cache = test.folder.path().join("cache");
    let left = cache.join("repositories").join(format!("{UNFINISHED}x"));
    fs::create_dir_all(&left).expect("a folder");
    // The folder has the real time, which is less than a day after neither of these.
    clones(&cache, 60, 0).update_clone(&test.url()).expect("clones");
    assert!(left.exists());
    fs::remove_dir_all(clones(&cache, 60, 0).update_clone(&test.url()).expect("is there"))
        .expect("removes");
    clones(&cache, 60, i64::MAX).update_clone(&test.url()).expect("clones");
    assert!(!left.exists());
}

#[test]
fn failures_are_sentences_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let bring = |url: &str| {
        clones(folder.path(), 60, NOW).update_clone(url).expect_err("cannot work").to_string()
    };
    assert_eq!(
        bring("ext::sh -c id"),
        "the URL `ext::sh -c id` is not allowed: `ext::` runs an external program"
    );
    let gone = bring("file:///nowhere/at/all");
    assert!(gone.starts_with("git could not clone `file:///nowhere/at/all`: fatal: "), "{gone}");
    let secret = bring("http://user:s3cret@127.0.0.1:1/x");
    assert!(
        secret.starts_with("git could not clone `http://127.0.0.1:1/x`: fatal: ")
            && !secret.contains("s3cret"),
        "{secret}"
    );
    let left = fs::read_dir(folder.path().join("repositories")).expect("a folder").count();
    assert_eq!(left, 0, "a failed clone leaves nothing");
}

#[test]
fn hooks_of_the_user_do_not_run_and_progress_is_told() {
    struct Told(RefCell<Vec<String>>);
    impl Progress for Told {
        fn update(&self, done: u64, total: u64, what: &str) {
            self.0.borrow_mut().push(format!("{what} {done}/{total}"));
        }
    }
    let test = origin();
    let told = Told(RefCell::default());
    let cache = test.folder.path().join("cache");
    let clones = CloneCache::new(&cache, Duration::ZERO, NOW, false, &told);
    let clone = clones.update_clone(&test.url()).expect("clones");
    assert!(
        told.0.borrow().iter().any(|line| line == "Receiving objects 3/3"),
        "{:?}",
        told.0.borrow()
    );
    let ran = test.folder.path().join("ran");
    fs::create_dir_all(clone.join("hooks")).expect("a folder");
    let hook = clone.join("hooks/reference-transaction");
    fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", ran.display())).expect("writes");
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("executable");
    git(&test.path, &["branch", "new"]);
    clones.update_clone(&test.url()).expect("fetches");
    assert!(!ran.exists());
}

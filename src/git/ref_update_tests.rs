use super::*;
use crate::git::testing::{TestRepository, git};
use crate::git::{GitIdentity, GitOptions, Repository};

const REF: &str = "refs/towpath/proposals/1";

/// A bare origin and two clones of it.
fn site() -> (TestRepository, [Repository; 2]) {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1\n"))]);
    test.write();
    let folder = test.folder.path().to_owned();
    git(&folder, &["clone", "-q", "--bare", "repo", "origin.git"]);
    let clone = |name: &str| {
        git(&folder, &["clone", "-q", "origin.git", name]);
        let path = folder.join(name);
        git(&path, &["config", "user.name", "Jo"]);
        git(&path, &["config", "user.email", "jo@example.com"]);
        Repository::open(&path).expect("opens")
    };
    let clones = [clone("first"), clone("second")];
    (test, clones)
}

fn workspace(repository: &Repository) -> Workspace<'_> {
    let author = Some(GitIdentity { name: "Jo".into(), email: "jo@example.com".into() });
    Workspace::new(
        repository,
        GitOptions { date: "1700000000 +0000".into(), author, ..GitOptions::default() },
    )
}

fn swap(name: &str, from: Option<Oid>, to: Oid) -> RefUpdate {
    RefUpdate { name: name.into(), from, to }
}

#[test]
fn a_record_is_written_read_and_moved_once() {
    let (_test, clones) = site();
    let [first, second] = [workspace(&clones[0]), workspace(&clones[1])];
    let one = first.write_record(None, "state.json", "1\n", "Open").expect("written");
    assert_eq!(first.update_refs(&[swap(REF, None, one)]).expect("asked"), PushOutcome::Done);
    assert_eq!(
        first.update_refs(&[swap(REF, None, one)]).expect("asked"),
        PushOutcome::Done,
        "twice is once"
    );
    let refs = second.remote_refs(&["refs/towpath/proposals/*".into()]).expect("asked");
    assert_eq!(refs.into_iter().collect::<Vec<_>>(), [(REF.to_owned(), one)]);
    second.fetch_refs(&[(REF.to_owned(), one)].into()).expect("brought");
    assert_eq!(second.read_record(one, "state.json").expect("there").as_deref(), Some("1\n"));
    assert_eq!(second.read_record(one, "other").expect("there"), None);

    let theirs = second.write_record(Some(one), "state.json", "2\n", "Change").expect("written");
    let ours = first.write_record(Some(one), "state.json", "3\n", "Change").expect("written");
    assert_eq!(
        second.update_refs(&[swap(REF, Some(one), theirs)]).expect("asked"),
        PushOutcome::Done
    );
    assert_eq!(first.update_refs(&[swap(REF, Some(one), ours)]).expect("asked"), PushOutcome::Lost);
    assert_eq!(
        first.update_refs(&[swap(REF, None, ours)]).expect("asked"),
        PushOutcome::Lost,
        "it is there by now"
    );
}

#[cfg(unix)]
#[test]
fn all_refs_move_or_none() {
    let (test, clones) = site();
    let first = workspace(&clones[0]);
    let one = first.write_record(None, "state.json", "1\n", "Open").expect("written");
    let main = first.remote_heads(&["main"]).expect("asked")["main"];
    let elsewhere = Some(one);
    let moves = [swap("refs/heads/main", elsewhere, one), swap(REF, None, one)];
    assert_eq!(first.update_refs(&moves).expect("asked"), PushOutcome::Lost);
    assert_eq!(first.remote_refs(&[REF.into()]).expect("asked").len(), 0);
    refuse_main(&test.folder.path().join("origin.git"));
    let commit = first.squash_commits(None, main, main, "same").expect("written");
    let moves = [swap(REF, None, one), swap("refs/heads/main", Some(main), commit)];
    let error = first.update_refs(&moves).expect_err("the hook says no");
    assert_eq!(
        error.to_string(),
        "the remote refuses `main`: not on my watch; error: hook declined to update refs/heads/main (hook declined)"
    );
    assert_eq!(first.remote_refs(&[REF.into()]).expect("asked").len(), 0);
}

/// Installs a hook at the origin that rejects every change of `main`.
#[cfg(unix)]
fn refuse_main(origin: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let hook = origin.join("hooks/update");
    std::fs::write(
        &hook,
        "#!/bin/sh\ntest $1 != refs/heads/main || { echo not on my watch; exit 1; }\n",
    )
    .expect("written");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755))
        .expect("made a program");
}

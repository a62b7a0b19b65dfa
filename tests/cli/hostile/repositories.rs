//! Repositories in odd states.

use super::{CONFIG, Said, WEB, assert_web, json, run, warnings};
use crate::support::{History, Sandbox};
use std::path::{Path, PathBuf};

fn status(sandbox: &Sandbox, at: &Path) -> Said {
    run(sandbox, at, &["status"])
}

fn web(sandbox: &Sandbox) -> PathBuf {
    let mut history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    history = history.write(WEB[0].0, "image:\n  tag: v1.0.0\n").write(WEB[1].0, WEB[1].1);
    sandbox.repository(
        "deploy",
        &history.commit("2026-04-01T10:00:00Z", "Bob", "v2").write(WEB[0].0, WEB[0].1),
    )
}

#[test]
fn before_the_first_commit() {
    let sandbox = Sandbox::new();
    let empty = sandbox.repository("empty", &History::new());
    let said = status(&sandbox, &empty);
    assert_eq!((said.code, said.err.contains("has no commits yet")), (1, true), "{}", said.err);
    let repository = web(&sandbox);
    sandbox.git(&repository, &["checkout", "-q", "--orphan", "unborn"]);
    let said = status(&sandbox, &repository);
    assert_eq!(
        (said.code, said.err.contains("branch `unborn` has no commits yet")),
        (1, true),
        "{}",
        said.err
    );
}

#[test]
fn a_head_that_is_detached_or_points_nowhere() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    sandbox.git(&repository, &["checkout", "-q", "--detach"]);
    assert_web(&json(&sandbox, &repository, &[]));
    for head in [
        "ref: refs/heads/gone\n",
        "ref: ../../etc/passwd\n",
        "0000000000000000000000000000000000000000\n",
        "\0\u{1b}[31m",
        "",
    ] {
        std::fs::write(repository.join(".git/HEAD"), head).expect("writable");
        let said = status(&sandbox, &repository);
        assert!(said.code == 1 || said.code == 2, "{head:?}: {} {}", said.code, said.err);
        assert!(said.err.starts_with("error: "), "{head:?}: {}", said.err);
    }
}

#[test]
fn clones_that_lack_something() {
    let sandbox = Sandbox::new();
    let origin = web(&sandbox);
    for option in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        sandbox.git(&origin, &["config", option, "true"]);
    }
    let url = format!("file://{}", origin.display());
    for (name, filter) in [
        ("shallow", "--depth=1"),
        ("blobless", "--filter=blob:none"),
        ("treeless", "--filter=tree:0"),
    ] {
        sandbox.git(&sandbox.path("."), &["clone", "-q", "--bare", filter, &url, name]);
        let said = run(&sandbox, &sandbox.path(name), &["status", "-v"]);
        let wanted = match name {
            "shallow" => said.code == 0 && said.out.contains("v2.0.0"),
            // Each object that is not there, and the command that brings it.
            _ => said.err.contains("git fetch --refetch"),
        };
        assert!(wanted, "{name}: {} {} {}", said.code, said.out, said.err);
    }
}

#[test]
fn formats_that_cannot_be_read_are_one_sentence() {
    let sandbox = Sandbox::new();
    for (option, what) in [
        ("--object-format=sha256", "SHA-256 object names"),
        ("--ref-format=reftable", "the reftable format"),
    ] {
        let name = option.trim_start_matches("--").replace('=', "-");
        let script = format!(
            "git init -q {option} {name} 2>/dev/null && git -C {name} -c user.name=a -c user.email=a commit -q --allow-empty -m x"
        );
        let made = sandbox.bash(&sandbox.path("."), &script).output().expect("it runs");
        if !made.status.success() {
            skipped(&format!("this git knows no {option}"));
            continue;
        }
        let said = status(&sandbox, &sandbox.path(&name));
        assert!(
            said.code == 1 && said.err.contains(what) && said.err.contains("hint:"),
            "{}",
            said.err
        );
    }
}

#[test]
fn corrupt_objects_are_named() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    let blob = sandbox.git(&repository, &["rev-parse", "HEAD:envs/dev/web.yaml"]);
    let tree = sandbox.git(&repository, &["rev-parse", "HEAD^{tree}"]);
    let object = |id: &str| repository.join(".git/objects").join(&id[..2]).join(id[2..].trim());
    for content in [b"".as_slice(), b"garbage", b"x\x9cK\xca"] {
        std::fs::remove_file(object(&blob)).expect("it is there");
        std::fs::write(object(&blob), content).expect("writable");
        let answer = json(&sandbox, &repository, &["--no-since"]);
        assert_eq!(warnings(&answer), ["missing-object envs/dev/web.yaml"]);
        assert!(answer.to_string().contains("v1.0.0"));
    }
    std::fs::remove_file(object(&tree)).expect("it is there");
    let said = status(&sandbox, &repository);
    assert!(said.err.contains(tree.trim()), "{}", said.err);
}

#[test]
fn truncated_packs_do_not_crash() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    sandbox.git(&repository, &["repack", "-adq"]);
    for keep in [400, 60, 12, 0] {
        let script = format!(
            "chmod u+w .git/objects/pack/*; for f in .git/objects/pack/*.pack; do truncate -s {keep} $f; done"
        );
        sandbox.bash(&repository, &script).assert().success();
        status(&sandbox, &repository);
    }
    sandbox.bash(&repository, "truncate -s 40 .git/objects/pack/*.idx").assert().success();
    assert_ne!(status(&sandbox, &repository).code, 0);
}

#[test]
fn a_repository_of_somebody_else_can_be_read() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    let script =
        "test $(id -u) = 0 || exit 9; chown -R 12345:12345 . && towpath status --output json";
    let output = sandbox.bash(&repository, script).output().expect("it runs");
    if output.status.code() == Some(9) {
        skipped("only root can give a repository away");
        return;
    }
    assert_web(&serde_json::from_slice(&output.stdout).expect("an answer"));
}

#[test]
fn a_repository_that_cannot_be_written_can_be_read() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    let script = "chmod -R a-w . && chmod a+rx .. && \
        if test $(id -u) = 0; then setpriv --reuid 12345 --regid 12345 --clear-groups towpath status --output json; \
        else towpath status --output json; fi; code=$?; chmod -R u+w .; exit $code";
    let output = sandbox.bash(&repository, script).output().expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    if err.contains("setpriv:") {
        skipped(&err);
        return;
    }
    assert!(output.status.success(), "{err}");
    assert_web(&serde_json::from_slice(&output.stdout).expect("an answer"));
}

#[test]
fn a_repository_on_a_read_only_file_system_can_be_read() {
    let sandbox = Sandbox::new();
    let repository = web(&sandbox);
    // In a mount namespace of its own, so that nothing outside sees the mount.
    let script = "mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\" || exit 9
        if touch x 2>/dev/null; then exit 8; fi
        towpath status --output json";
    let output = sandbox
        .bash(&repository, &format!("unshare --mount bash --norc -c '{script}'"))
        .output()
        .expect("it runs");
    if !matches!(output.status.code(), Some(0..=2)) || output.stdout.is_empty() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(why.contains("unshare") || why.contains("mount"), "{why}");
        skipped(&format!("no read-only mount can be made: {why}"));
        return;
    }
    assert_web(&serde_json::from_slice(&output.stdout).expect("an answer"));
}

#[test]
fn no_repository_at_all() {
    let sandbox = Sandbox::new();
    for content in ["gitdir: ../nowhere\n", "gitdir: .\n", "garbage", ""] {
        let folder = sandbox.path("fake");
        std::fs::create_dir_all(&folder).expect("writable");
        std::fs::write(folder.join(".git"), content).expect("writable");
        let said = status(&sandbox, &folder);
        assert_eq!(said.code, 2, "{content:?}: {}", said.err);
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

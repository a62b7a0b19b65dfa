//! Wrong configurations, unreadable files, hostile names, readers that go away.

use super::{CONFIG, status, tags};
use crate::support::{History, Sandbox};
use snapbox::str;

#[test]
fn a_wrong_configuration() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", "stages: [dev]\nsources:\n  - yaml: tags/{stage}\n    tga: tag\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["status"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: the configuration is invalid
towpath.yaml:4:5: unknown key `tga`
  hint: did you mean `tags`?

"#]]);
}

#[test]
fn a_configuration_that_is_not_there() {
    status(&["--config", "nowhere.yaml"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: cannot read the configuration `nowhere.yaml`
  because No such file or directory (os error 2)

"#]]);
}

#[test]
fn a_configuration_that_is_not_committed_yet() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("tags/dev/api.yaml", "tag: v1\n");
    let repository = sandbox.repository("deploy", &history);
    std::fs::write(repository.join("towpath.yaml"), CONFIG).expect("writable");
    sandbox
        .towpath(&repository, &["status"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev
api   v1  6mo

"#]])
        .stderr_eq(str![[r#"
towpath.yaml is not committed yet; using the one in the work tree
no version in staging, prod

"#]]);
}

#[test]
fn stages_without_a_version() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["status"]).assert().success().stdout_eq("").stderr_eq(str![[
        r#"
no version is pinned in stages dev, staging, prod

"#
    ]]);
}

#[test]
fn what_cannot_be_read_is_folded_and_listed() {
    let sandbox = Sandbox::new();
    let history = tags()
        .write("tags/dev/bad.yaml", "a: [\n")
        .write("tags/prod/bad.yaml", "\ttag: x\n")
        .link("tags/dev/link.yaml", "/etc/passwd");
    let repository = sandbox.repository("deploy", &history);
    let run = |more: &[&str]| {
        sandbox
            .towpath(&repository, &[&["status", "--app", "job"], more].concat())
            .assert()
            .success()
    };
    run(&[]).stderr_eq(str![[r#"
no version in staging, prod
warning: 2 files could not be read; -v lists them

"#]]);
    run(&["-v"]).stderr_eq(str![[r#"
no version in staging, prod
warning: tags/dev/bad.yaml is not valid YAML: unclosed bracket '[' at line 1, column 4
warning: tags/dev/link.yaml is a symbolic link, which is not followed

"#]]);
    run(&["-q"]).stderr_eq("");
}

#[test]
fn nothing_but_text_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    let history = tags()
        .write("tags/dev/a\u{1b}[31mb.yaml", "tag: \"v1\\e]0;title\\a\\u202e\"\n")
        .write("tags/dev/new\nline.yaml", "tag: [\n");
    let repository = sandbox.repository("deploy", &history);
    for format in ["table", "json", "yaml", "csv", "markdown"] {
        let output =
            sandbox.towpath(&repository, &["status", "-v", "-o", format]).output().expect("runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        let bad: Vec<char> =
            said.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(bad.is_empty(), "{format}: {bad:?} in {said}");
        assert!(said.contains("title"), "{format}: {said}");
    }
    let shown = sandbox
        .towpath(&repository, &["status", "--app", "a*b", "a\u{1b}[31mb"])
        .output()
        .expect("runs");
    let shown = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.contains("a\\x1b[31mb\n\n  dev  v1\\x1b]0;title\\x07\\u{202e}\n"), "{shown}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let mut child = Command::new(env!("CARGO_BIN_EXE_towpath"))
        .args(["status", "--no-since", "-o", "json"])
        .current_dir(&repository)
        .env("HOME", sandbox.path("home"))
        .env("XDG_CACHE_HOME", sandbox.path("cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
}

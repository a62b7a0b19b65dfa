//! `towpath man`

use crate::support::Sandbox;
use snapbox::str;

#[test]
fn the_manual_has_every_command() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    let output = sandbox.towpath(&here, &["man"]).output().expect("runs");
    let text = String::from_utf8(output.stdout).expect("text");
    for command in ["towpath", "towpath-status", "towpath-completions", "towpath-man"] {
        assert!(text.contains(&format!(".TH {command} 1")), "{command}");
    }
}

#[test]
fn pages_are_written_one_by_one() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    sandbox
        .towpath(&here, &["man", "--dir", "pages"])
        .assert()
        .success()
        .stdout_eq("")
        .stderr_eq("");
    assert!(
        here.join("pages/towpath.1").is_file() && here.join("pages/towpath-status.1").is_file()
    );
}

#[test]
fn read_only_writes_no_pages() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    sandbox
        .towpath(&here, &["man", "--dir", "pages"])
        .env("TOWPATH_READ_ONLY", "1")
        .assert()
        .code(2)
        .stderr_eq(str![[r#"
error: --read-only refuses `towpath man --dir`, because it writes
hint: without --dir it only reads

"#]]);
    assert!(!here.join("pages").exists());
}

//! `--follow`, which never ends by itself.

use super::story;
use crate::support::Sandbox;
use snapbox::str;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// A towpath that is stopped when the test ends.
struct Following {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Following {
    fn start(sandbox: &Sandbox, at: &Path, arguments: &[&str]) -> Self {
        let all = [&["history", "--follow", "--every", "100ms", "-o", "jsonl"], arguments].concat();
        let mut child = sandbox.spawn(at, &all, Stdio::piped());
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Following { child, lines }
    }

    /// Waits for the next deployment.
    fn next(&mut self) -> String {
        let line = self.lines.next().expect("it goes on").expect("text");
        let deployment: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        format!(
            "{} {}",
            deployment["stage"].as_str().expect("text"),
            deployment["to"]["tag"].as_str().expect("text")
        )
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn deploy(sandbox: &Sandbox, at: &Path, stage: &str, version: &str) {
    std::fs::write(at.join(format!("tags/{stage}/web.yaml")), format!("tag: {version}\n"))
        .expect("written");
    sandbox.git(
        at,
        &["-c", "user.name=Bob", "-c", "user.email=b@example.com", "commit", "-qam", "web"],
    );
}

#[test]
fn new_commits_are_told_of_as_they_land() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let mut following = Following::start(&sandbox, &repository, &["-n", "1", "--app", "web"]);
    assert_eq!(following.next(), "prod 27e1396100000000000000000000000000000000");
    deploy(&sandbox, &repository, "dev", "v3");
    assert_eq!(following.next(), "dev v3");
    deploy(&sandbox, &repository, "dev", "v4");
    deploy(&sandbox, &repository, "prod", "v3");
    assert_eq!([following.next(), following.next()], ["dev v4", "prod v3"]);
}

/// What lands at the origin counts, although nobody pulls.
#[test]
fn the_origin_of_a_clone_is_fetched() {
    let sandbox = Sandbox::new();
    let origin = sandbox.repository("origin", &story());
    let home = sandbox.path("home");
    sandbox.git(&home, &["clone", "-q", origin.to_str().expect("a plain path"), "clone"]);
    let mut following = Following::start(&sandbox, &home.join("clone"), &["-n", "1"]);
    following.lines.next();
    deploy(&sandbox, &origin, "dev", "v3");
    assert_eq!(following.next(), "dev v3");
}

#[test]
fn a_repository_named_by_url_is_fetched() {
    let sandbox = Sandbox::new();
    let origin = sandbox.repository("origin", &story());
    let url = format!("file://{}", origin.display());
    let mut following = Following::start(&sandbox, &sandbox.path("home"), &["-n", "1", "-C", &url]);
    following.lines.next();
    deploy(&sandbox, &origin, "dev", "v3");
    assert_eq!(following.next(), "dev v3");
}

#[test]
fn a_document_that_never_ends_is_refused() {
    super::history(&["--follow", "-o", "json"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: --follow never ends, so it cannot print one document
hint: `--output jsonl` prints one object per line

"#]]);
}

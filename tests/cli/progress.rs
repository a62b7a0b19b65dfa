//! What a person sees of a long walk, and what is left when it is interrupted.

use crate::support::{History, Sandbox};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::path::{Path, PathBuf};

/// The number of the signal that Ctrl-C sends.
const SIGINT: i32 = 2;

const BAR: &str = "Reading the history";

/// So many commits take seconds, also where the program is optimised: time enough for a busy machine to
/// show the bar, and to pass keys on.
const MANY: i64 = if cfg!(debug_assertions) { 5_000 } else { 120_000 };

/// Each commit changes two words of a file, so that it has to be understood anew.
fn repository(sandbox: &Sandbox, commits: i64) -> PathBuf {
    let config = "stages: [dev]\nsources: [{yaml: 'tags/{stage}/{app}.yaml', tag: tag}]\n";
    let mut history = History::new()
        .commit("2020-01-01T00:00:00Z", "Alice", "start")
        .write("towpath.yaml", config);
    for number in 0..commits {
        let time =
            jiff::Timestamp::from_second(1_600_000_000 + number * 60).expect("a time").to_string();
        let text = format!("tag: v{number}\nreplicas: 3\nenvironment: {{RELEASE: '{number}'}}\n");
        history = history.commit(&time, "Alice", "another one").write("tags/dev/web.yaml", &text);
    }
    sandbox.repository("deploy", &history)
}

/// A script at a terminal; what is expected and does not come within a minute fails the test.
fn terminal(sandbox: &Sandbox, at: &Path, script: &str) -> PtySession {
    spawn_command(sandbox.script_at_a_terminal(at, script), Some(60_000)).expect("a terminal")
}

fn indexes(sandbox: &Sandbox) -> usize {
    std::fs::read_dir(sandbox.path("cache/towpath/index")).map_or(0, Iterator::count)
}

#[test]
fn a_long_walk_shows_on_stderr_how_far_it_is() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, MANY);
    let mut shown =
        terminal(&sandbox, &repository, "exec towpath history --no-index -o csv >out.csv");
    shown.exp_string(BAR).expect("a bar");
    shown
        .exp_regex(&format!("[0-9]+/{} commits, [0-9]+[sm] left", MANY + 1))
        .expect("how far it is");
    shown.exp_eof().expect("it ends");
    let answer = std::fs::read_to_string(repository.join("out.csv")).expect("it is there");
    assert!(
        answer.lines().count() as i64 == MANY + 1 && !answer.contains(BAR),
        "{} lines",
        answer.lines().count()
    );
    let mut elsewhere = terminal(
        &sandbox,
        &repository,
        "exec towpath history --no-index -o csv >out.csv 2>err.txt",
    );
    let said = elsewhere.exp_eof().expect("it ends");
    let error = std::fs::read_to_string(repository.join("err.txt")).expect("it is there");
    assert!(said.is_empty() && !error.contains(BAR), "{said}{error}");
}

#[test]
fn a_short_walk_shows_nothing() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, 10);
    let mut shown =
        terminal(&sandbox, &repository, "exec towpath history --no-index -o csv >out.csv");
    assert_eq!(shown.exp_eof().expect("it ends"), "");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_walk_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, MANY);
    // What runs in the background of a shell has been told to ignore the signal, and hands that on.
    let script = "exec env --default-signal=INT towpath history -o csv >out.csv";
    let mut walking = terminal(&sandbox, &repository, script);
    walking.exp_string(BAR).expect("a bar");
    walking.send_control('c').expect("it listens");
    walking.exp_eof().expect("it ends");
    let ended = walking.process().wait().expect("it ended");
    let interrupted = match ended {
        WaitStatus::Signaled(_, signal, _) => signal as i32 == SIGINT,
        WaitStatus::Exited(_, code) => code == 128 + SIGINT,
        _ => false,
    };
    assert!(interrupted, "{ended:?}");
    assert_eq!(indexes(&sandbox), 0);
    assert_eq!(std::fs::read_to_string(repository.join("out.csv")).expect("it is there"), "");
    sandbox.towpath(&repository, &["status", "--exit-code"]).assert().success();
}

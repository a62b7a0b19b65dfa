//! The questions of `init`, asked and answered on a terminal.

use crate::support::{History, Sandbox};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::path::PathBuf;

const ORDER: &str = "Order of the stages";
const SOURCES: &str = "Sources to keep";
const DOWN: &str = "\u{1b}[B";

/// Three stages, a source that is sure and one that is not.
fn repository(sandbox: &Sandbox) -> PathBuf {
    let mut history = History::new().commit("2026-03-01T10:00:00Z", "Alice", "start");
    for stage in ["dev", "staging", "prod"] {
        let values =
            format!("image: {{repository: ghcr.io/example/web, tag: v1.{}}}\n", stage.len());
        history = history.write(&format!("envs/{stage}/web/values.yaml"), &values);
        history =
            history.write(&format!("envs/{stage}/web/tuning.yaml"), "limits: {release: 1.2.3}\n");
    }
    sandbox.repository("deploy", &history)
}

/// `towpath init` on a terminal; a question that does not come within ten seconds fails the test.
fn init(sandbox: &Sandbox, at: &std::path::Path) -> PtySession {
    spawn_command(sandbox.at_a_terminal(at, &["init"]), Some(10_000)).expect("a terminal")
}

fn press(terminal: &mut PtySession, keys: &str) {
    terminal.send(keys).expect("it listens");
    terminal.flush().expect("it listens");
}

/// What it says last, and its exit code.
fn end(terminal: &mut PtySession) -> (String, i32) {
    let said = terminal.exp_eof().expect("it ends");
    match terminal.process().wait().expect("it ended") {
        WaitStatus::Exited(_, code) => (said, code),
        other => panic!("{other:?}: {said}"),
    }
}

#[test]
fn the_proposal_is_taken_with_two_keys() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let mut terminal = init(&sandbox, &repository);
    terminal.exp_string(ORDER).expect("the first question");
    press(&mut terminal, "\r");
    terminal.exp_string(SOURCES).expect("the second question");
    press(&mut terminal, "\r");
    let (said, code) = end(&mut terminal);
    assert!(said.contains("wrote towpath.yaml") && code == 0, "{code}: {said}");
    let text = std::fs::read_to_string(repository.join("towpath.yaml")).expect("it is there");
    assert!(text.contains("stages: [dev, staging, prod]\n"), "{text}");
    assert!(
        text.contains("- helm-values: envs/{stage}/{app}/values.yaml") && !text.contains("tuning"),
        "{text}"
    );
    sandbox.towpath(&repository, &["config", "check"]).assert().success();
}

#[test]
fn stages_are_moved_and_unsure_sources_taken_in() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let mut terminal = init(&sandbox, &repository);
    terminal.exp_string(ORDER).expect("the first question");
    // The first stage is picked up, moved behind the second and put down.
    press(&mut terminal, " ");
    press(&mut terminal, DOWN);
    press(&mut terminal, " \r");
    terminal.exp_string(SOURCES).expect("the second question");
    terminal.exp_string("unsure, 3 files").expect("what is unsure says so");
    press(&mut terminal, DOWN);
    press(&mut terminal, " \r");
    let (said, code) = end(&mut terminal);
    assert!(said.contains("wrote towpath.yaml") && code == 0, "{code}: {said}");
    let text = std::fs::read_to_string(repository.join("towpath.yaml")).expect("it is there");
    assert!(text.contains("stages: [staging, dev, prod]\n"), "{text}");
    assert!(text.contains("\n  - yaml: envs/{stage}/{app}/tuning.yaml"), "{text}");
}

#[test]
fn escape_writes_nothing() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    for before in ["", "\r"] {
        let mut terminal = init(&sandbox, &repository);
        terminal.exp_string(ORDER).expect("the first question");
        if !before.is_empty() {
            press(&mut terminal, before);
            terminal.exp_string(SOURCES).expect("the second question");
        }
        press(&mut terminal, "\u{1b}");
        let (said, code) = end(&mut terminal);
        assert!(said.contains("nothing was written") && code == 0, "{code}: {said}");
        assert!(!repository.join("towpath.yaml").exists());
    }
}

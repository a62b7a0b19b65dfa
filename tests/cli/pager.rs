//! Long answers on a terminal go through a pager, and Ctrl-C at a question gives the terminal back.

use crate::support::{History, Sandbox};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::path::{Path, PathBuf};

fn repository(sandbox: &Sandbox) -> PathBuf {
    let mut history = History::new().commit("2026-03-01T10:00:00Z", "Alice", "start");
    for stage in ["dev", "prod"] {
        let values = "image: {repository: ghcr.io/example/web, tag: v1.0}\n";
        history = history.write(&format!("envs/{stage}/web/values.yaml"), values);
    }
    sandbox.repository("deploy", &history)
}

fn terminal(sandbox: &Sandbox, at: &Path, words: &[&str], pager: &str) -> PtySession {
    let mut command = sandbox.at_a_terminal(at, words);
    command.env("TERM", "xterm").env("PAGER", "sed s/^/PAGER:/").env("TOWPATH_PAGER", pager);
    spawn_command(command, Some(10_000)).expect("a terminal")
}

/// Everything that is said, and the exit code.
fn end(mut terminal: PtySession) -> (String, i32) {
    let said = terminal.exp_eof().expect("it ends");
    match terminal.process().wait().expect("it ended") {
        WaitStatus::Exited(_, code) => (said, code),
        other => panic!("{other:?}: {said}"),
    }
}

#[test]
fn answers_go_through_the_pager_unless_it_is_off() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let said = |words: &[&str], pager: &str| end(terminal(&sandbox, &repository, words, pager));
    let (paged, code) = said(&["status", "-q"], "sed s/^/paged:/");
    assert!(paged.contains("paged:") && paged.contains("web") && code == 0, "{code}: {paged}");
    for (words, pager) in [
        (&["status", "-q"][..], ""),
        (&["status", "-q"][..], "cat"),
        (&["status", "-q", "--no-pager"][..], "sed s/^/paged:/"),
    ] {
        let (plain, code) = said(words, pager);
        assert!(plain.contains("web") && code == 0, "{code}: {plain}");
        assert!(!plain.contains("paged:") && !plain.contains("PAGER:"), "{plain}");
    }
    // A reader that leaves early is no failure, and neither is a pager that does not exist.
    assert_eq!(said(&["history", "-q"], "true").1, 0);
    assert_eq!(said(&["status", "-q"], "/nowhere/pager").1, 0);
}

#[test]
fn the_exit_code_of_the_answer_outlives_the_pager() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", "stages: [dev, prod]\nsources:\n- text: '{stage}/{app}.tag'\n")
        .write("dev/web.tag", "v2\n")
        .write("prod/web.tag", "v1\n");
    let repository = sandbox.repository("deploy", &history);
    let words = ["status", "-q", "--exit-code"];
    let (said, code) = end(terminal(&sandbox, &repository, &words, "sed s/^/paged:/"));
    assert!(said.contains("paged:") && code == 4, "{code}: {said}");
}

#[test]
fn ctrl_c_at_a_question_restores_the_cursor() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox);
    let mut terminal = terminal(&sandbox, &repository, &["init"], "cat");
    terminal.exp_string("Order of the stages").expect("the question");
    terminal.send_control('c').expect("it listens");
    let (said, code) = end(terminal);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("\u{1b}[?25h"), "{said:?}");
    assert!(!repository.join("towpath.yaml").exists());
}

//! Questions to a person at a terminal.

use super::{Site, values};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

fn at_a_terminal(site: &Site, arguments: &[&str]) -> PtySession {
    spawn_command(site.sandbox.at_a_terminal(&site.clone, arguments), Some(10_000))
        .expect("a terminal")
}

fn press(terminal: &mut PtySession, keys: &str) {
    terminal.send(keys).expect("it listens");
    terminal.flush().expect("it listens");
}

fn code(terminal: &mut PtySession) -> i32 {
    terminal.exp_eof().expect("it ends");
    match terminal.process().wait().expect("it ended") {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_moves_is_chosen_and_confirmed() {
    let site = Site::new();
    let mut terminal = at_a_terminal(&site, &["promote", "--to", "prod", "--push"]);
    terminal.exp_string("Which apps to promote from staging to prod?").expect("the list");
    terminal.exp_string("api   v1").expect("what can move");
    press(&mut terminal, " \r");
    terminal.exp_string("Continue?").expect("the question");
    press(&mut terminal, "y");
    assert_eq!(code(&mut terminal), 0);
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v2"));
}

/// What is proposed says so, what is refused says why, and the rest says how long it has waited.
#[test]
fn the_list_tells_ages_and_what_is_in_the_way() {
    let site = Site::new();
    let pinned = format!("v1@sha256:{}", "0".repeat(64));
    std::fs::write(site.clone.join("apps/staging/blog.yaml"), values("blog", &pinned))
        .expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "pin blog"]);
    site.sandbox.git(&site.clone, &["push", "-q"]);
    site.run(&["deploy", "blog", "v3", "--push"]);
    site.run(&["deploy", "api", "v7", "--push"]);
    site.run(&["promote", "web", "--to", "staging"]);
    site.run(&["promote", "api", "--to", "staging"]);
    site.run(&["deploy", "api", "v8", "--push"]);
    let mut terminal = at_a_terminal(&site, &["promote", "--to", "staging"]);
    let said = terminal.exp_string("Which apps to promote").expect("the list");
    assert!(said.contains("blog is refused"), "{said}");
    terminal
        .exp_string("v8   0s in dev    another version is proposed (2)")
        .expect("a version that is newer");
    terminal.exp_string("v2   28d in dev   already proposed (1)").expect("the same");
    press(&mut terminal, "\u{1b}");
    assert_eq!(code(&mut terminal), 1);
}

#[test]
fn a_no_changes_nothing() {
    let site = Site::new();
    for (arguments, keys) in [
        (&["promote", "--to", "prod", "--push"][..], &["\u{1b}"][..]),
        (&["promote", "--to", "prod", "--push"], &["\r"]),
        (&["deploy", "web", "v3", "--push"], &["n"]),
        (&["deploy", "web", "v3", "--push"], &["\r"]),
        (&["rollback", "web", "--stage", "dev", "--push"], &["\u{1b}"]),
    ] {
        let mut terminal = at_a_terminal(&site, arguments);
        terminal.exp_string("?").expect("a question");
        for keys in keys {
            press(&mut terminal, keys);
        }
        terminal.exp_string("nothing was changed").expect("it says so");
        assert_eq!(code(&mut terminal), 1, "{arguments:?}");
    }
    assert_eq!(site.at_origin(&["rev-list", "--count", "main"]), "4\n");
}

#[test]
fn the_way_back_is_chosen_from_what_ran() {
    let site = Site::new();
    let mut terminal = at_a_terminal(&site, &["rollback", "web", "--stage", "dev", "--push"]);
    terminal.exp_string("Which version of web should dev return to?").expect("the list");
    terminal.exp_string("v1").expect("what ran");
    press(&mut terminal, "\r");
    terminal.exp_string("Continue?").expect("the question");
    press(&mut terminal, "y");
    assert_eq!(code(&mut terminal), 0);
    assert_eq!(site.says("main", "apps/dev/web.yaml"), values("web", "v1"));
}

#[test]
fn who_waits_sees_it() {
    let site = Site::new();
    let mut terminal =
        at_a_terminal(&site, &["promote", "api", "--to", "prod", "--yes", "--wait=2s"]);
    terminal.exp_string("opened pull request 1").expect("it is there");
    terminal.exp_string("Waiting for pull request 1 (").expect("the line");
    terminal.exp_string("pull request 1 is still open after 2s").expect("the end");
    assert_eq!(code(&mut terminal), 3);
}

//! Changes of inputs that the mapping cannot judge, and harmless ones beside them. The cases are in
//! `unproven.cases`: files with `+++` stand before, those with `---` come, `-x-` go, `-l-` are
//! links.

use super::{Case, Site};
use crate::support::History;

const CASES: &str = include_str!("unproven.cases");

const TIME: &str = "2026-08-01T10:00:00Z";

/// A case: its title, whether it is held, and its files.
struct InputCase {
    title: &'static str,
    is_held: bool,
    files: Vec<(&'static str, &'static str, String)>,
}

fn read_cases() -> Vec<InputCase> {
    let mut out: Vec<InputCase> = Vec::new();
    for line in CASES.lines() {
        let mark = line
            .split_once(' ')
            .filter(|(mark, _)| ["==", "---", "+++", "-x-", "-l-"].contains(mark));
        match mark {
            Some(("==", title)) => {
                let is_held = title.ends_with(": held");
                assert!(is_held || title.ends_with(": pass") || title == "site", "{title}");
                out.push(InputCase { title, is_held, files: Vec::new() });
            }
            Some((mark, path)) => {
                let case = out.last_mut().expect("a title comes first");
                case.files.push((mark, path, String::new()));
            }
            None => {
                let Some((_, _, text)) = out.last_mut().and_then(|case| case.files.last_mut())
                else {
                    continue;
                };
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    out
}

fn write_files(history: History, case: &InputCase, counts: fn(&str) -> bool) -> History {
    let files = case.files.iter().filter(|(mark, ..)| counts(mark));
    files.fold(history, |history, (mark, path, text)| match (*mark, path.split_once(' ')) {
        ("-x-", _) => history.remove(path),
        ("-l-", Some((path, target))) => history.link(path, target),
        _ => history.write(path, &format!("{}\n", text.trim_end_matches('\n'))),
    })
}

#[test]
fn passing_needs_a_proof() {
    let cases = read_cases();
    let (site, cases) = cases.split_first().expect("the site comes first");
    let mut history = History::new().commit(TIME, "Ann", "site");
    history = write_files(history, site, |_| true);
    for (index, case) in cases.iter().enumerate() {
        history =
            history.branch(&format!("base-{index}")).commit(TIME, "Ann", "before").from("main");
        history = write_files(history, case, |mark| mark == "+++");
        history = history.also(&format!("start-{index}")).commit(TIME, "Mallory", "change");
        history = write_files(history, case, |mark| mark != "+++");
    }
    let none: [Case; 0] = [];
    let site = Site::of(history, &none);
    let mut wrong = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let head = format!("base-{index}");
        let base = format!("start-{index}");
        let all = ["guard", "--base", &base, "--head", &head, "--actor", "mallory"];
        let output = site.sandbox.program(&site.repository, &all).output().expect("it runs");
        let expected = if case.is_held { 3 } else { 0 };
        if output.status.code() != Some(expected) {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            wrong.push(format!("{}\n{said}", case.title));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! The right value: which of two layers wins, what moves with what, and what a name means after the
//! repository has changed.

mod edits;
mod layers;
mod past;

use crate::support::{History, Sandbox};
use std::path::PathBuf;

/// A repository with one commit, or a history of its own.
struct Case {
    sandbox: Sandbox,
    repository: PathBuf,
}

impl Case {
    fn of(files: &[(&str, &str)]) -> Self {
        let start = History::new().commit("2026-08-01T10:00:00Z", "Ann", "start");
        Case::with(&files.iter().fold(start, |history, (path, text)| history.write(path, text)))
    }

    fn with(history: &History) -> Self {
        let sandbox = Sandbox::new();
        sandbox.introduce();
        let repository = sandbox.repository("deploy", history);
        Case { sandbox, repository }
    }

    /// What a command prints, with its exit code and without what is assumed.
    fn run(&self, arguments: &[&str]) -> String {
        let said = self.sandbox.towpath(&self.repository, arguments).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&said.stdout), text(&said.stderr));
        let kept = err.lines().filter(|line| {
            !line.starts_with("assumed:") && !line.starts_with("≠") && !line.is_empty()
        });
        let err: Vec<&str> = kept.collect();
        format!("exit {}\n{out}{}", said.status.code().unwrap_or(-1), err.join("\n"))
    }

    /// `APP STAGE VERSION PATH:LINE` of each entry, with the places that have no effect.
    fn entries(&self) -> String {
        let arguments = ["status", "--no-since", "-q", "--output", "json"];
        let said = self.sandbox.towpath(&self.repository, &arguments).assert().success();
        let status: serde_json::Value =
            serde_json::from_slice(&said.get_output().stdout).expect("JSON");
        let place = |at: &serde_json::Value| {
            format!("{}:{}", at["path"].as_str().expect("a path"), at["line"])
        };
        let places = |all: &serde_json::Value| {
            let all = all.as_array().expect("places").iter().map(place);
            all.collect::<Vec<_>>().join(" ")
        };
        let line = |entry: &serde_json::Value| {
            let words = ["app", "stage", "tag"].map(|key| entry[key].as_str().unwrap_or("-"));
            let over = places(&entry["overridden"]);
            let over = if over.is_empty() { over } else { format!(" over {over}") };
            format!("{} {}{over}\n", words.join(" "), places(&entry["locations"]))
        };
        let mut lines: Vec<String> =
            status["entries"].as_array().expect("entries").iter().map(line).collect();
        lines.sort();
        lines.concat()
    }
}

//! Writes the commits as input of `git fast-import` (git-fast-import(1), "Input format").

use super::story::{DemoCommit, DemoCommitMethod};
use jiff::Timestamp;
use std::fmt::Write;

const MINUTE: i64 = 60;
const MAIN: &str = "refs/heads/main";

/// Temporary ref for the commits of pull requests.
const TOPIC: &str = "refs/topic";

/// Returns the fast-import stream of all commits on `main`; the first pull request is number 1.
pub fn fast_import_text(events: &[DemoCommit], now: Timestamp) -> String {
    let mut stream = FastImportStream {
        text: String::new(),
        now: now.as_second(),
        landed: Vec::new(),
        commits: 0,
        requests: 0,
    };
    for event in events {
        stream.write_change(event);
    }
    stream.push_line(&format!("reset {TOPIC}\nfrom {}", "0".repeat(40)));
    stream.text
}

struct FastImportStream {
    text: String,
    /// In seconds since 1970.
    now: i64,
    /// Time and mark of each commit on `main`, oldest first.
    landed: Vec<(i64, usize)>,
    commits: usize,
    requests: usize,
}

impl FastImportStream {
    fn write_change(&mut self, event: &DemoCommit) {
        let time = self.now - event.minutes_ago * MINUTE;
        let tip = self.landed.last().map(|(_, mark)| *mark);
        let subject = &event.subject;
        if event.way != DemoCommitMethod::Push {
            self.requests += 1;
        }
        let request = self.requests;
        let mark = match &event.way {
            DemoCommitMethod::Push => {
                self.write_commit(MAIN, time, event, subject, &Vec::from_iter(tip))
            }
            DemoCommitMethod::Squash => {
                let message = format!("{subject} (#{request})");
                self.write_commit(MAIN, time, event, &message, &Vec::from_iter(tip))
            }
            DemoCommitMethod::Merge { minutes_before, branch } => {
                let written = time - minutes_before * MINUTE;
                let landed = self.landed.iter().rev().find(|(landed, _)| *landed <= written);
                let from = landed.map(|(_, mark)| *mark);
                let topic =
                    self.write_commit(TOPIC, written, event, subject, &Vec::from_iter(from));
                let message =
                    format!("Merge pull request #{request} from team/{branch}\n\n{subject}");
                let parents = Vec::from_iter(tip.into_iter().chain([topic]));
                self.write_commit(MAIN, time, event, &message, &parents)
            }
        };
        self.landed.push((time, mark));
    }

    /// Writes one commit and returns its mark.
    fn write_commit(
        &mut self,
        branch: &str,
        time: i64,
        event: &DemoCommit,
        message: &str,
        parents: &[usize],
    ) -> usize {
        self.commits += 1;
        let address = event.author.to_lowercase().replace(' ', ".");
        let person = format!("{} <{address}@example.com> {time} +0000", event.author);
        self.push_line(&format!("commit {branch}\nmark :{}", self.commits));
        self.push_line(&format!("author {person}\ncommitter {person}"));
        self.push_data(message);
        for (index, parent) in parents.iter().enumerate() {
            self.push_line(&format!("{} :{parent}", if index == 0 { "from" } else { "merge" }));
        }
        for (path, text) in &event.files {
            self.push_line(&format!("M 100644 inline {path}"));
            self.push_data(text);
        }
        self.commits
    }

    fn push_line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn push_data(&mut self, text: &str) {
        writeln!(self.text, "data {}\n{text}", text.len()).expect("a String takes everything");
    }
}

//! A history, written as one `git fast-import` stream: fixed people and times, so stable hashes.

use std::fmt::Write;

/// Commits in the order they are made, all on `main` unless said otherwise.
#[derive(Clone)]
pub struct History {
    stream: String,
    branch: String,
    begun: bool,
}

impl History {
    pub fn new() -> Self {
        History { stream: String::new(), branch: "main".into(), begun: false }
    }

    /// Later commits go to this branch, from where it stands.
    pub fn branch(mut self, name: &str) -> Self {
        name.clone_into(&mut self.branch);
        self
    }

    /// A commit by `who` at a time such as `2026-08-01T10:00:00Z`; changes follow.
    pub fn commit(self, time: &str, who: &str, message: &str) -> Self {
        self.raw_commit(time, who, &format!("{}@example.com", who.to_lowercase()), message)
    }

    /// A commit whose author's name and address are used as they are.
    pub fn raw_commit(mut self, time: &str, name: &str, address: &str, message: &str) -> Self {
        let seconds = time.parse::<jiff::Timestamp>().expect("a time").as_second();
        let person = format!("{name} <{address}> {seconds} +0000");
        let branch = &self.branch;
        write!(
            self.stream,
            "commit refs/heads/{branch}\nauthor {person}\ncommitter {person}\ndata {}\n{message}\n",
            message.len()
        )
        .expect("a String takes everything");
        self.begun = true;
        self
    }

    /// Writes a file in the last commit.
    pub fn write(self, path: &str, text: &str) -> Self {
        self.entry("100644", path, text)
    }

    /// Makes a symbolic link in the last commit.
    pub fn link(self, path: &str, to: &str) -> Self {
        self.entry("120000", path, to)
    }

    /// Removes a file in the last commit.
    pub fn remove(mut self, path: &str) -> Self {
        writeln!(self.stream, "D {}", quoted(path)).expect("a String takes everything");
        self
    }

    fn entry(mut self, mode: &str, path: &str, text: &str) -> Self {
        assert!(self.begun, "a file belongs to a commit");
        writeln!(self.stream, "M {mode} inline {}\ndata {}\n{text}", quoted(path), text.len())
            .expect("a String takes everything");
        self
    }

    pub fn is_empty(&self) -> bool {
        !self.begun
    }

    pub fn stream(&self) -> &[u8] {
        self.stream.as_bytes()
    }
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

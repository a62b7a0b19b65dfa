//! Real repositories for tests, created with the git executable in a temporary folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A repository that is removed on drop.
pub(crate) struct TestRepository {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
    stream: Vec<u8>,
    time: i64,
    marks: usize,
}

impl TestRepository {
    /// Creates a repository with a work tree, on branch `main`.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("repo");
        git(folder.path(), &["init", "-q", "-b", "main", "repo"]);
        TestRepository { folder, path, stream: Vec::new(), time: 1_700_000_000, marks: 0 }
    }

    /// Sets the committer time of the next commit.
    pub fn at(&mut self, time: i64) -> &mut Self {
        self.time = time;
        self
    }

    /// Adds a commit on `main`: files with their new text, `None` to remove one. Returns its mark.
    pub fn commit(&mut self, message: &str, files: &[(&str, Option<&str>)]) -> usize {
        self.commit_as(b"Ann <ann@example.com>", message.as_bytes(), files, &[])
    }

    /// Adds a commit with its own author line and, by mark, further parents.
    pub fn commit_as(
        &mut self,
        author: &[u8],
        message: &[u8],
        files: &[(&str, Option<&str>)],
        merged: &[usize],
    ) -> usize {
        self.commit_on("main", author, message, files, merged)
    }

    /// Adds a commit on its own branch, without a parent by default.
    pub fn commit_on(
        &mut self,
        branch: &str,
        author: &[u8],
        message: &[u8],
        files: &[(&str, Option<&str>)],
        merged: &[usize],
    ) -> usize {
        self.marks += 1;
        let time = self.time;
        self.time += 60;
        let out = &mut self.stream;
        let mut line = |text: &[u8]| out.extend_from_slice(text);
        line(format!("commit refs/heads/{branch}\nmark :{}\nauthor ", self.marks).as_bytes());
        line(author);
        line(format!(" {time} +0000\ncommitter Con <con@example.com> {time} +0000\n").as_bytes());
        line(format!("data {}\n", message.len()).as_bytes());
        line(message);
        line(b"\n");
        for mark in merged {
            line(format!("merge :{mark}\n").as_bytes());
        }
        for (path, text) in files {
            match text {
                Some(text) => line(
                    format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()).as_bytes(),
                ),
                None => line(format!("D {path}\n").as_bytes()),
            }
        }
        line(b"\n");
        self.marks
    }

    /// Writes the pending commits and opens the repository.
    pub fn open(&mut self) -> super::Repository {
        self.write();
        super::Repository::open(&self.path).expect("the test repository opens")
    }

    /// Writes the pending commits.
    pub fn write(&mut self) {
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args([
                "fast-import",
                "--quiet",
                "--force",
                "--export-marks=.git/marks",
                "--import-marks-if-exists=.git/marks",
            ])
            .stdin(Stdio::piped())
            .spawn()
            .expect("git is installed");
        child.stdin.take().expect("piped").write_all(&self.stream).expect("git reads its input");
        assert!(child.wait().expect("git ends").success());
        self.stream.clear();
    }

    /// Returns the commit with a mark.
    pub fn id(&self, mark: usize) -> super::Oid {
        let marks = std::fs::read_to_string(self.path.join(".git/marks")).expect("marks");
        let line = marks
            .lines()
            .find_map(|line| line.strip_prefix(&format!(":{mark} ")))
            .expect("the mark is written");
        super::Oid::from_str(line).expect("an id")
    }

    /// Runs git in the repository.
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments)
    }

    /// Returns the `file://…` URL of the repository.
    pub fn url(&self) -> String {
        format!("file://{}", self.path.display())
    }
}

/// Runs git in a folder, without the user's config; panics if git fails.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let out = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.com",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is installed");
    assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

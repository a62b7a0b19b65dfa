//! A history, written as one `git fast-import` stream: fixed people and times, so stable hashes.

/// Commits in the order they are made, all on `main` unless said otherwise.
#[derive(Clone)]
pub struct History {
    stream: Vec<u8>,
    branch: String,
    begun: bool,
}

impl History {
    pub fn new() -> Self {
        History { stream: Vec::new(), branch: "main".into(), begun: false }
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
    pub fn raw_commit(
        mut self,
        time: &str,
        name: impl AsRef<[u8]>,
        address: &str,
        message: impl AsRef<[u8]>,
    ) -> Self {
        let seconds = time.parse::<jiff::Timestamp>().expect("a time").as_second();
        self.add(format!("commit refs/heads/{}", self.branch));
        let person = [name.as_ref(), format!(" <{address}> {seconds} +0000\n").as_bytes()].concat();
        for role in ["\nauthor ", "committer "] {
            self.add(role);
            self.add(&person);
        }
        self.add(format!("data {}\n", message.as_ref().len()));
        self.add(message);
        self.add("\n");
        self.begun = true;
        self
    }

    /// The last commit's first parent is the tip of another branch.
    pub fn from(mut self, branch: &str) -> Self {
        self.add(format!("from refs/heads/{branch}\n"));
        self
    }

    /// Another branch, which stands where this one does.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn also(mut self, name: &str) -> Self {
        self.add(format!("reset refs/heads/{name}\nfrom refs/heads/{}\n", self.branch));
        self
    }

    /// The last commit merges another branch.
    pub fn merge(mut self, branch: &str) -> Self {
        self.add(format!("merge refs/heads/{branch}\n"));
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

    /// Enters a submodule in the last commit.
    pub fn submodule(mut self, path: &str, commit: &str) -> Self {
        self.add(format!("M 160000 {commit} {}\n", quoted(path)));
        self
    }

    /// Removes a file or folder in the last commit.
    pub fn remove(mut self, path: &str) -> Self {
        self.add(format!("D {}\n", quoted(path)));
        self
    }

    /// Moves a file or folder in the last commit.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        self.add(format!("R {} {}\n", quoted(from), quoted(to)));
        self
    }

    fn entry(mut self, mode: &str, path: &str, text: &str) -> Self {
        assert!(self.begun, "a file belongs to a commit");
        self.add(format!("M {mode} inline {}\ndata {}\n{text}\n", quoted(path), text.len()));
        self
    }

    fn add(&mut self, text: impl AsRef<[u8]>) {
        self.stream.extend_from_slice(text.as_ref());
    }

    pub fn is_empty(&self) -> bool {
        !self.begun
    }

    pub fn stream(&self) -> &[u8] {
        &self.stream
    }
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

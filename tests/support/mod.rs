//! Repositories in a few readable lines, with stable hashes, and towpath in an empty environment.

mod history;

pub use history::History;

use snapbox::cmd::Command;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The time it is in every test.
pub const NOW: &str = "2026-09-01T12:00:00Z";

/// A file system in memory with room for the sandboxes, unless TMPDIR says where they go. Making and
/// removing thousands of small files takes a third of the suite's time on a disk.
fn memory() -> Option<&'static Path> {
    static MEMORY: OnceLock<Option<&Path>> = OnceLock::new();
    *MEMORY.get_or_init(|| {
        let path = Path::new("/dev/shm");
        if std::env::temp_dir() != Path::new("/tmp") {
            return None;
        }
        let df = std::process::Command::new("df").args(["-k", "--output=avail"]).arg(path).output();
        let free = String::from_utf8(df.ok()?.stdout).ok()?;
        let kibibytes: u64 = free.lines().nth(1)?.trim().parse().ok()?;
        (kibibytes >= 4 << 20 && tempfile::tempdir_in(path).is_ok()).then_some(path)
    })
}

/// A folder of its own, with nothing of the user's around it.
pub struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        let mut builder = tempfile::Builder::new();
        let folder = match memory() {
            Some(memory) => builder.prefix("towpath-test-").tempdir_in(memory),
            None => builder.prefix("towpath-test-").tempdir(),
        };
        let folder = folder.expect("a temporary folder");
        for name in ["home", "cache"] {
            std::fs::create_dir(folder.path().join(name)).expect("a fresh folder");
        }
        Sandbox { folder }
    }

    /// A file or folder in the sandbox.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A repository `name` with a work tree.
    pub fn repository(&self, name: &str, history: &History) -> PathBuf {
        let path = self.path(name);
        self.import(&path, &[], history);
        self.git(&path, &["reset", "-q", "--hard"]);
        path
    }

    /// A bare repository `name`.
    pub fn bare(&self, name: &str, history: &History) -> PathBuf {
        let path = self.path(name);
        self.import(&path, &["--bare"], history);
        path
    }

    fn import(&self, path: &Path, init: &[&str], history: &History) {
        let target = path.to_str().expect("a plain path");
        self.git(self.folder.path(), &[&["init", "-q", "-b", "main"], init, &[target]].concat());
        if !history.is_empty() {
            let import =
                self.plain("git").current_dir(path).args(["fast-import", "--quiet", "--force"]);
            import.stdin(history.stream().to_vec()).assert().success();
        }
    }

    /// Runs git, which must succeed; its output.
    pub fn git(&self, at: &Path, arguments: &[&str]) -> String {
        let output = self.plain("git").current_dir(at).args(arguments).output().expect("git runs");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same with variables of its own.
    pub fn git_with(&self, at: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let git = self.plain("git").current_dir(at).args(arguments).envs(variables.iter().copied());
        let output = git.output().expect("git runs");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// Tells git who the user is.
    pub fn introduce(&self) {
        let settings = "[user]\n\tname = Jo Doe\n\temail = jo@example.com\n";
        std::fs::write(self.path("home").join(".gitconfig"), settings).expect("written");
    }

    /// towpath in a repository of this sandbox.
    pub fn towpath(&self, at: &Path, arguments: &[&str]) -> Command {
        self.plain(env!("CARGO_BIN_EXE_towpath")).current_dir(at).args(arguments)
    }

    /// towpath, to be started beside the test.
    pub fn program(&self, at: &Path, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_towpath"));
        command.env_clear().envs(self.variables()).current_dir(at).args(arguments);
        command
    }

    /// towpath that goes on beside the test.
    pub fn spawn(
        &self,
        at: &Path,
        arguments: &[&str],
        stdout: std::process::Stdio,
    ) -> std::process::Child {
        let mut command = self.program(at, arguments);
        command.stdin(std::process::Stdio::null()).stdout(stdout).spawn().expect("it starts")
    }

    /// A bash script, with towpath on its search path.
    pub fn bash(&self, at: &Path, script: &str) -> Command {
        self.plain("bash")
            .current_dir(at)
            .env("PATH", search_path_with_towpath())
            .args(["--norc", "-c", script])
    }

    /// towpath as a person at a terminal of 80 columns runs it.
    #[cfg(unix)]
    pub fn at_a_terminal(&self, at: &Path, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_towpath"));
        command
            .current_dir(at)
            .args(arguments)
            .env_clear()
            .envs(self.variables())
            .env("TERM", "xterm");
        command
    }

    /// A bash script as a person at a terminal runs it, with towpath on its search path.
    #[cfg(unix)]
    pub fn script_at_a_terminal(&self, at: &Path, script: &str) -> std::process::Command {
        let mut command = std::process::Command::new("bash");
        command.current_dir(at).args(["--norc", "-c", script]).env_clear().envs(self.variables());
        command.env("TERM", "xterm").env("PATH", search_path_with_towpath());
        command
    }

    /// A program that sees nothing of the environment but what is set here.
    fn plain(&self, program: &str) -> Command {
        Command::new(program).env_clear().envs(self.variables())
    }

    fn variables(&self) -> Vec<(&'static str, std::ffi::OsString)> {
        vec![
            ("PATH", search_path()),
            ("HOME", self.path("home").into()),
            ("XDG_CACHE_HOME", self.path("cache").into()),
            ("XDG_CONFIG_HOME", self.path("home").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("TOWPATH_NOW", NOW.into()),
        ]
    }
}

fn search_path_with_towpath() -> std::ffi::OsString {
    let programs = Path::new(env!("CARGO_BIN_EXE_towpath")).parent().expect("it lies in a folder");
    let mut path = programs.as_os_str().to_owned();
    path.push(":");
    path.push(search_path());
    path
}

#[expect(clippy::disallowed_methods, reason = "git and the shells have to be found")]
pub fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

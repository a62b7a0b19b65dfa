//! Runs the git executable as a child process: without a shell, with a fixed set of arguments,
//! without prompts unless interactive, and with a time limit.

use super::url::{credentials, redact_credentials};
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Interval between two polls of a child.
const LOOK: Duration = Duration::from_millis(4);

/// Time a child has to exit after SIGTERM.
#[cfg(unix)]
const POLITELY: Duration = Duration::from_secs(1);

/// Why git gave no answer.
#[derive(Debug)]
pub(super) enum GitProcessError {
    NotStarted(io::Error),
    /// Stopped after this many seconds.
    TooSlow(u64),
}

/// Exit status and output of git. URLs are without credentials.
#[derive(Debug)]
pub(super) struct GitOutput {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// Returns a git command with safe settings: no file system monitor, no `ext` transport, no
/// submodules. Credentials in `url` are passed in the environment.
pub(super) fn git_command(interactive: bool, url: Option<&str>) -> Command {
    let mut git = Command::new("git");
    add_settings(
        &mut git,
        &["core.fsmonitor=false", "protocol.ext.allow=never", "submodule.recurse=false"],
    );
    for variable in
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"]
    {
        git.env_remove(variable);
    }
    git.env_remove("GIT_ALTERNATE_OBJECT_DIRECTORIES")
        .env_remove("GIT_NAMESPACE")
        .env("LC_ALL", "C");
    if !interactive {
        git.env("GIT_TERMINAL_PROMPT", "0").env("GCM_INTERACTIVE", "never");
    }
    if let Some((with, without)) = url.and_then(credentials) {
        git.env("GIT_CONFIG_COUNT", "1");
        git.env("GIT_CONFIG_KEY_0", format!("url.{with}.insteadOf"))
            .env("GIT_CONFIG_VALUE_0", without);
    }
    git
}

/// Settings that name programs git would run, reset to git's defaults.
const OWN_PROGRAMS: [&str; 16] = [
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=",
    "core.sshCommand=ssh",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "credential.helper=",
    "diff.external=",
    "gpg.format=openpgp",
    "gpg.program=gpg",
    "gpg.openpgp.program=gpg",
    "gpg.x509.program=gpgsm",
    "gpg.ssh.program=ssh-keygen",
    "gpg.ssh.defaultKeyCommand=",
    "log.showSignature=false",
];

/// Variables that make git write a trace to a given place.
const TRACES: [&str; 9] = [
    "GIT_TRACE",
    "GIT_TRACE_SETUP",
    "GIT_TRACE_PERFORMANCE",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACK_ACCESS",
    "GIT_TRACE_REFS",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
];

/// Prepares git for an untrusted repository: it runs no program that the repository's configuration
/// names, no pager and no trace, and does not fetch missing objects. Must be called before the
/// subcommand is added.
pub(super) fn disable_programs(git: &mut Command) {
    git.arg("--no-pager");
    add_settings(git, &OWN_PROGRAMS);
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    remove_traces(git);
}

/// Lets git write no trace.
pub(super) fn remove_traces(git: &mut Command) {
    for variable in TRACES {
        git.env_remove(variable);
    }
}

/// Adds settings in the environment, where no other user sees their values. Must be called after
/// [`git_command`], which may set one itself.
pub(super) fn add_environment_settings(git: &mut Command, settings: &[(String, String)]) {
    let own = git.get_envs().any(|(name, value)| name == "GIT_CONFIG_COUNT" && value.is_some());
    let first = usize::from(own);
    for (index, (name, value)) in (first..).zip(settings) {
        git.env(format!("GIT_CONFIG_KEY_{index}"), name);
        git.env(format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    if !settings.is_empty() {
        git.env("GIT_CONFIG_COUNT", (first + settings.len()).to_string());
    }
}

/// Adds settings, each `name=value`, that override every configuration file. Must be called before
/// the subcommand is added.
pub(super) fn add_settings(git: &mut Command, settings: &[&str]) {
    for setting in settings {
        git.args(["-c", setting]);
    }
}

/// Runs a command to its end, or stops it after `limit`.
///
/// # Errors
/// [`GitProcessError`]. A failure of the command itself is in the returned status.
pub(super) fn run_command(
    mut command: Command,
    input: &[u8],
    limit: Duration,
) -> Result<GitOutput, GitProcessError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitProcessError::NotStarted)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that does not read its input reports its own error. Our input fits into a pipe
        // buffer, so the write cannot block.
        let _written = stdin.write_all(input);
    }
    let (stdout, stderr) =
        (read_on_thread(child.stdout.take()), read_on_thread(child.stderr.take()));
    let status = wait_or_stop(child, limit)?;
    Ok(GitOutput {
        status,
        stdout: take_output(&stdout),
        stderr: redact_credentials(&take_output(&stderr)),
    })
}

fn wait_or_stop(mut child: Child, limit: Duration) -> Result<ExitStatus, GitProcessError> {
    let started = Instant::now();
    loop {
        match child.try_wait().map_err(GitProcessError::NotStarted)? {
            Some(status) => return Ok(status),
            None if started.elapsed() < limit => thread::sleep(LOOK),
            None => {
                stop_child(&mut child);
                return Err(GitProcessError::TooSlow(limit.as_secs()));
            }
        }
    }
}

/// Stops a child. After SIGTERM git also stops its own children (ssh, the HTTP helper), so that
/// comes first.
pub(super) fn stop_child(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process};
        // If SIGTERM cannot be sent, the child is killed below.
        let _asked = kill_process(Pid::from_child(child), Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < POLITELY && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(LOOK);
        }
    }
    // It may have exited by itself.
    let _stopped = child.kill();
    let _reaped = child.wait();
}

/// Reads a stream to its end on its own thread.
fn read_on_thread(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A read error shows in the exit code.
        let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        // After a timeout nobody receives.
        let _sent = sender.send(bytes);
    });
    receiver
}

/// Returns the output that was read. A grandchild that outlives git may hold the stream open, so
/// the wait is limited to 2 seconds.
fn take_output(stream: &Receiver<Vec<u8>>) -> String {
    let bytes = stream.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads a stream that has to say something from time to time.
pub(super) struct WatchedStream {
    chunks: Receiver<Vec<u8>>,
    rest: Vec<u8>,
    limit: Duration,
    is_silent: bool,
}

impl WatchedStream {
    /// Reads a stream on its own thread. After a silence of `limit` the stream ends.
    pub fn new(mut stream: impl Read + Send + 'static, limit: Duration) -> Self {
        let (sender, chunks) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = stream.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        WatchedStream { chunks, rest: Vec::new(), limit, is_silent: false }
    }

    /// True if the stream was silent for too long.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }
}

impl Read for WatchedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && !self.is_silent {
            match self.chunks.recv_timeout(self.limit) {
                Ok(chunk) => self.rest = chunk,
                Err(RecvTimeoutError::Timeout) => self.is_silent = true,
                Err(RecvTimeoutError::Disconnected) => {}
            }
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_silent_stream_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("known")).expect("connects");
        let (mut server, _) = listener.accept().expect("accepted");
        server.write_all(b"hello").expect("written");
        let mut watched = WatchedStream::new(stream, Duration::from_millis(300));
        let mut text = String::new();
        watched.read_to_string(&mut text).expect("read");
        assert_eq!((text.as_str(), watched.is_silent()), ("hello", true));
        drop(server);
    }
}

//! The git executable as a child process: arguments of ours only, no shell, no questions without a
//! person, and an end after some time.

use super::url::{credentials, redact_credentials};
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait between two looks at a child.
const LOOK: Duration = Duration::from_millis(4);

/// How long a child may take to end when asked to.
#[cfg(unix)]
const POLITELY: Duration = Duration::from_secs(1);

/// Why there is no answer of git's.
#[derive(Debug)]
pub(super) enum GitProcessError {
    NotStarted(io::Error),
    /// It was stopped after so many seconds.
    TooSlow(u64),
}

/// What git said. Texts are without the credentials of URLs.
#[derive(Debug)]
pub(super) struct GitOutput {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// git, told to run nothing that would ask or change other things. Credentials in `url` are handed
/// over in the environment.
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

/// What the configuration of a repository can name that git would run, set back to what git has by
/// itself.
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

/// Variables that make git write a trace, wherever they say.
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

/// For a repository of anybody's: none of the programs that its configuration names, no pager, no
/// traces, and no fetching of objects that are missing. Before the subcommand only.
pub(super) fn disable_programs(git: &mut Command) {
    git.arg("--no-pager");
    add_settings(git, &OWN_PROGRAMS);
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    for variable in TRACES {
        git.env_remove(variable);
    }
}

/// Settings of one run, as `name=value`; they count more than any file. Before the subcommand only.
pub(super) fn add_settings(git: &mut Command, settings: &[&str]) {
    for setting in settings {
        git.args(["-c", setting]);
    }
}

/// Runs a command to its end, or stops it after `limit`.
///
/// # Errors
/// [`ChildError`]; that the command itself failed is in the answer.
pub(super) fn run_command(
    mut command: Command,
    input: &[u8],
    limit: Duration,
) -> Result<GitOutput, GitProcessError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitProcessError::NotStarted)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that does not read its input says why by itself. Ours is smaller than a pipe takes.
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

/// Ends a child. Asked politely first, git ends its own children (ssh, the HTTP helper) as well.
fn stop_child(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process};
        // What fails here is killed below.
        let _asked = kill_process(Pid::from_child(child), Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < POLITELY && matches!(child.try_wait(), Ok(None)) {
            thread::sleep(LOOK);
        }
    }
    // It may just have ended by itself.
    let _stopped = child.kill();
    let _reaped = child.wait();
}

/// Reads a stream to its end on a thread of its own.
fn read_on_thread(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What cannot be read is missed by the exit code.
        let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        // Nobody listens any more after a time-out.
        let _sent = sender.send(bytes);
    });
    receiver
}

/// What was read. A grandchild that outlives git may hold the stream open; nobody waits for that.
fn take_output(stream: &Receiver<Vec<u8>>) -> String {
    let bytes = stream.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

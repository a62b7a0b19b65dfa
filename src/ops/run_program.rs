//! Runs a program without a shell, with a time limit and a limit on its output.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// The number of bytes of the output that are kept; the rest is dropped.
const KEPT: u64 = 16 * 1024;

/// The pause between checks whether the program has ended.
const LOOK: Duration = Duration::from_millis(5);

/// How a program ended.
pub struct ProgramOutput {
    pub status: ExitStatus,
    /// Its standard output, or its standard error where that is empty.
    pub text: String,
}

/// Runs a program to its end.
///
/// # Errors
/// Why it could not be started or did not end in time, as a sentence fragment.
pub fn run_program(mut command: Command, limit: Duration) -> Result<ProgramOutput, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| format!("cannot start it: {error}"))?;
    let (stdout, stderr) = (read_stream(child.stdout.take()), read_stream(child.stderr.take()));
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < limit => thread::sleep(LOOK),
            Ok(None) => {
                kill_group(&mut child);
                return Err(format!("it did not end within {}s", limit.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    let (out, err) = (stream_text(&stdout), stream_text(&stderr));
    Ok(ProgramOutput { status, text: if out.trim().is_empty() { err } else { out } })
}

/// Kills the program and its child processes.
fn kill_group(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = format!("-{}", child.id());
        // Without a `kill` program, only the child is killed below.
        let _group =
            Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    // The child may have just ended.
    let _stopped = child.kill();
    let _reaped = child.wait();
}

/// Reads a stream to its end on a separate thread, and keeps the beginning.
fn read_stream(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut bytes = Vec::new();
        // Unreadable output is only missing from the reason; the exit code decides.
        let _kept = stream.by_ref().take(KEPT).read_to_end(&mut bytes);
        let _sent = sender.send(bytes);
        let _rest = io::copy(&mut stream, &mut io::sink());
    });
    receiver
}

/// The text of a stream. Does not wait if a grandchild holds the stream open.
fn stream_text(stream: &Receiver<Vec<u8>>) -> String {
    let bytes = stream.recv_timeout(Duration::from_millis(500)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

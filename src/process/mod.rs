//! Runs a program without a shell, with limits on time, output and memory. Knows nothing of what
//! the program is for.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// The number of bytes of the output that are kept by default; the rest is dropped.
const KEPT: u64 = 16 * 1024;

/// The pause between checks whether the program has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What a program may use.
#[derive(Debug, Clone, Copy)]
pub struct ProgramLimits {
    pub time: Duration,
    /// Bytes of each of the two streams.
    pub output: u64,
    /// True if the program is stopped where it writes more; otherwise the rest is dropped.
    pub stops_at_output: bool,
    /// Bytes of memory. Only Linux can limit it.
    pub memory: Option<u64>,
    /// Bytes of a file that it writes. Only Linux can limit it.
    pub file: Option<u64>,
    /// Time of the processor, for a program that outlives us. Only Linux can limit it.
    pub processor: Option<Duration>,
}

impl ProgramLimits {
    /// A limit on time. Of the output the beginning is kept.
    pub fn of_time(time: Duration) -> Self {
        ProgramLimits {
            time,
            output: KEPT,
            stops_at_output: false,
            memory: None,
            file: None,
            processor: None,
        }
    }
}

/// How a program ended.
pub struct ProgramOutput {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl ProgramOutput {
    /// The standard output, or the standard error where that is empty.
    pub fn text(&self) -> String {
        let out = String::from_utf8_lossy(&self.stdout);
        match out.trim().is_empty() {
            true => String::from_utf8_lossy(&self.stderr).into_owned(),
            false => out.into_owned(),
        }
    }
}

/// Runs a program to its end.
///
/// # Errors
/// Why it could not be started, did not end in time or wrote too much, as a sentence fragment.
pub fn run_program(mut command: Command, limits: ProgramLimits) -> Result<ProgramOutput, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| format!("cannot start it: {error}"))?;
    if let Err(why) = limit_resources(&child, limits) {
        kill_group(&mut child);
        return Err(why);
    }
    let is_full = Arc::new(AtomicBool::new(false));
    let stdout = read_stream(child.stdout.take(), limits.output, &is_full);
    let stderr = read_stream(child.stderr.take(), limits.output, &is_full);
    let stops = || limits.stops_at_output && is_full.load(Ordering::Relaxed);
    let too_much = || format!("it wrote more than {} MB", limits.output >> 20);
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if stops() => {
                kill_group(&mut child);
                return Err(too_much());
            }
            Ok(None) if started.elapsed() < limits.time => thread::sleep(LOOK),
            Ok(None) => {
                kill_group(&mut child);
                return Err(format!("it did not end within {}s", limits.time.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    let (stdout, stderr) = (kept_bytes(&stdout), kept_bytes(&stderr));
    if stops() {
        return Err(too_much());
    }
    Ok(ProgramOutput { status, stdout, stderr })
}

/// Sets the limits of a child that has just been started.
#[cfg(target_os = "linux")]
fn limit_resources(child: &Child, limits: ProgramLimits) -> Result<(), String> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = Pid::from_child(child);
    let wanted = [
        (Resource::Data, limits.memory),
        (Resource::Fsize, limits.file),
        (Resource::Cpu, limits.processor.map(|time| time.as_secs())),
    ];
    for (resource, limit) in wanted {
        let Some(limit) = limit else { continue };
        let both = Rlimit { current: Some(limit), maximum: Some(limit) };
        match prlimit(Some(pid), resource, both) {
            // The program has ended already.
            Ok(_) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(format!("cannot limit what it uses: {error}")),
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn limit_resources(_child: &Child, _limits: ProgramLimits) -> Result<(), String> {
    Ok(())
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
fn read_stream(
    stream: Option<impl Read + Send + 'static>,
    kept: u64,
    is_full: &Arc<AtomicBool>,
) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let is_full = Arc::clone(is_full);
    thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut bytes = Vec::new();
        // Unreadable output is only missing from the reason; the exit code decides.
        let _kept = stream.by_ref().take(kept).read_to_end(&mut bytes);
        let mut more = [0];
        if stream.read(&mut more).is_ok_and(|count| count > 0) {
            is_full.store(true, Ordering::Relaxed);
        }
        let _sent = sender.send(bytes);
        let _rest = io::copy(&mut stream, &mut io::sink());
    });
    receiver
}

/// What was kept of a stream. Does not wait if a grandchild holds the stream open.
fn kept_bytes(stream: &Receiver<Vec<u8>>) -> Vec<u8> {
    stream.recv_timeout(Duration::from_millis(500)).unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run_shell(script: &str, limits: ProgramLimits) -> Result<(Option<i32>, String), String> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        run_program(shell, limits).map(|output| (output.status.code(), output.text()))
    }

    #[test]
    fn the_rest_of_the_output_is_dropped_or_stops_the_program() {
        let limits = ProgramLimits { output: 4, ..ProgramLimits::of_time(Duration::from_secs(20)) };
        assert_eq!(run_shell("echo 123456", limits), Ok((Some(0), "1234".to_owned())));
        let strict = ProgramLimits { stops_at_output: true, ..limits };
        assert_eq!(run_shell("echo 123; exit 3", strict), Ok((Some(3), "123\n".to_owned())));
        let endless = "while :; do echo 123456; done";
        assert_eq!(run_shell(endless, strict), Err("it wrote more than 0 MB".to_owned()));
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        let limits = ProgramLimits::of_time(Duration::from_millis(200));
        assert_eq!(run_shell("sleep 60", limits), Err("it did not end within 0s".to_owned()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_time_of_the_processor_is_limited() {
        let limits = ProgramLimits {
            processor: Some(Duration::from_secs(1)),
            ..ProgramLimits::of_time(Duration::from_secs(120))
        };
        let (code, _) = run_shell("while :; do :; done", limits).expect("it is killed");
        assert_eq!(code, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_and_the_memory_are_limited() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("big");
        let limits = ProgramLimits {
            file: Some(1000),
            memory: Some(64 << 20),
            ..ProgramLimits::of_time(Duration::from_secs(20))
        };
        let script = format!("sleep 0.2; head -c 5000 /dev/zero > {}", file.display());
        assert_ne!(run_shell(&script, limits).map(|(code, _)| code), Ok(Some(0)));
        assert!(std::fs::metadata(&file).expect("it was begun").len() <= 1000);
        // `tail` keeps what has no line breaks.
        let hungry = "sleep 0.2; head -c 500000000 /dev/zero | tail -n 1 | wc -c";
        let (_, text) = run_shell(hungry, limits).expect("it ends");
        assert_ne!(text.trim(), "500000000");
    }
}

//! Runs the command of a gate: without a shell, with a time limit and a limit on its output.

use crate::config::gates::ExternalCommand;
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::command_policy::CommandPolicy;
use crate::ops::gates::facts::line;
use crate::pipeline::{ExternalAnswer, GateQuery};
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// The number of bytes of the output that are kept; the rest is dropped.
const KEPT: u64 = 16 * 1024;

/// The pause between checks whether the command has ended.
const LOOK: Duration = Duration::from_millis(5);

/// Runs the command. Exit code 0 is open; 1 is shut, with the output as the reason; any other code
/// is no answer.
pub(super) fn run_command(
    call: &ExternalCommand,
    trust: &CommandPolicy,
    question: &GateQuery<'_>,
    inquiry: &GateContext<'_>,
) -> ExternalAnswer {
    let program = match trust.find_program(call, inquiry) {
        Ok(program) => program,
        Err(why) => return ExternalAnswer::NoAnswer(why),
    };
    let mut command = Command::new(program.path());
    command.args(call.argv.iter().skip(1));
    command
        .env("TOWPATH_APP", question.subject.to_string())
        .env("TOWPATH_STAGE", question.stage.as_str());
    command.env("TOWPATH_VERSION", question.version.to_string());
    if let Some(folder) = trust.working_folder(inquiry.repository) {
        if let Err(error) = std::fs::create_dir_all(folder) {
            return ExternalAnswer::NoAnswer(format!(
                "cannot create a folder to run it in: {error}"
            ));
        }
        command.current_dir(folder);
    }
    match run(command, Duration::from_secs(call.timeout)) {
        Ok((status, said)) => match status.code() {
            Some(0) => ExternalAnswer::Open,
            Some(1) => ExternalAnswer::Shut(line(&said)),
            Some(code) => {
                ExternalAnswer::NoAnswer(answer_text(&format!("exit code {code}"), &said))
            }
            None => ExternalAnswer::NoAnswer("it was killed".into()),
        },
        Err(why) => ExternalAnswer::NoAnswer(why),
    }
}

fn answer_text(what: &str, said: &str) -> String {
    let said = line(said);
    if said.is_empty() { what.to_owned() } else { format!("{what}: {said}") }
}

fn run(mut command: Command, limit: Duration) -> Result<(ExitStatus, String), String> {
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
    Ok((status, if out.trim().is_empty() { err } else { out }))
}

/// Kills the command and its child processes.
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

//! A pager for long answers on a terminal, as git and gh have one.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

/// How to start a pager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerCommand {
    /// A line for the shell, such as `less` or `delta --paging=always`.
    pub line: String,
    /// True if the user has set `LESS`, which then is left alone.
    pub has_less_options: bool,
}

/// Where an answer goes: to stdout, or through a pager to the terminal.
pub struct AnswerWriter {
    pager: Option<RunningPager>,
}

impl AnswerWriter {
    pub(super) fn stdout() -> Self {
        AnswerWriter { pager: None }
    }

    /// Starts the pager; if that fails, the answer goes to stdout. `is_wide` lets lines run past
    /// the right edge, where the pager scrolls.
    pub(super) fn paged(command: &PagerCommand, is_wide: bool) -> Self {
        AnswerWriter { pager: RunningPager::start(command, is_wide).ok() }
    }

    /// Writes a part of the answer.
    ///
    /// # Errors
    /// The I/O error of the operating system; a reader who left is [`io::ErrorKind::BrokenPipe`].
    pub fn write_part(&mut self, text: &str) -> io::Result<()> {
        match &mut self.pager {
            Some(pager) => pager.write(text),
            None => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(text.as_bytes())?;
                stdout.flush()
            }
        }
    }
}

/// A pager and its end. Dropping it waits until the reader leaves.
struct RunningPager {
    child: Child,
    #[cfg(unix)]
    interrupt: Option<signal_hook::SigId>,
}

impl RunningPager {
    fn start(command: &PagerCommand, is_wide: bool) -> io::Result<Self> {
        let mut shell = shell(&command.line);
        if !command.has_less_options {
            // Quit if it fits on the screen, keep colours, leave the answer on the screen; and
            // chop long lines instead of wrapping them.
            shell.env("LESS", if is_wide { "FRXS" } else { "FRX" });
        }
        let child = shell.stdin(Stdio::piped()).spawn()?;
        Ok(RunningPager {
            child,
            // Ctrl-C belongs to the pager: it stops a search there. Without this, it would end
            // towpath and leave the pager alone with the terminal.
            #[cfg(unix)]
            interrupt: signal_hook::flag::register(
                signal_hook::consts::SIGINT,
                std::sync::Arc::default(),
            )
            .ok(),
        })
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        match &mut self.child.stdin {
            Some(stdin) => stdin.write_all(text.as_bytes()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Drop for RunningPager {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // There is nobody left to tell about a pager that failed.
        let _ = self.child.wait();
        #[cfg(unix)]
        if let Some(interrupt) = self.interrupt {
            signal_hook::low_level::unregister(interrupt);
        }
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]);
    shell
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", line]);
    shell
}

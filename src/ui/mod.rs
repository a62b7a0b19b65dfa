//! The only place that prints. The answer goes to stdout, the talk to stderr.
//!
//! Whatever comes from a repository passes [`visible`] on its way to a terminal, so that nothing
//! but text arrives there.

mod age;
mod app;
mod ask;
mod audit;
mod config;
mod diff;
mod escape;
mod formats;
mod guard;
mod history;
mod ledger;
mod look;
mod matrix;
mod metrics;
mod plan;
mod progress;
mod prompt;
mod proposals;
mod table;
mod trace;
mod version;
mod yaml;

pub use age::{age, span};
pub use app::render as app_in_full;
pub use ask::{line as ask_line, render as ask};
pub use audit::{
    AuditDetail, csv as audit_csv, html as audit_html, junit, markdown as audit_markdown, sarif,
    table as audit,
};
pub use config::render as config;
pub use diff::{csv as diff_csv, markdown as diff_markdown, table as diff};
pub use escape::{machine, visible};
pub use formats::{OutputFormat, json, status as status_as, yaml};
pub use guard::{
    github as guard_github, markdown as guard_markdown, sarif as guard_sarif, table as guard,
};
pub use history::{HistoryPrinter, TimeFormat};
pub use ledger::{events, locks};
pub use look::{TerminalStyle, TextTone};
pub use matrix::render as matrix;
pub use metrics::{
    csv as metrics_csv, incomparable, markdown as metrics_markdown, table as metrics,
};
pub use plan::{patch, table as plan};
pub use progress::ProgressIndicator;
pub use prompt::{aligned, arrange, choose, confirm, pick};
pub use proposals::{in_full as proposal, table as proposals};
pub use trace::render as trace;

use crate::model::Warning;
use std::io::{self, Write};

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Where a command says what it has to say.
#[derive(Debug, Clone)]
pub struct Ui {
    /// How stdout looks.
    pub out: TerminalStyle,
    /// How stderr looks.
    pub err: TerminalStyle,
    pub verbosity: Verbosity,
    /// stderr is a terminal, so progress may be drawn on it.
    pub live: bool,
}

impl Ui {
    /// Writes the answer to stdout.
    ///
    /// # Errors
    /// As the operating system says; a closed pipe is [`io::ErrorKind::BrokenPipe`].
    pub fn answer(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        if !text.is_empty() && !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()
    }

    /// Writes a part of the answer, as it is.
    ///
    /// # Errors
    /// As [`Ui::answer`].
    pub fn part(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Says one line on stderr, unless quiet.
    pub fn note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk(&self.err.paint(TextTone::Dim, &visible(text)));
        }
    }

    /// Says several lines on stderr as they are, unless quiet.
    pub fn say(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet && !text.is_empty() {
            self.talk(text.trim_end_matches('\n'));
        }
    }

    /// Says what to do about a caution, unless quiet.
    pub fn hint(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk(&format!(
                "{} {}",
                self.err.paint(TextTone::Good, "hint:"),
                visible_lines(text)
            ));
        }
    }

    /// Says one line on stderr with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.note(text);
        }
    }

    /// Says one line on stderr that matters more than a note, unless quiet.
    pub fn caution(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk(&format!(
                "{} {}",
                self.err.paint(TextTone::Warn, "warning:"),
                visible_lines(text)
            ));
        }
    }

    /// Says what was passed over: one line in all, or one for each with `-v`.
    pub fn warnings(&self, warnings: &[Warning]) {
        if self.verbosity == Verbosity::Verbose {
            for warning in warnings {
                self.caution(&sentence(warning));
            }
            return;
        }
        let (files, general): (Vec<&Warning>, Vec<&Warning>) =
            warnings.iter().partition(|w| w.path.is_some());
        for warning in general {
            self.caution(&sentence(warning));
        }
        match files.as_slice() {
            [] => {}
            [one] => self.caution(&sentence(one)),
            many => self.caution(&format!("{} files could not be read; -v lists them", many.len())),
        }
    }

    /// Prints a failure: what failed, why, and what to do about it. Quiet or not.
    pub fn failure(&self, message: &str, causes: &[String], hints: &[String]) {
        self.talk(&format!(
            "{} {}",
            self.err.paint(TextTone::Bad, "error:"),
            visible_lines(message)
        ));
        for cause in causes {
            self.talk(&format!("  because {}", visible_lines(cause)));
        }
        for hint in hints {
            self.talk(&format!(
                "{} {}",
                self.err.paint(TextTone::Good, "hint:"),
                visible_lines(hint)
            ));
        }
    }

    /// stderr may be closed; there is nobody left to tell then.
    fn talk(&self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// Messages of ours may have several lines; each is made visible by itself.
fn visible_lines(text: &str) -> String {
    text.lines().map(|line| visible(line).into_owned()).collect::<Vec<_>>().join("\n")
}

fn sentence(warning: &Warning) -> String {
    let message = visible(&warning.message);
    match &warning.path {
        Some(path) => format!("{} {message}", visible(path)),
        None => message.into_owned(),
    }
}

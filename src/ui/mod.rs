//! The only module that prints. Answers go to stdout, messages to stderr.
//!
//! Texts of a repository pass [`escape_for_terminal`] on their way to a terminal, so that nothing
//! in them can act on it.

mod advance;
#[cfg(feature = "announce")]
mod announcements;
mod app;
mod ask;
#[cfg(feature = "serve")]
mod atom;
mod audit;
mod changes;
mod commit_trace;
mod config;
mod data;
mod diff;
mod explanation;
mod facts;
#[cfg(test)]
mod fitting_tests;
mod formats;
mod guard;
mod history;
#[cfg(feature = "serve")]
mod icalendar;
mod ledger;
mod left_out;
mod live;
mod matrix;
mod metrics;
#[cfg(feature = "serve")]
mod openmetrics;
mod pager;
pub mod pages;
mod plan;
mod progress;
mod prompt;
mod proposals;
mod publish;
mod table;
mod terminal_style;
mod trace;
mod version;
mod versions;
mod wrap;
mod yaml;

pub use crate::model::{escape_for_terminal, escape_json};
pub use advance::fold_advance_lines;
#[cfg(feature = "announce")]
pub use announcements::render_announcements;
pub use app::{AppDetail, render_apps as apps};
pub use ask::{render_answer as ask, render_line as ask_line};
#[cfg(feature = "serve")]
pub use atom::{ATOM, render_feed};
pub use audit::{
    AuditDetail, explain_rule, render_csv as audit_csv, render_junit,
    render_markdown as audit_markdown, render_sarif, render_table as audit,
};
pub use changes::{changes_sentence, render_changes as changes};
pub use commit_trace::render_commit_trace as commit_trace;
pub use config::render_config as config;
pub use data::render_data;
pub use diff::{render_csv as diff_csv, render_markdown as diff_markdown, render_table as diff};
pub use explanation::render_explanation as explanation;
pub use formats::{OutputFormat, render_status as status_as, to_json, to_json_line, to_yaml};
pub use guard::{
    render_annotations as guard_github, render_markdown as guard_markdown,
    render_sarif as guard_sarif, render_table as guard,
};
pub use history::{HistoryPrinter, TimeFormat};
#[cfg(feature = "serve")]
pub use icalendar::{ICALENDAR, render_calendar};
pub use ledger::{render_events, render_locks};
pub use left_out::left_out;
pub use live::{
    live_legend, render_live as live, render_live_markdown as live_markdown,
    render_objects as live_objects,
};
pub use matrix::{MatrixForm, render_matrix as matrix};
pub use metrics::{
    describe_incomparable, render_csv as metrics_csv, render_markdown as metrics_markdown,
    render_table as metrics,
};
#[cfg(feature = "serve")]
pub use openmetrics::{
    OPENMETRICS, ServerMeasurements, render_measurements, render_server_measurements,
};
pub use pager::{AnswerWriter, PagerCommand};
pub use pages::render_html as audit_html;
pub use plan::{render_patch, render_table as plan};
pub use progress::ProgressIndicator;
pub use prompt::{align_columns, ask_choice, ask_choices, ask_order, confirm};
pub use proposals::{render_proposal as proposal, render_table as proposals};
pub use publish::render_publish;
pub use terminal_style::{TerminalStyle, TextTone};
pub use trace::render_trace as trace;
pub use versions::{render_markdown as versions_markdown, render_versions as versions};

use wrap::wrap_indented;

use crate::model::Warning;
use std::io::{self, Write};

/// Amount of messages on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Output of a command.
#[derive(Debug, Clone)]
pub struct Ui {
    /// Style of stdout.
    pub out: TerminalStyle,
    /// Style of stderr.
    pub err: TerminalStyle,
    pub verbosity: Verbosity,
    /// True if stderr is a terminal, so that progress may be drawn.
    pub live: bool,
    /// The pager for long answers; `None` if stdout is no terminal.
    pub pager: Option<PagerCommand>,
}

impl Ui {
    /// Writes the answer to stdout.
    ///
    /// # Errors
    /// The I/O error of the operating system; a closed pipe is [`io::ErrorKind::BrokenPipe`].
    pub fn write_answer(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        if !text.is_empty() && !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()
    }

    /// Writes a part of the answer, without adding a line break.
    ///
    /// # Errors
    /// As [`Ui::write_answer`].
    pub fn write_part(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// The style of stdout for a format: `wide` has no limit.
    pub fn style_for(&self, format: OutputFormat) -> TerminalStyle {
        match format {
            OutputFormat::Wide => self.out.unlimited(),
            _ => self.out.clone(),
        }
    }

    /// Opens a writer for an answer that may be long. `is_wide` is true for lines that may be
    /// wider than the terminal.
    pub fn open_answer(&self, is_wide: bool) -> AnswerWriter {
        match &self.pager {
            Some(pager) => AnswerWriter::paged(pager, is_wide),
            None => AnswerWriter::stdout(),
        }
    }

    /// Writes an answer that may be long, through the pager if there is one.
    ///
    /// # Errors
    /// As [`Ui::write_answer`].
    pub fn page_answer(&self, text: &str, is_wide: bool) -> io::Result<()> {
        if text.is_empty() || self.pager.is_none() {
            return self.write_answer(text);
        }
        self.open_answer(is_wide).write_part(text)
    }

    /// Opens manual pages with `man`; without a pager, writes them as they are.
    ///
    /// # Errors
    /// As [`Ui::write_answer`].
    pub fn show_manual(&self, pages: &str) -> io::Result<()> {
        let Some(pager) = &self.pager else { return self.write_answer(pages) };
        // Some systems have mandoc alone, whose man reads no page from a pipe.
        let line = "if command -v mandoc >/dev/null; then mandoc -a; \
                    elif command -v man >/dev/null; then man -l -; else cat; fi";
        let manual = PagerCommand { line: line.into(), ..pager.clone() };
        AnswerWriter::paged(&manual, false).write_part(pages)
    }

    /// Prints a line on stderr, unless quiet.
    pub fn print_note(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_stderr(&self.err.paint(TextTone::Dim, &escape_for_terminal(text)));
        }
    }

    /// Prints lines on stderr without escaping, unless quiet.
    pub fn print_lines(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet && !text.is_empty() {
            self.write_stderr(text.trim_end_matches('\n'));
        }
    }

    /// Prints a hint on stderr, unless quiet.
    pub fn print_hint(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_stderr(&format!(
                "{} {}",
                self.err.paint(TextTone::Good, "hint:"),
                visible_lines(text)
            ));
        }
    }

    /// Prints a line on stderr if verbose.
    pub fn print_detail(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.print_note(text);
        }
    }

    /// Prints a warning on stderr, unless quiet.
    pub fn print_caution(&self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.write_stderr(&format!(
                "{} {}",
                self.err.paint(TextTone::Warn, "warning:"),
                visible_lines(text)
            ));
        }
    }

    /// Prints warnings about skipped files: one line in all, or one per file if verbose.
    pub fn print_warnings(&self, warnings: &[Warning]) {
        if self.verbosity == Verbosity::Verbose {
            for warning in warnings {
                self.print_caution(&warning_sentence(warning));
            }
            return;
        }
        let (files, general): (Vec<&Warning>, Vec<&Warning>) =
            warnings.iter().partition(|w| w.path.is_some());
        for warning in general {
            self.print_caution(&warning_sentence(warning));
        }
        match files.as_slice() {
            [] => {}
            [one] => self.print_caution(&warning_sentence(one)),
            many => self
                .print_caution(&format!("{} files could not be read; -v lists them", many.len())),
        }
    }

    /// Prints an error with causes and hints, even if quiet.
    pub fn print_failure(&self, message: &str, causes: &[String], hints: &[String]) {
        self.write_stderr(&format!(
            "{} {}",
            self.err.paint(TextTone::Bad, "error:"),
            visible_lines(message)
        ));
        for cause in causes {
            self.write_stderr(&format!("  because {}", visible_lines(cause)));
        }
        for hint in hints {
            self.write_stderr(&format!(
                "{} {}",
                self.err.paint(TextTone::Good, "hint:"),
                visible_lines(hint)
            ));
        }
    }

    /// Ignores errors: if stderr is closed, there is nobody left to tell.
    fn write_stderr(&self, line: &str) {
        // Notices come from below, where nobody knows what the terminal can show.
        let line = if self.err.unicode { line.into() } else { line.replace('→', "->") };
        let width = self.err.width.unwrap_or(usize::MAX);
        let lines: Vec<String> = line.lines().flat_map(|line| wrap_indented(line, width)).collect();
        let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
    }
}

/// Prints help on stdout, or on stderr if it was not asked for.
///
/// # Errors
/// The I/O error of the operating system.
pub fn print_help(text: &str, to_stderr: bool) -> io::Result<()> {
    if to_stderr {
        io::stderr().lock().write_all(text.as_bytes())
    } else {
        io::stdout().lock().write_all(text.as_bytes())
    }
}

/// Prints the explanation of a mistake in the arguments, no wider than the terminal.
///
/// # Errors
/// The I/O error of the operating system.
pub fn print_mistake(text: &str, to_stderr: bool, width: Option<usize>) -> io::Result<()> {
    let width = width.unwrap_or(usize::MAX);
    let lines = text.lines().flat_map(|line| wrap_indented(line, width));
    print_help(&lines.map(|line| line + "\n").collect::<String>(), to_stderr)
}

/// Escapes each line of a message; our own messages may have several lines.
fn visible_lines(text: &str) -> String {
    text.lines().map(|line| escape_for_terminal(line).into_owned()).collect::<Vec<_>>().join("\n")
}

fn warning_sentence(warning: &Warning) -> String {
    let message = escape_for_terminal(&warning.message);
    match &warning.path {
        Some(path) => format!("{} {message}", escape_for_terminal(path)),
        None => message.into_owned(),
    }
}

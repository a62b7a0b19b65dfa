//! The context of a command: the session for the library, and the terminal for its answer.

use super::environment::{self, ProcessEnvironment};
use super::global_args::{ColorChoice, GlobalArgs};
use super::terminal::Terminal;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::pipeline::ledger::LedgerEvent;
use crate::ui::{TerminalStyle, Ui, Verbosity};
use std::sync::Arc;

/// The session, the terminal and the options that every command receives.
#[derive(Clone)]
pub struct CommandContext {
    pub session: Session,
    pub ui: Ui,
    pub globals: GlobalArgs,
    pub environment: ProcessEnvironment,
}

impl CommandContext {
    /// Builds the context from the arguments and the environment.
    pub fn new(globals: GlobalArgs, environment: ProcessEnvironment) -> Self {
        let ui = ui(&globals, &environment);
        let terminal = Arc::new(Terminal::new(ui.clone()));
        let can_ask = environment.stdin_is_terminal && environment.stderr_is_terminal;
        let options = globals.to_options(&environment);
        let session = Session::new(options, Arc::new(environment::now))
            .with_variables(Arc::new(environment::text))
            .with_sink(terminal.clone())
            .with_questions(can_ask.then_some(terminal as _));
        CommandContext { session, ui, globals, environment }
    }

    /// Prints a failure with its causes and hints.
    pub fn print_failure(&self, failure: &Failure) {
        self.ui.print_failure(&failure.message(), &failure.causes(), failure.hints());
    }

    /// Prints a note for each event that was written to the ledger.
    pub fn note_events(&self, events: &[LedgerEvent]) {
        events.iter().for_each(|event| self.ui.print_note(&event.what.sentence()));
    }
}

fn ui(globals: &GlobalArgs, environment: &ProcessEnvironment) -> Ui {
    let colors = |is_terminal: bool| match globals.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => environment.color.unwrap_or(is_terminal),
    };
    let verbosity = match (globals.quiet, globals.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        _ => Verbosity::Verbose,
    };
    Ui {
        out: TerminalStyle {
            colors: colors(environment.stdout_is_terminal),
            unicode: environment.unicode,
            width: environment.width,
        },
        err: TerminalStyle {
            colors: colors(environment.stderr_is_terminal),
            unicode: environment.unicode,
            width: environment.stderr_width,
        },
        verbosity,
        live: environment.stderr_is_terminal,
        pager: environment.pager.clone().filter(|_| !globals.no_pager),
    }
}

//! A progress bar on stderr, drawn only where somebody watches.

use super::{Ui, Verbosity, escape_for_terminal};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::time::Duration;

/// One piece of work that takes a while. It vanishes when dropped.
pub struct ProgressIndicator {
    bar: ProgressBar,
    /// It is not shown yet.
    waits: Cell<bool>,
}

/// What takes less needs no bar.
const LATE: Duration = Duration::from_millis(500);

impl ProgressIndicator {
    /// A bar with a sentence before it; hidden when quiet or when stderr is no terminal.
    pub fn new(ui: &Ui, what: &str) -> Self {
        let shown = if is_watched(ui) {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        ProgressIndicator {
            bar: new_bar(what, "{msg} {wide_bar} {pos}/{len}", shown),
            waits: Cell::new(false),
        }
    }

    /// A line that says what is waited for, with a sign that moves.
    pub fn new_spinner(ui: &Ui, what: &str) -> Self {
        let bar = ProgressIndicator::new(ui, what);
        if !bar.bar.is_hidden() {
            let style = ProgressStyle::with_template("{spinner} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.bar.set_style(style);
            bar.bar.enable_steady_tick(LATE / 4);
        }
        bar
    }

    /// A bar that appears only when the work takes long, with an estimate of how long it will.
    pub fn new_delayed(ui: &Ui, what: &str) -> Self {
        let bar = new_bar(
            what,
            "{msg} {wide_bar} {pos}/{len} commits, {eta} left",
            ProgressDrawTarget::hidden(),
        );
        ProgressIndicator { bar, waits: Cell::new(is_watched(ui)) }
    }

    /// Says how far the work is.
    pub fn set_progress(&self, done: u64, total: u64) {
        if self.waits.get() && self.bar.elapsed() > LATE {
            self.waits.set(false);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Says what is being done now.
    pub fn set_message(&self, what: &str) {
        self.bar.set_message(escape_for_terminal(what).into_owned());
    }
}

impl Drop for ProgressIndicator {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn is_watched(ui: &Ui) -> bool {
    ui.live && ui.verbosity != Verbosity::Quiet
}

/// A bar that was never drawn anywhere but where it belongs: setting its words draws it.
fn new_bar(what: &str, template: &str, shown: ProgressDrawTarget) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), shown);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message(escape_for_terminal(what).into_owned());
    bar
}

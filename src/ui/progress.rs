//! Progress indicators on stderr, drawn only on a terminal.

use super::{Ui, Verbosity, escape_for_terminal};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::time::Duration;

/// Progress of a task. The indicator vanishes when dropped.
pub struct ProgressIndicator {
    bar: ProgressBar,
    /// True while it is not shown yet.
    waits: Cell<bool>,
}

/// Tasks shorter than this show no bar.
const LATE: Duration = Duration::from_millis(500);

impl ProgressIndicator {
    /// Creates a bar with a message; hidden if quiet or if stderr is no terminal.
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

    /// Creates a spinner with a message.
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

    /// Creates a bar that appears only if the task takes long, with an estimate of the remaining
    /// time.
    pub fn new_delayed(ui: &Ui, what: &str) -> Self {
        let bar = new_bar(
            what,
            "{msg} {wide_bar} {pos}/{len} commits, {eta} left",
            ProgressDrawTarget::hidden(),
        );
        ProgressIndicator { bar, waits: Cell::new(is_watched(ui)) }
    }

    /// Sets the progress.
    pub fn set_progress(&self, done: u64, total: u64) {
        if self.waits.get() && self.bar.elapsed() > LATE {
            self.waits.set(false);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Sets the message.
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

/// Creates a bar with its draw target set from the start: setting the message draws it.
fn new_bar(what: &str, template: &str, shown: ProgressDrawTarget) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), shown);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message(escape_for_terminal(what).into_owned());
    bar
}

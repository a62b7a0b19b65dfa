//! A progress bar on stderr, drawn only where somebody watches.

use super::{Ui, Verbosity, visible};
use indicatif::{ProgressBar, ProgressStyle};

/// One piece of work that takes a while. It vanishes when dropped.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar with a sentence before it; hidden when quiet or when stderr is no terminal.
    pub fn new(ui: &Ui, what: &str) -> Self {
        if !ui.live || ui.verbosity == Verbosity::Quiet {
            return Bar(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(visible(what).into_owned());
        Bar(bar)
    }

    /// Says how far the work is.
    pub fn set(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// Says what is being done now.
    pub fn say(&self, what: &str) {
        self.0.set_message(visible(what).into_owned());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

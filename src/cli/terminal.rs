//! The terminal, which prints notices, draws progress and asks questions.

use crate::ops::error::Failure;
use crate::ops::notice::{Level, NoticeSink, ProgressKind, Questions, TaskProgress};
use crate::ui::{self, ProgressIndicator, Ui};

/// Prints notices, draws progress and asks questions.
pub struct Terminal {
    ui: Ui,
}

impl Terminal {
    pub fn new(ui: Ui) -> Self {
        Terminal { ui }
    }
}

impl NoticeSink for Terminal {
    fn notice(&self, level: Level, text: &str) {
        match level {
            Level::Detail => self.ui.print_detail(text),
            Level::Note => self.ui.print_note(text),
            Level::Caution => self.ui.print_caution(text),
            Level::Hint => self.ui.print_hint(text),
        }
    }

    fn progress(&self, kind: ProgressKind, label: &str) -> Box<dyn TaskProgress> {
        Box::new(match kind {
            ProgressKind::Bar => ProgressIndicator::new(&self.ui, label),
            ProgressKind::Delayed => ProgressIndicator::new_delayed(&self.ui, label),
            ProgressKind::Spinner => ProgressIndicator::new_spinner(&self.ui, label),
        })
    }
}

impl TaskProgress for ProgressIndicator {
    fn set_progress(&self, done: u64, total: u64) {
        ProgressIndicator::set_progress(self, done, total);
    }

    fn set_message(&self, text: &str) {
        ProgressIndicator::set_message(self, text);
    }
}

impl Questions for Terminal {
    fn confirm(&self, question: &str) -> Result<bool, Failure> {
        Ok(ui::confirm(question)?)
    }

    fn pick(&self, question: &str, items: &[String]) -> Result<Option<usize>, Failure> {
        Ok(ui::ask_choice(&self.ui, question, items)?)
    }

    fn choose(&self, question: &str, rows: &[[String; 4]]) -> Result<Option<Vec<usize>>, Failure> {
        let lines = ui::align_columns(rows).into_iter().map(|line| (line, false));
        Ok(ui::ask_choices(&self.ui, question, &lines.collect::<Vec<_>>())?)
    }
}

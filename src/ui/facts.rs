//! Labelled facts, one on each line.

use super::terminal_style::pad_end;
use super::{TerminalStyle, TextTone, escape_for_terminal};

/// Appends facts to a text.
pub(super) struct FactLines<'o> {
    pub out: &'o mut String,
    pub look: &'o TerminalStyle,
    /// Columns of space before the labels.
    pub indent: usize,
    /// Width of the labels.
    pub width: usize,
}

impl FactLines<'_> {
    pub fn add(&mut self, label: &str, text: &str) {
        self.out.push_str(&format!(
            "{:indent$}{}{}\n",
            "",
            self.look.paint(TextTone::Dim, &pad_end(label, self.width)),
            escape_for_terminal(text),
            indent = self.indent,
        ));
    }

    /// Adds a fact unless it is empty.
    pub fn add_known(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.add(label, text);
        }
    }
}

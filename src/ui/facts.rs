//! Labelled facts, one on each line.

use super::terminal_style::pad_end;
use super::wrap::wrap_text;
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
    /// Adds a fact; a long one is wrapped below its start.
    pub fn add(&mut self, label: &str, text: &str) {
        self.add_toned(label, TextTone::Dim, text);
    }

    /// Adds a title and the text beside it.
    pub fn add_titled(&mut self, title: &str, text: &str) {
        self.add_toned(title, TextTone::Heading, text);
    }

    fn add_toned(&mut self, label: &str, tone: TextTone, text: &str) {
        let inside = self.look.narrowed(self.indent + self.width);
        let lines = wrap_text(&escape_for_terminal(text), inside.width.unwrap_or(usize::MAX));
        for (at, line) in lines.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let label = pad_end(label, self.width);
            let label = self.look.paint(tone, &label);
            let line = format!("{:indent$}{label}{line}", "", indent = self.indent);
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    /// Adds a fact unless it is empty.
    pub fn add_known(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.add(label, text);
        }
    }
}

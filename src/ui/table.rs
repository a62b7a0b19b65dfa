//! Tables that can be printed while they are made: widths only grow, and cells that do not fit are
//! cut in the middle.

use super::terminal_style::{display_width, pad_end, pad_start, truncate_middle};
use super::{TerminalStyle, TextTone};
use std::borrow::Cow;

/// Columns of space between two columns.
const GAP: usize = 3;

/// A column with its heading and alignment.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableColumn<'h> {
    pub heading: &'h str,
    pub align: Alignment,
    /// Minimum width to which cells may be cut.
    pub least: usize,
}

pub(super) fn column(heading: &str, align: Alignment, least: usize) -> TableColumn<'_> {
    TableColumn { heading, align, least }
}

pub(super) fn left_column(heading: &str, least: usize) -> TableColumn<'_> {
    column(heading, Alignment::Left, least)
}

/// Alignment of a cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Right,
}

/// A text and its tone.
#[derive(Debug, Clone)]
pub(super) struct StyledText {
    pub text: String,
    pub tone: TextTone,
}

impl StyledText {
    pub fn new(text: impl Into<String>, tone: TextTone) -> Self {
        StyledText { text: text.into(), tone }
    }

    pub fn plain(text: impl Into<String>) -> Self {
        StyledText::new(text, TextTone::Plain)
    }
}

/// Columns with their current widths.
#[derive(Debug, Clone)]
pub(super) struct Table<'h, const N: usize> {
    columns: [TableColumn<'h>; N],
    widths: [usize; N],
}

impl<'h, const N: usize> Table<'h, N> {
    pub fn new(columns: [TableColumn<'h>; N]) -> Self {
        Table { columns, widths: [0; N] }
    }

    /// Widens columns for these rows, as far as the terminal allows. Empty columns are left out.
    pub fn fit_rows(&mut self, rows: &[[StyledText; N]], look: &TerminalStyle) {
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                let width = display_width(&cell.text);
                if width > 0 {
                    self.widths[index] = self.widths[index]
                        .max(width)
                        .max(display_width(self.columns[index].heading));
                }
            }
        }
        let Some(room) = look.width else { return };
        while self.total_width() > room {
            let cuttable = (0..N).filter(|i| self.widths[*i] > self.columns[*i].least);
            let Some(widest) = cuttable.max_by_key(|i| self.widths[*i]) else { return };
            self.widths[widest] -= 1;
        }
    }

    fn total_width(&self) -> usize {
        self.widths
            .iter()
            .filter(|width| **width > 0)
            .map(|width| width + GAP)
            .sum::<usize>()
            .saturating_sub(GAP)
    }

    pub fn render_heading(&self, look: &TerminalStyle) -> String {
        self.render_line(
            &self.columns.map(|column| StyledText::new(column.heading, TextTone::Heading)),
            look,
        )
    }

    pub fn render_line(&self, cells: &[StyledText; N], look: &TerminalStyle) -> String {
        let mut out = String::new();
        let shown: Vec<usize> = (0..N).filter(|index| self.widths[*index] > 0).collect();
        for (at, index) in shown.iter().enumerate() {
            let (cell, width) = (&cells[*index], self.widths[*index]);
            let text: Cow<'_, str> = if display_width(&cell.text) > width {
                truncate_middle(&cell.text, width, look).into()
            } else {
                cell.text.as_str().into()
            };
            let painted = look.paint(cell.tone, &text);
            let last = at + 1 == shown.len();
            match self.columns[*index].align {
                Alignment::Right => out.push_str(&pad_start(&painted, width)),
                Alignment::Left if last => out.push_str(&painted),
                Alignment::Left => out.push_str(&pad_end(&painted, width)),
            }
            if !last {
                out.push_str(&" ".repeat(GAP));
            }
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    /// Renders heading and rows.
    pub fn render_all(mut self, rows: &[[StyledText; N]], look: &TerminalStyle) -> String {
        self.fit_rows(rows, look);
        let mut out = self.render_heading(look);
        out.extend(rows.iter().map(|row| self.render_line(row, look)));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<'static, 3> {
        Table::new([
            column("app", Alignment::Left, 4),
            column("n", Alignment::Right, 9),
            column("never", Alignment::Left, 9),
        ])
    }

    fn row(app: &str, n: &str) -> [StyledText; 3] {
        [StyledText::plain(app), StyledText::plain(n), StyledText::plain("")]
    }

    #[test]
    fn rows_stand_below_each_other_and_empty_columns_go() {
        let look = TerminalStyle { colors: false, unicode: true, width: None };
        let rows = [row("web", "7"), row("a-long-name", "12")];
        assert_eq!(
            table().render_all(&rows, &look),
            "app            n\nweb            7\na-long-name   12\n"
        );
        let narrow = TerminalStyle { width: Some(12), ..look };
        assert_eq!(
            table().render_all(&rows, &narrow),
            "app        n\nweb        7\na-l…ame   12\n"
        );
        let mut later = table();
        later.fit_rows(&rows[..1], &narrow);
        later.fit_rows(&rows[1..], &narrow);
        assert_eq!(later.render_line(&rows[0], &narrow), "web        7\n");
    }
}

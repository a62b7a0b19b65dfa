//! Tables that fit the terminal and can be printed while they are made: widths only grow.
//!
//! A table that is too wide loses space between its columns first, then the ends of texts that may
//! be cut, then whole columns that matter least. What must stay whole is wrapped as a last resort.

use super::terminal_style::{display_width, pad_end, pad_start, truncate_end, truncate_name};
use super::wrap::wrap_text;
use super::{TerminalStyle, TextTone};

/// Columns of space between two columns, and in a terminal where that is too much.
const GAP: usize = 3;
const NARROW_GAP: usize = 2;

/// Narrowest column in which a text that must stay whole is wrapped.
const LEAST: usize = 5;

/// What happens to the texts of a column where the table does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnFit {
    /// Never cut; wrapped if nothing else helps.
    Whole,
    /// Cut at the end, down to this width.
    Cut(usize),
    /// A name such as `app/component`, cut at the end of the app, down to this width.
    Name(usize),
    /// Wrapped between words, down to this width.
    Wrap(usize),
}

/// A column with its heading, alignment and behaviour in narrow terminals.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableColumn<'h> {
    heading: &'h str,
    align: Alignment,
    fit: ColumnFit,
    /// Columns of the highest rank are left out first; those of rank 0 always stay.
    rank: u8,
}

impl<'h> TableColumn<'h> {
    /// A column of texts that are never cut, such as stages and versions.
    pub const fn left(heading: &'h str) -> Self {
        TableColumn { heading, align: Alignment::Left, fit: ColumnFit::Whole, rank: 0 }
    }

    /// A column of numbers and durations, aligned to the right.
    pub const fn right(heading: &'h str) -> Self {
        TableColumn { align: Alignment::Right, ..TableColumn::left(heading) }
    }

    /// Lets texts be cut at the end, down to a width.
    pub const fn cut(self, least: usize) -> Self {
        TableColumn { fit: ColumnFit::Cut(least), ..self }
    }

    /// Lets names be cut, down to a width.
    pub const fn name(self, least: usize) -> Self {
        TableColumn { fit: ColumnFit::Name(least), ..self }
    }

    /// Lets texts be wrapped between words, down to a width.
    pub const fn wrap(self, least: usize) -> Self {
        TableColumn { fit: ColumnFit::Wrap(least), ..self }
    }

    /// Lets the column be left out; the highest rank goes first.
    pub const fn rank(self, rank: u8) -> Self {
        TableColumn { rank, ..self }
    }

    /// The width down to which texts are cut or wrapped before a column is left out.
    fn least(&self) -> usize {
        match self.fit {
            ColumnFit::Whole => usize::MAX,
            ColumnFit::Cut(least) | ColumnFit::Name(least) | ColumnFit::Wrap(least) => least,
        }
    }
}

/// Alignment of a cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alignment {
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
    /// Widest text of each column so far; 0 for a column without texts.
    natural: [usize; N],
    widths: [usize; N],
    gap: usize,
    /// Columns that were left out because the terminal is too narrow.
    left_out: [bool; N],
    is_started: bool,
}

impl<'h, const N: usize> Table<'h, N> {
    pub fn new(columns: [TableColumn<'h>; N]) -> Self {
        Table {
            columns,
            natural: [0; N],
            widths: [0; N],
            gap: GAP,
            left_out: [false; N],
            is_started: false,
        }
    }

    /// Widens columns for these rows, as far as the terminal allows. Empty columns are left out.
    pub fn fit_rows(&mut self, rows: &[[StyledText; N]], look: &TerminalStyle) {
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                let width = display_width(&cell.text);
                if width > 0 {
                    self.natural[index] = self.natural[index]
                        .max(width)
                        .max(display_width(self.columns[index].heading));
                }
            }
        }
        match look.width {
            None => self.widths = self.natural,
            Some(room) => self.fit_room(room),
        }
        self.is_started = true;
    }

    fn fit_room(&mut self, room: usize) {
        // Rows that are printed already have this layout, so that only widths may change.
        if self.is_started {
            self.widths = self.shown_widths();
        } else {
            self.widths = self.natural;
            if self.total_width() <= room {
                return;
            }
            self.gap = NARROW_GAP;
            while !self.shrink(room, TableColumn::least) && self.leave_out() {
                self.widths = self.shown_widths();
            }
            self.put_back(room);
        }
        let soft = self.shrink(room, TableColumn::least);
        let _ =
            soft || self.shrink(room, |column| match column.fit {
                ColumnFit::Whole => usize::MAX,
                _ => 2 * LEAST,
            }) || self.shrink(room, |_| LEAST);
    }

    fn shown_widths(&self) -> [usize; N] {
        std::array::from_fn(|index| if self.left_out[index] { 0 } else { self.natural[index] })
    }

    /// Narrows the widest columns until the table fits; false if it does not.
    fn shrink(&mut self, room: usize, least: impl Fn(&TableColumn<'h>) -> usize) -> bool {
        while self.total_width() > room {
            let cuttable =
                (0..N).filter(|index| self.widths[*index] > least(&self.columns[*index]));
            let Some(widest) = cuttable.max_by_key(|index| self.widths[*index]) else {
                return false;
            };
            self.widths[widest] -= 1;
        }
        true
    }

    /// Leaves out the column that matters least; false if all that are left must stay.
    fn leave_out(&mut self) -> bool {
        let can_go = |index: &usize| self.columns[*index].rank > 0 && self.widths[*index] > 0;
        let least = (0..N).filter(can_go).max_by_key(|index| self.columns[*index].rank);
        least.inspect(|index| self.left_out[*index] = true).is_some()
    }

    /// Puts back what fits beside the rest: a wide column that went later may have been the one in
    /// the way.
    fn put_back(&mut self, room: usize) {
        let mut gone: Vec<usize> = (0..N).filter(|index| self.left_out[*index]).collect();
        gone.sort_by_key(|index| self.columns[*index].rank);
        for index in gone {
            self.left_out[index] = false;
            self.widths = self.shown_widths();
            self.left_out[index] = !self.shrink(room, TableColumn::least);
        }
        self.widths = self.shown_widths();
    }

    fn total_width(&self) -> usize {
        self.widths
            .iter()
            .filter(|width| **width > 0)
            .map(|width| width + self.gap)
            .sum::<usize>()
            .saturating_sub(self.gap)
    }

    pub fn render_heading(&self, look: &TerminalStyle) -> String {
        self.render_line(
            &self.columns.map(|column| StyledText::new(column.heading, TextTone::Heading)),
            look,
        )
    }

    /// Renders a row; wrapped texts make it several lines.
    pub fn render_line(&self, cells: &[StyledText; N], look: &TerminalStyle) -> String {
        let shown: Vec<usize> = (0..N).filter(|index| self.widths[*index] > 0).collect();
        let pieces: Vec<Vec<String>> =
            shown.iter().map(|index| self.cell_lines(*index, &cells[*index].text, look)).collect();
        let height = pieces.iter().map(Vec::len).max().unwrap_or(1);
        let mut out = String::new();
        for line in 0..height {
            let start = out.len();
            for (at, index) in shown.iter().enumerate() {
                let piece = pieces[at].get(line).map_or("", String::as_str);
                let painted = look.paint(cells[*index].tone, piece);
                let is_last = at + 1 == shown.len();
                match self.columns[*index].align {
                    Alignment::Right => out.push_str(&pad_start(&painted, self.widths[*index])),
                    Alignment::Left if is_last => out.push_str(&painted),
                    Alignment::Left => out.push_str(&pad_end(&painted, self.widths[*index])),
                }
                if !is_last {
                    out.push_str(&" ".repeat(self.gap));
                }
            }
            out.truncate(start + out[start..].trim_end().len());
            out.push('\n');
        }
        out
    }

    /// The text of a cell in the width of its column.
    fn cell_lines(&self, index: usize, text: &str, look: &TerminalStyle) -> Vec<String> {
        let width = self.widths[index];
        match self.columns[index].fit {
            ColumnFit::Cut(_) => vec![truncate_end(text, width, look)],
            ColumnFit::Name(_) => vec![truncate_name(text, width, look)],
            ColumnFit::Whole | ColumnFit::Wrap(_) => wrap_text(text, width),
        }
    }

    /// Never leaves out a column, not even after it was left out of earlier rows.
    pub fn keep(&mut self, index: usize) {
        self.columns[index].rank = 0;
        self.left_out[index] = false;
    }

    /// Names the columns that do not fit, as a line; empty if all fit.
    pub fn render_left_out(&self, look: &TerminalStyle) -> String {
        let headings = self.columns.iter().zip(self.left_out).filter(|(_, out)| *out);
        let names: Vec<&str> = headings.map(|(column, _)| column.heading).collect();
        if names.is_empty() {
            return String::new();
        }
        let line = format!("(no room for: {})", names.join(", "));
        let lines = wrap_text(&line, look.width.unwrap_or(usize::MAX));
        lines.iter().map(|line| format!("{}\n", look.paint(TextTone::Dim, line))).collect()
    }

    /// Renders heading, rows, and what was left out.
    pub fn render_all(mut self, rows: &[[StyledText; N]], look: &TerminalStyle) -> String {
        self.fit_rows(rows, look);
        let mut out = self.render_heading(look);
        out.extend(rows.iter().map(|row| self.render_line(row, look)));
        out + &self.render_left_out(look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapbox::{assert_data_eq, str};

    fn look(width: Option<usize>) -> TerminalStyle {
        TerminalStyle { colors: false, unicode: true, width }
    }

    fn table() -> Table<'static, 3> {
        Table::new([
            TableColumn::left("app").cut(4),
            TableColumn::right("n"),
            TableColumn::left("never"),
        ])
    }

    fn row(app: &str, n: &str) -> [StyledText; 3] {
        [StyledText::plain(app), StyledText::plain(n), StyledText::plain("")]
    }

    #[test]
    fn rows_stand_below_each_other_and_empty_columns_go() {
        let rows = [row("web", "7"), row("a-long-name", "12")];
        assert_eq!(
            table().render_all(&rows, &look(None)),
            "app            n\nweb            7\na-long-name   12\n"
        );
        assert_eq!(
            table().render_all(&rows, &look(Some(12))),
            "app        n\nweb        7\na-long-…  12\n"
        );
        let mut later = table();
        later.fit_rows(&rows[..1], &look(Some(12)));
        later.fit_rows(&rows[1..], &look(Some(12)));
        assert_eq!(later.render_line(&rows[0], &look(Some(12))), "web        7\n");
    }

    #[test]
    fn columns_that_matter_least_go_first_and_what_is_whole_wraps_last() {
        let columns = [
            TableColumn::left("stage"),
            TableColumn::left("version"),
            TableColumn::left("who").cut(6).rank(1),
            TableColumn::left("change").rank(2),
        ];
        let rows =
            [["production", "release-2026-10-11", "Mei Tanaka", "#1234"].map(StyledText::plain)];
        let shown = |width| Table::new(columns).render_all(&rows, &look(Some(width)));
        assert_data_eq!(
            shown(60),
            str![[r#"
stage        version              who          change
production   release-2026-10-11   Mei Tanaka   #1234

"#]]
        );
        assert_data_eq!(
            shown(40),
            str![[r#"
stage       version             who
production  release-2026-10-11  Mei Tan…
(no room for: change)

"#]]
        );
        assert_data_eq!(
            shown(24),
            str![[r#"
stage       version
production  release-
            2026-10-11
(no room for: who,
change)

"#]]
        );
    }

    #[test]
    fn what_fits_beside_the_rest_is_put_back() {
        let columns = [
            TableColumn::left("to"),
            TableColumn::left("from").rank(1),
            TableColumn::left("who").rank(2),
        ];
        let rows = [["v1.10.0", "release-2026-10-11", "Mei"].map(StyledText::plain)];
        assert_data_eq!(
            Table::new(columns).render_all(&rows, &look(Some(20))),
            str![[r#"
to       who
v1.10.0  Mei
(no room for: from)

"#]]
        );
    }
}

//! The form with a column for each stage.

use super::{column_heading, spelled_out, version_text, widest};
use crate::model::format_age;
use crate::report::{Matrix, MatrixCell, MatrixColumn};
use crate::ui::terminal_style::{display_width, pad_end, pad_start, truncate_name};
use crate::ui::{TerminalStyle, TextTone, escape_for_terminal};
use jiff::Timestamp;

/// Columns of space between two columns, and in a terminal where that is too much.
const GAP: usize = 3;
const NARROW_GAP: usize = 2;

/// Widest list of several versions in a cell; longer ones are shown as a count.
const SPELLED_OUT: usize = 30;

/// Width down to which names may be cut, so that the stages fit beside them.
const LEAST_NAME: usize = 20;

/// Texts of the table, and how they are laid out.
#[derive(Clone)]
pub(super) struct MatrixLayout {
    names: Vec<String>,
    columns: Vec<ColumnLayout>,
    gap: usize,
    pub has_ages: bool,
}

#[derive(Clone)]
struct ColumnLayout {
    heading: String,
    cells: Vec<CellTexts>,
}

#[derive(Clone, Default)]
struct CellTexts {
    differs: bool,
    version: String,
    /// Short form of `version` if there are several.
    brief: String,
    age: String,
}

impl MatrixLayout {
    pub fn new(matrix: &Matrix, look: &TerminalStyle, now: Timestamp) -> Self {
        let rows: Vec<_> = matrix
            .rows
            .iter()
            .filter(|row| row.cells.iter().any(|cell| !cell.running.is_empty()))
            .collect();
        let column = |(index, column): (usize, &MatrixColumn)| ColumnLayout {
            heading: column_heading(column),
            cells: rows.iter().map(|row| cell_texts(&row.cells[index], look, now)).collect(),
        };
        MatrixLayout {
            names: rows.iter().map(|row| escape_for_terminal(&row.name).into_owned()).collect(),
            columns: matrix.columns.iter().enumerate().map(column).collect(),
            gap: GAP,
            has_ages: true,
        }
    }

    /// The fullest layout that fits: with less space, then shorter names, then counts of versions,
    /// then no ages. Versions and stages are never cut.
    pub fn fit_width(self, width: usize, look: &TerminalStyle) -> Option<MatrixLayout> {
        let narrow = MatrixLayout { gap: NARROW_GAP, ..self.clone() };
        let short = narrow.clone().cut_names((width / 3).max(LEAST_NAME), look);
        let counted = short.clone().count_versions();
        let bare = counted.clone().without_ages();
        [self, narrow, short, counted, bare].into_iter().find(|layout| layout.width() <= width)
    }

    fn cut_names(mut self, limit: usize, look: &TerminalStyle) -> Self {
        self.names.iter_mut().for_each(|name| *name = truncate_name(name, limit, look));
        self
    }

    fn count_versions(mut self) -> Self {
        let cells = self.columns.iter_mut().flat_map(|column| &mut column.cells);
        cells.for_each(|cell| cell.version.clone_from(&cell.brief));
        self
    }

    fn without_ages(mut self) -> Self {
        self.columns.iter_mut().flat_map(|column| &mut column.cells).for_each(|c| c.age.clear());
        self.has_ages = false;
        self
    }

    fn name_width(&self) -> usize {
        widest(self.names.iter().map(String::as_str)).max(3)
    }

    fn width(&self) -> usize {
        let columns = self.columns.iter().map(|column| ColumnWidths::of(column).whole + self.gap);
        self.name_width() + columns.sum::<usize>()
    }

    pub fn render(&self, look: &TerminalStyle) -> String {
        let (name_width, gap) = (self.name_width(), " ".repeat(self.gap));
        let widths: Vec<ColumnWidths> = self.columns.iter().map(ColumnWidths::of).collect();
        let mut line = look.paint(TextTone::Heading, &pad_end("app", name_width)).into_owned();
        for (column, widths) in self.columns.iter().zip(&widths) {
            // Aligns the heading with the versions, not with the signs before them.
            let heading = format!("{}{}", " ".repeat(widths.sign), column.heading);
            line.push_str(&gap);
            line.push_str(&look.paint(TextTone::Heading, &pad_end(&heading, widths.whole)));
        }
        let mut out = String::new();
        push_line(&mut out, &line);
        for (row, name) in self.names.iter().enumerate() {
            let mut line = pad_end(name, name_width);
            for (column, widths) in self.columns.iter().zip(&widths) {
                line.push_str(&gap);
                push_cell(&column.cells[row], widths, look, &mut line);
            }
            push_line(&mut out, &line);
        }
        out
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Widths of a column, measured once for all rows.
struct ColumnWidths {
    sign: usize,
    version: usize,
    age: usize,
    whole: usize,
}

impl ColumnWidths {
    fn of(column: &ColumnLayout) -> Self {
        let sign = if column.cells.iter().any(|cell| cell.differs) { 2 } else { 0 };
        let version = widest(column.cells.iter().map(|cell| cell.version.as_str()));
        let age = widest(column.cells.iter().map(|cell| cell.age.as_str()));
        let cells = sign + version + if age > 0 { age + 2 } else { 0 };
        let heading = sign + display_width(&column.heading);
        ColumnWidths { sign, version, age, whole: cells.max(heading) }
    }
}

fn push_cell(texts: &CellTexts, widths: &ColumnWidths, look: &TerminalStyle, line: &mut String) {
    let tone = if texts.differs { TextTone::Warn } else { TextTone::Plain };
    let mut used = widths.sign + widths.version;
    let sign = if texts.differs { look.difference_sign() } else { "" };
    line.push_str(&look.paint(tone, &pad_end(sign, widths.sign)));
    let (shown, tone) = if texts.version.is_empty() {
        (look.absent_sign(), TextTone::Dim)
    } else {
        (texts.version.as_str(), tone)
    };
    line.push_str(&look.paint(tone, shown));
    line.push_str(&" ".repeat(widths.version.saturating_sub(display_width(shown))));
    if widths.age > 0 {
        line.push_str("  ");
        line.push_str(&look.paint(TextTone::Dim, &pad_start(&texts.age, widths.age)));
        used += widths.age + 2;
    }
    line.push_str(&" ".repeat(widths.whole.saturating_sub(used)));
}

fn cell_texts(cell: &MatrixCell, look: &TerminalStyle, now: Timestamp) -> CellTexts {
    let since = cell.running.iter().filter_map(|running| running.since).max();
    let (version, brief) = match cell.running.as_slice() {
        [] => (String::new(), String::new()),
        [one] => {
            let text = version_text(one, look);
            (text.clone(), text)
        }
        many => {
            let spelled =
                many.iter().map(|one| spelled_out(one, look)).collect::<Vec<_>>().join(" ");
            let counted = format!("{} versions", many.len());
            if display_width(&spelled) <= SPELLED_OUT {
                (spelled, counted)
            } else {
                (counted.clone(), counted)
            }
        }
    };
    CellTexts {
        differs: cell.differs,
        version,
        brief,
        age: since.map(|then| format_age(then, now)).unwrap_or_default(),
    }
}

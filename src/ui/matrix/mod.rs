//! Renders the matrix as a table that fits the terminal.

use super::terminal_style::{display_width, pad_end, pad_start, truncate_middle};
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::report::{CellVersion, Matrix, MatrixCell, MatrixColumn};
use jiff::Timestamp;

/// Columns of space between two columns.
const GAP: usize = 3;

/// Widest list of several versions in a cell; longer ones are shown as a count.
const SPELLED_OUT: usize = 30;

/// Minimum widths of versions and app names; below these the table is split.
const LEAST_VERSION: usize = 10;
const LEAST_NAME: usize = 14;

/// Renders the table. If it is too wide for the terminal, it is split into parts, each with some of
/// the stages; with a column per target, it becomes a list of places instead.
pub fn render_matrix(matrix: &Matrix, look: &TerminalStyle, now: Timestamp) -> String {
    let mut sheet = MatrixLayout::new(matrix, now);
    let (mut names, mut parts) = fit_width(&sheet, look);
    if parts.len() > 1 && matrix.columns.iter().any(|column| column.target.is_some()) {
        sheet = MatrixLayout::from_places(matrix, now);
        (names, parts) = fit_width(&sheet, look);
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        sheet.push_table(&names, part, look, &mut out);
    }
    out
}

/// Texts of the table before shortening.
struct MatrixLayout {
    names: Vec<String>,
    columns: Vec<ColumnLayout>,
}

/// A column.
#[derive(Clone)]
struct ColumnLayout {
    heading: String,
    cells: Vec<CellTexts>,
}

#[derive(Clone, Default)]
struct CellTexts {
    differs: bool,
    version: String,
    /// Short form of `version`.
    brief: String,
    age: String,
}

impl ColumnLayout {
    fn sign_width(&self) -> usize {
        if self.cells.iter().any(|cell| cell.differs) { 2 } else { 0 }
    }

    fn version_width(&self) -> usize {
        self.cells.iter().map(|cell| display_width(&cell.version)).max().unwrap_or(0)
    }

    fn age_width(&self) -> usize {
        self.cells.iter().map(|cell| display_width(&cell.age)).max().unwrap_or(0)
    }

    fn width(&self) -> usize {
        let age = self.age_width();
        let cells = self.sign_width() + self.version_width() + if age > 0 { age + 2 } else { 0 };
        cells.max(display_width(&self.heading))
    }

    /// Returns the column with versions no wider than `limit`.
    fn limit_versions(&self, limit: usize, look: &TerminalStyle) -> ColumnLayout {
        let mut out = self.clone();
        for cell in &mut out.cells {
            if display_width(&cell.version) > limit {
                cell.version = truncate_middle(&cell.brief, limit, look);
            }
        }
        out
    }
}

impl MatrixLayout {
    fn new(matrix: &Matrix, now: Timestamp) -> Self {
        let names =
            matrix.rows.iter().map(|row| escape_for_terminal(&row.name).into_owned()).collect();
        let strip = |(index, column): (usize, &MatrixColumn)| ColumnLayout {
            heading: column_heading(column),
            cells: matrix.rows.iter().map(|row| cell_texts(&row.cells[index], now)).collect(),
        };
        MatrixLayout { names, columns: matrix.columns.iter().enumerate().map(strip).collect() }
    }

    /// Lays out one line per place.
    fn from_places(matrix: &Matrix, now: Timestamp) -> Self {
        let mut names = Vec::new();
        let mut places = ColumnLayout { heading: "place".into(), cells: Vec::new() };
        let mut versions = ColumnLayout { heading: "version".into(), cells: Vec::new() };
        for row in &matrix.rows {
            let mut name = escape_for_terminal(&row.name).into_owned();
            for (column, cell) in
                matrix.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.running.is_empty())
            {
                names.push(std::mem::take(&mut name));
                let place = column_heading(column);
                places.cells.push(CellTexts {
                    version: place.clone(),
                    brief: place,
                    ..CellTexts::default()
                });
                versions.cells.push(cell_texts(cell, now));
            }
        }
        MatrixLayout { names, columns: vec![places, versions] }
    }

    fn push_table(
        &self,
        names: &[String],
        part: &[ColumnLayout],
        look: &TerminalStyle,
        out: &mut String,
    ) {
        let name_width = names.iter().map(|name| display_width(name)).max().unwrap_or(0).max(3);
        let mut line = look.paint(TextTone::Heading, &pad_end("app", name_width)).into_owned();
        for strip in part {
            line.push_str(&" ".repeat(GAP));
            // Aligns the heading with the versions, not with the signs before them.
            let heading = format!("{}{}", " ".repeat(strip.sign_width()), strip.heading);
            line.push_str(&look.paint(TextTone::Heading, &pad_end(&heading, strip.width())));
        }
        push_line(out, &line);
        let widths: Vec<ColumnWidths> = part.iter().map(ColumnWidths::of).collect();
        for (row, name) in names.iter().enumerate() {
            let mut line = pad_end(name, name_width);
            for (strip, widths) in part.iter().zip(&widths) {
                line.push_str(&" ".repeat(GAP));
                push_cell(&strip.cells[row], widths, look, &mut line);
            }
            push_line(out, &line);
        }
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
    fn of(strip: &ColumnLayout) -> Self {
        let (sign, version, age) = (strip.sign_width(), strip.version_width(), strip.age_width());
        ColumnWidths { sign, version, age, whole: strip.width() }
    }
}

fn push_cell(texts: &CellTexts, widths: &ColumnWidths, look: &TerminalStyle, line: &mut String) {
    let (sign_width, version_width, age_width) = (widths.sign, widths.version, widths.age);
    let tone = if texts.differs { TextTone::Warn } else { TextTone::Plain };
    let mut used = sign_width + version_width;
    let sign = if texts.differs { look.difference_sign() } else { "" };
    line.push_str(&look.paint(tone, &pad_end(sign, sign_width)));
    let (shown, tone) = if texts.version.is_empty() {
        (look.absent_sign(), TextTone::Dim)
    } else {
        (texts.version.as_str(), tone)
    };
    line.push_str(&look.paint(tone, shown));
    line.push_str(&" ".repeat(version_width.saturating_sub(display_width(shown))));
    if age_width > 0 {
        line.push_str("  ");
        line.push_str(&look.paint(TextTone::Dim, &pad_start(&texts.age, age_width)));
        used += age_width + 2;
    }
    line.push_str(&" ".repeat(widths.whole.saturating_sub(used)));
}

fn column_heading(column: &MatrixColumn) -> String {
    let text = match &column.target {
        Some(target) => format!("{}/{target}", column.stage),
        None => column.stage.to_string(),
    };
    escape_for_terminal(&text).into_owned()
}

fn cell_texts(cell: &MatrixCell, now: Timestamp) -> CellTexts {
    let since = cell.running.iter().filter_map(|running| running.since).max();
    let (version, brief) = match cell.running.as_slice() {
        [] => (String::new(), String::new()),
        [one] => {
            let text = version::short_version(&one.version, one.app_version);
            (text.clone(), text)
        }
        many => {
            let spelled = many.iter().map(spelled_out).collect::<Vec<_>>().join(" ");
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
        age: since.map(|then| crate::model::format_age(then, now)).unwrap_or_default(),
    }
}

/// `v1 (eu, us)`.
fn spelled_out(running: &CellVersion) -> String {
    let version = version::short_version(&running.version, running.app_version);
    let targets: Vec<&str> = running.targets.iter().map(|target| target.as_str()).collect();
    if targets.is_empty() {
        version
    } else {
        escape_for_terminal(&format!("{version} ({})", targets.join(", "))).into_owned()
    }
}

/// Fits the table to the width: shortens names and versions, then splits the table. Returns the
/// names, and the columns of each part.
fn fit_width(sheet: &MatrixLayout, look: &TerminalStyle) -> (Vec<String>, Vec<Vec<ColumnLayout>>) {
    let names = |limit: usize| {
        sheet.names.iter().map(|name| truncate_middle(name, limit, look)).collect::<Vec<_>>()
    };
    let Some(width) = look.width else { return (sheet.names.clone(), vec![sheet.columns.clone()]) };
    let total = |names: &[String], strips: &[ColumnLayout]| {
        names.iter().map(|name| display_width(name)).max().unwrap_or(0).max(3)
            + strips.iter().map(|strip| strip.width() + GAP).sum::<usize>()
    };
    // A version wider than the terminal never fits whole, so wider limits need not be tried.
    let widest =
        sheet.columns.iter().map(ColumnLayout::version_width).max().unwrap_or(0).min(width);
    for limit in (LEAST_VERSION..=widest.max(LEAST_VERSION)).rev() {
        let strips: Vec<ColumnLayout> =
            sheet.columns.iter().map(|strip| strip.limit_versions(limit, look)).collect();
        for names in [sheet.names.clone(), names((width / 3).max(LEAST_NAME))] {
            if total(&names, &strips) <= width {
                return (names, vec![strips]);
            }
        }
    }
    let names = names((width / 3).max(LEAST_NAME));
    let narrow = |strip: &ColumnLayout| strip.limit_versions(LEAST_VERSION.max(width / 4), look);
    let mut parts: Vec<Vec<ColumnLayout>> = vec![Vec::new()];
    for strip in sheet.columns.iter().map(narrow) {
        let part = parts.last_mut().expect("there is always a part");
        part.push(strip);
        if part.len() > 1 && total(&names, part) > width {
            let moved = part.pop().expect("just pushed");
            parts.push(vec![moved]);
        }
    }
    (names, parts)
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;

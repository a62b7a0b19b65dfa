//! Renders the matrix as a table that fits the terminal: a column per stage where they fit, and
//! otherwise a line per version.

mod columns;
mod versions;

use super::live::live_mark;
use super::terminal_style::display_width;
use super::{TerminalStyle, escape_for_terminal, version};
use crate::report::{CellVersion, Matrix, MatrixColumn};
use columns::MatrixLayout;
use jiff::Timestamp;

/// More stages than this are a list of environments if none comes after another.
const MOST_UNORDERED: usize = 6;

/// The form in which a matrix was rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixForm {
    /// A column per stage.
    Columns,
    /// A column per stage, without the ages of the versions.
    WithoutAges,
    /// A line per app and version, with the stages that run it.
    Versions,
}

/// Renders the table in the form that fits; without a width, everything fits. An app without a
/// version has no line.
pub fn render_matrix(
    matrix: &Matrix,
    look: &TerminalStyle,
    now: Timestamp,
) -> (String, MatrixForm) {
    let Some(width) = look.width else {
        return (MatrixLayout::new(matrix, look, now).render(look), MatrixForm::Columns);
    };
    let is_list = !matrix.is_ordered && matrix.columns.len() > MOST_UNORDERED;
    if !is_list && let Some(fitting) = MatrixLayout::new(matrix, look, now).fit_width(width, look) {
        let form = if fitting.has_ages { MatrixForm::Columns } else { MatrixForm::WithoutAges };
        return (fitting.render(look), form);
    }
    (versions::render_versions(matrix, width, look, now), MatrixForm::Versions)
}

fn column_heading(column: &MatrixColumn) -> String {
    let text = match &column.target {
        Some(target) => format!("{}/{target}", column.stage),
        None => column.stage.to_string(),
    };
    escape_for_terminal(&text).into_owned()
}

/// `v1 (eu, us)`.
fn spelled_out(running: &CellVersion, look: &TerminalStyle) -> String {
    let version = version_text(running, look);
    let targets: Vec<&str> = running.targets.iter().map(|target| target.as_str()).collect();
    if targets.is_empty() {
        version
    } else {
        escape_for_terminal(&format!("{version} ({})", targets.join(", "))).into_owned()
    }
}

/// `v2`, and if the witnesses were asked the sign of what runs.
fn version_text(running: &CellVersion, look: &TerminalStyle) -> String {
    let version = version::short_version(&running.version, running.app_version);
    let mark = running.live.as_ref().map(|mark| format!(" {}", live_mark(mark, look)));
    version + &mark.unwrap_or_default()
}

fn widest<'t>(texts: impl IntoIterator<Item = &'t str>) -> usize {
    texts.into_iter().map(display_width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;

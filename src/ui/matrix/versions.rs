//! The form with a line for each app and version, newest first, with the stages that run it.

use super::{column_heading, version_text, widest};
use crate::model::{TargetName, format_age};
use crate::report::{CellVersion, Matrix, MatrixCell, MatrixColumn, MatrixRow};
use crate::ui::table::{StyledText, Table, TableColumn};
use crate::ui::terminal_style::{display_width, pad_end, truncate_name};
use crate::ui::wrap::wrap_text;
use crate::ui::{TerminalStyle, TextTone, escape_for_terminal};
use jiff::Timestamp;
use std::cmp::Reverse;

/// Width down to which names may be cut.
const LEAST_NAME: usize = 16;

/// Width that a version may always have before it is wrapped.
const LEAST_VERSION: usize = 22;

/// Targets of a stage that are named; the others are counted.
const NAMED_TARGETS: usize = 2;

/// Space between columns, and for a count of stages such as ` +12`.
const GAPS: usize = 6;
const COUNT: usize = 4;

/// A version of an app, and where it runs.
struct VersionLine<'m> {
    running: &'m CellVersion,
    version: String,
    places: Vec<String>,
    /// Latest arrival in any of the places.
    since: Option<Timestamp>,
    differs: bool,
}

/// Renders the list.
pub(super) fn render_versions(
    matrix: &Matrix,
    width: usize,
    look: &TerminalStyle,
    now: Timestamp,
) -> String {
    let rows: Vec<(&MatrixRow, Vec<VersionLine<'_>>)> =
        matrix.rows.iter().map(|row| (row, version_lines(row, &matrix.columns, look))).collect();
    let lines = || rows.iter().flat_map(|(_, lines)| lines);
    let has_signs = lines().any(|line| line.differs);
    let signs = if has_signs { 2 } else { 0 };
    // One very long version is wrapped, so that it does not narrow the names of all apps.
    let version_limit =
        widest(lines().map(|line| line.version.as_str())).min((width * 3 / 10).max(LEAST_VERSION));
    let versions = version_limit + signs;
    let ages = if lines().any(|line| line.since.is_some()) { GAPS } else { 0 };
    let names = widest(rows.iter().map(|(row, _)| row.name.as_str()));
    let longest_place = widest(lines().flat_map(|line| &line.places).map(String::as_str)) + COUNT;
    let name_limit = names
        .min((width * 2 / 5).max(LEAST_NAME))
        .min(width.saturating_sub(versions + ages + GAPS + longest_place).max(LEAST_NAME));
    let room = width.saturating_sub(name_limit + versions + ages + GAPS).max(longest_place);
    let mut cells: Vec<[StyledText; 4]> = Vec::new();
    for (row, lines) in &rows {
        let is_only = lines.len() == 1;
        for (at, line) in lines.iter().enumerate() {
            let name = if at == 0 { escape_for_terminal(&row.name) } else { "".into() };
            let tone = if line.differs { TextTone::Warn } else { TextTone::Plain };
            let sign = if line.differs { look.difference_sign() } else { "" };
            let age = line.since.map(|since| format_age(since, now)).unwrap_or_default();
            let mut pieces = wrap_text(&line.version, version_limit).into_iter();
            let first = pieces.next().unwrap_or_default();
            cells.push([
                StyledText::plain(truncate_name(&name, name_limit, look)),
                StyledText::new(format!("{}{first}", pad_end(sign, signs)), tone),
                StyledText::plain(place_text(&line.places, room, is_only)),
                StyledText::new(age, TextTone::Dim),
            ]);
            cells.extend(pieces.map(|piece| {
                let rest = StyledText::new(format!("{:signs$}{piece}", ""), tone);
                let empty = || StyledText::plain("");
                [empty(), rest, empty(), empty()]
            }));
        }
    }
    let heading = if has_signs { "  version" } else { "version" };
    let columns = [
        TableColumn::left("app"),
        TableColumn::left(heading),
        TableColumn::left("stages"),
        TableColumn::right("age").rank(1),
    ];
    Table::new(columns).render_all(&cells, look)
}

/// The versions of a row, newest first.
fn version_lines<'m>(
    row: &'m MatrixRow,
    columns: &[MatrixColumn],
    look: &TerminalStyle,
) -> Vec<VersionLine<'m>> {
    let mut lines: Vec<VersionLine<'m>> = Vec::new();
    for (column, cell) in columns.iter().zip(&row.cells) {
        for running in &cell.running {
            let place = place_name(column, running, cell);
            let is_same = |line: &&mut VersionLine<'m>| {
                let known = line.running;
                (&known.version, known.app_version, &known.live)
                    == (&running.version, running.app_version, &running.live)
            };
            match lines.iter_mut().find(is_same) {
                Some(line) => {
                    line.places.push(place);
                    line.since = line.since.max(running.since);
                    line.differs |= cell.differs;
                }
                None => lines.push(VersionLine {
                    running,
                    version: version_text(running, look),
                    places: vec![place],
                    since: running.since,
                    differs: cell.differs,
                }),
            }
        }
    }
    lines.sort_by_key(|line| Reverse(line.since));
    lines
}

/// `prod` if all targets of the stage run the version, else `prod/eu,us,+3`.
fn place_name(column: &MatrixColumn, running: &CellVersion, cell: &MatrixCell) -> String {
    let stage = column_heading(column);
    let is_alone = cell.running.len() == 1;
    if is_alone || running.targets.is_empty() {
        return stage;
    }
    format!("{stage}/{}", target_list(&running.targets))
}

fn target_list(targets: &[TargetName]) -> String {
    let mut names: Vec<String> = targets
        .iter()
        .take(NAMED_TARGETS)
        .map(|target| escape_for_terminal(target.as_str()).into_owned())
        .collect();
    if targets.len() > NAMED_TARGETS {
        names.push(format!("+{}", targets.len() - NAMED_TARGETS));
    }
    names.join(",")
}

/// As many places as fit, and the number of the others.
fn place_text(places: &[String], room: usize, is_only_version: bool) -> String {
    let all = places.join(" ");
    if display_width(&all) <= room {
        return all;
    }
    let everywhere = format!("all {} stages", places.len());
    if is_only_version && display_width(&everywhere) <= room {
        return everywhere;
    }
    let mut out = places[0].clone();
    for (at, place) in places.iter().enumerate().skip(1) {
        let rest = format!(" +{}", places.len() - at - 1);
        if display_width(&out) + 1 + display_width(place) + display_width(&rest) > room {
            return format!("{out} +{}", places.len() - at);
        }
        out.push(' ');
        out.push_str(place);
    }
    out
}

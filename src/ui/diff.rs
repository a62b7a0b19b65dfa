//! Renders the differences of two states side by side.

use super::changes::render_changes_below;
use super::formats::{cell_text, code_text, csv_records};
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::report::{AheadSide, AppDifference, DiffReport, SideVersion};
use std::collections::BTreeSet;

/// Renders a table; empty if nothing differs.
pub fn render_table(diff: &DiffReport, look: &TerminalStyle) -> String {
    if diff.differences.is_empty() {
        return String::new();
    }
    let (left, right) =
        (escape_for_terminal(&diff.left.text), escape_for_terminal(&diff.right.text));
    let place = if diff.left.stage.is_some() { "target" } else { "stage" };
    let columns = [
        TableColumn::left("app").name(20),
        TableColumn::left(place),
        TableColumn::left(&left),
        TableColumn::left(&right),
        TableColumn::left("").wrap(16),
    ];
    let rows: Vec<[StyledText; 5]> =
        diff.differences.iter().map(|difference| difference_row(diff, difference, look)).collect();
    let mut table = Table::new(columns);
    table.fit_rows(&rows, look);
    let mut told = BTreeSet::new();
    let mut out = table.render_heading(look);
    for (row, difference) in rows.iter().zip(&diff.differences) {
        out += &table.render_line(row, look);
        if let Some(changes) = &difference.changes {
            out += &render_changes_below(changes, &mut told, look);
        }
    }
    out + &table.render_left_out(look)
}

fn difference_row(
    diff: &DiffReport,
    difference: &AppDifference,
    look: &TerminalStyle,
) -> [StyledText; 5] {
    let versions = |all: &[SideVersion]| match all {
        [] => StyledText::new(look.absent_sign(), TextTone::Dim),
        all => StyledText::plain(all.iter().map(spell_version).collect::<Vec<_>>().join(" ")),
    };
    let is_right = matches!(difference.ahead, AheadSide::Right(_));
    let tone =
        if is_right || difference.left.is_empty() { TextTone::Warn } else { TextTone::Plain };
    [
        StyledText::plain(escape_for_terminal(&difference.name)),
        StyledText::plain(escape_for_terminal(&format_place(difference))),
        versions(&difference.left),
        versions(&difference.right),
        StyledText::new(escape_for_terminal(&describe_difference(diff, difference)), tone),
    ]
}

fn spell_version(here: &SideVersion) -> String {
    let version = version::short_version(&here.version, false);
    let targets: Vec<&str> = here.targets.iter().map(|target| target.as_str()).collect();
    if targets.is_empty() {
        version
    } else {
        escape_for_terminal(&format!("{version} ({})", targets.join(", "))).into_owned()
    }
}

/// `prod/eu`, `prod`, `eu` or nothing.
fn format_place(difference: &AppDifference) -> String {
    let stage = difference.stage.as_ref().map(ToString::to_string);
    stage
        .into_iter()
        .chain(difference.target.as_ref().map(ToString::to_string))
        .collect::<Vec<_>>()
        .join("/")
}

fn describe_difference(diff: &DiffReport, difference: &AppDifference) -> String {
    let (left, right) = (&diff.left.text, &diff.right.text);
    let count =
        |n: usize| if n == 1 { "1 deployment".to_owned() } else { format!("{n} deployments") };
    // Within one place a later version need not be newer: it may be a rollback.
    let is_one_place = diff.left.stage == diff.right.stage;
    let further = if is_one_place { "later" } else { "ahead" };
    match (difference.left.is_empty(), difference.right.is_empty(), difference.ahead) {
        (true, _, _) => format!("only in {right}"),
        (_, true, _) => format!("only in {left}"),
        (_, _, AheadSide::Left(n)) => format!("{left} is {} {further}", count(n)),
        (_, _, AheadSide::Right(n)) => format!("{right} is {} {further}", count(n)),
        _ => "unknown which is ahead".to_owned(),
    }
}

const CSV_HEADER: [&str; 7] = ["app", "stage", "target", "a", "b", "ahead", "deployments"];

/// Renders CSV; `a` and `b` are the two states.
pub fn render_csv(diff: &DiffReport) -> String {
    csv_records(
        std::iter::once(CSV_HEADER.map(str::to_owned))
            .chain(diff.differences.iter().map(|difference| csv_record(diff, difference))),
    )
}

fn csv_record(diff: &DiffReport, difference: &AppDifference) -> [String; 7] {
    let versions = |all: &[SideVersion]| {
        all.iter().map(|here| here.version.to_string()).collect::<Vec<_>>().join(" ")
    };
    let (ahead, count) = match difference.ahead {
        AheadSide::Left(count) => ("a", count.to_string()),
        AheadSide::Right(count) => ("b", count.to_string()),
        AheadSide::Unknown => ("", String::new()),
    };
    [
        difference.name.clone(),
        difference
            .stage
            .as_ref()
            .or(diff.left.stage.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default(),
        difference.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        versions(&difference.left),
        versions(&difference.right),
        ahead.to_owned(),
        count,
    ]
}

/// Renders a Markdown table.
pub fn render_markdown(diff: &DiffReport) -> String {
    let (left, right) = (cell_text(&diff.left.text), cell_text(&diff.right.text));
    let place_name = if diff.left.stage.is_some() { "target" } else { "stage" };
    let mut out =
        format!("| app | {place_name} | {left} | {right} | |\n| --- | --- | --- | --- | --- |\n");
    for difference in &diff.differences {
        let versions = |all: &[SideVersion]| {
            let codes = all.iter().map(|here| code_text(&here.version.to_string()));
            codes.collect::<Vec<_>>().join("<br>")
        };
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            cell_text(&difference.name),
            cell_text(&format_place(difference)),
            versions(&difference.left),
            versions(&difference.right),
            cell_text(&describe_difference(diff, difference)),
        ));
    }
    out
}

//! Two states side by side, only where they differ.

use super::formats::{cell_text, records};
use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, version, visible};
use crate::report::{Ahead, Diff, Difference, Here};

/// The table; empty where nothing differs.
pub fn table(diff: &Diff, look: &Look) -> String {
    if diff.differences.is_empty() {
        return String::new();
    }
    let (left, right) = (visible(&diff.left.text), visible(&diff.right.text));
    let column = |heading, least| Column { heading, align: Align::Left, least };
    let place = if diff.left.stage.is_some() { "target" } else { "stage" };
    let columns = [
        column("app", 12),
        column(place, 8),
        column(&left, 10),
        column(&right, 10),
        column("", 18),
    ];
    let rows: Vec<[Text; 5]> =
        diff.differences.iter().map(|difference| row(diff, difference, look)).collect();
    Table::new(columns).whole(&rows, look)
}

fn row(diff: &Diff, difference: &Difference, look: &Look) -> [Text; 5] {
    let versions = |all: &[Here]| match all {
        [] => Text::new(look.nothing(), Tone::Dim),
        all => Text::plain(all.iter().map(spelled).collect::<Vec<_>>().join(" ")),
    };
    let is_right = matches!(difference.ahead, Ahead::Right(_));
    let tone = if is_right || difference.left.is_empty() { Tone::Warn } else { Tone::Plain };
    [
        Text::plain(visible(&difference.name)),
        Text::plain(visible(&place(difference))),
        versions(&difference.left),
        versions(&difference.right),
        Text::new(visible(&verdict(diff, difference)), tone),
    ]
}

fn spelled(here: &Here) -> String {
    let version = version::short(&here.version, false);
    let targets: Vec<&str> = here.targets.iter().map(|target| target.as_str()).collect();
    if targets.is_empty() {
        version
    } else {
        visible(&format!("{version} ({})", targets.join(", "))).into_owned()
    }
}

/// `prod/eu`, `prod`, `eu` or nothing.
fn place(difference: &Difference) -> String {
    let stage = difference.stage.as_ref().map(ToString::to_string);
    stage
        .into_iter()
        .chain(difference.target.as_ref().map(ToString::to_string))
        .collect::<Vec<_>>()
        .join("/")
}

fn verdict(diff: &Diff, difference: &Difference) -> String {
    let (left, right) = (&diff.left.text, &diff.right.text);
    let count =
        |n: usize| if n == 1 { "1 deployment".to_owned() } else { format!("{n} deployments") };
    // In one place a later version may well be an older one: a rollback.
    let is_one_place = diff.left.stage == diff.right.stage;
    let further = if is_one_place { "later" } else { "ahead" };
    match (difference.left.is_empty(), difference.right.is_empty(), difference.ahead) {
        (true, _, _) => format!("only in {right}"),
        (_, true, _) => format!("only in {left}"),
        (_, _, Ahead::Left(n)) => format!("{left} is {} {further}", count(n)),
        (_, _, Ahead::Right(n)) => format!("{right} is {} {further}", count(n)),
        _ => "not known which is ahead".to_owned(),
    }
}

const CSV_HEADER: [&str; 7] = ["app", "stage", "target", "a", "b", "ahead", "deployments"];

/// The same as comma-separated values; `a` and `b` are the two states.
pub fn csv(diff: &Diff) -> String {
    let record = |difference: &Difference| {
        let versions = |all: &[Here]| {
            all.iter().map(|here| here.version.to_string()).collect::<Vec<_>>().join(" ")
        };
        let (ahead, count) = match difference.ahead {
            Ahead::Left(count) => ("a", count.to_string()),
            Ahead::Right(count) => ("b", count.to_string()),
            Ahead::Unknown => ("", String::new()),
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
    };
    records(
        std::iter::once(CSV_HEADER.map(str::to_owned)).chain(diff.differences.iter().map(record)),
    )
}

/// The same as a Markdown table, for a pull request or a chat.
pub fn markdown(diff: &Diff) -> String {
    let (left, right) = (cell_text(&diff.left.text), cell_text(&diff.right.text));
    let place_name = if diff.left.stage.is_some() { "target" } else { "stage" };
    let mut out =
        format!("| app | {place_name} | {left} | {right} | |\n| --- | --- | --- | --- | --- |\n");
    for difference in &diff.differences {
        let code = |here: &Here| {
            format!(
                "`{}`",
                visible(&here.version.to_string()).replace('`', "'").replace('|', "\\|")
            )
        };
        let versions = |all: &[Here]| all.iter().map(code).collect::<Vec<_>>().join("<br>");
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            cell_text(&difference.name),
            cell_text(&place(difference)),
            versions(&difference.left),
            versions(&difference.right),
            cell_text(&verdict(diff, difference)),
        ));
    }
    out
}

//! A plan: what moves, what is refused, and the bytes that change.

use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, version, visible};
use crate::promotion::{Item, Outcome, Step};
use crate::report::Planned;

/// The table; apps that are as wanted are only counted where others move.
pub fn table(planned: &Planned, look: &Look) -> String {
    let column = |heading, least| Column { heading, align: Align::Left, least };
    let from = planned.plan.to.as_str();
    let heading = match &planned.from {
        Some(stage) => format!("from {stage}"),
        None => "to".to_owned(),
    };
    let heading = visible(&heading);
    let from = visible(from);
    let columns = [
        column("app", 12),
        column("target", 8),
        column(&from, 10),
        column(&heading, 10),
        column("", 10),
    ];
    let rows: Vec<[Text; 5]> =
        planned.plan.items.iter().flat_map(|item| rows(item, look)).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).whole(&rows, look) }
}

fn rows(item: &Item, look: &Look) -> Vec<[Text; 5]> {
    let name = || Text::plain(visible(&item.name()));
    match &item.outcome {
        Outcome::Moves(moves) => moves.steps.iter().map(|step| row(item, step, look)).collect(),
        Outcome::UpToDate(_) => Vec::new(),
        Outcome::Refused(_) => {
            vec![[
                name(),
                Text::plain(""),
                Text::plain(""),
                Text::plain(""),
                Text::new("refused", Tone::Bad),
            ]]
        }
    }
}

fn row(item: &Item, step: &Step, look: &Look) -> [Text; 5] {
    let name = match &step.entry.component {
        Some(component) if item.component.is_none() && several(item) => {
            format!("{}/{component}", item.app)
        }
        _ => item.name(),
    };
    let target = step.entry.target.as_ref().map(ToString::to_string).unwrap_or_default();
    let to = format!("{} {}", look.arrow(), version::short(&step.to, false));
    [
        Text::plain(visible(&name)),
        Text::plain(visible(&target)),
        Text::plain(version::short(&step.entry.version, false)),
        Text::new(to, Tone::Good),
        Text::plain(""),
    ]
}

/// Do several components of the app move?
fn several(item: &Item) -> bool {
    let Outcome::Moves(moves) = &item.outcome else { return false };
    moves.steps.iter().any(|step| step.entry.component != moves.steps[0].entry.component)
}

/// A unified diff, its lines in the colours people know.
pub fn patch(diff: &str, look: &Look) -> String {
    let painted = diff.lines().map(|line| {
        let tone = match line.as_bytes().first() {
            _ if line.starts_with("diff ")
                || line.starts_with("+++ ")
                || line.starts_with("--- ") =>
            {
                Tone::Heading
            }
            Some(b'+') => Tone::Good,
            Some(b'-') => Tone::Bad,
            Some(b'@') => Tone::Dim,
            _ => Tone::Plain,
        };
        format!("{}\n", look.paint(tone, &visible(line)))
    });
    painted.collect()
}

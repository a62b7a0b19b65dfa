//! Renders plans: moves, refusals, and diffs.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::promotion::{ItemOutcome, PlanItem, PlannedMove};
use crate::report::PlanReport;

/// Renders the table, or nothing if no app moves. Apps that are up to date are left out.
pub fn render_table(planned: &PlanReport, look: &TerminalStyle) -> String {
    let from = planned.plan.to.as_str();
    let heading = match &planned.from {
        Some(stage) => format!("from {stage}"),
        None => "to".to_owned(),
    };
    let heading = escape_for_terminal(&heading);
    let from = escape_for_terminal(from);
    let columns = [
        TableColumn::left("app").name(20),
        TableColumn::left("target"),
        TableColumn::left(&from),
        TableColumn::left(&heading),
    ];
    let rows: Vec<[StyledText; 4]> =
        planned.plan.items.iter().flat_map(|item| item_rows(item, look)).collect();
    match planned.plan.moving_items().next() {
        Some(_) => Table::new(columns).render_all(&rows, look),
        None => String::new(),
    }
}

fn item_rows(item: &PlanItem, look: &TerminalStyle) -> Vec<[StyledText; 4]> {
    let name = || StyledText::plain(escape_for_terminal(&item.name()));
    match &item.outcome {
        ItemOutcome::Moves(moves) => {
            moves.steps.iter().map(|step| step_row(item, step, look)).collect()
        }
        ItemOutcome::UpToDate(_) => Vec::new(),
        ItemOutcome::Refused(_) => {
            vec![[
                name(),
                StyledText::plain(""),
                StyledText::plain(""),
                StyledText::new("refused", TextTone::Bad),
            ]]
        }
    }
}

fn step_row(item: &PlanItem, step: &PlannedMove, look: &TerminalStyle) -> [StyledText; 4] {
    let name = match &step.entry.component {
        Some(component) if item.component.is_none() && has_several_components(item) => {
            format!("{}/{component}", item.app)
        }
        _ => item.name(),
    };
    let target = step.entry.target.as_ref().map(ToString::to_string).unwrap_or_default();
    let to = format!("{} {}", look.arrow(), version::short_version(&step.to, false));
    [
        StyledText::plain(escape_for_terminal(&name)),
        StyledText::plain(escape_for_terminal(&target)),
        StyledText::plain(version::short_version(&step.entry.version, false)),
        StyledText::new(to, TextTone::Good),
    ]
}

/// True if several components of the app move.
fn has_several_components(item: &PlanItem) -> bool {
    let ItemOutcome::Moves(moves) = &item.outcome else { return false };
    moves.steps.iter().any(|step| step.entry.component != moves.steps[0].entry.component)
}

/// Renders a unified diff in the usual colours.
pub fn render_patch(diff: &str, look: &TerminalStyle) -> String {
    let painted = diff.lines().map(|line| {
        let tone = match line.as_bytes().first() {
            _ if line.starts_with("diff ")
                || line.starts_with("+++ ")
                || line.starts_with("--- ") =>
            {
                TextTone::Heading
            }
            Some(b'+') => TextTone::Good,
            Some(b'-') => TextTone::Bad,
            Some(b'@') => TextTone::Dim,
            _ => TextTone::Plain,
        };
        format!("{}\n", look.paint(tone, &escape_for_terminal(line)))
    });
    painted.collect()
}

//! `order`: the previous stages run or ran the version. No stage is skipped.

use super::{GateInput, rule_origin};
use crate::config::gates::{Gate, GateKind, OrderGate};
use crate::model::{CellKey, StageName, Version};
use crate::pipeline::evidence::EvidenceRunPeriod;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>) -> Option<GateAnswer> {
    let usual = OrderGate::default();
    let (order, place) = match case.rules_of(GateKind::Order).last() {
        Some(rule) => match &rule.gate {
            Gate::Order(order) => (order, rule_origin(rule)),
            _ => return None,
        },
        None => (&usual, RuleOrigin::BuiltIn),
    };
    let open = |reason: String| Some(GateAnswer::open(GateKind::Order, place.clone(), reason));
    let (stage, version) = (case.question.stage, case.question.version);
    if case.before.is_empty() {
        return open(format!("{stage} has no previous stage"));
    }
    if case.question.purpose == MoveDirection::Back {
        return open(format!("{stage} has run {version} before"));
    }
    let answers = case.before.iter().map(|before| of_stage(case, order, before, place.clone()));
    answers.reduce(GateAnswer::stricter)
}

fn of_stage(
    case: &GateInput<'_>,
    order: &OrderGate,
    before: &StageName,
    place: RuleOrigin,
) -> GateAnswer {
    let (stage, version) = (case.question.stage, case.question.version);
    if case.evidence.config.is_order_loose(before, stage) {
        let reason = format!(
            "most versions come to {before} and {stage} in one commit, so that their assumed order \
             is not judged"
        );
        return GateAnswer::open(GateKind::Order, place, reason);
    }
    let found = case
        .evidence
        .source_cells(case.question, before)
        .into_iter()
        .filter_map(|cell| earliest_run(case, order, cell));
    let newest = found.max_by_key(|landing| (landing.left.is_none(), landing.time));
    let Some(landing) = newest else {
        let app = shell_argument(&case.question.subject.to_string());
        let clear = format!(
            "towpath deploy {app} {} --to {}",
            shell_argument(&version.to_string()),
            shell_argument(before.as_str())
        );
        let never = case.never_ran_answer(GateKind::Order, place, before.as_str());
        return if never.clear.is_some() { never } else { never.with_clear_command(clear) };
    };
    let version = landing.version;
    let reason = match (landing.left, landing.time) {
        (Some(left), _) => format!("{before} ran {version} until {}", format_seconds(left)),
        (None, Some(time)) => format!("{before} has run {version} since {}", format_seconds(time)),
        (None, None) => format!("{before} runs {version}"),
    };
    GateAnswer::open(GateKind::Order, place, reason).with_since(landing.time)
}

/// Run of the version in a cell. For a past query the version may arrive later by the tolerance.
fn earliest_run<'c>(
    case: &GateInput<'c>,
    order: &OrderGate,
    cell: &'c CellKey,
) -> Option<EvidenceRunPeriod<'c>> {
    let end = case.question.history_end().map(|end| end.saturating_add(order.tolerance));
    let course = case.evidence.run_periods(cell, end);
    course.into_iter().find(|landing| is_same(order, landing.version, case.question.version))
}

fn is_same(order: &OrderGate, one: &Version, other: &Version) -> bool {
    if order.rewrites.is_empty() || one.is_same(other) {
        return one.is_same(other);
    }
    match (&one.tag, &other.tag) {
        (Some(one), Some(other)) => rewrite_tag(order, one) == rewrite_tag(order, other),
        _ => false,
    }
}

fn rewrite_tag(order: &OrderGate, tag: &str) -> String {
    let replace = |tag: String, (regex, with): &(regex::Regex, String)| {
        regex.replace(&tag, with).into_owned()
    };
    order.rewrites.iter().fold(tag.to_owned(), replace)
}

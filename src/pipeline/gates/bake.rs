//! `bake`: the version has run in the previous stages for a time without interruption.

use super::{GateInput, open_for_return, rule_origin, strictest_of_previous, target_suffix};
use crate::config::gates::{BakeGate, Gate, GateKind, GateRule};
use crate::model::format_duration;
use crate::model::{CellKey, StageName};
use crate::pipeline::evidence::EvidenceRunPeriod;
use crate::pipeline::ledger::Outcome;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::format_seconds;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const KIND: GateKind = GateKind::Bake;

/// A required run time, and the rule that asks for it.
pub(super) struct BakeRequirement {
    pub kind: GateKind,
    pub place: RuleOrigin,
    pub seconds: i64,
    /// True if the time counts from the passed outcome instead of the deployment.
    pub from_outcome: bool,
}

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Bake(bake) = &rule.gate else { return None };
    if case.question.purpose == MoveDirection::Back {
        return Some(open_for_return(case, KIND, rule));
    }
    let stages = case.stages(&bake.stages);
    let answers = stages.iter().map(|stage| in_stage(case, rule, bake, stage));
    Some(strictest_of_previous(case, KIND, rule, answers))
}

fn in_stage(
    case: &GateInput<'_>,
    rule: &GateRule,
    bake: &BakeGate,
    stage: &StageName,
) -> GateAnswer {
    let oven = BakeRequirement {
        kind: KIND,
        place: rule_origin(rule),
        seconds: bake.seconds,
        from_outcome: bake.from_outcome,
    };
    let cells = case.evidence.source_cells(case.question, stage);
    let answers = cells.into_iter().filter_map(|cell| in_cell(case, &oven, cell));
    let never = || case.never_ran_answer(KIND, rule_origin(rule), stage.as_str());
    answers.reduce(GateAnswer::stricter).unwrap_or_else(never)
}

fn in_cell<'c>(
    case: &GateInput<'c>,
    oven: &BakeRequirement,
    cell: &'c CellKey,
) -> Option<GateAnswer> {
    let course = case.evidence.run_periods(cell, case.question.history_end());
    best_bake(
        case,
        oven,
        course.iter().filter(|landing| landing.version.is_same(case.question.version)),
    )
}

/// Returns the best answer over all runs of the version; `None` if it never ran.
pub(super) fn best_bake<'l, 'e: 'l>(
    case: &GateInput<'_>,
    oven: &BakeRequirement,
    stays: impl Iterator<Item = &'l EvidenceRunPeriod<'e>>,
) -> Option<GateAnswer> {
    let answers = stays.map(|landing| of_stay(case, oven, landing));
    answers.reduce(
        |one, other| if other.verdict.is_open() && !one.verdict.is_open() { other } else { one },
    )
}

fn of_stay(
    case: &GateInput<'_>,
    oven: &BakeRequirement,
    landing: &EvidenceRunPeriod<'_>,
) -> GateAnswer {
    let (kind, place) = (oven.kind, oven.place.clone());
    let name =
        format!("{} in {}{}", landing.version, landing.cell.stage, target_suffix(landing.cell));
    let needed = format_duration(oven.seconds);
    let start = match (
        oven.from_outcome,
        case.evidence.ledger.find_outcome(landing, case.question.history_end()),
    ) {
        (false, _) => landing.time,
        (true, Some((Outcome::Passed, event))) => Some(event.time.as_second()),
        (true, _) => {
            let reason = format!("{name} has not passed; it must bake for {needed} after that");
            return GateAnswer::shut(kind, place, reason)
                .with_since(landing.time)
                .with_clear_command(case.record_command(landing.cell, "passed"));
        }
    };
    let edge = case.evidence.limit_before(landing);
    let Some(start) = start.or(edge.map(|edge| edge.since)) else {
        return GateAnswer::open(kind, place, format!("{name} is older than the history"));
    };
    let done = start.saturating_add(oven.seconds);
    let end = landing.left.unwrap_or(case.question.seconds());
    if end >= done {
        return GateAnswer::open(
            kind,
            place,
            format!("{name} has baked for {}", format_duration(end - start)),
        )
        .with_since(Some(start));
    }
    if landing.left.is_some() {
        let reason = format!(
            "{name} was replaced after {}; it must bake for {needed}",
            format_duration(end - start)
        );
        let shut = GateAnswer::shut(kind, place, reason).with_since(landing.left);
        return if let Some(edge) = edge { shut.with_clear_command(edge.remedy) } else { shut };
    }
    let until = Timestamp::from_second(done).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC);
    let wait = |reason| GateAnswer::with_verdict(kind, place, Verdict::Wait { until }, reason);
    match edge.filter(|_| !oven.from_outcome) {
        None => {
            wait(format!("{name} must bake for {needed}, counted from {}", format_seconds(start)))
                .with_since(Some(start))
        }
        Some(edge) => wait(format!(
            "{name} must bake for {needed}; the history of this clone starts at {}",
            format_seconds(start)
        ))
        .with_clear_command(edge.remedy),
    }
}

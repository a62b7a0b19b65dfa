//! `isolation`: the last deployment has an outcome. Unknown is not passed.
//!
//! By default a first stage takes every build, and deployments are not judged that landed before
//! the first outcome was recorded: where nobody records outcomes, none would ever come.

use super::{GateInput, rule_origin, target_suffix};
use crate::config::gates::{Gate, GateKind, IsolationScope};
use crate::pipeline::evidence::EvidenceRunPeriod;
use crate::pipeline::ledger::Outcome;
use crate::pipeline::query::{AppComponent, MoveDirection};
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>) -> Option<GateAnswer> {
    let (isolation, place) = match case.rules_of(GateKind::Isolation).last() {
        Some(rule) => match &rule.gate {
            Gate::Isolation(isolation) => (*isolation, rule_origin(rule)),
            _ => return None,
        },
        None => (IsolationScope::Target, RuleOrigin::BuiltIn),
    };
    if place == RuleOrigin::BuiltIn && case.is_first() {
        let reason = format!("{} is a first stage and takes every build", case.question.stage);
        return Some(GateAnswer::open(GateKind::Isolation, place, reason));
    }
    if case.question.purpose == MoveDirection::Back {
        let reason = "rollbacks need no outcome";
        return Some(GateAnswer::open(GateKind::Isolation, place, reason));
    }
    let cells = match isolation {
        IsolationScope::Target => case.cells.clone(),
        IsolationScope::Stage => case.evidence.of_stage(case.question.stage),
    };
    let end = case.question.history_end();
    let last = cells.into_iter().filter_map(|cell| case.evidence.current_run(cell, end));
    let answers = last.map(|landing| of_landing(case, &landing, place.clone()));
    let nothing = format!("nothing runs in {} yet", case.question.stage);
    Some(
        answers
            .reduce(GateAnswer::stricter)
            .unwrap_or_else(|| GateAnswer::open(GateKind::Isolation, place, nothing)),
    )
}

fn of_landing(
    case: &GateInput<'_>,
    landing: &EvidenceRunPeriod<'_>,
    place: RuleOrigin,
) -> GateAnswer {
    let version = format!("{}{}", version_text(case, landing), target_suffix(landing.cell));
    let known = case.evidence.ledger.find_outcome(landing, case.question.history_end());
    if let Some((result, event)) = known {
        let verb = if result == Outcome::Passed { "passed" } else { "failed" };
        let at = event.time.as_second();
        return GateAnswer::open(
            GateKind::Isolation,
            place,
            format!("{version} {verb} at {}", format_seconds(at)),
        )
        .with_since(Some(at));
    }
    if let Some(edge) = case.evidence.limit_before(landing) {
        let reason = format!(
            "unknown when {version} was deployed: the history of this clone starts at {}",
            format_seconds(edge.since)
        );
        return GateAnswer::shut(GateKind::Isolation, place, reason)
            .with_clear_command(edge.remedy);
    }
    let is_usual = place == RuleOrigin::BuiltIn;
    if is_usual && case.evidence.is_before_outcomes(landing, case.question.history_end()) {
        let reason = format!("{version} was deployed before outcomes were recorded here");
        return GateAnswer::open(GateKind::Isolation, place, reason).with_since(landing.time);
    }
    let landed = landing
        .time
        .map(|time| format!(" (deployed {})", format_seconds(time)))
        .unwrap_or_default();
    let subject = AppComponent { app: landing.cell.app.clone(), component: None };
    let (app, stage) =
        (shell_argument(&subject.to_string()), shell_argument(landing.cell.stage.as_str()));
    let only = landing
        .cell
        .target
        .as_ref()
        .map(|target| format!(" --target {}", shell_argument(target.as_str())));
    let only = only.unwrap_or_default();
    GateAnswer::shut(
        GateKind::Isolation,
        place,
        format!("{version}{landed} has no recorded outcome"),
    )
    .with_since(landing.time)
    .with_clear_command(format!("towpath record {app} --stage {stage}{only} passed"))
}

/// The version, with its app if that is another one.
fn version_text(case: &GateInput<'_>, landing: &EvidenceRunPeriod<'_>) -> String {
    if landing.cell.app == case.question.subject.app {
        landing.version.to_string()
    } else {
        format!("{} {}", landing.cell.app, landing.version)
    }
}

//! `rejected`: the version is not rejected, and has not failed in the previous stages.

use super::{GateInput, target_suffix};
use crate::config::gates::GateKind;
use crate::pipeline::ledger::Outcome;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let question = case.question;
    let Some((event, reason)) = case.evidence.ledger.find_rejection(
        question.subject,
        question.version,
        question.history_end(),
    ) else {
        let open = GateAnswer::open(GateKind::Rejected, RuleOrigin::BuiltIn, "not rejected");
        return failed_before(case).unwrap_or(open);
    };
    let version = case.question.version;
    let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let said = format!("{version} was rejected by {}{why}", event.by.name);
    let (app, version) =
        (shell_argument(&case.question.subject.to_string()), shell_argument(&version.to_string()));
    GateAnswer::shut(GateKind::Rejected, RuleOrigin::Ledger(event.id.clone()), said)
        .with_since(Some(event.time.as_second()))
        .with_clear_command(format!("towpath unreject {app} {version}"))
}

/// The answer where the newest outcome of the version in a previous stage is `failed`. A rollback
/// may need the version all the same.
fn failed_before(case: &GateInput<'_>) -> Option<GateAnswer> {
    if case.question.purpose == MoveDirection::Back {
        return None;
    }
    let end = case.question.history_end();
    case.before.iter().flat_map(|stage| case.newest_runs(stage)).find_map(|run| {
        let (outcome, event) = case.evidence.ledger.find_outcome(&run, end)?;
        if outcome != Outcome::Failed {
            return None;
        }
        let at = event.time.as_second();
        let place = format!("{}{}", run.cell.stage, target_suffix(run.cell));
        let reason = format!("{} failed in {place} at {}", run.version, format_seconds(at));
        let answer =
            GateAnswer::shut(GateKind::Rejected, RuleOrigin::Ledger(event.id.clone()), reason);
        Some(
            answer.with_since(Some(at)).with_clear_command(case.record_command(run.cell, "passed")),
        )
    })
}

//! `hold`: after a rollback the app stays as it is until it is released, so that no automation
//! reverts the rollback.

use super::GateInput;
use crate::config::gates::GateKind;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let (subject, stage) = (case.question.subject, case.question.stage);
    let Some((event, reason)) =
        case.evidence.ledger.find_hold(subject, stage, case.question.history_end())
    else {
        return GateAnswer::open(GateKind::Hold, RuleOrigin::BuiltIn, not_on_hold(case));
    };
    if case.question.purpose == MoveDirection::Back {
        return GateAnswer::open(
            GateKind::Hold,
            RuleOrigin::BuiltIn,
            "holds do not stop rollbacks",
        );
    }
    let said = format!("put on hold by {}: {reason}", event.by.name);
    GateAnswer::shut(GateKind::Hold, RuleOrigin::Ledger(event.id.clone()), said)
        .with_since(Some(event.time.as_second()))
        .with_clear_command(case.command_text("release", stage, ""))
}

/// A version that was taken back by hand is not on hold, but it is not proposed again either.
fn not_on_hold(case: &GateInput<'_>) -> String {
    let question = case.question;
    let left = case.evidence.find_left_version(question).filter(|left| left.is_taken_back);
    match left.filter(|_| question.purpose == MoveDirection::Forward) {
        Some(left) => format!("not on hold, but {}", left.sentence(question.stage.as_str())),
        None => "not on hold".to_owned(),
    }
}

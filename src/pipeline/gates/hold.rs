//! `hold`: after a rollback the stage stays where it is until it is released, so that no automation
//! undoes it.

use super::Case;
use crate::config::gates::GateKind;
use crate::pipeline::question::Purpose;
use crate::pipeline::verdict::{Answer, Place};

pub(super) fn answer(case: &Case<'_>) -> Answer {
    let (subject, stage) = (case.question.subject, case.question.stage);
    let Some((event, reason)) = case.evidence.ledger.held(subject, stage, case.question.end())
    else {
        return Answer::open(GateKind::Hold, Place::BuiltIn, "it is not on hold");
    };
    if case.question.purpose == Purpose::Back {
        return Answer::open(GateKind::Hold, Place::BuiltIn, "a hold does not stop a rollback");
    }
    let said = format!("{} put it on hold: {reason}", event.by.name);
    Answer::shut(GateKind::Hold, Place::Ledger(event.id.clone()), said)
        .since(Some(event.time.as_second()))
        .clear(case.command("release", stage, ""))
}

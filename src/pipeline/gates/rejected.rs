//! `rejected`: nobody has rejected the version.

use super::Case;
use crate::config::gates::GateKind;
use crate::pipeline::verdict::{Answer, Place};
use crate::pipeline::words::argument;

pub(super) fn answer(case: &Case<'_>) -> Answer {
    let question = case.question;
    let Some((event, reason)) =
        case.evidence.ledger.rejected(question.subject, question.version, question.end())
    else {
        return Answer::open(GateKind::Rejected, Place::BuiltIn, "nobody has rejected it");
    };
    let version = case.question.version;
    let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let said = format!("{} has rejected {version}{why}", event.by.name);
    let (app, version) =
        (argument(&case.question.subject.to_string()), argument(&version.to_string()));
    Answer::shut(GateKind::Rejected, Place::Ledger(event.id.clone()), said)
        .since(Some(event.time.as_second()))
        .clear(format!("towpath unreject {app} {version}"))
}

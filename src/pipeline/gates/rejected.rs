//! `rejected`: nobody has rejected the version.

use super::GateInput;
use crate::config::gates::GateKind;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};
use crate::pipeline::words::argument;

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let question = case.question;
    let Some((event, reason)) =
        case.evidence.ledger.rejected(question.subject, question.version, question.end())
    else {
        return GateAnswer::open(GateKind::Rejected, RuleOrigin::BuiltIn, "nobody has rejected it");
    };
    let version = case.question.version;
    let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let said = format!("{} has rejected {version}{why}", event.by.name);
    let (app, version) =
        (argument(&case.question.subject.to_string()), argument(&version.to_string()));
    GateAnswer::shut(GateKind::Rejected, RuleOrigin::Ledger(event.id.clone()), said)
        .since(Some(event.time.as_second()))
        .clear(format!("towpath unreject {app} {version}"))
}

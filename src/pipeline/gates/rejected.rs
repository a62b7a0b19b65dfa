//! `rejected`: the version is not rejected.

use super::GateInput;
use crate::config::gates::GateKind;
use crate::pipeline::time_text::shell_argument;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>) -> GateAnswer {
    let question = case.question;
    let Some((event, reason)) = case.evidence.ledger.find_rejection(
        question.subject,
        question.version,
        question.history_end(),
    ) else {
        return GateAnswer::open(GateKind::Rejected, RuleOrigin::BuiltIn, "not rejected");
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

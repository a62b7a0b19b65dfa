//! `blocker`: an external condition. No answer counts as shut.

use super::{GateInput, rule_origin};
use crate::config::gates::{BlockedBy, BlockerGate, Gate, GateKind, GateRule};
use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::verdict::GateAnswer;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Blocker(blocker) = &rule.gate else { return None };
    let name = name(blocker);
    let shut = |reason: String| GateAnswer::shut(GateKind::Blocker, rule_origin(rule), reason);
    Some(match case.evidence.facts.find_answer(rule.line, case.question) {
        Some(ExternalAnswer::Open) => {
            GateAnswer::open(GateKind::Blocker, rule_origin(rule), format!("{name} does not block"))
        }
        Some(ExternalAnswer::Shut(said)) => {
            shut(blocker_reason(blocker, said).unwrap_or_else(|| format!("{name} blocks")))
        }
        Some(ExternalAnswer::NoAnswer(why)) => {
            shut(format!("no answer from {name} (counts as shut): {why}"))
        }
        None if case.question.is_past => GateAnswer::open(
            GateKind::Blocker,
            rule_origin(rule),
            format!("{name} cannot be checked for a past time"),
        ),
        None => shut(format!("{name} was not checked (counts as shut)")),
    })
}

fn blocker_reason(blocker: &BlockerGate, said: &str) -> Option<String> {
    match (&blocker.reason, said.is_empty()) {
        (Some(reason), true) => Some(reason.clone()),
        (Some(reason), false) => Some(format!("{reason}: {said}")),
        (None, false) => Some(said.to_owned()),
        (None, true) => None,
    }
}

fn name(blocker: &BlockerGate) -> String {
    match &blocker.by {
        BlockedBy::Command(call) => format!("`{}`", call.argv.first().map_or("", String::as_str)),
        BlockedBy::File(path) => format!("file {path}"),
        BlockedBy::Issue(label) => format!("label {label}"),
        BlockedBy::Http { url, .. } => url.split(['?', '#']).next().unwrap_or(url).to_owned(),
    }
}

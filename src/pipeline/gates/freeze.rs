//! `freeze`: nothing moves for a time.

use super::{GateInput, place};
use crate::config::gates::{Gate, GateKind, GateRule};
use crate::pipeline::verdict::{GateAnswer, Verdict};
use crate::pipeline::words::at;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Freeze(freeze) = &rule.gate else { return None };
    let (from, to) = (freeze.from.timestamp(), freeze.to.timestamp());
    let open = |reason: String| Some(GateAnswer::open(GateKind::Freeze, place(rule), reason));
    if case.question.at < from {
        return open(format!("the freeze begins {}", at(&freeze.from)));
    }
    if case.question.at >= to {
        return open(format!("the freeze ended {}", at(&freeze.to)));
    }
    let why = freeze.reason.as_ref().map(|reason| format!("{reason}: ")).unwrap_or_default();
    let reason = format!("{why}frozen until {}", at(&freeze.to));
    let verdict = Verdict::Wait { until: freeze.to.clone() };
    Some(
        GateAnswer::other(GateKind::Freeze, place(rule), verdict, reason)
            .since(Some(from.as_second())),
    )
}

//! `freeze`: no changes for a period.

use super::{GateInput, rule_origin};
use crate::config::gates::{FreezePeriod, Gate, GateKind, GateRule};
use crate::pipeline::time_text::format_zoned;
use crate::pipeline::verdict::{GateAnswer, Verdict};

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Freeze(freeze) = &rule.gate else { return None };
    let (from, to) = (freeze.from.timestamp(), freeze.to.timestamp());
    let open = |reason: String| Some(GateAnswer::open(GateKind::Freeze, rule_origin(rule), reason));
    if case.question.at < from {
        return open(format!("the freeze starts {}", format_zoned(&freeze.from)));
    }
    if case.question.at >= to {
        return open(format!("the freeze ended {}", format_zoned(&freeze.to)));
    }
    let why = freeze.reason.as_ref().map(|reason| format!("{reason}: ")).unwrap_or_default();
    let reason = format!("{why}frozen until {}", format_zoned(&freeze.to));
    let verdict = Verdict::Wait { until: freeze.to.clone() };
    Some(
        GateAnswer::with_verdict(GateKind::Freeze, rule_origin(rule), verdict, reason)
            .with_since(Some(from.as_second())),
    )
}

/// The freezes that apply.
pub(in crate::pipeline) fn periods<'c>(case: &GateInput<'c>) -> Vec<&'c FreezePeriod> {
    let period = |rule: &'c GateRule| match &rule.gate {
        Gate::Freeze(freeze) => Some(freeze),
        _ => None,
    };
    case.rules_of(GateKind::Freeze).into_iter().filter_map(period).collect()
}

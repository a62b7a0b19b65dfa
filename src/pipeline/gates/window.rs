//! `window`: opening hours. A closed window tells when it opens next.

use super::{GateInput, rule_origin};
use crate::config::gates::{Gate, GateKind, GateRule, WindowHours};
use crate::pipeline::calendar::DeployCalendar;
use crate::pipeline::time_text::format_zoned;
use crate::pipeline::verdict::{GateAnswer, Verdict};

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Window(openings) = &rule.gate else { return None };
    let calendar = DeployCalendar { windows: vec![openings], freezes: Vec::new() };
    if calendar.is_open(case.question.at) {
        return Some(GateAnswer::open(GateKind::Window, rule_origin(rule), "within opening hours"));
    }
    Some(match calendar.next_opening(case.question.at) {
        Some(until) => {
            let reason = format!("opens {}", format_zoned(&until));
            GateAnswer::with_verdict(
                GateKind::Window,
                rule_origin(rule),
                Verdict::Wait { until },
                reason,
            )
        }
        None => GateAnswer::shut(GateKind::Window, rule_origin(rule), "never opens"),
    })
}

/// The opening hours of all windows that apply.
pub(in crate::pipeline) fn opening_hours<'c>(case: &GateInput<'c>) -> Vec<&'c [WindowHours]> {
    let hours = |rule: &'c GateRule| match &rule.gate {
        Gate::Window(openings) => Some(openings.as_slice()),
        _ => None,
    };
    case.rules_of(GateKind::Window).into_iter().filter_map(hours).collect()
}

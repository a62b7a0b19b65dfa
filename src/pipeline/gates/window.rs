//! `window`: opening hours. It says when it opens next.

use super::{GateInput, place};
use crate::config::gates::{Gate, GateKind, GateRule};
use crate::pipeline::calendar::DeployCalendar;
use crate::pipeline::verdict::{GateAnswer, Verdict};
use crate::pipeline::words::at;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Window(openings) = &rule.gate else { return None };
    let calendar = DeployCalendar { windows: vec![openings], freezes: Vec::new() };
    if calendar.is_open(case.question.at) {
        return Some(GateAnswer::open(GateKind::Window, place(rule), "these are opening hours"));
    }
    Some(match calendar.opens(case.question.at) {
        Some(until) => {
            let reason = format!("opens {}", at(&until));
            GateAnswer::other(GateKind::Window, place(rule), Verdict::Wait { until }, reason)
        }
        None => GateAnswer::shut(GateKind::Window, place(rule), "it never opens"),
    })
}

//! `window`: opening hours. It says when it opens next.

use super::{Case, place};
use crate::config::gates::{Gate, GateKind, GateRule};
use crate::pipeline::calendar::Calendar;
use crate::pipeline::verdict::{Answer, Verdict};
use crate::pipeline::words::at;

pub(super) fn answer(case: &Case<'_>, rule: &GateRule) -> Option<Answer> {
    let Gate::Window(openings) = &rule.gate else { return None };
    let calendar = Calendar { windows: vec![openings], freezes: Vec::new() };
    if calendar.is_open(case.question.at) {
        return Some(Answer::open(GateKind::Window, place(rule), "these are opening hours"));
    }
    Some(match calendar.opens(case.question.at) {
        Some(until) => {
            let reason = format!("opens {}", at(&until));
            Answer::other(GateKind::Window, place(rule), Verdict::Wait { until }, reason)
        }
        None => Answer::shut(GateKind::Window, place(rule), "it never opens"),
    })
}

//! Asks all gates about a query.

use super::calendar::DeployCalendar;
use super::evidence::Evidence;
use super::gates::{self, GateInput};
use super::query::GateQuery;
use super::verdict::{BreakGlassOverride, Judgement, Verdict};
use crate::config::gates::GateKind;
use jiff::Zoned;

/// Asks every gate, even after one is shut.
pub fn judge(evidence: &Evidence<'_>, question: &GateQuery<'_>) -> Judgement {
    let case = GateInput::new(evidence, question);
    let answers: Vec<_> =
        GateKind::ALL.iter().flat_map(|kind| gates::ask_gate(*kind, &case)).collect();
    let mut verdict = Judgement::strictest_verdict(&answers);
    if let Verdict::Wait { until } = &verdict {
        let latest = answers.iter().filter_map(|answer| match &answer.verdict {
            Verdict::Wait { until } => Some(until),
            _ => None,
        });
        let latest = latest.max().unwrap_or(until);
        verdict = next_joint_opening(&case, latest)
            .map_or(Verdict::Shut, |until| Verdict::Wait { until });
    }
    Judgement { answers, verdict, broken: find_override(evidence, question) }
}

/// First time from this one on that no window and no freeze blocks.
fn next_joint_opening(case: &GateInput<'_>, from: &Zoned) -> Option<Zoned> {
    let calendar = DeployCalendar {
        windows: gates::window::opening_hours(case),
        freezes: gates::freeze::periods(case),
    };
    if calendar.is_open(from.timestamp()) {
        return Some(from.clone());
    }
    calendar.next_opening(from.timestamp())
}

/// The newest override of these gates that has not expired and was made by a permitted person.
fn find_override(evidence: &Evidence<'_>, question: &GateQuery<'_>) -> Option<BreakGlassOverride> {
    let permission = evidence.config.pipeline.find_permission(crate::config::gates::BREAK_GLASS)?;
    let overrides = evidence.ledger.overrides(question);
    let mut valid = overrides.into_iter().filter(|(event, broken)| {
        event.entry_in(permission).is_some() && broken.until > question.seconds()
    });
    valid.next_back().map(|(_, broken)| broken)
}

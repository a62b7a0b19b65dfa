//! `approval-after-failure` and `approvals`: people say yes.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{LocatedText, escape_for_message};

/// When people have to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalGate {
    /// Somebody, where the last deployment failed.
    AfterFailure,
    /// So many people, always.
    Count(u32),
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "approval",
    keys: &[
        GateKey {
            name: "approval-after-failure",
            about: "Somebody has to approve where the last deployment failed.",
            bare: Some(|| Gate::Approval(ApprovalGate::AfterFailure)),
            short: Some(ShortForm { shape: ShortShape::Nothing, read: read_after_failure }),
            long: None,
        },
        GateKey {
            name: "approvals",
            about: "So many people have to approve, always.",
            bare: None,
            short: Some(ShortForm { shape: ShortShape::Text, read: read_count }),
            long: None,
        },
    ],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // Reviews at the forge are not kept with their time.
    answers_for_the_past: false,
    keeps_a_stage_still: false,
};

impl GateSettings for ApprovalGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        vec![FactNeed::Reviews]
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
}

fn read_after_failure(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    match first.text {
        "on" => Some(Gate::Approval(ApprovalGate::AfterFailure)),
        _ => reader.reject_value("approval-after-failure", first, &["on", "off"]),
    }
}

fn read_count(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    let count = first.text.parse().ok().filter(|count| (1..=100).contains(count));
    if count.is_none() {
        reader.problems.add(
            first.at,
            format!("`{}` is no number of people", escape_for_message(first.text)),
            None,
        );
    }
    count.map(|count| Gate::Approval(ApprovalGate::Count(count)))
}

//! `approval-after-failure` and `approvals`: people have to approve.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{LocatedText, escape_for_message};

/// When people have to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalGate {
    /// One person, if the last deployment failed.
    AfterFailure,
    /// Number of people who have to approve, always.
    Count(u32),
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "approval",
    keys: &[
        GateKey {
            name: "approval-after-failure",
            about: "Requires an approval if the last deployment failed.",
            bare: Some(|| Gate::Approval(ApprovalGate::AfterFailure)),
            short: Some(ShortForm { shape: ShortShape::Nothing, read: read_after_failure }),
            long: None,
        },
        GateKey {
            name: "approvals",
            about: "Number of people who have to approve, always.",
            bare: None,
            short: Some(ShortForm { shape: ShortShape::Text, read: read_count }),
            long: None,
        },
    ],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // Reviews at the forge have no history.
    reads_the_ledger: true,
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
            format!("`{}` is not a number of people from 1 to 100", escape_for_message(first.text)),
            None,
        );
    }
    count.map(|count| Gate::Approval(ApprovalGate::Count(count)))
}

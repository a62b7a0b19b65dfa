//! `rejected`: the version is not rejected. Rejections are only in the ledger.

use super::descriptor::{GateDescriptor, PastNeed};

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "rejected",
    keys: &[],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: true,
    answers_for_the_past: true,
    keeps_a_stage_still: false,
};

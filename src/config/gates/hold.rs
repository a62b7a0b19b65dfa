//! `hold`: no rollback holds the app in the stage. Holds are only in the ledger.

use super::descriptor::{GateDescriptor, PastNeed};

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "hold",
    keys: &[],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: true,
    answers_for_the_past: false,
    keeps_a_stage_still: false,
};

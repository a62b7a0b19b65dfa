//! `wave`: the previous wave comes first. Its keys belong to a stage, in `waves.rs`.

use super::descriptor::{GateDescriptor, PastNeed};

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "wave",
    keys: &[],
    last_rule_counts: false,
    // The previous wave bakes other targets of the same stage.
    implied_past: |pipeline| match pipeline.waves.is_empty() {
        true => PastNeed::NewestRuns,
        false => PastNeed::WholeHistory,
    },
    reads_the_ledger: true,
    answers_for_the_past: true,
    keeps_a_stage_still: false,
};

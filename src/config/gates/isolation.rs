//! `isolation`: the last deployment has an outcome.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::LocatedText;

/// Scope in which the last deployment needs an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationScope {
    /// The app, in each target.
    Target,
    /// Every app of the stage.
    Stage,
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "isolation",
    keys: &[GateKey {
        name: "isolation",
        about: "The last deployment has an outcome: of this app in the `target`, or of every app in the `stage`. On unless `off`.",
        bare: Some(|| Gate::Isolation(IsolationScope::Target)),
        short: Some(ShortForm { shape: ShortShape::Text, read: read_short }),
        long: None,
    }],
    last_rule_counts: true,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: true,
    answers_for_the_past: true,
    keeps_a_stage_still: false,
};

impl GateSettings for IsolationScope {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        Vec::new()
    }

    fn past(&self) -> PastNeed {
        match self {
            IsolationScope::Target => PastNeed::NewestRuns,
            IsolationScope::Stage => PastNeed::WholeHistory,
        }
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    match first.text {
        "stage" => Some(Gate::Isolation(IsolationScope::Stage)),
        "target" | "on" => Some(Gate::Isolation(IsolationScope::Target)),
        _ => reader.reject_value("isolation", first, &["target", "stage", "off"]),
    }
}

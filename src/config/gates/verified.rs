//! `verified`: the version has passed before.

use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{COMMAND, GateKey, LongForm, STAGES, ShortForm, ShortShape, TIMEOUT};
use super::option_reader::GateOptionReader;
use super::{ExternalCommand, Gate};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText};
use crate::config::keys::{ValueShape, key};
use crate::model::StageName;

/// Options of `verified`: the version has passed before.
#[derive(Debug, Clone)]
pub struct VerifiedGate {
    /// Empty means the previous stages.
    pub stages: Vec<StageName>,
    pub by: VerifiedBy,
}

/// Evidence that a deployment has passed.
#[derive(Debug, Clone)]
pub enum VerifiedBy {
    /// An outcome in the ledger.
    Ledger,
    /// Statuses and check runs of the deployment's commit whose names match this pattern.
    Checks(String),
    /// A command that exits with 0.
    Command(ExternalCommand),
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "verified",
    keys: &[GateKey {
        name: "verified",
        about: "The version has passed in the previous stages.",
        bare: Some(|| Gate::Verified(VerifiedGate { stages: Vec::new(), by: VerifiedBy::Ledger })),
        short: Some(ShortForm { shape: ShortShape::Texts, read: read_short }),
        long: Some(LongForm {
            options: &[
                STAGES,
                key(
                    "checks",
                    ValueShape::Text,
                    "Commit statuses and check runs of the deployment, by a pattern with `*`.",
                ),
                COMMAND,
                TIMEOUT,
            ],
            read: read_long,
        }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: true,
    answers_for_the_past: true,
    keeps_a_stage_still: false,
};

impl GateSettings for VerifiedGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        match &self.by {
            VerifiedBy::Ledger => Vec::new(),
            VerifiedBy::Checks(_) => vec![FactNeed::Checks(&self.stages)],
            VerifiedBy::Command(call) => vec![FactNeed::Command(call)],
        }
    }

    fn past(&self) -> PastNeed {
        PastNeed::of_stages(&self.stages, PastNeed::NewestRuns)
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: LocatedText<'_>,
    words: &[LocatedText<'_>],
) -> Option<Gate> {
    let stages = reader.stage_names(words);
    Some(Gate::Verified(VerifiedGate { stages, by: VerifiedBy::Ledger }))
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let stages = reader.stages_of(fields);
    let by = match (fields.text("checks", reader.problems), fields.get("command")) {
        (Some(checks), _) => VerifiedBy::Checks(checks.text.to_owned()),
        (None, Some(_)) => VerifiedBy::Command(reader.read_command(fields)?),
        (None, None) => VerifiedBy::Ledger,
    };
    Some(Gate::Verified(VerifiedGate { stages, by }))
}

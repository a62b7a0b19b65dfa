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
    /// Witnesses of what runs.
    Live(LiveRequirement),
}

/// How long a version must be well to pass, and unwell to fail, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveRequirement {
    pub well_for: i64,
    pub unwell_for: i64,
}

/// A version that is unwell for so long has failed, unless the rule says otherwise.
const UNWELL_FOR: i64 = 30 * 60;

const LIVE_STATES: [&str; 1] = ["healthy"];

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
                key(
                    "live",
                    ValueShape::OneOf(&LIVE_STATES),
                    "`healthy`: the witnesses of `live` see the version run and well.",
                ),
                key(
                    "for",
                    ValueShape::Text,
                    "With `live`: how long it must have been well. Default: 0s.",
                ),
                key(
                    "fails-after",
                    ValueShape::Text,
                    "With `live`: how long it may be unwell before it has failed. Default: 30m.",
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
            VerifiedBy::Live(_) => vec![FactNeed::Live(&self.stages)],
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
    let live = fields.one_of("live", &LIVE_STATES, reader.problems);
    let by = match (fields.text("checks", reader.problems), fields.get("command")) {
        _ if fields.get("live").is_some() => {
            live?;
            VerifiedBy::Live(read_live(reader, fields)?)
        }
        (Some(checks), _) => VerifiedBy::Checks(checks.text.to_owned()),
        (None, Some(_)) => VerifiedBy::Command(reader.read_command(fields)?),
        (None, None) => VerifiedBy::Ledger,
    };
    Some(Gate::Verified(VerifiedGate { stages, by }))
}

/// Reads the times of `live`. Another kind of evidence beside it would be left out in silence.
fn read_live(
    reader: &mut GateOptionReader<'_, '_, '_>,
    fields: &ConfigFields<'_>,
) -> Option<LiveRequirement> {
    let other = fields.iter().find(|field| matches!(field.name, "checks" | "command"));
    if let Some(field) = other {
        let message = format!("`{}` and `live` are two kinds of evidence", field.name);
        reader.problems.add(field.key, message, String::from("write two gates"));
        return None;
    }
    let mut seconds = |name: &str, usual: i64| match fields.text(name, reader.problems) {
        Some(word) => reader.seconds(word),
        None => Some(usual),
    };
    Some(LiveRequirement {
        well_for: seconds("for", 0)?,
        unwell_for: seconds("fails-after", UNWELL_FOR)?,
    })
}

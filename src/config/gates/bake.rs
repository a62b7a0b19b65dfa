//! `bake`: the version has run for a time.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm, STAGES, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText};
use crate::config::keys::{ValueShape, key};
use crate::model::StageName;

/// Options of `bake`: the version has run for a time.
#[derive(Debug, Clone)]
pub struct BakeGate {
    pub seconds: i64,
    /// Empty means the previous stages.
    pub stages: Vec<StageName>,
    /// True if the time counts from the passed outcome instead of the deployment.
    pub from_outcome: bool,
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "bake",
    keys: &[GateKey {
        name: "bake",
        about: "The version has run in the previous stages for a time.",
        bare: None,
        short: Some(ShortForm { shape: ShortShape::Text, read: read_short }),
        long: Some(LongForm {
            options: &[
                key("for", ValueShape::Text, "How long, such as `30m` or `2d`."),
                STAGES,
                key("from", ValueShape::Text, "Counted from `landing`, or from the `outcome`."),
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

impl GateSettings for BakeGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        Vec::new()
    }

    // The best of all runs of the version counts, even one long ago.
    fn past(&self) -> PastNeed {
        PastNeed::of_stages(&self.stages, PastNeed::AllRuns)
    }
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    let seconds = reader.seconds(first)?;
    Some(Gate::Bake(BakeGate { seconds, stages: Vec::new(), from_outcome: false }))
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    field: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let Some(time) = fields.text("for", reader.problems) else {
        return reader.report_missing_option(field, "for");
    };
    let from = fields.one_of("from", &["landing", "outcome"], reader.problems);
    let from_outcome = from.is_some_and(|from| from.text == "outcome");
    let seconds = reader.seconds(time)?;
    Some(Gate::Bake(BakeGate { seconds, stages: reader.stages_of(fields), from_outcome }))
}

//! `test-only`: a gate for tests, to show what follows from a description alone.

use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{COMMAND, GateKey, LongForm};
use super::option_reader::GateOptionReader;
use super::{ExternalCommand, Gate};
use crate::config::fields::{ConfigField, ConfigFields};
use crate::config::keys::{ValueShape, key};

/// Open while a command allows it, and shut while a file exists.
#[derive(Debug, Clone)]
pub struct TestOnlyGate {
    pub command: ExternalCommand,
    pub file: String,
}

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "test-only",
    keys: &[GateKey {
        name: "test-only",
        about: "A command and a file.",
        bare: None,
        short: None,
        long: Some(LongForm {
            options: &[COMMAND, key("file", ValueShape::Text, "A file.")],
            read: read_long,
        }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: false,
    answers_for_the_past: true,
    keeps_a_stage_still: true,
};

impl GateSettings for TestOnlyGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        vec![FactNeed::Command(&self.command), FactNeed::File(&self.file)]
    }

    fn past(&self) -> PastNeed {
        PastNeed::WholeHistory
    }
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let command = reader.read_command(fields)?;
    let file = fields.text("file", reader.problems)?.text.to_owned();
    Some(Gate::TestOnly(TestOnlyGate { command, file }))
}

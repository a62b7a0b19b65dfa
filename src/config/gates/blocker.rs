//! `blocker`: an external condition blocks.

use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{COMMAND, GateKey, LongForm, TIMEOUT};
use super::option_reader::GateOptionReader;
use super::{ExternalCommand, Gate};
use crate::config::fields::{ConfigField, ConfigFields};
use crate::config::keys::{ConfigKey, ValueShape, key};

/// Options of `blocker`: an external condition.
#[derive(Debug, Clone)]
pub struct BlockerGate {
    pub by: BlockedBy,
    /// Reason to show if the blocker gives none.
    pub reason: Option<String>,
}

/// Source of the external condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedBy {
    /// Exit code 0 is open, 1 is shut, and any other is no answer.
    Command(ExternalCommand),
    /// Shut while the repository has this file.
    File(String),
    /// Shut while the forge has an open issue with this label.
    Issue(String),
    /// A 2xx status is open; with `expect` (JSON pointer and value) the value has to match too.
    Http { url: String, expect: Option<(String, String)>, timeout: u64 },
}

const OPTIONS: &[ConfigKey] = &[
    COMMAND,
    key("file", ValueShape::Text, "A file of the repository; the gate is shut while it exists."),
    key(
        "issue",
        ValueShape::Text,
        "A label; the gate is shut while the forge has an open issue with it.",
    ),
    key("url", ValueShape::Text, "A URL; a 2xx status opens the gate."),
    key("pointer", ValueShape::Text, "With `url`: JSON pointer to the value to compare."),
    key("equals", ValueShape::Text, "With `pointer`: the value that opens the gate."),
    key("reason", ValueShape::Text, "Reason to show if the blocker gives none."),
    TIMEOUT,
];

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "blocker",
    keys: &[GateKey {
        name: "blocker",
        about: "An external condition blocks: an incident, an alarm, an error budget.",
        bare: None,
        short: None,
        long: Some(LongForm { options: OPTIONS, read: read_long }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // External conditions have no history.
    reads_the_ledger: false,
    answers_for_the_past: false,
    keeps_a_stage_still: true,
};

impl GateSettings for BlockerGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        vec![match &self.by {
            BlockedBy::Command(call) => FactNeed::Command(call),
            BlockedBy::File(path) => FactNeed::File(path),
            BlockedBy::Issue(label) => FactNeed::Issue(label),
            BlockedBy::Http { url, expect, timeout } => {
                FactNeed::Http { url, expect: expect.as_ref(), timeout: *timeout }
            }
        }]
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    field: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let kinds = ["command", "file", "issue", "url"];
    let given: Vec<&str> = kinds.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
    let [kind] = given.as_slice() else {
        let message = "a blocker needs exactly one of `command`, `file`, `issue` and `url`";
        reader.problems.add(field.key, message, None);
        return None;
    };
    let by = match *kind {
        "command" => BlockedBy::Command(reader.read_command(fields)?),
        "url" => read_http(reader, fields)?,
        kind => {
            let text = fields.text(kind, reader.problems)?.text.to_owned();
            if kind == "file" { BlockedBy::File(text) } else { BlockedBy::Issue(text) }
        }
    };
    let reason = fields.text("reason", reader.problems).map(|word| word.text.to_owned());
    Some(Gate::Blocker(BlockerGate { by, reason }))
}

fn read_http(
    reader: &mut GateOptionReader<'_, '_, '_>,
    fields: &ConfigFields<'_>,
) -> Option<BlockedBy> {
    let url = fields.text("url", reader.problems)?;
    if !url.text.starts_with("https://") && !url.text.starts_with("http://") {
        reader.problems.add(url.at, "a URL must start with `https://` or `http://`", None);
        return None;
    }
    let pointer = fields.text("pointer", reader.problems);
    let equals = fields.text("equals", reader.problems);
    let expect = match (pointer, equals) {
        (Some(pointer), Some(equals)) if pointer.text.starts_with('/') => {
            Some((pointer.text.to_owned(), equals.text.to_owned()))
        }
        (None, None) => None,
        (Some(word), _) | (None, Some(word)) => {
            let hint = String::from("for example `pointer: /status/indicator` and `equals: none`");
            reader.problems.add(
                word.at,
                "`pointer` (a JSON pointer) and `equals` must be used together",
                hint,
            );
            return None;
        }
    };
    let timeout = reader.read_timeout(fields)?;
    Some(BlockedBy::Http { url: url.text.to_owned(), expect, timeout })
}

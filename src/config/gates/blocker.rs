//! `blocker`: something outside that stands in the way.

use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{COMMAND, GateKey, LongForm, TIMEOUT};
use super::option_reader::GateOptionReader;
use super::{ExternalCommand, Gate};
use crate::config::fields::{ConfigField, ConfigFields};
use crate::config::keys::{ConfigKey, ValueShape, key};

/// Something outside that stands in the way.
#[derive(Debug, Clone)]
pub struct BlockerGate {
    pub by: BlockedBy,
    /// Said where it has nothing to say itself.
    pub reason: Option<String>,
}

/// What is asked whether something stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedBy {
    /// 0 is open, 1 is shut, and anything else no answer.
    Command(ExternalCommand),
    /// Shut while the repository has this file.
    File(String),
    /// Shut while the forge has an open issue with this label.
    Issue(String),
    /// 2xx is open; with a pointer, only where the value is the expected one.
    Http { url: String, expect: Option<(String, String)>, timeout: u64 },
}

const OPTIONS: &[ConfigKey] = &[
    COMMAND,
    key("file", ValueShape::Text, "A file of the repository that shuts the gate by being there."),
    key("issue", ValueShape::Text, "A label: an open issue of the forge with it shuts the gate."),
    key("url", ValueShape::Text, "An address: an answer of 2xx opens the gate."),
    key(
        "pointer",
        ValueShape::Text,
        "With `url`: where the answer, as JSON, has the value that counts.",
    ),
    key("equals", ValueShape::Text, "With `pointer`: the value that opens the gate."),
    key("reason", ValueShape::Text, "Said where the blocker says nothing itself."),
    TIMEOUT,
];

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "blocker",
    keys: &[GateKey {
        name: "blocker",
        about: "Something outside stands in the way: an incident, an alarm, an error budget.",
        bare: None,
        short: None,
        long: Some(LongForm { options: OPTIONS, read: read_long }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // What is outside tells only of now.
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
        let message = "a blocker has one of `command`, `file`, `issue` and `url`";
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
        reader.problems.add(url.at, "an address begins with `https://` or `http://`", None);
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
                "`pointer`, a JSON pointer, and `equals` belong together",
                hint,
            );
            return None;
        }
    };
    let timeout = reader.read_timeout(fields)?;
    Some(BlockedBy::Http { url: url.text.to_owned(), expect, timeout })
}

//! `version`: requirements on the version.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm, ShortForm, ShortShape};
use super::option_reader::GateOptionReader;
use crate::config::fields::{ConfigField, ConfigFields, LocatedText};
use crate::config::keys::{ConfigKey, ValueShape, key};
use regex::Regex;

/// Options of `version`: requirements on the version.
#[derive(Debug, Clone, Default)]
pub struct VersionGate {
    pub pattern: Option<Regex>,
    /// Branches that a tag must carry, such as `main-27e1396` or `main.20240302`; with `*`.
    pub branches: Vec<String>,
    /// Forbids mutable tags, such as `latest`.
    pub immutable: bool,
    /// Requires a digest.
    pub digest: bool,
    /// Keys beside the version that must not be `false`.
    pub flags: Vec<String>,
}

/// Keys that block a version if they are `false`, where no rule names others.
pub const DEFAULT_FLAGS: [&str; 2] = ["promote_deployment", "automatic_deploys_enabled"];

const OPTIONS: &[ConfigKey] = &[
    key("pattern", ValueShape::Text, "A regular expression that matches the whole tag."),
    key(
        "branches",
        ValueShape::Texts,
        "Branches that a tag such as `main-27e1396` or `main.20240302.1` may come from, with `*`.",
    ),
    key("immutable", ValueShape::Text, "`true`: no mutable tag, such as `latest`."),
    key("digest", ValueShape::Text, "`true`: the version must have a digest."),
    key(
        "flags",
        ValueShape::Texts,
        "Keys beside the version that block it if `false`. Default: `promote_deployment` and `automatic_deploys_enabled`.",
    ),
];

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "version",
    keys: &[GateKey {
        name: "version",
        about: "Requirements on the version.",
        bare: Some(|| Gate::Version(with_pattern(None))),
        short: Some(ShortForm { shape: ShortShape::Text, read: read_short }),
        long: Some(LongForm { options: OPTIONS, read: read_long }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    // The flags beside a version are the current ones.
    reads_the_ledger: false,
    answers_for_the_past: false,
    keeps_a_stage_still: false,
};

impl GateSettings for VersionGate {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        vec![FactNeed::Flags(&self.flags)]
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
}

fn with_pattern(pattern: Option<Regex>) -> VersionGate {
    VersionGate { pattern, flags: flag_names(None), ..VersionGate::default() }
}

fn flag_names(given: Option<Vec<String>>) -> Vec<String> {
    given.unwrap_or_else(|| DEFAULT_FLAGS.map(str::to_owned).to_vec())
}

fn read_short(
    reader: &mut GateOptionReader<'_, '_, '_>,
    first: LocatedText<'_>,
    _: &[LocatedText<'_>],
) -> Option<Gate> {
    let pattern = reader.read_pattern(first)?;
    Some(Gate::Version(with_pattern(Some(pattern))))
}

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    _: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let pattern = match fields.text("pattern", reader.problems) {
        Some(word) => Some(reader.read_pattern(word)?),
        None => None,
    };
    let texts = |words: Vec<LocatedText<'_>>| {
        words.into_iter().map(|word| word.text.to_owned()).collect::<Vec<_>>()
    };
    let is_empty =
        |field: ConfigField<'_>| field.value.is_sequence() && field.value.items().next().is_none();
    let flags = match fields.get("flags") {
        Some(field) if is_empty(field) => Vec::new(),
        field => flag_names(field.map(|field| texts(field.read_texts(reader.problems)))),
    };
    Some(Gate::Version(VersionGate {
        pattern,
        branches: fields.texts("branches", reader.problems).map(texts).unwrap_or_default(),
        immutable: is_on(reader, "immutable", fields),
        digest: is_on(reader, "digest", fields),
        flags,
    }))
}

/// Reads a switch. Other words than `true` and `false` are reported: if they meant `false`, a
/// typo would open the gate.
fn is_on(
    reader: &mut GateOptionReader<'_, '_, '_>,
    option: &str,
    fields: &ConfigFields<'_>,
) -> bool {
    fields
        .one_of(option, &["true", "false"], reader.problems)
        .is_some_and(|word| word.text == "true")
}

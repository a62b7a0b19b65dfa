//! How gates are written, for reader and schema. Each gate says it of itself in its own file; here is what
//! they share, and the keys around them.

use super::option_reader::GateOptionReader;
use super::{Gate, GateKind};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText};
use crate::config::keys::{ConfigKey, ValueShape, key};

/// One way of naming a gate in `towpath.yaml`.
pub(in crate::config) struct GateKey {
    pub name: &'static str,
    pub about: &'static str,
    /// The gate that the name alone stands for; `None` where it needs a value.
    pub(super) bare: Option<fn() -> Gate>,
    /// What stands behind the name without options; `None` where options are needed.
    pub short: Option<ShortForm>,
    /// The mapping of options, where it has any.
    pub long: Option<LongForm>,
}

/// A value behind the name of a gate that is no mapping.
pub(in crate::config) struct ShortForm {
    pub shape: ShortShape,
    pub(super) read: ReadShort,
}

/// Reads the short form: its first word, and all of them.
pub(super) type ReadShort =
    fn(&mut GateOptionReader<'_, '_, '_>, LocatedText<'_>, &[LocatedText<'_>]) -> Option<Gate>;

/// What a short form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum ShortShape {
    /// The name alone, or `off`.
    Nothing,
    Text,
    Texts,
}

/// A mapping of options behind the name of a gate.
pub(in crate::config) struct LongForm {
    pub options: &'static [ConfigKey],
    pub(super) read: ReadLong,
}

/// Reads the options, of which no other are there.
pub(super) type ReadLong =
    fn(&mut GateOptionReader<'_, '_, '_>, ConfigField<'_>, &ConfigFields<'_>) -> Option<Gate>;

/// How these gates are written, in the order they are shown.
pub(in crate::config) fn gate_keys(
    gates: &[GateKind],
) -> impl Iterator<Item = (GateKind, &'static GateKey)> {
    gates.iter().flat_map(|kind| kind.descriptor().keys.iter().map(|key| (*kind, key)))
}

/// The gate that a key names.
pub(super) fn find_gate_key(name: &str) -> Option<(GateKind, &'static GateKey)> {
    gate_keys(GateKind::ALL).find(|(_, key)| key.name == name)
}

/// The names of all gates in `towpath.yaml`.
pub(super) fn gate_names() -> impl Iterator<Item = &'static str> {
    gate_keys(GateKind::ALL).map(|(_, key)| key.name)
}

pub(super) const STAGES: ConfigKey = key(
    "stages",
    ValueShape::Texts,
    "The stages that are looked at. Unless given, the stages right before.",
);
pub(super) const TIMEOUT: ConfigKey =
    key("timeout", ValueShape::Text, "How long an answer is waited for; 10s unless given.");
pub(super) const COMMAND: ConfigKey =
    key("command", ValueShape::Texts, "The program and its arguments. They pass through no shell.");

/// What stands beside any gate.
pub(in crate::config) const SCOPE: [ConfigKey; 2] = [
    key("apps", ValueShape::Texts, "The apps it holds for, with `*`. Unless given, all."),
    key("stages", ValueShape::Texts, "At the top: the stages it holds for. Unless given, all."),
];

/// The keys of a wave that is more than its targets.
pub(in crate::config) const WAVE: [ConfigKey; 2] = [
    key(
        "targets",
        ValueShape::Texts,
        "The targets that move together, with `*` for all that no wave names.",
    ),
    key(
        "bake",
        ValueShape::Bake,
        "How long a version runs in this wave before the next wave takes it, such as `30m`.",
    ),
];

/// The keys of a wave's time to bake.
pub(in crate::config) const BAKE: [ConfigKey; 2] = [
    key("for", ValueShape::Text, "How long, such as `30m` or `2d`."),
    key(
        "from",
        ValueShape::OneOf(&["landing", "outcome"]),
        "Counted from `landing`, or from the `outcome`.",
    ),
];

/// The keys of a permission.
pub(in crate::config) const PERMISSION: [ConfigKey; 2] = [
    key("actors", ValueShape::Texts, "Names, mail addresses or logins at the forge."),
    key(
        "signers",
        ValueShape::Texts,
        "Files of this repository with allowed signers (ssh-keygen's format), for `guard`.",
    ),
];

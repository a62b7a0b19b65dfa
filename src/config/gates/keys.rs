//! Notation of gates, for reader and schema. Each gate describes its own keys in its file; here are
//! the types, the shared options, and the keys around gates.

use super::option_reader::GateOptionReader;
use super::{Gate, GateKind};
use crate::config::fields::{ConfigField, ConfigFields, LocatedText};
use crate::config::keys::{ConfigKey, ValueShape, key};

/// A gate in the configuration.
pub(in crate::config) struct GateKey {
    pub name: &'static str,
    pub about: &'static str,
    /// The gate for the name alone; `None` if it needs a value.
    pub(super) bare: Option<fn() -> Gate>,
    /// The short notation; `None` if options are required.
    pub short: Option<ShortForm>,
    /// The mapping of options; `None` if it has none.
    pub long: Option<LongForm>,
}

/// Value of a gate that is not a mapping of options.
pub(in crate::config) struct ShortForm {
    pub shape: ShortShape,
    pub(super) read: ReadShort,
}

/// Reads the short form from its first word and all words.
pub(super) type ReadShort =
    fn(&mut GateOptionReader<'_, '_, '_>, LocatedText<'_>, &[LocatedText<'_>]) -> Option<Gate>;

/// Form of the short notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum ShortShape {
    /// The name alone, `on` or `off`.
    Nothing,
    Text,
    Texts,
}

/// Value of a gate that is a mapping of options.
pub(in crate::config) struct LongForm {
    pub options: &'static [ConfigKey],
    pub(super) read: ReadLong,
}

/// Reads the options; unknown ones were reported before.
pub(super) type ReadLong =
    fn(&mut GateOptionReader<'_, '_, '_>, ConfigField<'_>, &ConfigFields<'_>) -> Option<Gate>;

/// Keys of these gates, in display order.
pub(in crate::config) fn gate_keys(
    gates: &[GateKind],
) -> impl Iterator<Item = (GateKind, &'static GateKey)> {
    gates.iter().flat_map(|kind| kind.descriptor().keys.iter().map(|key| (*kind, key)))
}

/// Finds the gate of a key.
pub(super) fn find_gate_key(name: &str) -> Option<(GateKind, &'static GateKey)> {
    gate_keys(GateKind::ALL).find(|(_, key)| key.name == name)
}

/// Names of all configurable gates, in display order.
pub(super) fn gate_names() -> impl Iterator<Item = &'static str> {
    gate_keys(GateKind::ALL).map(|(_, key)| key.name)
}

pub(super) const STAGES: ConfigKey =
    key("stages", ValueShape::Texts, "The stages to check. Default: the previous stages.");
pub(super) const TIMEOUT: ConfigKey =
    key("timeout", ValueShape::Text, "How long to wait for an answer. Default: 10s.");
pub(super) const COMMAND: ConfigKey =
    key("command", ValueShape::Texts, "The program and its arguments. No shell is involved.");

/// Keys that any gate may have besides its own.
pub(in crate::config) const SCOPE: [ConfigKey; 2] = [
    key("apps", ValueShape::Texts, "The apps it applies to, with `*`. Default: all."),
    key("stages", ValueShape::Texts, "At the top level: the stages it applies to. Default: all."),
];

/// Keys of a wave in its long form.
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

/// Keys of a wave's bake time in its long form.
pub(in crate::config) const BAKE: [ConfigKey; 2] = [
    key("for", ValueShape::Text, "How long, such as `30m` or `2d`."),
    key(
        "from",
        ValueShape::OneOf(&["landing", "outcome"]),
        "Counted from `landing`, or from the `outcome`.",
    ),
];

/// Keys of a permission in its long form.
pub(in crate::config) const PERMISSION: [ConfigKey; 2] = [
    key("actors", ValueShape::Texts, "Names, mail addresses or logins at the forge."),
    key(
        "signers",
        ValueShape::Texts,
        "Files of this repository with allowed signers (ssh-keygen's format), for `guard`.",
    ),
];

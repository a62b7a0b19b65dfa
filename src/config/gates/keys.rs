//! Gates and their options, in one table for reader and schema.

use crate::config::keys::{ConfigKey, ValueShape, key};

/// A gate in the configuration.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct GateKey {
    pub name: &'static str,
    /// Form of the short notation.
    pub short: GateShorthand,
    pub options: &'static [ConfigKey],
    pub about: &'static str,
}

/// Value of a gate that is not a mapping of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum GateShorthand {
    /// The name alone, `on` or `off`.
    Nothing,
    Text,
    Texts,
    /// None: options are required.
    Options,
}

const fn gate_key(
    name: &'static str,
    short: GateShorthand,
    options: &'static [ConfigKey],
    about: &'static str,
) -> GateKey {
    GateKey { name, short, options, about }
}

const STAGES: ConfigKey =
    key("stages", ValueShape::Texts, "The stages to check. Default: the previous stages.");
const TIMEOUT: ConfigKey =
    key("timeout", ValueShape::Text, "How long to wait for an answer. Default: 10s.");
const COMMAND: ConfigKey =
    key("command", ValueShape::Texts, "The program and its arguments. No shell is involved.");

/// All configurable gates, in display order.
pub(in crate::config) const GATES: [GateKey; 10] = [
    gate_key(
        "order",
        GateShorthand::Text,
        &[
            key(
                "rewrite",
                ValueShape::Texts,
                "Replacements in tags before they are compared: `s/-RC[0-9]+$//`.",
            ),
            key(
                "tolerance",
                ValueShape::Text,
                "For past deployments: how much later the previous stage may get the version.",
            ),
        ],
        "The previous stages run or ran the version. On unless `off`.",
    ),
    gate_key(
        "isolation",
        GateShorthand::Text,
        &[],
        "The last deployment has an outcome: of this app in the `target`, or of every app in the `stage`. On unless `off`.",
    ),
    gate_key(
        "verified",
        GateShorthand::Texts,
        &[
            STAGES,
            key(
                "checks",
                ValueShape::Text,
                "Commit statuses and check runs of the deployment, by a pattern with `*`.",
            ),
            COMMAND,
            TIMEOUT,
        ],
        "The version has passed in the previous stages.",
    ),
    gate_key(
        "bake",
        GateShorthand::Text,
        &[
            key("for", ValueShape::Text, "How long, such as `30m` or `2d`."),
            STAGES,
            key("from", ValueShape::Text, "Counted from `landing`, or from the `outcome`."),
        ],
        "The version has run in the previous stages for a time.",
    ),
    gate_key(
        "approval-after-failure",
        GateShorthand::Nothing,
        &[],
        "Requires an approval if the last deployment failed.",
    ),
    gate_key(
        "approvals",
        GateShorthand::Text,
        &[],
        "Number of people who have to approve, always.",
    ),
    gate_key(
        "window",
        GateShorthand::Texts,
        &[],
        "Opening hours, such as `Mon-Thu 09:00-16:00 Europe/London`; `closed` in front inverts them.",
    ),
    gate_key(
        "freeze",
        GateShorthand::Options,
        &[
            key("from", ValueShape::Text, "The first day, or the time it starts."),
            key("to", ValueShape::Text, "The last day, or the time it ends."),
            key("reason", ValueShape::Text, "The reason, for people."),
            key(
                "zone",
                ValueShape::Text,
                "The time zone of both, such as `Europe/London`. Default: UTC.",
            ),
        ],
        "No deployments for a period.",
    ),
    gate_key(
        "blocker",
        GateShorthand::Options,
        &[
            COMMAND,
            key(
                "file",
                ValueShape::Text,
                "A file of the repository; the gate is shut while it exists.",
            ),
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
        ],
        "An external condition blocks: an incident, an alarm, an error budget.",
    ),
    gate_key(
        "version",
        GateShorthand::Text,
        &[
            key("pattern", ValueShape::Text, "A regular expression that matches the whole tag."),
            key(
                "branches",
                ValueShape::Texts,
                "Branches that a tag such as `main-27e1396` may come from, with `*`.",
            ),
            key("immutable", ValueShape::Text, "`true`: no mutable tag, such as `latest`."),
            key("digest", ValueShape::Text, "`true`: the version must have a digest."),
            key(
                "flags",
                ValueShape::Texts,
                "Keys beside the version that block it if `false`. Default: `promote_deployment` and `automatic_deploys_enabled`.",
            ),
        ],
        "Requirements on the version.",
    ),
];

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

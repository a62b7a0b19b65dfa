//! Every key of `towpath.yaml`, in one table: the reader accepts what stands here, and the JSON
//! schema and its descriptions are made from it.

use crate::model::{SourceDescriptor, SourceKind};

/// A key and what it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConfigKey {
    pub name: &'static str,
    pub shape: ValueShape,
    /// One or two sentences for the schema.
    pub about: &'static str,
}

/// What a key's value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueShape {
    /// One text.
    Text,
    /// A text or a list of texts.
    Texts,
    /// The list of stages.
    Stages,
    /// The list of sources.
    Sources,
    /// A list of gates.
    Gates,
    /// Who may do what.
    Permissions,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A mapping with [`PROPOSALS`].
    Proposals,
    /// A list of waves.
    Waves,
    /// A time span, or a mapping.
    Bake,
    /// A mapping from names of apps to mappings with [`APP`].
    Apps,
}

pub(super) const fn key(name: &'static str, shape: ValueShape, about: &'static str) -> ConfigKey {
    ConfigKey { name, shape, about }
}

/// The keys at the top.
pub(super) const TOP: [ConfigKey; 9] = [
    key(
        "branch",
        ValueShape::Text,
        "The branch that is deployed. Unless given, the repository's default branch.",
    ),
    key(
        "stages",
        ValueShape::Stages,
        "The stages in pipeline order. Each comes after the one before it, unless `after` says otherwise.",
    ),
    key(
        "sources",
        ValueShape::Sources,
        "Where images are written: files by path template, and how to read them. Unless given, discovery looks for them.",
    ),
    key(
        "gates",
        ValueShape::Gates,
        "What a deployment has to pass, in all stages or in those that a gate names.",
    ),
    key(
        "permissions",
        ValueShape::Permissions,
        "Who may approve for a stage, and who may break the glass.",
    ),
    key(
        "ledger",
        ValueShape::OneOf(&LEDGER),
        "Where locks, outcomes and approvals are kept: at a `ref` of their own, or on a `branch` where the forge refuses that.",
    ),
    key(
        "forge",
        ValueShape::OneOf(&FORGE),
        "What the host of the repository is, where its address does not say; `plain` is a repository without a forge.",
    ),
    key("proposals", ValueShape::Proposals, "What pull requests are like."),
    key(
        "apps",
        ValueShape::Apps,
        "What is said of single apps, by name; `*` stands for all others.",
    ),
];

/// What `forge` may be.
pub(super) const FORGE: [&str; 7] =
    ["github", "gitlab", "gitea", "forgejo", "bitbucket", "azure", "plain"];
pub(super) const SWITCH: [&str; 2] = ["true", "false"];
pub(super) const MERGE: [&str; 2] = ["manual", "auto"];
pub(super) const QUEUE: [&str; 2] = ["newest", "each"];
pub(super) const LEDGER: [&str; 2] = ["ref", "branch"];
pub(super) const METHOD: [&str; 3] = ["merge", "squash", "rebase"];

const LABELS: ConfigKey =
    key("labels", ValueShape::Texts, "Labels for pull requests, where the forge has them.");
const REVIEWERS: ConfigKey = key(
    "reviewers",
    ValueShape::Texts,
    "Who is asked for a review: logins, or `organisation/team`.",
);
const DRAFT: ConfigKey =
    key("draft", ValueShape::OneOf(&SWITCH), "Are pull requests opened as drafts?");
const MERGING: ConfigKey = key(
    "merge",
    ValueShape::OneOf(&MERGE),
    "`auto`: merged as soon as every gate is open and the forge's own rules are met. Unless given, `manual`: somebody does.",
);
const HOW: ConfigKey = key(
    "method",
    ValueShape::OneOf(&METHOD),
    "How pull requests are merged. Unless given, `merge`.",
);

/// The keys of `proposals`.
pub(super) const PROPOSALS: [ConfigKey; 6] = [
    key(
        "subject",
        ValueShape::Text,
        "The subject of commits and the title of pull requests: a template with `subject`, `action`, `app`, `apps`, `stage`, `target`, `from_stage`, `from` and `to`.",
    ),
    LABELS,
    REVIEWERS,
    DRAFT,
    MERGING,
    HOW,
];

/// The keys of an app.
pub(super) const APP: [ConfigKey; 2] = [
    key(
        "repository",
        ValueShape::Text,
        "The address of the app's source repository; `{app}` stands for the app.",
    ),
    key(
        "revision",
        ValueShape::Text,
        "The revision that an image was built from; `{tag}` stands for its tag. Unless given, the tag, or the commit in it.",
    ),
];

/// The keys of a stage that is more than a name.
pub(super) const STAGE: [ConfigKey; 12] = [
    key("name", ValueShape::Text, "The name of the stage, as towpath shows it."),
    key("aliases", ValueShape::Texts, "Other words for the stage in paths and keys."),
    key(
        "after",
        ValueShape::Texts,
        "The stages that come right before it; an empty list for a start. Unless given, the stage written before it.",
    ),
    key(
        "branch",
        ValueShape::Text,
        "For a branch per environment: the branch that holds this stage.",
    ),
    LABELS,
    REVIEWERS,
    DRAFT,
    MERGING,
    HOW,
    key(
        "gates",
        ValueShape::Gates,
        "What a deployment to this stage has to pass, after the gates for all stages.",
    ),
    key(
        "queue",
        ValueShape::OneOf(&QUEUE),
        "What `towpath advance` proposes: the `newest` version, or `each` in turn.",
    ),
    key(
        "waves",
        ValueShape::Waves,
        "How the targets of the stage follow each other. Unless given, they move together.",
    ),
];

/// The keys of a source beside its kind.
pub(super) const OPTIONS: [ConfigKey; 13] = [
    key(
        "app",
        ValueShape::Text,
        "The app's name, made of captures: `{group}/{app}`, or plain text. Unless given, `{app}`.",
    ),
    key("stage", ValueShape::Text, "The stage, where neither path nor keys say it."),
    key(
        "target",
        ValueShape::Text,
        "The target's name, made of captures, or plain text. Unless given, `{target}`.",
    ),
    key(
        "component",
        ValueShape::Text,
        "Which of an app's images it is, made of captures, or plain text. Unless given, `{component}`.",
    ),
    key(
        "tag",
        ValueShape::Texts,
        "Keys whose value is a tag, as key templates: `image.tag`, `versions.{app}`.",
    ),
    key("tags", ValueShape::Texts, "The same as `tag`."),
    key(
        "image",
        ValueShape::Texts,
        "Keys whose value is an image name or a whole reference, as key templates.",
    ),
    key("images", ValueShape::Texts, "The same as `image`."),
    key("digest", ValueShape::Texts, "Keys whose value is a digest, as key templates."),
    key("digests", ValueShape::Texts, "The same as `digest`."),
    key(
        "pattern",
        ValueShape::Text,
        "For `line`: a regular expression with named groups `tag`, `digest` or `image`, and if need be `app`, `stage` and `target`.",
    ),
    key(
        "base",
        ValueShape::Text,
        "For `helm-values` and `compose`: the file below this one, whose values count unless overridden. Made of captures.",
    ),
    key(
        "not",
        ValueShape::Texts,
        "Files that are left out although the path matches, as path templates.",
    ),
];

/// The kind a word names.
pub(super) fn kind(word: &str) -> Option<SourceKind> {
    SourceKind::ALL.iter().copied().find(|kind| kind.as_str() == word)
}

/// Why an option does not fit a kind, if it does not.
pub(super) fn unsupported_option(kind: SourceKind, option: &str) -> Option<String> {
    let source = kind.descriptor();
    match option {
        "tag" | "tags" | "image" | "images" | "digest" | "digests" => {
            source.no_keys.map(str::to_owned)
        }
        "pattern" if !source.has_pattern => {
            Some(format!("only {} a `pattern`", having(|source| source.has_pattern)))
        }
        "base" if !source.has_base => {
            Some(format!("only {} a `base`", having(|source| source.has_base)))
        }
        _ => None,
    }
}

/// The kinds that have something: `helm-values` and `compose` have.
fn having(it: fn(&SourceDescriptor) -> bool) -> String {
    let kinds = SourceKind::ALL.iter().filter(|kind| it(kind.descriptor()));
    let names: Vec<String> = kinds.map(|kind| format!("`{kind}`")).collect();
    format!("{} {}", names.join(" and "), if names.len() == 1 { "has" } else { "have" })
}

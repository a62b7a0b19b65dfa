//! Every key of `towpath.yaml`, in one table: the reader accepts these keys, and the JSON schema
//! with its descriptions is made from it.

use crate::model::{SourceDescriptor, SourceKind};

/// A key and its description.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConfigKey {
    pub name: &'static str,
    pub shape: ValueShape,
    /// One or two sentences for the schema.
    pub about: &'static str,
}

/// Shape of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueShape {
    /// One text.
    Text,
    /// A string or a list of strings.
    Texts,
    /// The list of stages.
    Stages,
    /// The list of sources.
    Sources,
    /// A list of gates.
    Gates,
    /// A mapping of permissions.
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
    /// A mapping from hosts to mappings with [`REGISTRY`].
    Registries,
    /// A mapping from stages to mappings with [`LIVE`].
    Live,
}

pub(super) const fn key(name: &'static str, shape: ValueShape, about: &'static str) -> ConfigKey {
    ConfigKey { name, shape, about }
}

/// Keys at the top level.
pub(super) const TOP: [ConfigKey; 13] = [
    key(
        "branch",
        ValueShape::Text,
        "The branch that is deployed. Default: the repository's default branch.",
    ),
    key(
        "stages",
        ValueShape::Stages,
        "The stages in pipeline order. Each comes after the one before it, unless `after` says otherwise.",
    ),
    key(
        "sources",
        ValueShape::Sources,
        "Where images are written: files by path template, and how to read them. Default: discovery finds them.",
    ),
    key(
        "gates",
        ValueShape::Gates,
        "Gates for deployments, in all stages or in those that a gate names.",
    ),
    key(
        "permissions",
        ValueShape::Permissions,
        "Who may change and approve for a stage, who owns an app or a folder (`apps`, `paths`), and who may override gates (`break-glass`) or change the rules (`config`).",
    ),
    key(
        "ledger",
        ValueShape::OneOf(&LEDGER),
        "Where locks, outcomes and approvals are kept: at a `ref` of their own, on a `branch` if the forge refuses that, or `none`.",
    ),
    key(
        "forge",
        ValueShape::OneOf(&FORGE),
        "The kind of forge, if the URL does not tell; `plain` is a repository without a forge.",
    ),
    key("proposals", ValueShape::Proposals, "Options of pull requests."),
    key("apps", ValueShape::Apps, "Settings of single apps, by name; `*` stands for all others."),
    key(
        "registries",
        ValueShape::Registries,
        "How container registries are reached, by host: mirrors, and plain HTTP.",
    ),
    key(
        "live",
        ValueShape::Live,
        "Which witness knows what really runs, by stage, `stage/target`, or `*` for all others.",
    ),
    key(
        "deployments",
        ValueShape::Text,
        "Whether the deployments of GitHub or GitLab are kept up to date: `true`, or the name of an environment with `{app}`, `{stage}`, `{target}` and `{component}`. Default: `false`.",
    ),
    key(
        "render",
        ValueShape::OneOf(&SWITCH),
        "Whether `guard` also has kustomize, Helm and Docker Compose build both states, and compares the images. Default: `false`.",
    ),
];

/// Values of `forge`.
pub(super) const FORGE: [&str; 7] =
    ["github", "gitlab", "gitea", "forgejo", "bitbucket", "azure", "plain"];
pub(super) const SWITCH: [&str; 2] = ["true", "false"];
pub(super) const MERGE: [&str; 2] = ["manual", "auto"];
pub(super) const QUEUE: [&str; 2] = ["newest", "each"];
pub(super) const PIN: [&str; 2] = ["digest", "tag"];
pub(super) const FROM: [&str; 1] = ["registry"];
pub(super) const LEDGER: [&str; 3] = ["ref", "branch", "none"];
pub(super) const WITNESS: [&str; 4] = ["kubernetes", "argo", "flux", "file"];
pub(super) const METHOD: [&str; 3] = ["merge", "squash", "rebase"];
pub(super) const CLOSING: [&str; 2] = ["skip", "reject"];

/// Keys of a witness.
pub(super) const LIVE: [ConfigKey; 6] = [
    key(
        "witness",
        ValueShape::OneOf(&WITNESS),
        "`kubernetes` reads workloads and pods, `argo` Applications, `flux` Kustomizations and HelmReleases, `file` a snapshot.",
    ),
    key(
        "context",
        ValueShape::Text,
        "The context of your kubeconfig, with `{app}`, `{stage}`, `{target}` and `{component}`. Default: its current context.",
    ),
    key(
        "namespace",
        ValueShape::Text,
        "The namespace of the objects, with the same names. Default: all namespaces.",
    ),
    key(
        "apps",
        ValueShape::Text,
        "For `argo` and `flux`: the name of the Application, Kustomization or HelmRelease, with the same names.",
    ),
    key(
        "workloads",
        ValueShape::Text,
        "The names of the workloads, with the same names and `*`. Default: those that run the image.",
    ),
    key(
        "file",
        ValueShape::Text,
        "For `file`: a snapshot that `towpath live snapshot` wrote, from the top of the work tree.",
    ),
];

const LABELS: ConfigKey =
    key("labels", ValueShape::Texts, "Labels for pull requests, if the forge has them.");
const REVIEWERS: ConfigKey = key(
    "reviewers",
    ValueShape::Texts,
    "Requested reviewers: logins, or `organisation/team`; `{author}` stands for who brought the version to the stage before.",
);
const ASSIGNEES: ConfigKey = key(
    "assignees",
    ValueShape::Texts,
    "Who is assigned to pull requests, if the forge has assignees: logins, or `{author}`.",
);
const DRAFT: ConfigKey =
    key("draft", ValueShape::OneOf(&SWITCH), "Whether pull requests are opened as drafts.");
const MERGING: ConfigKey = key(
    "merge",
    ValueShape::OneOf(&MERGE),
    "`auto`: merged as soon as every gate is open and the forge's own rules are met. Default: `manual`, merged by a person.",
);
const HOW: ConfigKey =
    key("method", ValueShape::OneOf(&METHOD), "How pull requests are merged. Default: `merge`.");

const CLOSED: ConfigKey = key(
    "closing",
    ValueShape::OneOf(&CLOSING),
    "What it means that somebody closes a pull request. `skip`, the default: its version is not proposed for this stage again. `reject`: its version is rejected in the ledger.",
);

/// Keys of `proposals`.
pub(super) const PROPOSALS: [ConfigKey; 9] = [
    key(
        "subject",
        ValueShape::Text,
        "The subject of commits and the title of pull requests: a template with `subject`, `action`, `app`, `apps`, `stage`, `target`, `from_stage`, `from` and `to`.",
    ),
    key(
        "body",
        ValueShape::Text,
        "The text of pull requests: a Markdown template with the parts `moves`, `changes`, `gates`, `options`, `undo` and `notes`, and the names of `subject`.",
    ),
    LABELS,
    REVIEWERS,
    ASSIGNEES,
    DRAFT,
    MERGING,
    HOW,
    CLOSED,
];

/// Keys of an app.
pub(super) const APP: [ConfigKey; 10] = [
    key(
        "image",
        ValueShape::Text,
        "The image in its registry, such as `ghcr.io/team/{app}`. Default: the image that the repository deploys.",
    ),
    key(
        "versions",
        ValueShape::Text,
        "How tags are read and put into order: `semver`, `semver(\">=2, <3\")`, `created`, a pattern such as `{branch}.{time}.{sha}`, or a regular expression with named groups.",
    ),
    key(
        "branch",
        ValueShape::Text,
        "The branch whose builds may be deployed, where the tags tell branches.",
    ),
    key(
        "pin",
        ValueShape::OneOf(&PIN),
        "`digest`: a deployment writes the digest of the image beside its tag. Default: `tag`.",
    ),
    key(
        "source",
        ValueShape::Text,
        "The source repository of the app: a URL, or a folder beside this repository; `{app}` stands for the app. Default: the image's label.",
    ),
    key("repository", ValueShape::Text, "Same as `source`."),
    key(
        "path",
        ValueShape::Texts,
        "The folders of the source repository that the app is built from; commits elsewhere are not listed.",
    ),
    key(
        "revision",
        ValueShape::Text,
        "The revision that an image was built from; `{tag}` stands for its tag. Default: the tag, or the commit in it.",
    ),
    key(
        "reviewers",
        ValueShape::Texts,
        "Who is asked to review pull requests of this app, besides the reviewers of the stage.",
    ),
    key(
        "assignees",
        ValueShape::Texts,
        "Who is assigned to pull requests of this app, besides the assignees of the stage.",
    ),
];

/// Keys of a registry.
pub(super) const REGISTRY: [ConfigKey; 2] = [
    key(
        "mirror",
        ValueShape::Text,
        "The host that is asked instead, with the folder of the mirror: `mirror.example.com/hub`.",
    ),
    key(
        "plain-http",
        ValueShape::OneOf(&SWITCH),
        "Whether the host is reached without TLS. Credentials are then sent only to this machine, or to hosts in TOWPATH_REGISTRY_PLAIN_HTTP.",
    ),
];

/// Keys of a stage in its long form.
pub(super) const STAGE: [ConfigKey; 15] = [
    key("name", ValueShape::Text, "The name of the stage, as towpath shows it."),
    key("aliases", ValueShape::Texts, "Other words for the stage in paths and keys."),
    key(
        "after",
        ValueShape::Texts,
        "The previous stages; an empty list for a first stage. Default: the stage written before it.",
    ),
    key(
        "branch",
        ValueShape::Text,
        "For a branch per environment: the branch that holds this stage.",
    ),
    key(
        "from",
        ValueShape::OneOf(&FROM),
        "For a first stage: `registry` lets `towpath advance` deploy the newest version in the registry.",
    ),
    LABELS,
    REVIEWERS,
    ASSIGNEES,
    DRAFT,
    MERGING,
    HOW,
    CLOSED,
    key(
        "gates",
        ValueShape::Gates,
        "Gates for deployments to this stage, in addition to the gates for all stages.",
    ),
    key(
        "queue",
        ValueShape::OneOf(&QUEUE),
        "What `towpath advance` proposes: the `newest` version, or `each` in turn.",
    ),
    key(
        "waves",
        ValueShape::Waves,
        "The order of the stage's targets. Default: they move together.",
    ),
];

/// Keys of a source besides its kind.
pub(super) const OPTIONS: [ConfigKey; 13] = [
    key(
        "app",
        ValueShape::Text,
        "The app's name, made of captures: `{group}/{app}`, or plain text. Default: `{app}`.",
    ),
    key("stage", ValueShape::Text, "The stage, if neither path nor keys tell it."),
    key(
        "target",
        ValueShape::Text,
        "The target's name, made of captures, or plain text. Default: `{target}`.",
    ),
    key(
        "component",
        ValueShape::Text,
        "Which of an app's images it is, made of captures, or plain text. Default: `{component}`.",
    ),
    key(
        "tag",
        ValueShape::Texts,
        "Keys whose value is a tag, as key templates: `image.tag`, `versions.{app}`.",
    ),
    key("tags", ValueShape::Texts, "Same as `tag`."),
    key(
        "image",
        ValueShape::Texts,
        "Keys whose value is an image name or a whole reference, as key templates.",
    ),
    key("images", ValueShape::Texts, "Same as `image`."),
    key("digest", ValueShape::Texts, "Keys whose value is a digest, as key templates."),
    key("digests", ValueShape::Texts, "Same as `digest`."),
    key(
        "pattern",
        ValueShape::Text,
        "For `line`: a regular expression with named groups `tag`, `digest` or `image`, and optionally `app`, `stage` and `target`.",
    ),
    key(
        "base",
        ValueShape::Text,
        "For `helm-values` and `compose`: the file with the defaults that this one overrides, made of captures.",
    ),
    key(
        "not",
        ValueShape::Texts,
        "Files that are left out although the path matches, as path templates.",
    ),
];

/// Returns the kind that a word names.
pub(super) fn kind(word: &str) -> Option<SourceKind> {
    SourceKind::ALL.iter().copied().find(|kind| kind.as_str() == word)
}

/// Returns why an option does not fit a kind; `None` if it does.
pub(super) fn unsupported_option(kind: SourceKind, option: &str) -> Option<String> {
    let source = kind.descriptor();
    match option {
        "tag" | "tags" | "image" | "images" | "digest" | "digests" => {
            source.no_keys.map(str::to_owned)
        }
        "pattern" if !source.has_pattern => Some(format!(
            "only {} sources have a `pattern`",
            kinds_with(|source| source.has_pattern)
        )),
        "base" if !source.has_base => {
            Some(format!("only {} sources have a `base`", kinds_with(|source| source.has_base)))
        }
        _ => None,
    }
}

/// Lists the kinds with a property, such as `helm-values` and `compose`.
fn kinds_with(has_it: fn(&SourceDescriptor) -> bool) -> String {
    let kinds = SourceKind::ALL.iter().filter(|kind| has_it(kind.descriptor()));
    let names: Vec<String> = kinds.map(|kind| format!("`{kind}`")).collect();
    names.join(" and ")
}

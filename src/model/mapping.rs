//! The mapping: which version of which app runs in which stage and target, and where that is written.

use super::{AppName, SourceKind, StageName, TargetName, Version, Warning};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Which part of an image a location holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ImagePart {
    /// The tag alone.
    Tag,
    /// The digest alone.
    Digest,
    /// Tag and digest in one value: `1.2@sha256:…`.
    TagAndDigest,
    /// The image name alone.
    Name,
    /// A whole reference: `registry/repository:tag@digest`.
    Reference,
    /// The `ref` of a remote resource or a git source.
    Revision,
    /// A chart version.
    Chart,
}

impl ImagePart {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ImagePart::Tag => "tag",
            ImagePart::Digest => "digest",
            ImagePart::TagAndDigest => "tag-and-digest",
            ImagePart::Name => "name",
            ImagePart::Reference => "reference",
            ImagePart::Revision => "revision",
            ImagePart::Chart => "chart",
        }
    }
}

/// A run of bytes in a file.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span { start: range.start, end: range.end }
    }
}

/// Where one part of one version is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file, from the top of the repository, with `/`.
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// Which document of the file, from 0.
    pub document: u32,
    /// The key inside the document, for people: `images[web].newTag`.
    pub key: String,
    /// What the value is.
    pub part: ImagePart,
    /// The bytes of the value in the file, quotes included.
    pub span: Span,
    /// The value is an alias (`*name`) or comes from a merge key, so it is shared.
    pub alias: bool,
}

/// An automation that owns a line, as a marker comment says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Automation {
    /// The policy named in the marker: `flux-system:web:tag`.
    pub policy: String,
}

/// Something worth knowing about one entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryNote {
    /// The value is written in a base that other stages share.
    Inherited,
    /// A line is owned by an automation (`$imagepolicy`).
    Automated(Automation),
    /// The tag names a moving thing: `latest`, `develop`, `…-SNAPSHOT`.
    Mutable,
    /// The tag is empty, so the chart's `appVersion` counts.
    AppVersion,
    /// YAML reads the unquoted tag as a number, a bool or null: kustomize refuses to build it.
    Unbuildable,
    /// The entry's name matches no image of the local resources (it may match in a remote one).
    Unmatched,
    /// The version of a remote resource, chart or git source, not of an image.
    Remote,
    /// Places that should agree do not; the text says which.
    Disagrees(String),
}

/// How sure discovery is that an entry is what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// Left out of the matrix, offered by `init`.
    Low,
    /// Found by shape and company.
    Medium,
    /// Found by a well-known key.
    High,
    /// Said in `towpath.yaml`.
    Configured,
}

impl Confidence {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
            Confidence::Configured => "configured",
        }
    }
}

/// One image of one app in one stage and target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingEntry {
    /// The app, from the path or a key.
    pub app: AppName,
    /// Which of the app's images, where a source names it: a container, a key, an image's last word.
    /// Shown behind the app (`api/nginx`) only when the app has several.
    pub component: Option<String>,
    pub stage: StageName,
    pub target: Option<TargetName>,
    /// `registry/repository`, where the repository says it.
    pub image: Option<String>,
    pub version: Version,
    /// Every place the version is written; the first is the one people would look at.
    pub locations: Vec<Location>,
    pub source: SourceKind,
    /// The rule of the config that found it, as an index into its sources.
    pub rule: usize,
    pub confidence: Confidence,
    pub notes: Vec<EntryNote>,
}

/// What stays the same about an entry while its version changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    pub app: AppName,
    pub component: Option<String>,
    pub stage: StageName,
    pub target: Option<TargetName>,
}

impl MappingEntry {
    /// The identity of the slot this entry fills.
    pub fn slot(&self) -> CellKey {
        CellKey {
            app: self.app.clone(),
            component: self.component.clone(),
            stage: self.stage.clone(),
            target: self.target.clone(),
        }
    }
}

/// Everything a repository says at one revision.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// In order of app, component, stage (pipeline order), target.
    pub entries: Vec<MappingEntry>,
    /// Stages in pipeline order, also those in which nothing is pinned.
    pub stages: Vec<StageName>,
    pub warnings: Vec<Warning>,
}

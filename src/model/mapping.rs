//! The mapping: which version of each app runs in each stage and target, and where it is written.

use super::{AppName, SourceKind, StageName, TargetName, Version, Warning};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The part of an image that a location holds.
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
    /// Returns the word used in JSON.
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

/// The place where one part of one version is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file, from the top of the repository, with `/`.
    pub path: String,
    /// 1-based.
    pub line: u32,
    /// Index of the document in the file, from 0.
    pub document: u32,
    /// The key inside the document, for display: `images[web].newTag`.
    pub key: String,
    /// The part of the image that the value holds.
    pub part: ImagePart,
    /// The bytes of the value in the file, including quotes.
    pub span: Span,
    /// True if the value is an alias (`*name`) or comes from a merge key, and so is shared.
    pub alias: bool,
}

/// An automation that owns a line, according to a marker comment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Automation {
    /// The policy named in the marker: `flux-system:web:tag`.
    pub policy: String,
}

/// A remark about one entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryNote {
    /// The value is written in a base shared with other stages.
    Inherited,
    /// An automation owns a line (`$imagepolicy`).
    Automated(Automation),
    /// The tag is mutable: `latest`, `develop`, `…-SNAPSHOT`.
    Mutable,
    /// The tag is empty, so the chart's `appVersion` applies.
    AppVersion,
    /// YAML reads the unquoted tag as a number, a bool or null, and kustomize refuses to build it.
    Unbuildable,
    /// The entry's name matches no image of the local resources (it may match in a remote one).
    Unmatched,
    /// The version belongs to a remote resource, chart or git source, not an image.
    Remote,
    /// Places that should agree differ; the text names them.
    Disagrees(String),
    /// The entry's name matches no image, and all of them are known: it has no effect.
    NoEffect,
    /// The version replaces the one at the place that the text names.
    Overrides(String),
    /// The version is the default of this variable, which nothing sets (`${TAG:=v1}`).
    DefaultOf(String),
}

/// Discovery's confidence in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// Left out of the matrix; offered by `init`.
    Low,
    /// Found by its shape and its neighbours.
    Medium,
    /// Found by a well-known key.
    High,
    /// Configured in `towpath.yaml`.
    Configured,
}

impl Confidence {
    /// Returns the word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
            Confidence::Configured => "configured",
        }
    }
}

/// A version of another file that has no effect, because a layer above replaces it: what an Argo CD
/// `Application` sets over the overlay or the values that its `path` names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OverriddenVersion {
    /// The image with this name in the build of a folder.
    Image { folder: String, name: String },
    /// The image with this name in the build of a folder that is part of the layer's own build.
    Built { folder: String, name: String },
    /// The value of a key, as in [`Location`], in a file, or in the files of a folder.
    Value { path: String, key: String },
    /// The variable with this name in the build of a folder.
    Variable { folder: String, name: String },
}

/// One image of one app in one stage and target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingEntry {
    /// The app, derived from the path or a key.
    pub app: AppName,
    /// One of the app's images, if the source names it: a container, a key, the last word of an
    /// image. Shown with the app (`api/nginx`) only if the app has several.
    pub component: Option<String>,
    pub stage: StageName,
    pub target: Option<TargetName>,
    /// `registry/repository`, if it is written in the repository.
    pub image: Option<String>,
    pub version: Version,
    /// All places where the version is written; the first is the main one.
    pub locations: Vec<Location>,
    /// The claimed file.
    pub file: String,
    /// Versions that this one replaces.
    pub overrides: Vec<OverriddenVersion>,
    /// Places whose value has no effect, because this version replaces it.
    pub overridden: Vec<Location>,
    pub source: SourceKind,
    /// The configuration rule that found it, as an index into its sources.
    pub rule: usize,
    pub confidence: Confidence,
    pub notes: Vec<EntryNote>,
}

/// The identity of an entry, independent of its version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    pub app: AppName,
    pub component: Option<String>,
    pub stage: StageName,
    pub target: Option<TargetName>,
}

impl CellKey {
    /// `web/sidecar` for a component of an app.
    pub fn full_name(&self) -> Option<String> {
        self.component.as_ref().map(|component| format!("{}/{component}", self.app))
    }

    /// `prod`, or `prod/eu`.
    pub fn place(&self) -> String {
        let target = self.target.as_ref().map(|target| format!("/{target}"));
        format!("{}{}", self.stage, target.unwrap_or_default())
    }
}

impl MappingEntry {
    /// Returns the identity of this entry.
    pub fn cell(&self) -> CellKey {
        CellKey {
            app: self.app.clone(),
            component: self.component.clone(),
            stage: self.stage.clone(),
            target: self.target.clone(),
        }
    }

    /// True if this is an entry of the cell.
    pub fn is_of(&self, cell: &CellKey) -> bool {
        self.app == cell.app
            && self.component == cell.component
            && self.stage == cell.stage
            && self.target == cell.target
    }
}

/// The mapping of a repository at one revision.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// Ordered by app, component, stage (pipeline order), target.
    pub entries: Vec<MappingEntry>,
    /// Stages in pipeline order, including those without entries.
    pub stages: Vec<StageName>,
    pub warnings: Vec<Warning>,
}

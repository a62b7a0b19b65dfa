//! What a witness saw, as plain values. Their form is that of the documented snapshot, so names are
//! never changed or removed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The schema of a snapshot.
pub const SNAPSHOT_SCHEMA: &str = "towpath.live-snapshot/1";

/// Everything that witnesses saw at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.live-snapshot/1"))]
#[serde(deny_unknown_fields)]
pub struct LiveSnapshot {
    /// `towpath.live-snapshot/1`.
    pub schema: String,
    /// When the witnesses looked, by the clock of the cluster.
    #[cfg_attr(test, schemars(with = "String"))]
    pub time: Timestamp,
    pub objects: Vec<LiveObject>,
    /// What could not be seen.
    #[serde(default)]
    pub gaps: Vec<LiveGap>,
}

/// A workload, or an object of a controller that delivers workloads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiveObject {
    /// The cluster: the context that the witness looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `Deployment`, `StatefulSet`, `Application`, `Kustomization`, or any word.
    pub kind: String,
    pub name: String,
    /// The stage, where the snapshot names it. Then `live` need not be configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The apps that it belongs to by its labels.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub apps: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<LiveImage>,
    /// The revision that a controller has applied: a commit, or `main@sha1:COMMIT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<String>,
    /// `healthy`, `progressing`, `degraded`, `completed` or `unknown`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub health: LiveHealth,
    /// Why it is not healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when the health is what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub since: Option<Timestamp>,
    /// False where the controller has not seen the newest wanted state, so that the health is that
    /// of the state before.
    #[serde(default = "is_true", skip_serializing_if = "is_observed")]
    pub observed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<ReplicaCounts>,
    /// Revisions that were applied, with their times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<AppliedRevision>,
    /// The workloads that it delivers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delivers: BTreeSet<ObjectId>,
}

/// The image of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiveImage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The reference in the object: `ghcr.io/team/web:v2`.
    pub image: String,
    /// What the pods run; empty where no pods were seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<RunningImage>,
}

/// An image that pods run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunningImage {
    pub image: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The number of pods.
    pub pods: u32,
}

/// Whether an object does what it is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveHealth {
    Healthy,
    /// On its way to the wanted state.
    Progressing,
    Degraded,
    /// A Job, or a task of another kind, that has ended as it should.
    Completed,
    #[default]
    Unknown,
}

/// The pods of a workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplicaCounts {
    pub wanted: u32,
    /// Those of the newest wanted state.
    pub updated: u32,
    pub ready: u32,
}

/// A revision that was applied, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AppliedRevision {
    pub revision: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub time: Timestamp,
}

/// The identity of an object in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectId {
    pub namespace: String,
    pub kind: String,
    pub name: String,
}

/// What a witness could not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiveGap {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// `None` for all namespaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What is missing: `deployments`, `pods`, or `everything`.
    pub what: String,
    pub reason: String,
}

/// Where a witness looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LiveScope {
    /// `None` for the current context.
    pub context: Option<String>,
    /// Empty for all namespaces.
    pub namespaces: BTreeSet<String>,
}

impl LiveObject {
    /// The identity in the cluster.
    pub fn id(&self) -> ObjectId {
        ObjectId {
            namespace: self.namespace.clone().unwrap_or_default(),
            kind: self.kind.clone(),
            name: self.name.clone(),
        }
    }

    /// `Deployment shop/web`.
    pub fn title(&self) -> String {
        let namespace = self.namespace.as_ref().map(|name| format!("{name}/"));
        format!("{} {}{}", self.kind, namespace.unwrap_or_default(), self.name)
    }
}

impl LiveSnapshot {
    /// A snapshot of nothing.
    pub fn new(time: Timestamp) -> Self {
        let schema = SNAPSHOT_SCHEMA.to_owned();
        LiveSnapshot { schema, time, objects: Vec::new(), gaps: Vec::new() }
    }
}

impl LiveHealth {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LiveHealth::Healthy => "healthy",
            LiveHealth::Progressing => "progressing",
            LiveHealth::Degraded => "degraded",
            LiveHealth::Completed => "completed",
            LiveHealth::Unknown => "unknown",
        }
    }
}

/// True for a name that Kubernetes takes: lower case, digits, `-` and `.`.
pub fn is_kubernetes_name(name: &str) -> bool {
    let is_fitting =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    !name.is_empty()
        && name.len() < 254
        && name.chars().all(is_fitting)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(['-', '.'])
}

fn is_true() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_observed(observed: &bool) -> bool {
    *observed
}

//! The witness `argo`: Applications of Argo CD.

use super::access::ClusterAccess;
use super::client::Resource;
use super::fields::{Metadata, or_default, time};
use super::workloads::read;
use super::{Sight, look_at_cluster};
use crate::live::{
    AppliedRevision, LiveError, LiveHealth, LiveImage, LiveObject, LiveScope, LiveSnapshot,
    ObjectId, Witness,
};
use jiff::Timestamp;
use serde::Deserialize;

const APPLICATIONS: Resource =
    Resource { root: "/apis/argoproj.io/v1alpha1", name: "applications" };

/// Applications, with what Argo CD knows of their images and their health.
#[derive(Debug, Clone)]
pub struct ArgoWitness(pub ClusterAccess);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Application {
    metadata: Metadata,
    operation: Option<serde_json::Value>,
    #[serde(deserialize_with = "or_default")]
    status: ApplicationStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ApplicationStatus {
    #[serde(deserialize_with = "or_default")]
    sync: SyncStatus,
    #[serde(deserialize_with = "or_default")]
    health: HealthStatus,
    #[serde(deserialize_with = "or_default")]
    summary: Summary,
    #[serde(deserialize_with = "or_default")]
    history: Vec<HistoryEntry>,
    operation_state: Option<OperationState>,
    #[serde(deserialize_with = "or_default")]
    resources: Vec<ResourceStatus>,
    #[serde(deserialize_with = "time")]
    reconciled_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SyncStatus {
    status: String,
    #[serde(deserialize_with = "or_default")]
    revision: String,
    #[serde(deserialize_with = "or_default")]
    revisions: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HealthStatus {
    status: String,
    #[serde(deserialize_with = "or_default")]
    message: String,
    #[serde(deserialize_with = "time")]
    last_transition_time: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Summary {
    #[serde(deserialize_with = "or_default")]
    images: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HistoryEntry {
    #[serde(deserialize_with = "or_default")]
    revision: String,
    #[serde(deserialize_with = "or_default")]
    revisions: Vec<String>,
    #[serde(deserialize_with = "time")]
    deployed_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OperationState {
    phase: String,
    #[serde(deserialize_with = "or_default")]
    message: String,
    #[serde(deserialize_with = "time")]
    finished_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResourceStatus {
    kind: String,
    name: String,
    #[serde(deserialize_with = "or_default")]
    namespace: String,
}

impl Witness for ArgoWitness {
    fn look(&self, scope: &LiveScope) -> Result<LiveSnapshot, LiveError> {
        look_at_cluster(&self.0, scope, |client| async move {
            let mut sight = Sight::default();
            let read = read(&client, APPLICATIONS, &scope.namespaces, &mut sight).await?;
            let found: Vec<Application> =
                read.ok_or_else(|| LiveError::new("the cluster has no Applications of Argo CD"))?;
            sight.objects = found.iter().map(to_object).collect();
            Ok(sight)
        })
    }
}

fn to_object(application: &Application) -> LiveObject {
    let status = &application.status;
    let applied: Vec<AppliedRevision> = status.history.iter().flat_map(applied_revisions).collect();
    let deployed = status.history.iter().filter_map(|entry| entry.deployed_at).max();
    let (health, reason) = health(application);
    let since = status.health.last_transition_time.max(deployed);
    let image = |image: &String| LiveImage { image: image.clone(), ..LiveImage::default() };
    let id = |resource: &ResourceStatus| ObjectId {
        namespace: resource.namespace.clone(),
        kind: resource.kind.clone(),
        name: resource.name.clone(),
    };
    LiveObject {
        namespace: Some(application.metadata.namespace.clone()),
        kind: "Application".to_owned(),
        name: application.metadata.name.clone(),
        apps: application.metadata.apps(),
        images: status.summary.images.iter().map(image).collect(),
        revisions: revisions(status),
        health,
        reason,
        since,
        observed: is_observed(status),
        applied,
        delivers: status.resources.iter().map(id).collect(),
        ..LiveObject::default()
    }
}

fn applied_revisions(entry: &HistoryEntry) -> Vec<AppliedRevision> {
    let Some(time) = entry.deployed_at else { return Vec::new() };
    let all = entry.revisions.iter().chain([&entry.revision]).filter(|one| !one.is_empty());
    all.map(|revision| AppliedRevision { revision: revision.clone(), time }).collect()
}

/// The applied revisions. `sync.revision` is only the one that the cluster was compared with: it is
/// applied where both are the same, else the last one of the history is.
fn revisions(status: &ApplicationStatus) -> Vec<String> {
    let named = |one: &str, all: &[String]| -> Vec<String> {
        let one = Some(one.to_owned()).filter(|one| !one.is_empty());
        all.iter().cloned().chain(one).collect()
    };
    if status.sync.status == "Synced" {
        return named(&status.sync.revision, &status.sync.revisions);
    }
    let last = status.history.iter().max_by_key(|entry| entry.deployed_at);
    last.map(|last| named(&last.revision, &last.revisions)).unwrap_or_default()
}

/// Health of before the last sync says nothing about what that applied.
fn is_observed(status: &ApplicationStatus) -> bool {
    let finished = status.operation_state.as_ref().and_then(|state| state.finished_at);
    match (status.reconciled_at, finished) {
        (Some(reconciled), Some(finished)) => reconciled >= finished,
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

fn health(application: &Application) -> (LiveHealth, Option<String>) {
    let status = &application.status;
    let state = status.operation_state.as_ref();
    let phase = state.map(|state| state.phase.as_str()).unwrap_or_default();
    if application.operation.is_some() || matches!(phase, "Running" | "Terminating") {
        return (LiveHealth::Progressing, Some("a sync is running".to_owned()));
    }
    let message = |text: &str| -> Option<String> {
        Some(text.chars().take(200).collect()).filter(|text: &String| !text.is_empty())
    };
    let failure = state.filter(|_| matches!(phase, "Failed" | "Error"));
    let failure = failure.filter(|_| status.sync.status != "Synced");
    if let Some(failure) = failure {
        let reason = message(&format!("the last sync failed: {}", failure.message));
        return (LiveHealth::Degraded, reason);
    }
    match status.health.status.as_str() {
        "Healthy" => (LiveHealth::Healthy, None),
        "Progressing" => (LiveHealth::Progressing, message(&status.health.message)),
        "Degraded" => (LiveHealth::Degraded, message(&status.health.message)),
        "Missing" => (LiveHealth::Degraded, Some("its resources are missing".to_owned())),
        "Suspended" => (LiveHealth::Unknown, Some("it is suspended".to_owned())),
        _ => (LiveHealth::Unknown, message(&status.health.message)),
    }
}

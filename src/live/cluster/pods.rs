//! What the pods of a workload run.

use super::fields::{Condition, Metadata, PodSpec, condition, or_default};
use crate::live::RunningImage;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// Reasons for which a container does not start by itself any more.
const STUCK: [&str; 7] = [
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    pub spec: PodSpec,
    #[serde(deserialize_with = "or_default")]
    pub status: PodStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodStatus {
    pub phase: String,
    #[serde(deserialize_with = "or_default")]
    pub conditions: Vec<Condition>,
    #[serde(deserialize_with = "or_default")]
    pub container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "or_default")]
    pub init_container_statuses: Vec<ContainerStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus {
    pub name: String,
    #[serde(rename = "imageID", deserialize_with = "or_default")]
    pub image_id: String,
    #[serde(deserialize_with = "or_default")]
    pub state: ContainerState,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerState {
    pub waiting: Option<WaitingState>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WaitingState {
    #[serde(deserialize_with = "or_default")]
    pub reason: String,
}

/// The identity of a workload: namespace, kind and name.
pub(super) type WorkloadId = (String, &'static str, String);

/// Pods by the workload that owns them.
#[derive(Default)]
pub(super) struct PodIndex(HashMap<WorkloadId, Vec<Pod>>);

impl PodIndex {
    /// Indexes pods. Those that have ended, or are about to, run nothing.
    pub fn new(pods: Vec<Pod>) -> Self {
        let mut index: HashMap<WorkloadId, Vec<Pod>> = HashMap::new();
        for pod in pods {
            let is_over = matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
            if is_over || pod.metadata.deletion_timestamp.is_some() {
                continue;
            }
            if let Some((kind, name)) = owner(&pod.metadata) {
                let key = (pod.metadata.namespace.clone(), kind, name);
                index.entry(key).or_default().push(pod);
            }
        }
        PodIndex(index)
    }

    /// The pods of a workload.
    pub fn of(&self, id: &WorkloadId) -> &[Pod] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The workload that owns a pod. A ReplicaSet has the name of its owner, and a hash that a label of
/// the pod repeats.
fn owner(pod: &Metadata) -> Option<(&'static str, String)> {
    let owner = pod.owner_references.first()?;
    let without = |label: &str| {
        let hash = pod.labels.get(label)?;
        owner.name.strip_suffix(&format!("-{hash}")).map(str::to_owned)
    };
    match owner.kind.as_str() {
        "ReplicaSet" => match without("rollouts-pod-template-hash") {
            Some(name) => Some(("Rollout", name)),
            None => Some(("Deployment", without("pod-template-hash")?)),
        },
        "StatefulSet" => Some(("StatefulSet", owner.name.clone())),
        "DaemonSet" => Some(("DaemonSet", owner.name.clone())),
        "Job" => Some(("Job", owner.name.clone())),
        _ => None,
    }
}

/// The images that pods run in a container, with the number of pods of each.
pub(super) fn running_images(pods: &[Pod], container: &str) -> Vec<RunningImage> {
    let mut out: Vec<RunningImage> = Vec::new();
    for pod in pods {
        let all = pod.spec.containers.iter().chain(&pod.spec.init_containers);
        let Some(spec) = all.into_iter().find(|one| one.name == container) else { continue };
        let statuses = &pod.status;
        let status = statuses.container_statuses.iter().chain(&statuses.init_container_statuses);
        let status = status.into_iter().find(|status| status.name == container);
        let digest = status.and_then(|status| digest_of(&status.image_id));
        let same = |one: &&mut RunningImage| one.image == spec.image && one.digest == digest;
        match out.iter_mut().find(same) {
            Some(known) => known.pods += 1,
            None => out.push(RunningImage { image: spec.image.clone(), digest, pods: 1 }),
        }
    }
    out
}

/// `docker-pullable://ghcr.io/x/web@sha256:…` has the digest after the `@`.
fn digest_of(image_id: &str) -> Option<String> {
    let (_, digest) = image_id.rsplit_once('@')?;
    digest.contains(':').then(|| digest.to_owned())
}

/// Since when all of these pods are ready; `None` if one is not, or does not say.
pub(super) fn ready_since(pods: &[Pod]) -> Option<Timestamp> {
    let times = pods.iter().map(|pod| {
        let ready = condition(&pod.status.conditions, "Ready")?;
        (ready.status == "True").then_some(ready.last_transition_time).flatten()
    });
    times.reduce(|one, other| Some(one?.max(other?)))?
}

/// Why a container of these pods does not start by itself any more.
pub(super) fn stuck_reason(pods: &[Pod]) -> Option<String> {
    let statuses = pods.iter().flat_map(|pod| {
        pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses)
    });
    let mut waiting = statuses
        .filter_map(|status| Some((status, status.state.waiting.as_ref()?)))
        .filter(|(_, waiting)| STUCK.contains(&waiting.reason.as_str()));
    waiting.next().map(|(status, waiting)| format!("container {}: {}", status.name, waiting.reason))
}

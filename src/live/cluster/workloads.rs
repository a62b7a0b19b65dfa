//! Workloads: what they want, what they run, and how they are.

use super::Sight;
use super::client::{ClusterClient, ListFailure, Resource};
use super::fields::{Condition, Container, Metadata, PodSpec, number, or_default, time};
use super::health::{Health, health_of};
use super::pods::{Pod, PodIndex, running_images, stuck_reason};
use crate::live::{LiveError, LiveGap, LiveHealth, LiveImage, LiveObject, ReplicaCounts};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

/// The resources that are read, with the kind of their objects. CronJobs have an older version, for
/// clusters before 1.21.
const WORKLOADS: [(&str, &[Resource]); 6] = [
    ("Deployment", &[Resource { root: "/apis/apps/v1", name: "deployments" }]),
    ("StatefulSet", &[Resource { root: "/apis/apps/v1", name: "statefulsets" }]),
    ("DaemonSet", &[Resource { root: "/apis/apps/v1", name: "daemonsets" }]),
    ("Job", &[Resource { root: "/apis/batch/v1", name: "jobs" }]),
    (
        "CronJob",
        &[
            Resource { root: "/apis/batch/v1", name: "cronjobs" },
            Resource { root: "/apis/batch/v1beta1", name: "cronjobs" },
        ],
    ),
    ("Rollout", &[Resource { root: "/apis/argoproj.io/v1alpha1", name: "rollouts" }]),
];
const PODS: Resource = Resource { root: "/api/v1", name: "pods" };

/// The groups that the cluster has. A group that it lacks is not asked about: to a user without
/// rights, the answer would be the same as for one that is hidden.
#[derive(Deserialize)]
pub(super) struct GroupEntry {
    #[serde(default)]
    pub name: String,
}

/// A workload of any kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Workload {
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    pub spec: WorkloadSpec,
    #[serde(deserialize_with = "or_default")]
    pub status: WorkloadStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WorkloadSpec {
    pub replicas: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    pub paused: bool,
    #[serde(deserialize_with = "or_default")]
    pub suspend: bool,
    #[serde(deserialize_with = "or_default")]
    pub template: PodTemplate,
    #[serde(deserialize_with = "or_default")]
    pub job_template: JobTemplate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodTemplate {
    #[serde(deserialize_with = "or_default")]
    pub spec: PodSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct JobTemplate {
    pub spec: JobTemplateSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct JobTemplateSpec {
    pub template: PodTemplate,
}

/// The status of a workload of any kind: each kind fills in its own fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct WorkloadStatus {
    #[serde(deserialize_with = "number")]
    pub observed_generation: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    pub replicas: u32,
    #[serde(deserialize_with = "or_default")]
    pub updated_replicas: u32,
    #[serde(deserialize_with = "or_default")]
    pub ready_replicas: u32,
    #[serde(deserialize_with = "or_default")]
    pub available_replicas: u32,
    #[serde(deserialize_with = "or_default")]
    pub desired_number_scheduled: u32,
    #[serde(deserialize_with = "or_default")]
    pub updated_number_scheduled: u32,
    #[serde(deserialize_with = "or_default")]
    pub number_ready: u32,
    #[serde(deserialize_with = "or_default")]
    pub number_available: u32,
    #[serde(deserialize_with = "or_default")]
    pub conditions: Vec<Condition>,
    #[serde(deserialize_with = "or_default")]
    pub phase: String,
    #[serde(deserialize_with = "or_default")]
    pub message: String,
    #[serde(deserialize_with = "time")]
    pub completion_time: Option<Timestamp>,
}

impl Workload {
    /// The containers of its pods.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        let (own, jobs) = (&self.spec.template.spec, &self.spec.job_template.spec.template.spec);
        own.containers
            .iter()
            .chain(&own.init_containers)
            .chain(&jobs.containers)
            .chain(&jobs.init_containers)
    }

    /// True where the controller has seen the newest wanted state.
    pub fn is_observed(&self) -> bool {
        match (self.status.observed_generation, self.metadata.generation) {
            (Some(observed), Some(generation)) => observed >= generation,
            // Jobs and CronJobs do not tell it, and their controllers do not change running pods.
            (None, _) => self.status.phase.is_empty() && self.status.replicas == 0,
            (Some(_), None) => true,
        }
    }
}

/// Reads the workloads in some namespaces, or in all, with their pods.
pub(super) async fn read_workloads(
    client: &ClusterClient,
    namespaces: &BTreeSet<String>,
    sight: &mut Sight,
) -> Result<Vec<(Metadata, LiveObject)>, LiveError> {
    let groups = read_groups(client).await?;
    let mut found: Vec<(&'static str, Vec<Workload>)> = Vec::new();
    for (kind, versions) in WORKLOADS {
        let known = |one: &&Resource| groups.contains(group_of(one.root));
        for resource in versions.iter().filter(known) {
            match read(client, *resource, namespaces, sight).await? {
                Some(items) => {
                    found.push((kind, items));
                    break;
                }
                None => continue,
            }
        }
    }
    let pods: Vec<Pod> = read(client, PODS, namespaces, sight).await?.unwrap_or_default();
    let pods = PodIndex::new(pods);
    Ok(to_objects(found, &pods))
}

async fn read_groups(client: &ClusterClient) -> Result<BTreeSet<String>, LiveError> {
    match client.groups::<GroupEntry>().await {
        Ok(groups) => Ok(groups.into_iter().map(|group| group.name).collect()),
        // Whoever may not see the groups is asked about all of them.
        Err(ListFailure::Absent | ListFailure::Forbidden) => {
            Ok(["apps", "batch", "argoproj.io"].map(str::to_owned).into())
        }
        Err(ListFailure::Failed(error)) => Err(error),
    }
}

/// `apps` of `/apis/apps/v1`.
fn group_of(root: &str) -> &str {
    root.split('/').nth(2).unwrap_or_default()
}

/// Reads a resource; `None` where the cluster does not have it.
pub(super) async fn read<T: serde::de::DeserializeOwned>(
    client: &ClusterClient,
    resource: Resource,
    namespaces: &BTreeSet<String>,
    sight: &mut Sight,
) -> Result<Option<Vec<T>>, LiveError> {
    let gaps = &mut sight.gaps;
    let mut forbidden = |namespace: Option<&str>| {
        gaps.push(LiveGap {
            context: None,
            namespace: namespace.map(str::to_owned),
            what: resource.name.to_owned(),
            reason: "the cluster does not allow it".to_owned(),
        });
    };
    match client.list_in(resource, namespaces, &mut forbidden).await {
        Ok(items) => Ok(Some(items)),
        Err(ListFailure::Absent) => Ok(None),
        Err(ListFailure::Forbidden) => {
            forbidden(None);
            Ok(Some(Vec::new()))
        }
        Err(ListFailure::Failed(error)) => Err(error),
    }
}

/// Jobs of a CronJob tell the health of that, and are no workloads of their own.
fn to_objects(
    found: Vec<(&'static str, Vec<Workload>)>,
    pods: &PodIndex,
) -> Vec<(Metadata, LiveObject)> {
    let mut jobs: HashMap<(String, String), Vec<Workload>> = HashMap::new();
    let mut rest = Vec::new();
    for (kind, workloads) in found {
        for workload in workloads {
            let owner = workload.metadata.owner_references.first();
            match owner.filter(|owner| kind == "Job" && owner.kind == "CronJob") {
                Some(owner) => {
                    let key = (workload.metadata.namespace.clone(), owner.name.clone());
                    jobs.entry(key).or_default().push(workload);
                }
                None => rest.push((kind, workload)),
            }
        }
    }
    let mut out = Vec::with_capacity(rest.len());
    for (kind, workload) in rest {
        let key = (workload.metadata.namespace.clone(), workload.metadata.name.clone());
        let own = jobs.get(&key).map(Vec::as_slice).unwrap_or_default();
        let object = to_object(kind, &workload, own, pods);
        out.push((workload.metadata, object));
    }
    out
}

fn to_object(
    kind: &'static str,
    workload: &Workload,
    jobs: &[Workload],
    pods: &PodIndex,
) -> LiveObject {
    let metadata = &workload.metadata;
    let id = (metadata.namespace.clone(), kind, metadata.name.clone());
    let pods = pods.of(&id);
    let images = workload.containers().map(|container| LiveImage {
        container: Some(container.name.clone()),
        image: container.image.clone(),
        running: running_images(pods, &container.name),
    });
    let Health { mut health, mut reason, since } = health_of(kind, workload, jobs, pods);
    if health == LiveHealth::Progressing
        && let Some(stuck) = stuck_reason(pods)
    {
        (health, reason) = (LiveHealth::Degraded, Some(stuck));
    }
    LiveObject {
        namespace: Some(metadata.namespace.clone()),
        kind: kind.to_owned(),
        name: metadata.name.clone(),
        apps: metadata.apps(),
        images: images.collect(),
        health,
        reason,
        since,
        observed: workload.is_observed(),
        replicas: replicas_of(kind, workload),
        ..LiveObject::default()
    }
}

fn replicas_of(kind: &str, workload: &Workload) -> Option<ReplicaCounts> {
    let status = &workload.status;
    match kind {
        "Deployment" | "StatefulSet" | "Rollout" => Some(ReplicaCounts {
            wanted: workload.spec.replicas.unwrap_or(1),
            updated: status.updated_replicas,
            ready: status.ready_replicas,
        }),
        "DaemonSet" => Some(ReplicaCounts {
            wanted: status.desired_number_scheduled,
            updated: status.updated_number_scheduled,
            ready: status.number_ready,
        }),
        _ => None,
    }
}

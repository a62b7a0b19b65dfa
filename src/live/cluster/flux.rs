//! The witness `flux`: Kustomizations and HelmReleases, and the workloads that they deliver.

use super::access::ClusterAccess;
use super::client::Resource;
use super::fields::{Condition, Metadata, condition, number, or_default};
use super::workloads::{read, read_workloads};
use super::{Sight, look_at_cluster};
use crate::live::{LiveError, LiveHealth, LiveObject, LiveScope, LiveSnapshot, ObjectId, Witness};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds, with the versions of their resource, newest first.
const DELIVERIES: [(&str, &[Resource]); 2] = [
    (
        "Kustomization",
        &[
            Resource { root: "/apis/kustomize.toolkit.fluxcd.io/v1", name: "kustomizations" },
            Resource { root: "/apis/kustomize.toolkit.fluxcd.io/v1beta2", name: "kustomizations" },
        ],
    ),
    (
        "HelmRelease",
        &[
            Resource { root: "/apis/helm.toolkit.fluxcd.io/v2", name: "helmreleases" },
            Resource { root: "/apis/helm.toolkit.fluxcd.io/v2beta2", name: "helmreleases" },
            Resource { root: "/apis/helm.toolkit.fluxcd.io/v2beta1", name: "helmreleases" },
        ],
    ),
];

/// Kustomizations and HelmReleases, with their workloads.
#[derive(Debug, Clone)]
pub struct FluxWitness(pub ClusterAccess);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Delivery {
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: DeliverySpec,
    #[serde(deserialize_with = "or_default")]
    status: DeliveryStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DeliverySpec {
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
    #[serde(deserialize_with = "or_default")]
    release_name: String,
    #[serde(deserialize_with = "or_default")]
    target_namespace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DeliveryStatus {
    #[serde(deserialize_with = "number")]
    observed_generation: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    last_applied_revision: String,
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "or_default")]
    inventory: Inventory,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inventory {
    #[serde(deserialize_with = "or_default")]
    entries: Vec<InventoryEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InventoryEntry {
    id: String,
}

impl Witness for FluxWitness {
    fn look(&self, scope: &LiveScope) -> Result<LiveSnapshot, LiveError> {
        look_at_cluster(&self.0, scope, |client| async move {
            let mut sight = Sight::default();
            let mut deliveries: Vec<(&str, Delivery)> = Vec::new();
            let mut is_there = false;
            for (kind, versions) in DELIVERIES {
                for resource in versions {
                    let found = read(&client, *resource, &scope.namespaces, &mut sight).await?;
                    if let Some(found) = found {
                        is_there = true;
                        deliveries.extend(found.into_iter().map(|one| (kind, one)));
                        break;
                    }
                }
            }
            if !is_there {
                return Err(LiveError::new("the cluster has no Kustomizations of Flux"));
            }
            let mut objects: Vec<LiveObject> =
                deliveries.iter().map(|(kind, one)| to_object(kind, one)).collect();
            let namespaces = namespaces_of(&objects, &deliveries);
            if !namespaces.is_empty() {
                let workloads = read_workloads(&client, &namespaces, &mut sight).await?;
                add_releases(&mut objects, &deliveries, &workloads);
                objects.extend(workloads.into_iter().map(|(_, object)| object));
            }
            sight.objects = objects;
            Ok(sight)
        })
    }
}

fn to_object(kind: &str, delivery: &Delivery) -> LiveObject {
    let status = &delivery.status;
    let observed = match (status.observed_generation, delivery.metadata.generation) {
        (Some(observed), Some(generation)) => observed >= generation,
        _ => false,
    };
    let ready = condition(&status.conditions, "Ready");
    let reason = ready.map(|ready| ready.message.chars().take(200).collect::<String>());
    let (health, reason) = match ready.map(|ready| ready.status.as_str()) {
        _ if delivery.spec.suspend => (LiveHealth::Unknown, Some("it is suspended".to_owned())),
        Some("True") => (LiveHealth::Healthy, None),
        Some("False") => (LiveHealth::Degraded, reason),
        Some(_) => (LiveHealth::Progressing, reason),
        None => (LiveHealth::Unknown, Some("it tells no condition".to_owned())),
    };
    // The revision of a HelmRelease is that of its chart, which is no commit.
    let revision = Some(status.last_applied_revision.clone());
    let revision = revision.filter(|text| kind == "Kustomization" && !text.is_empty());
    LiveObject {
        namespace: Some(delivery.metadata.namespace.clone()),
        kind: kind.to_owned(),
        name: delivery.metadata.name.clone(),
        apps: delivery.metadata.apps(),
        revisions: revision.into_iter().collect(),
        health,
        reason,
        since: ready.and_then(|ready| ready.last_transition_time),
        observed,
        delivers: status.inventory.entries.iter().filter_map(inventory_id).collect(),
        ..LiveObject::default()
    }
}

/// `shop_web_apps_Deployment`: namespace, name, group and kind.
fn inventory_id(entry: &InventoryEntry) -> Option<ObjectId> {
    let parts: Vec<&str> = entry.id.split('_').collect();
    let [namespace, name, _, kind] = parts[..] else { return None };
    let id = |text: &str| text.to_owned();
    (!namespace.is_empty()).then(|| ObjectId {
        namespace: id(namespace),
        kind: id(kind),
        name: id(name),
    })
}

/// The namespaces with workloads of these objects.
fn namespaces_of(objects: &[LiveObject], deliveries: &[(&str, Delivery)]) -> BTreeSet<String> {
    let listed = objects.iter().flat_map(|object| &object.delivers).map(|id| id.namespace.clone());
    let releases = deliveries.iter().filter(|(kind, _)| *kind == "HelmRelease");
    let mut out: BTreeSet<String> =
        listed.chain(releases.map(|(_, delivery)| release_of(delivery).0)).collect();
    out.retain(|name| crate::live::is_kubernetes_name(name));
    out
}

/// The namespace and the name of a Helm release.
fn release_of(delivery: &Delivery) -> (String, String) {
    let (spec, data) = (&delivery.spec, &delivery.metadata);
    let is_elsewhere = !spec.target_namespace.is_empty();
    let namespace = if is_elsewhere { &spec.target_namespace } else { &data.namespace };
    let name = match (spec.release_name.is_empty(), is_elsewhere) {
        (false, _) => spec.release_name.clone(),
        (true, true) => format!("{namespace}-{}", data.name),
        (true, false) => data.name.clone(),
    };
    (namespace.clone(), name)
}

/// Adds the workloads of each release, which Helm has marked.
fn add_releases(
    objects: &mut [LiveObject],
    deliveries: &[(&str, Delivery)],
    workloads: &[(Metadata, LiveObject)],
) {
    let mut by_release: BTreeMap<(String, String), BTreeSet<ObjectId>> = BTreeMap::new();
    for (data, workload) in workloads {
        let Some(release) = &data.annotations.release else { continue };
        let namespace = data.annotations.namespace.as_ref().unwrap_or(&data.namespace);
        let key = (namespace.clone(), release.clone());
        by_release.entry(key).or_default().insert(workload.id());
    }
    for (object, (kind, delivery)) in objects.iter_mut().zip(deliveries) {
        if *kind == "HelmRelease"
            && let Some(ids) = by_release.get(&release_of(delivery))
        {
            object.delivers.extend(ids.iter().cloned());
        }
    }
}

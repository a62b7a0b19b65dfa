//! The fields of objects that count. All others are skipped while reading, so that ten thousand
//! objects stay small.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

/// Reads `null` as the default, as Kubernetes writes empty lists and maps.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads a time; one that is none counts as unknown.
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// The labels that count. Objects have many others.
const LABELS: [&str; 6] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app",
    "k8s-app",
    "pod-template-hash",
    "rollouts-pod-template-hash",
];

/// Reads the labels that count.
fn known_labels<'de, D>(from: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    let mut labels: BTreeMap<String, String> = or_default(from)?;
    labels.retain(|name, _| LABELS.contains(&name.as_str()));
    Ok(labels)
}

/// Reads a number that some controllers write as a text.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let value: Option<serde_json::Value> = Option::deserialize(from)?;
    Ok(value.and_then(|value| match value {
        serde_json::Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub namespace: String,
    pub generation: Option<i64>,
    #[serde(deserialize_with = "known_labels")]
    pub labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    pub annotations: HelmAnnotations,
    #[serde(deserialize_with = "or_default")]
    pub owner_references: Vec<OwnerReference>,
    pub deletion_timestamp: Option<String>,
}

/// The annotations by which Helm marks what it installs. Others can be large, and are not kept.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct HelmAnnotations {
    #[serde(rename = "meta.helm.sh/release-name")]
    pub release: Option<String>,
    #[serde(rename = "meta.helm.sh/release-namespace")]
    pub namespace: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct OwnerReference {
    pub kind: String,
    pub name: String,
}

/// A condition of any object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    #[serde(deserialize_with = "or_default")]
    pub reason: String,
    #[serde(deserialize_with = "or_default")]
    pub message: String,
    #[serde(deserialize_with = "time")]
    pub last_transition_time: Option<Timestamp>,
    #[serde(deserialize_with = "time")]
    pub last_update_time: Option<Timestamp>,
    pub observed_generation: Option<i64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodSpec {
    #[serde(deserialize_with = "or_default")]
    pub containers: Vec<Container>,
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Vec<Container>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Container {
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub image: String,
}

impl Metadata {
    /// The apps that labels name.
    pub fn apps(&self) -> BTreeSet<String> {
        ["app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "k8s-app"]
            .iter()
            .filter_map(|label| self.labels.get(*label).cloned())
            .collect()
    }
}

/// The condition of a type.
pub(super) fn condition<'c>(conditions: &'c [Condition], kind: &str) -> Option<&'c Condition> {
    conditions.iter().find(|condition| condition.kind == kind)
}

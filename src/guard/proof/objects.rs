//! Kubernetes objects: which differences can touch neither an image nor which objects exist.

use super::difference::{LeafForm, TreeDifference};
use super::pattern::find_match;
use super::{Judge, Proof, argo, flux, values};

/// Kinds whose images are all in containers and in volumes.
const WORKLOADS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Kinds from which no image runs, whatever they say.
const WITHOUT_IMAGES: &[&str] = &[
    "APIService",
    "AlertmanagerConfig",
    "AppProject",
    "ApplicationIdentity",
    "AuthorizationPolicy",
    "BackendConfig",
    "Certificate",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterExternalSecret",
    "ClusterIssuer",
    "ClusterPodMonitoring",
    "ClusterQueue",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ClusterTriggerAuthentication",
    "ConfigMap",
    "ConsoleLink",
    "CustomResourceDefinition",
    "DNSEndpoint",
    "DestinationRule",
    "EndpointSlice",
    "Endpoints",
    "EnterpriseContractPolicy",
    "ExternalSecret",
    "FrontendConfig",
    "GCPBackendPolicy",
    "GRPCRoute",
    "Gateway",
    "GrafanaDashboard",
    "GrafanaDatasource",
    "GrafanaFolder",
    "Group",
    "HTTPRoute",
    "HealthCheckPolicy",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "IngressClassParams",
    "IngressRoute",
    "IngressRouteTCP",
    "Issuer",
    "LimitRange",
    "LocalQueue",
    "ManagedCertificate",
    "MeshTLSAuthentication",
    "Middleware",
    "Namespace",
    "NetworkAuthentication",
    "NetworkPolicy",
    "OperatorGroup",
    "PeerAuthentication",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodMonitor",
    "PodMonitoring",
    "PriorityClass",
    "Probe",
    "Project",
    "PrometheusRule",
    "ReferenceGrant",
    "RequestAuthentication",
    "ResourceFlavor",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Route",
    "ScaledObject",
    "ScrapeConfig",
    "SealedSecret",
    "Secret",
    "SecretProviderClass",
    "SecretStore",
    "SecurityContextConstraints",
    "ServerAuthorization",
    "ServersTransport",
    "Service",
    "ServiceAccount",
    "ServiceEntry",
    "ServiceMonitor",
    "Sidecar",
    "StorageClass",
    "TCPRoute",
    "TLSOption",
    "TLSRoute",
    "TargetGroupBinding",
    "TriggerAuthentication",
    "UDPRoute",
    "UserDefinedNetwork",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VaultAuth",
    "VaultConnection",
    "VaultStaticSecret",
    "VerticalPodAutoscaler",
    "VirtualService",
    "VolumeSnapshot",
    "VolumeSnapshotClass",
    "WorkloadPriorityClass",
];

/// Places of objects of any kind that no image depends on.
const ANYWHERE: &[&str] = &["metadata.finalizers.**", "status.**"];

/// Keys below which, in a custom resource, nothing names an image.
const PLAIN_KEYS: &[&str] = &[
    "affinity",
    "autoscaling",
    "description",
    "displayName",
    "env",
    "extraEnv",
    "ingress",
    "livenessProbe",
    "matchExpressions",
    "matchLabels",
    "namespaceSelector",
    "nodeSelector",
    "podDisruptionBudget",
    "podSelector",
    "readinessProbe",
    "replicas",
    "resources",
    "startupProbe",
    "storage",
    "title",
    "tolerations",
    "topologySpreadConstraints",
];

/// Judges a difference in an object of a kind, or in a patch of one.
pub(super) fn judge_object(
    version: &str,
    kind: &str,
    difference: &TreeDifference,
    judge: &Judge<'_>,
) -> Proof {
    let keys = &difference.keys;
    let first = keys.first().map_or("", String::as_str);
    if keys.iter().any(|key| key.starts_with('$')) {
        return Proof::unproven("a patch directive can remove or replace whole objects");
    }
    if let Some(rule) = find_match(ANYWHERE, keys) {
        return Proof::Harmless(rule);
    }
    if first == "metadata" {
        return judge_metadata(difference);
    }
    if version.starts_with("argoproj.io/") && matches!(kind, "Application" | "ApplicationSet") {
        return argo::judge_application(kind, difference, judge);
    }
    if version.contains(".toolkit.fluxcd.io/") {
        return flux::judge_flux_object(kind, difference, judge);
    }
    match (first, kind) {
        // The objects of a file are compared by kind, so a new one has its own rule.
        ("apiVersion" | "kind", _) => Proof::Harmless("apiVersion, kind"),
        (_, kind) if is_workload(version, kind) => judge_workload(difference, judge),
        (_, kind) if is_without_images(version, kind) && !keys.iter().any(|key| is_list(key)) => {
            Proof::Harmless("a kind without images")
        }
        ("spec", "") if keys.get(1).is_some_and(|key| key == "template") => {
            judge_workload(difference, judge)
        }
        ("data", "") => Proof::Harmless("data.**"),
        _ => judge_custom(kind, difference),
    }
}

/// True for a kind whose images are all in containers and in volumes.
pub(super) fn is_workload(version: &str, kind: &str) -> bool {
    WORKLOADS.contains(&kind) && is_common_group(version)
}

/// True for a kind from which no image runs. Others use the words of Kubernetes and OpenShift, too:
/// a `Service` of Knative runs images.
pub(super) fn is_without_images(version: &str, kind: &str) -> bool {
    const SHARED: [&str; 8] =
        ["ConfigMap", "Endpoints", "Ingress", "Namespace", "Role", "Route", "Secret", "Service"];
    WITHOUT_IMAGES.contains(&kind) && (!SHARED.contains(&kind) || is_common_group(version))
}

/// True for the groups of Kubernetes and OpenShift, and for a patch that names none.
fn is_common_group(version: &str) -> bool {
    let Some((group, _)) = version.split_once('/') else { return true };
    matches!(group, "apps" | "batch" | "policy" | "autoscaling" | "extensions")
        || group.ends_with(".k8s.io")
        || group.ends_with("openshift.io")
}

fn is_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers" | "ephemeralContainers")
}

/// Names, labels and annotations. The mapping follows the first two; an annotation can tell
/// kustomize to leave the object out, and other tools to change its image.
fn judge_metadata(difference: &TreeDifference) -> Proof {
    let of_tools = ["config.kubernetes.io/", "kustomize", "image", "fluxcd.io/"];
    match difference.keys.get(1).map(String::as_str) {
        Some("name" | "namespace" | "generateName" | "ownerReferences" | "labels") => {
            Proof::Harmless("metadata")
        }
        Some("annotations") => match difference.keys.get(2) {
            Some(key) if of_tools.iter().any(|word| key.to_ascii_lowercase().contains(word)) => {
                Proof::unproven("this annotation tells a tool which objects or images there are")
            }
            Some(_) => Proof::Harmless("metadata.annotations"),
            None => judge_emptiness(difference),
        },
        Some("creationTimestamp" | "uid" | "resourceVersion" | "selfLink" | "generation") => {
            Proof::Harmless("metadata")
        }
        _ => Proof::unproven("this part of an object's metadata is not known"),
    }
}

/// An empty collection, or a null, in place of one.
fn judge_emptiness(difference: &TreeDifference) -> Proof {
    let is_empty = |form: LeafForm| form != LeafForm::Text && form != LeafForm::Untyped;
    if difference.leaves().all(|leaf| is_empty(leaf.form)) {
        Proof::Harmless("empty metadata")
    } else {
        Proof::unproven("this part of an object's metadata is not known")
    }
}

/// In a workload, images are at `image` and `image.reference`, and below nothing but the chain of
/// keys that leads to containers and volumes.
fn judge_workload(difference: &TreeDifference, judge: &Judge<'_>) -> Proof {
    const CHAIN: [&str; 8] = [
        "spec",
        "template",
        "jobTemplate",
        "containers",
        "initContainers",
        "ephemeralContainers",
        "volumes",
        "image",
    ];
    let keys = &difference.keys;
    let last = keys.last().map_or("", String::as_str);
    let in_lists = |key: &str| is_list(key) || key == "volumes";
    let is_element = last.starts_with('[')
        && keys.len() >= 2
        && in_lists(&keys[keys.len() - 2])
        && difference.leaves().all(|leaf| leaf.form != LeafForm::Order);
    // Below a container's or a volume's own keys, such as `env`, words of the chain mean nothing.
    let own = keys.iter().position(|key| in_lists(key)).map(|at| at + 2);
    let is_below =
        own.is_some_and(|own| keys.get(own).is_some_and(|key| key != "image") && keys.len() > own);
    if is_below || !(is_element || CHAIN.contains(&last) || last == "reference") {
        return Proof::Harmless("a workload's fields other than images");
    }
    // A cell holds the version that an entry of `images` sets, not the one that stands here. What a
    // patch writes may come after the entry.
    if last == "image" && judge.places.are_set_by_entries(difference) && !(judge.is_patch)() {
        return Proof::Harmless("an image whose version an entry of `images` sets");
    }
    Proof::unproven("an image here is not one that the mapping reads")
}

fn judge_custom(kind: &str, difference: &TreeDifference) -> Proof {
    if difference.leaves().all(|leaf| leaf.form == LeafForm::EmptyMapping) {
        return Proof::Harmless("an empty mapping");
    }
    let speaks = difference.keys.iter().any(|key| values::speaks_of_images(key));
    let plain = difference
        .keys
        .iter()
        .find_map(|key| PLAIN_KEYS.iter().copied().find(|plain| plain == key));
    match plain.filter(|_| !speaks) {
        Some(rule) => Proof::Harmless(rule),
        None if kind.is_empty() => {
            Proof::unproven("what this changes in what runs is not worked out")
        }
        None => Proof::Unproven(format!("what a {kind} runs is not worked out")),
    }
}

//! Objects of Flux: where releases, sources and Kustomizations take things from, and what they set
//! over them.

use super::difference::TreeDifference;
use super::pattern::find_match;
use super::{Judge, Proof, documents, values};

/// Places of any object's `spec` that say when and as whom something happens.
const OF_ANY: &[&str] =
    &["interval", "retryInterval", "timeout", "suspend", "serviceAccountName", "dependsOn.**"];

const OF_RELEASE: &[&str] = &[
    "chart.metadata.**",
    "chart.spec.interval",
    "chart.spec.reconcileStrategy",
    "driftDetection.**",
    "install.**",
    "kubeConfig.**",
    "maxHistory",
    "persistentClient",
    "releaseName",
    "rollback.**",
    "storageNamespace",
    "targetNamespace",
    "test.**",
    "uninstall.**",
    "upgrade.**",
];

const OF_KUSTOMIZATION: &[&str] = &[
    "commonMetadata.**",
    "decryption.**",
    "deletionPolicy",
    "force",
    "healthCheckExprs.**",
    "healthChecks.**",
    "kubeConfig.**",
    "prune",
    "targetNamespace",
    "wait",
];

const OF_SOURCE: &[&str] =
    &["accessFrom.**", "certSecretRef.**", "proxySecretRef.**", "secretRef.**"];

/// Judges a difference in an object of Flux. If the whole file comes or goes, only the versions in
/// it count, which are cells.
pub(super) fn judge_flux_object(
    kind: &str,
    difference: &TreeDifference,
    judge: &Judge<'_>,
) -> Proof {
    if judge.is_whole {
        return Proof::Harmless("a whole object of Flux");
    }
    let [first, spec @ ..] = difference.keys.as_slice() else {
        return Proof::unproven("it is not a known part of an object of Flux");
    };
    if first != "spec" {
        return Proof::unproven("it decides which objects of Flux there are");
    }
    let own = match kind {
        "HelmRelease" => OF_RELEASE,
        "Kustomization" => OF_KUSTOMIZATION,
        _ => OF_SOURCE,
    };
    if let Some(rule) = find_match(OF_ANY, spec).or_else(|| find_match(own, spec)) {
        return Proof::Harmless(rule);
    }
    let below = |keys: &[String]| TreeDifference { keys: keys.to_vec(), ..difference.clone() };
    match (kind, spec) {
        ("HelmRelease", [values, keys @ ..]) if values == "values" => {
            values::judge_value(&below(keys))
        }
        ("Kustomization", [build, substitute, name])
            if build == "postBuild" && substitute == "substitute" =>
        {
            judge_variable(difference, name)
        }
        ("Kustomization", [patches, _, patch]) if patches == "patches" && patch == "patch" => {
            documents::judge_embedded_patch(judge, difference, "")
        }
        _ => Proof::unproven("it decides what Flux takes from where, or changes on the way"),
    }
}

/// A variable: any text may use it, also one that is not in this repository.
fn judge_variable(difference: &TreeDifference, name: &str) -> Proof {
    let is_plain = |text: &str| {
        !text.contains(['$', '\n', '/', ':', '@']) && !text.bytes().any(|b| b.is_ascii_digit())
    };
    let is_telling = values::speaks_of_images(name);
    if !is_telling && difference.leaves().all(|leaf| is_plain(&leaf.text)) {
        return Proof::Harmless("postBuild.substitute");
    }
    Proof::unproven("this variable may be part of an image")
}

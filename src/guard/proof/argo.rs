//! Argo CD applications: what an application takes, and what it sets over that, is a lead to other
//! versions unless the mapping reads it.

use super::difference::TreeDifference;
use super::pattern::{find_match, matches_keys};
use super::{Judge, Proof, documents, values};

/// Places of an application's `spec` that do not say what it takes.
const HARMLESS: &[&str] = &[
    "destination.**",
    "ignoreDifferences.**",
    "info.**",
    "project",
    "revisionHistoryLimit",
    "syncPolicy.**",
];

/// Places of a source that set nothing of an image.
const OF_SOURCE: &[&str] = &[
    "helm.fileParameters.[order]",
    "helm.parameters.[order]",
    "helm.passCredentials",
    "helm.releaseName",
    "helm.skipCrds",
    "helm.skipTests",
    "kustomize.commonAnnotations.**",
    "kustomize.commonLabels.**",
    "kustomize.forceCommonLabels",
    "kustomize.forceCommonAnnotations",
    "kustomize.namePrefix",
    "kustomize.nameSuffix",
    "kustomize.replicas.**",
];

/// Places of an application set's `spec` that make no applications.
const OF_SET: &[&str] = &[
    "applyNestedSelectors",
    "goTemplate",
    "goTemplateOptions.**",
    "ignoreApplicationDifferences.**",
    "preservedFields.**",
    "strategy.**",
    "syncPolicy.**",
    "template.metadata.annotations.*",
    "template.metadata.labels.*",
    "template.metadata.namespace",
];

/// Judges a difference in an application or a set of them. If the whole file comes or goes, only
/// the versions in it count, which are cells.
pub(super) fn judge_application(
    kind: &str,
    difference: &TreeDifference,
    judge: &Judge<'_>,
) -> Proof {
    let keys = difference.keys.as_slice();
    if judge.is_whole {
        return Proof::Harmless("a whole application");
    }
    let spec = match (kind, keys) {
        (_, [first]) if first == "apiVersion" || first == "kind" => {
            return Proof::unproven("it decides which applications there are");
        }
        ("ApplicationSet", [spec, template, inner, rest @ ..])
            if spec == "spec" && template == "template" && inner == "spec" =>
        {
            rest
        }
        ("ApplicationSet", [spec, rest @ ..]) if spec == "spec" => {
            return judge_set(difference, rest, judge);
        }
        (_, [spec, rest @ ..]) if spec == "spec" => rest,
        _ => return Proof::unproven("it is not a known part of an application"),
    };
    if let Some(rule) = find_match(HARMLESS, spec) {
        return Proof::Harmless(rule);
    }
    match spec {
        [source, rest @ ..] if source == "source" => judge_source(difference, rest, judge),
        [sources, _, rest @ ..] if sources == "sources" => judge_source(difference, rest, judge),
        _ => Proof::unproven("it decides what the application takes"),
    }
}

fn judge_source(difference: &TreeDifference, rest: &[String], judge: &Judge<'_>) -> Proof {
    if let Some(rule) = find_match(OF_SOURCE, rest) {
        return Proof::Harmless(rule);
    }
    let below = |keys: &[String]| TreeDifference { keys: keys.to_vec(), ..difference.clone() };
    match rest {
        [helm, object, keys @ ..] if helm == "helm" && object == "valuesObject" => {
            values::judge_value(&below(keys))
        }
        [helm, values] if helm == "helm" && values == "values" => {
            documents::judge_embedded(judge, difference, &|inner| values::judge_value(inner))
        }
        // A parameter is a value under its dotted name.
        [helm, parameters, name, _] if helm == "helm" && parameters == "parameters" => {
            judge_parameter(difference, name)
        }
        _ => Proof::unproven("it decides what the application takes"),
    }
}

/// A parameter. Helm splits names at characters other than these.
fn judge_parameter(difference: &TreeDifference, name: &str) -> Proof {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let is_plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !is_plain || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Proof::unproven("Helm splits this name of a parameter");
    }
    let keys = name.split('.').map(str::to_owned).collect();
    values::judge_value(&TreeDifference { keys, ..difference.clone() })
}

/// Generators give names and values to the template: an element's key is harmless if nothing below
/// the sources of the template uses it, which the mapping checks.
fn judge_set(difference: &TreeDifference, rest: &[String], judge: &Judge<'_>) -> Proof {
    if let Some(rule) = find_match(OF_SET, rest) {
        return Proof::Harmless(rule);
    }
    // What an element gives goes where the template says; a value of this name is harmless there.
    if let [generators, _, list, elements, _, keys @ ..] = rest
        && (generators.as_str(), list.as_str(), elements.as_str())
            == ("generators", "list", "elements")
        && !keys.is_empty()
    {
        return values::judge_value(&TreeDifference { keys: keys.to_vec(), ..difference.clone() });
    }
    if matches_keys("templatePatch", rest) {
        return documents::judge_embedded(judge, difference, &|inner| {
            judge_application("Application", inner, judge)
        });
    }
    Proof::unproven("it decides which applications there are, or what they take")
}

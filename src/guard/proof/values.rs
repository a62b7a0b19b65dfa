//! Values of charts: a chart may do anything with them, so only those that charts take for the same
//! everywhere are harmless.

use super::Proof;
use super::difference::TreeDifference;

/// Keys of values below which charts expect no image, by the charts of Bitnami, Helm's starter
/// chart, and the repositories that the guard was measured on.
const HARMLESS: &[&str] = &[
    "affinity",
    "alerts",
    "annotations",
    "args",
    "autoscaling",
    "commonAnnotations",
    "commonLabels",
    "cpu",
    "domain",
    "dnsConfig",
    "dnsPolicy",
    "env",
    "envFrom",
    "envVars",
    "environment",
    "environmentVariables",
    "externalSecrets",
    "extraEnv",
    "extraEnvVars",
    "extraEnvFrom",
    "fullnameOverride",
    "host",
    "hostname",
    "hosts",
    "hpa",
    "ingress",
    "ingresses",
    "labels",
    "lifecycle",
    "limits",
    "livenessProbe",
    "logLevel",
    "loglevel",
    "maxReplicas",
    "memory",
    "minReplicas",
    "nameOverride",
    "networkPolicy",
    "nodeSelector",
    "pdb",
    "persistence",
    "podAnnotations",
    "podDisruptionBudget",
    "podLabels",
    "podSecurityContext",
    "port",
    "ports",
    "priorityClassName",
    "readinessProbe",
    "replicaCount",
    "replicas",
    "requests",
    "resources",
    "route",
    "schedule",
    "secrets",
    "securityContext",
    "service",
    "serviceAccount",
    "serviceMonitor",
    "startupProbe",
    "storage",
    "strategy",
    "terminationGracePeriodSeconds",
    "timezone",
    "tls",
    "tolerations",
    "topologySpreadConstraints",
    "updateStrategy",
    "volumeMounts",
];

/// Words of keys that name images, versions, or where they come from.
const TELLING: &[&str] = &[
    "artifact",
    "branch",
    "build",
    "chart",
    "commit",
    "container",
    "digest",
    "image",
    "ref",
    "registry",
    "release",
    "repo",
    "repository",
    "rev",
    "revision",
    "sha",
    "sha256",
    "sidecar",
    "tag",
    "template",
    "version",
];

/// Keys that hold containers, whose variables are harmless: of ECS, and of charts.
const HOLDERS: &[&str] = &[
    "container",
    "containers",
    "containerdefinitions",
    "extracontainers",
    "initcontainers",
    "podtemplate",
    "sidecar",
    "sidecars",
    "taskdefinition",
    "template",
];

/// Last words of keys whose values charts use as addresses, amounts and times, and never as a part
/// of an image: `backendHost`, `signupLimit`, `storageClass`.
const HARMLESS_ENDS: &[&str] = &[
    "bucket", "class", "count", "domain", "email", "host", "hostname", "hosts", "interval",
    "level", "limit", "limits", "minutes", "password", "period", "port", "ports", "range",
    "region", "replicas", "seconds", "size", "timeout", "uri", "url", "user", "username", "zone",
];

/// Keys with names of their own below them, which say nothing about the chart.
const FREELY_NAMED: &[&str] = &[
    "env",
    "envVars",
    "environment",
    "environmentVariables",
    "extraEnv",
    "extraEnvVars",
    "labels",
    "annotations",
    "podLabels",
    "podAnnotations",
    "secrets",
];

/// Judges a difference in values.
pub(super) fn judge_value(difference: &TreeDifference) -> Proof {
    let keys = &difference.keys;
    if is_amount_of_resources(keys) {
        return Proof::Harmless("resources");
    }
    if keys.iter().any(|key| key == "imagePullSecrets") {
        return Proof::Harmless("imagePullSecrets");
    }
    let find = |key: &String| HARMLESS.iter().find(|known| key.eq_ignore_ascii_case(known));
    let found = keys.iter().enumerate().filter_map(|(at, key)| Some((at, *find(key)?)));
    let found: Vec<(usize, &str)> = found.collect();
    if let Some((_, rule)) = found.iter().find(|(at, _)| !may_name_image(keys, *at)) {
        return Proof::Harmless(rule);
    }
    if !found.is_empty() {
        return Proof::unproven("this value may name an image");
    }
    if keys.iter().any(|key| speaks_of_images(key)) || difference.leaves().next().is_none() {
        return Proof::unproven("what the chart does with this value is not known");
    }
    let ends_harmlessly = |key: &String| {
        split_words(key).last().is_some_and(|word| HARMLESS_ENDS.contains(&word.as_str()))
    };
    let is_one_line = |text: &str| !text.contains(['\n', '{', '}', '$']);
    if keys.last().is_some_and(ends_harmlessly)
        && difference.leaves().all(|leaf| is_one_line(&leaf.text))
    {
        return Proof::Harmless("an address, an amount or a time");
    }
    match difference.leaves().all(|leaf| is_no_reference(&leaf.text)) {
        true => Proof::Harmless("a text that no image's name can contain"),
        false => Proof::unproven("what the chart does with this value is not known"),
    }
}

/// True for `…/resources/limits/cpu`, whatever holds it.
fn is_amount_of_resources(keys: &[String]) -> bool {
    keys.last_chunk::<3>().is_some_and(|[holder, kind, name]| {
        holder == "resources"
            && matches!(kind.as_str(), "limits" | "requests")
            && matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage")
    })
}

/// True if a key around or below the harmless one at `at` may name an image.
fn may_name_image(keys: &[String], at: usize) -> bool {
    // The name of a variable or of a label says nothing about the chart.
    let is_named_freely = FREELY_NAMED.contains(&keys[at].as_str());
    // Below the variables of a container nothing is an image, whatever holds the container.
    let is_variable = is_named_freely && at + 1 < keys.len();
    let counted = if is_named_freely { &keys[..at] } else { keys };
    let counts = |key: &&String| {
        !is_variable || !HOLDERS.contains(&split_words(key).collect::<String>().as_str())
    };
    counted.iter().filter(counts).any(|key| speaks_of_images(key))
}

/// True for a text that cannot be a part of an image's name by its form: an address with a scheme,
/// an absolute path, a text with spaces, or a quantity with a unit.
fn is_no_reference(text: &str) -> bool {
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && !matches!(scheme, "oci" | "docker" | "git")
    });
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is_quantity = number.len() < text.len()
        && matches!(number, "m" | "Ki" | "Mi" | "Gi" | "Ti" | "s" | "ms" | "h" | "d" | "%");
    let is_plain = !text.contains(['{', '}', '$']);
    // A chart that takes objects or containers as text has the word in it. Braces and dollars are
    // those of a server's configuration, unless Helm fills them in.
    let is_long = text.trim().contains('\n')
        && !text.contains("{{")
        && !text.contains("${")
        && !text.to_lowercase().contains("image");
    is_long
        || is_plain
            && !text.contains('\n')
            && (has_scheme || is_quantity || text.starts_with('/') || text.trim().contains(' '))
}

/// True if a key may name an image, a version, or where one comes from.
pub(super) fn speaks_of_images(key: &str) -> bool {
    let mut words = split_words(key);
    words.any(|word| {
        let single = word.strip_suffix('s').unwrap_or(&word);
        TELLING.contains(&single)
            || ["image", "tag", "version", "digest"]
                .iter()
                .any(|telling| word.starts_with(telling) || single.ends_with(telling))
    })
}

/// Splits `extraImageTag` into `extra`, `image` and `tag`.
fn split_words(key: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in key.chars() {
        if !c.is_alphanumeric() || was_lower && c.is_uppercase() {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_harmless(keys: &str) -> bool {
        let keys = keys.split('/').map(str::to_owned).collect();
        let one = TreeDifference { keys, before: None, after: None };
        matches!(judge_value(&one), Proof::Harmless(_))
    }

    #[test]
    fn variables_of_a_container_are_harmless() {
        for keys in [
            "task_definition/container_definitions/web/environment/HOST/name",
            "sidecars/proxy/env/VERSION/value",
            "resources/web/task_definition/container_definitions/web/secrets/FXA/name",
            "env/IMAGE_TAG",
        ] {
            assert!(is_harmless(keys), "{keys}");
        }
        for keys in ["image/env/X", "containers/web/environment", "container_definitions/web/tag"] {
            assert!(!is_harmless(keys), "{keys}");
        }
    }

    #[test]
    fn amounts_are_harmless_whatever_holds_them() {
        for keys in [
            "repoServer/resources/limits/cpu",
            "image/resources/requests/memory",
            "serviceMonitor/labels/release",
            "imagePullSecrets/[0]/name",
        ] {
            assert!(is_harmless(keys), "{keys}");
        }
        for keys in ["repoServer/resources/tag", "labels/image", "image/labels/x"] {
            assert_eq!(is_harmless(keys), keys == "labels/image", "{keys}");
        }
    }

    #[test]
    fn texts_that_no_image_can_contain() {
        for text in [
            "https://a.example/b",
            "s3://bucket",
            "/var/lib",
            "two words",
            "500m",
            "4Gi",
            "more_set_headers \"X: y\";\nif ($http_x) { return 403; }",
        ] {
            assert!(is_no_reference(text), "{text}");
        }
        for text in [
            "ghcr.io/a/b:v1",
            "oci://ghcr.io/a",
            "docker://a",
            "v1",
            "9",
            "true",
            "a",
            "{{ .x }} y",
            "",
            "1.2",
            "containers:\n- image: a",
            "a: b\nc: {{ .d }}",
        ] {
            assert!(!is_no_reference(text), "{text}");
        }
    }

    #[test]
    fn only_known_keys_are_harmless() {
        for keys in [
            "replicas",
            "web/resources/limits/cpu",
            "extraEnv/[IMAGE_TAG]/value",
            "web/env/APP_VERSION",
            "ingress/hosts/[0]/host",
        ] {
            assert!(is_harmless(keys), "{keys}");
        }
        for keys in [
            "image/tag",
            "foo",
            "image/env/x",
            "service/image/tag",
            "resources/imageTag",
            "persistence/initImage",
        ] {
            assert!(!is_harmless(keys), "{keys}");
        }
    }
}

//! Keys with versions of something else.

use super::leaf_context::{LeafContext, LeafKeys};

/// True for keys with versions of something else, regardless of the value.
pub(super) fn is_excluded_key(keys: &LeafKeys, around: &LeafContext<'_>) -> bool {
    let key = keys.last.as_str();
    if matches!(
        key,
        "apiversion"
            | "kind"
            | "schemaversion"
            | "checksum"
            | "helmshchart"
            | "apiversions"
            | "hash"
            | "id"
            | "uid"
    ) {
        return true;
    }
    if keys.raw.contains("kubernetes.io/")
        || keys.raw.contains("helm.sh/")
        || keys.parents.iter().any(|p| p == "requires" || p == "annotations")
    {
        return keys.raw != "image" && key != "version"
            || keys.parents.iter().any(|p| p == "requires" || p == "annotations");
    }
    // What may run, or may not, runs nowhere by that.
    const LISTS: [&str; 6] =
        ["whitelist", "allowlist", "blacklist", "denylist", "blocklist", "allowedimages"];
    let is_list = |name: &str| LISTS.iter().any(|list| name.ends_with(list));
    if is_list(key) || keys.parents.iter().any(|parent| is_list(parent)) {
        return true;
    }
    if key == "version"
        && around.beside_any(&["kind", "group", "apiversion"])
        && around.sibling_leaf("chart").is_none()
    {
        return true;
    }
    // Ansible Galaxy: the platforms that a role supports.
    if keys.parents.iter().any(|p| p == "galaxyinfo") {
        return true;
    }
    if keys.parents.last().is_some_and(|p| p == "sops")
        || (key == "version" && keys.parents.iter().any(|p| p == "sops"))
    {
        return true;
    }
    let Some(of) = key.strip_suffix("version") else { return false };
    const PREFIXED: [&str; 10] =
        ["api", "interface", "schema", "tls", "protocol", "engine", "config", "crd", "ssl", "http"];
    const EXACT: [&str; 42] = [
        "terraform",
        "provider",
        "kubernetes",
        "kubectl",
        "kube",
        "cluster",
        "min",
        "max",
        "minimum",
        "maximum",
        "engine",
        "format",
        "secret",
        "resource",
        "required",
        "platform",
        "os",
        "ami",
        "eks",
        "aks",
        "gke",
        "k8s",
        "helm",
        "git",
        "compose",
        "storage",
        "addon",
        "cni",
        "python",
        "node",
        "java",
        "ruby",
        "go",
        "golang",
        "php",
        "postgres",
        "postgresql",
        "mysql",
        "redis",
        "rds",
        "elasticsearch",
        "mariadb",
    ];
    PREFIXED.iter().any(|word| of.ends_with(word)) || EXACT.contains(&of)
}

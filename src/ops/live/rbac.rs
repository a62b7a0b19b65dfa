//! `live rbac`: the rights that the witnesses need in a cluster.

use crate::live::is_kubernetes_name;
use crate::ops::error::Failure;

/// API groups and the resources in them that the witnesses read. Nothing else is asked for.
pub const RESOURCES: [(&str, &[&str]); 6] = [
    ("", &["pods"]),
    ("apps", &["deployments", "statefulsets", "daemonsets"]),
    ("batch", &["jobs", "cronjobs"]),
    ("argoproj.io", &["applications", "rollouts"]),
    ("kustomize.toolkit.fluxcd.io", &["kustomizations"]),
    ("helm.toolkit.fluxcd.io", &["helmreleases"]),
];

/// Who gets the rights, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RbacQuery {
    /// Empty for the whole cluster.
    pub namespaces: Vec<String>,
    /// `NAMESPACE/NAME` of a service account.
    pub account: String,
}

/// The manifests of the roles and their bindings.
///
/// # Errors
/// When a name cannot be one of Kubernetes.
pub fn render_rbac(query: &RbacQuery) -> Result<String, Failure> {
    let Some((home, account)) = query.account.split_once('/') else {
        return Err(Failure::usage(format!("`{}` is no service account", query.account))
            .hint("name it as NAMESPACE/NAME"));
    };
    for name in query.namespaces.iter().map(String::as_str).chain([home, account]) {
        if !is_kubernetes_name(name) {
            return Err(Failure::usage(format!("`{name}` cannot be a name in Kubernetes")));
        }
    }
    let subject =
        format!("subjects:\n- kind: ServiceAccount\n  name: {account}\n  namespace: {home}\n");
    let documents: Vec<String> = match query.namespaces.is_empty() {
        true => {
            vec![document("ClusterRole", None, &rules()), binding("ClusterRole", None, &subject)]
        }
        false => query
            .namespaces
            .iter()
            .flat_map(|name| {
                [document("Role", Some(name), &rules()), binding("Role", Some(name), &subject)]
            })
            .collect(),
    };
    Ok(documents.join("---\n"))
}

fn document(kind: &str, namespace: Option<&str>, rest: &str) -> String {
    let namespace = namespace.map(|name| format!("  namespace: {name}\n")).unwrap_or_default();
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: towpath-live\n\
         {namespace}{rest}"
    )
}

fn rules() -> String {
    let mut out = "rules:\n".to_owned();
    for (group, resources) in RESOURCES {
        out.push_str(&format!(
            "- apiGroups: [\"{group}\"]\n  resources: [{}]\n  verbs: [get, list, watch]\n",
            resources.join(", ")
        ));
    }
    out
}

fn binding(kind: &str, namespace: Option<&str>, subject: &str) -> String {
    let role = format!(
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: towpath-live\n"
    );
    document(&format!("{kind}Binding"), namespace, &format!("{role}{subject}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(namespaces: &[&str], account: &str) -> RbacQuery {
        let namespaces = namespaces.iter().map(|name| (*name).to_owned()).collect();
        RbacQuery { namespaces, account: account.to_owned() }
    }

    #[test]
    fn only_reading_is_asked_for() {
        let text = render_rbac(&query(&[], "ci/bot")).expect("names");
        let verbs = text.lines().filter(|line| line.contains("verbs"));
        assert!(verbs.clone().count() == RESOURCES.len());
        assert!(verbs.into_iter().all(|line| line == "  verbs: [get, list, watch]"));
        assert!(!text.contains("secrets") && !text.contains('*'), "{text}");
    }

    #[test]
    fn a_role_for_each_namespace() {
        let text = render_rbac(&query(&["shop", "blog"], "ci/bot")).expect("names");
        assert_eq!(text.matches("kind: RoleBinding\n").count(), 2);
        assert!(!text.contains("ClusterRole"), "{text}");
    }

    #[test]
    fn names_are_checked() {
        for (namespaces, account) in
            [(&["a\nb"][..], "ci/bot"), (&[], "bot"), (&[], "ci/Bot"), (&["-x"], "ci/bot")]
        {
            assert!(render_rbac(&query(namespaces, account)).is_err());
        }
    }
}

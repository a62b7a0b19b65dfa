//! Contents of the demo's files: two apps with kustomize overlays, one with Helm values, one with a
//! plain tag file.

/// The stages, in pipeline order.
pub const STAGES: [&str; 3] = ["dev", "staging", "prod"];

const README: &str = "\
# Deployments

What runs in dev, staging and prod. A change that lands on main is rolled out.
";

/// A path and its text.
pub type DemoFile = (String, String);

/// Returns the file that pins an app's version in a stage.
pub fn pin_file(app: &str, stage: &str, version: &str) -> DemoFile {
    match app {
        "billing" => (format!("charts/billing/values-{stage}.yaml"), helm_values(stage, version)),
        "blog" => (format!("blog/{stage}.tag"), format!("{version}\n")),
        _ => (
            format!("apps/{app}/overlays/{stage}/kustomization.yaml"),
            overlay_yaml(app, stage, version),
        ),
    }
}

/// Returns the files without versions.
pub fn other_files() -> Vec<DemoFile> {
    let mut files = vec![
        ("README.md".to_owned(), README.to_owned()),
        (
            "charts/billing/Chart.yaml".to_owned(),
            "apiVersion: v2\nname: billing\nversion: 0.1.0\n".to_owned(),
        ),
        (
            "charts/billing/values.yaml".to_owned(),
            "image:\n  repository: registry.example.com/billing\n".to_owned(),
        ),
    ];
    for app in ["checkout", "storefront"] {
        files.push((
            format!("apps/{app}/base/kustomization.yaml"),
            "resources:\n  - deployment.yaml\n".to_owned(),
        ));
        files.push((format!("apps/{app}/base/deployment.yaml"), deployment_yaml(app, 2)));
    }
    files
}

/// Returns the Deployment shared by an app's overlays.
pub fn deployment_yaml(app: &str, replicas: u32) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{ app: {app} }}
  template:
    metadata:
      labels: {{ app: {app} }}
    spec:
      containers:
        - name: {app}
          image: registry.example.com/{app}
"
    )
}

/// Returns an overlay. The tag is quoted, because YAML reads a short commit id such as `0738661` as
/// a number.
fn overlay_yaml(app: &str, stage: &str, version: &str) -> String {
    format!(
        "\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: {app}-{stage}
resources:
  - ../../base
images:
  - name: registry.example.com/{app}
    newTag: \"{version}\"
"
    )
}

fn helm_values(stage: &str, version: &str) -> String {
    let replicas = if stage == "prod" { 4 } else { 1 };
    format!("replicas: {replicas}\nimage:\n  tag: \"{version}\"\n")
}

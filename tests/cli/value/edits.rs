//! What moves with what: one value of several users, one text of several things.

use super::Case;
use crate::support::History;
use snapbox::{assert_data_eq, str};

#[test]
fn apps_that_share_a_variable_move_together() {
    let compose = "services:\n  api: {image: 'acme/api:${IMAGE}'}\n  worker: {image: 'acme/worker:${IMAGE}'}\n";
    let case = Case::of(&[
        ("towpath.yaml", "stages: [dev, prod]\nsources:\n- compose: '{stage}/compose.yaml'\n"),
        ("dev/.env", "IMAGE=20260802\n"),
        ("dev/compose.yaml", compose),
        ("prod/.env", "IMAGE=20260801\n"),
        ("prod/compose.yaml", compose),
    ]);
    assert_data_eq!(
        case.run(&["promote", "api", "worker", "--to", "prod", "--one-pr", "--dry-run"]),
        str![[r#"
exit 0
app      prod       from dev
api      20260801   → 20260802
worker   20260801   → 20260802

diff --git a/prod/.env b/prod/.env
--- a/prod/.env
+++ b/prod/.env
@@ -1 +1 @@
-IMAGE=20260801
+IMAGE=20260802

"#]]
    );
    assert_data_eq!(
        case.run(&["promote", "api", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 1
error: api is refused: prod/.env:1: the value is shared with worker in prod
hint: name all of them in one command with `--one-pr`, or give each a value of its own
"#]]
    );
}

#[test]
fn one_anchored_scalar_changes_once() {
    let values = |tag: &str| {
        format!(
            "images:\n  web:\n    image: &image r.example.com/web\n    tag: &tag {tag}\ndeployments:\n  web:\n    image: *image\n    tag: *tag\n"
        )
    };
    let case = Case::of(&[
        ("shop/values-dev.yaml", &values("1.1.0")),
        ("shop/values-prod.yaml", &values("1.0.0")),
    ]);
    let said =
        case.run(&["promote", "--all", "--to", "prod", "--change-shared", "--one-pr", "--dry-run"]);
    assert!(said.starts_with("exit 0\n") && said.contains("+    tag: &tag 1.1.0"), "{said}");
    assert_eq!(said.matches("+    tag:").count(), 1, "{said}");
}

#[test]
fn two_images_that_happen_to_have_one_tag() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  initContainers: [{name: init, image: 'r.example.com/envoy:0.1.0'}]\n  containers: [{name: web, image: 'r.example.com/web:0.1.0'}]\n";
    let case = Case::of(&[
        ("towpath.yaml", "stages: [dev, prod]\nsources:\n- manifests: k/{stage}/{app}.yaml\n"),
        ("k/dev/web.yaml", pod),
        ("k/prod/web.yaml", pod),
    ]);
    assert_data_eq!(
        case.run(&["deploy", "web", "0.2.0", "--dry-run"]),
        str![[r#"
exit 1
error: web is refused: web has several images, of different repositories: web/envoy, web/web
hint: name one of them
"#]]
    );
}

#[test]
fn a_release_alone_is_deployed_like_one_of_many() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: generic, version: 1.0.0}}\n  values:\n    image: {repository: r.example.com/web, tag: v1.1.0}\n";
    let case = Case::of(&[("apps/dev/web.yaml", release), ("apps/prod/web.yaml", release)]);
    let said = case.run(&["deploy", "web", "v1.2.0", "--dry-run"]);
    assert!(said.contains("tag: v1.2.0") && !said.contains("version: v1.2.0"), "{said}");
}

#[test]
fn a_chart_installed_twice_is_two() {
    let sources = |front: &str, back: &str| {
        let one = |version: &str, name: &str| {
            format!(
                "  - {{repoURL: 'https://c.example.com', chart: generic, targetRevision: {version}, helm: {{releaseName: {name}}}}}\n"
            )
        };
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  sources:\n{}{}",
            one(front, "front"),
            one(back, "back")
        )
    };
    let case = Case::of(&[
        ("argo/dev/shop.yaml", &sources("2.0.0", "2.1.0")),
        ("argo/prod/shop.yaml", &sources("2.0.0", "2.0.0")),
    ]);
    assert_data_eq!(
        case.run(&["promote", "shop", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
app    prod    from dev
shop   2.0.0   → 2.1.0

diff --git a/argo/prod/shop.yaml b/argo/prod/shop.yaml
--- a/argo/prod/shop.yaml
+++ b/argo/prod/shop.yaml
@@ -4,4 +4,4 @@
 spec:
   sources:
   - {repoURL: 'https://c.example.com', chart: generic, targetRevision: 2.0.0, helm: {releaseName: front}}
-  - {repoURL: 'https://c.example.com', chart: generic, targetRevision: 2.0.0, helm: {releaseName: back}}
+  - {repoURL: 'https://c.example.com', chart: generic, targetRevision: 2.1.0, helm: {releaseName: back}}

"#]]
    );
}

#[test]
fn tag_and_digest_of_one_reference_move_together() {
    let source = |tag: &str, digit: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: metrics}}\nspec:\n  url: oci://r.example.com/charts/metrics\n  ref:\n    tag: {tag}\n    digest: sha256:{}\n",
            digit.repeat(64)
        )
    };
    let case = Case::of(&[
        ("clusters/dev/metrics.yaml", &source("3.14.0", "2")),
        ("clusters/prod/metrics.yaml", &source("3.13.1", "1")),
    ]);
    let said = case.run(&["promote", "metrics", "--to", "prod", "--dry-run"]);
    assert!(said.contains("+    tag: 3.14.0\n+    digest: sha256:2222"), "{said}");
}

#[test]
fn a_stage_whose_file_is_a_link_is_named() {
    let values = |tag: &str| format!("image: {{repository: r.example.com/web, tag: {tag}}}\n");
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Ann", "start")
        .write("apps/web/dev/values.yaml", &values("v1.1.0"))
        .write("apps/web/staging/values.yaml", &values("v1.0.0"))
        .link("apps/web/prod/values.yaml", "../staging/values.yaml");
    let case = Case::with(&history);
    assert_data_eq!(
        case.run(&["status", "--no-since"]),
        str![[r#"
exit 0
app   dev        staging
web   v1.1.0   ≠ v1.0.0
warning: apps/web/prod/values.yaml is a symbolic link to apps/web/staging/values.yaml, which is not followed
"#]]
    );
    let said = case.run(&["promote", "web", "--to", "staging", "--dry-run"]);
    let text =
        "apps/web/prod/values.yaml is a link to apps/web/staging/values.yaml, so it changes too";
    assert!(said.contains(text), "{said}");
}

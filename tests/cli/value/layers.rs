//! Which of two layers wins: the cell has its version, and the place that writes it is the one to
//! edit.

use super::Case;
use snapbox::{assert_data_eq, str};

const DEPLOYMENT: &str = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: stand-in}]}}}\n";
const OVERLAY: &str = "resources: [../../base]\nimages:\n- name: stand-in\n  newName: r.example.com/web\n  newTag: 1.0.0\n";

fn application(stage: &str, rest: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: web-{stage}}}\nspec:\n  source:\n    repoURL: https://git.example.com/deploy.git\n    targetRevision: main\n{rest}"
    )
}

#[test]
fn an_application_sets_images_over_its_overlay() {
    let source = |stage: &str| format!("    path: apps/web/overlays/{stage}\n");
    let over = format!(
        "{}    kustomize:\n      images:\n      - stand-in=r.example.com/web:1.1.0\n",
        source("prod")
    );
    let case = Case::of(&[
        ("apps/web/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("apps/web/base/d.yaml", DEPLOYMENT),
        ("apps/web/overlays/staging/kustomization.yaml", OVERLAY),
        ("apps/web/overlays/prod/kustomization.yaml", OVERLAY),
        ("argocd/web-staging.yaml", &application("staging", &source("staging"))),
        ("argocd/web-prod.yaml", &application("prod", &over)),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web prod 1.1.0 argocd/web-prod.yaml:11 over apps/web/overlays/prod/kustomization.yaml:5 apps/web/overlays/prod/kustomization.yaml:4
web staging 1.0.0 apps/web/overlays/staging/kustomization.yaml:5 apps/web/overlays/staging/kustomization.yaml:4

"#]]
    );
    assert_data_eq!(
        case.run(&["promote", "web", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
app   prod    from staging
web   1.1.0   → 1.0.0

diff --git a/argocd/web-prod.yaml b/argocd/web-prod.yaml
--- a/argocd/web-prod.yaml
+++ b/argocd/web-prod.yaml
@@ -8,4 +8,4 @@
     path: apps/web/overlays/prod
     kustomize:
       images:
-      - stand-in=r.example.com/web:1.1.0
+      - stand-in=r.example.com/web:1.0.0

"#]]
    );
    let history = case.run(&["history", "--stage", "prod", "--output", "csv", "-n", "1"]);
    assert!(history.contains(",add,"), "one deployment, not two: {history}");
}

#[test]
fn an_application_sets_parameters_over_its_values() {
    let source = |stage: &str, rest: &str| {
        application(
            stage,
            &format!(
                "    path: charts/web\n    helm:\n      valueFiles: [values-{stage}.yaml]\n{rest}"
            ),
        )
    };
    let values = |tag: &str| format!("image: {{repository: r.example.com/web, tag: {tag}}}\n");
    let case = Case::of(&[
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("charts/web/values-staging.yaml", &values("1.0.0")),
        ("charts/web/values-prod.yaml", &values("1.0.0")),
        ("argocd/web-staging.yaml", &source("staging", "")),
        (
            "argocd/web-prod.yaml",
            &source("prod", "      parameters:\n      - {name: image.tag, value: 1.1.0}\n"),
        ),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web prod 1.1.0 argocd/web-prod.yaml:12 over charts/web/values-prod.yaml:1
web staging 1.0.0 charts/web/values-staging.yaml:1

"#]]
    );
}

#[test]
fn the_file_beside_the_sources_wins_over_all() {
    let over = |tag: &str| format!("kustomize:\n  images:\n  - r.example.com/web:{tag}\n");
    let overlay = "resources: [../../base]\nimages:\n- name: r.example.com/web\n  newTag: 1.0.0\n";
    let case = Case::of(&[
        ("base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("base/d.yaml", &DEPLOYMENT.replace("stand-in", "r.example.com/web")),
        ("overlays/dev/kustomization.yaml", overlay),
        ("overlays/prod/kustomization.yaml", overlay),
        ("overlays/dev/.argocd-source-web-dev.yaml", &over("1.2.0")),
        ("overlays/prod/.argocd-source-web-prod.yaml", &over("1.1.0")),
        ("overlays/prod/.argocd-source.yaml", &over("9.9.9")),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev 1.2.0 overlays/dev/.argocd-source-web-dev.yaml:3 over overlays/dev/kustomization.yaml:4
web prod 1.1.0 overlays/prod/.argocd-source-web-prod.yaml:3 over overlays/prod/kustomization.yaml:4

"#]]
    );
}

#[test]
fn generators_that_list_stages() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: web}\nspec:\n  generators:\n  - list:\n      elements:\n      - {env: dev, tag: 1.2.0}\n      - {env: prod, tag: 1.0.0}\n  template:\n    metadata: {name: 'web-{{env}}'}\n    spec:\n      source:\n        repoURL: https://git.example.com/web.git\n        path: chart\n        helm: {parameters: [{name: image.tag, value: '{{tag}}'}]}\n";
    assert_data_eq!(
        Case::of(&[("argocd/web.yaml", set)]).entries(),
        str![[r#"
web dev 1.2.0 argocd/web.yaml:8
web prod 1.0.0 argocd/web.yaml:9

"#]]
    );
}

#[test]
fn a_component_that_stages_choose_is_theirs() {
    let component = |tag: &str| {
        format!(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: stand-in\n  newTag: {tag}\n"
        )
    };
    let overlay =
        |release: &str| format!("resources: [../../base]\ncomponents: [../../{release}]\n");
    let case = Case::of(&[
        ("web/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("web/base/d.yaml", DEPLOYMENT),
        ("web/a/kustomization.yaml", &component("1.0.1")),
        ("web/b/kustomization.yaml", &component("1.0.2")),
        ("web/overlays/dev/kustomization.yaml", &overlay("b")),
        ("web/overlays/prod/kustomization.yaml", &overlay("a")),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
stand-in dev 1.0.2 web/b/kustomization.yaml:5
stand-in prod 1.0.1 web/a/kustomization.yaml:5

"#]]
    );
}

#[test]
fn a_build_within_a_build_has_its_version() {
    let outer = |tag: &str| {
        format!("resources: [web]\nimages:\n- name: r.example.com/web\n  newTag: {tag}\n")
    };
    let deployment = DEPLOYMENT.replace("stand-in", "r.example.com/web:set-by-ci");
    let inner = "resources: [../../../base]\n";
    let case = Case::of(&[
        ("base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("base/d.yaml", &deployment),
        ("environments/at23/kustomization.yaml", &outer("1.1.0")),
        ("environments/at23/web/kustomization.yaml", inner),
        ("environments/prod/kustomization.yaml", &outer("1.0.0")),
        ("environments/prod/web/kustomization.yaml", inner),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web at23 1.1.0 environments/at23/kustomization.yaml:4
web prod 1.0.0 environments/prod/kustomization.yaml:4
web/web at23 1.1.0 environments/at23/kustomization.yaml:4 over base/d.yaml:4
web/web prod 1.0.0 environments/prod/kustomization.yaml:4 over base/d.yaml:4

"#]]
    );
    let said =
        case.run(&["promote", "--all", "--from", "at23", "--to", "prod", "--one-pr", "--dry-run"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(said.matches("+  newTag: 1.1.0").count(), 1, "{said}");
    let history = case.run(&["history", "-q", "-n", "0", "--output", "csv"]);
    assert!(!history.contains("set-by-ci"), "{history}");
}

/// Argo CD ignores `values` beside a `valuesObject`.
#[test]
fn a_values_object_wins_over_values() {
    let helm = "    path: charts/web\n    helm:\n      values: |\n        image: {tag: v8}\n      valuesObject:\n        image: {tag: v2}\n";
    let case = Case::of(&[
        ("argocd/dev/web.yaml", &application("dev", helm)),
        ("argocd/prod/web.yaml", &application("prod", helm)),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev v2 argocd/dev/web.yaml:13
web prod v2 argocd/prod/web.yaml:13

"#]]
    );
}

fn kustomization(stage: &str, rest: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: web}}\nspec:\n  path: ./apps/web/overlays/{stage}\n{rest}"
    )
}

#[test]
fn a_flux_kustomization_sets_images_and_variables() {
    let images = "  images:\n  - name: stand-in\n    newTag: 2.0.0\n";
    let variable = "  postBuild:\n    substitute:\n      web_tag: 3.0.0\n";
    let of_variable = OVERLAY.replace("1.0.0", "${web_tag:=0.9.0}");
    let case = Case::of(&[
        ("apps/web/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("apps/web/base/d.yaml", DEPLOYMENT),
        ("apps/web/overlays/dev/kustomization.yaml", OVERLAY),
        ("apps/web/overlays/staging/kustomization.yaml", &of_variable),
        ("apps/web/overlays/prod/kustomization.yaml", &of_variable),
        ("clusters/dev/web.yaml", &kustomization("dev", images)),
        ("clusters/staging/web.yaml", &kustomization("staging", variable)),
        ("clusters/prod/web.yaml", &kustomization("prod", "  prune: true\n")),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev 2.0.0 clusters/dev/web.yaml:8 over apps/web/overlays/dev/kustomization.yaml:5 apps/web/overlays/dev/kustomization.yaml:4
web prod 0.9.0 apps/web/overlays/prod/kustomization.yaml:5 apps/web/overlays/prod/kustomization.yaml:4
web staging 3.0.0 clusters/staging/web.yaml:8 over apps/web/overlays/staging/kustomization.yaml:5 apps/web/overlays/staging/kustomization.yaml:4

"#]]
    );
    assert_data_eq!(
        case.run(&["promote", "web", "--to", "staging", "--dry-run"]),
        str![[r#"
exit 0
app   staging   from dev
web   3.0.0     → 2.0.0

diff --git a/clusters/staging/web.yaml b/clusters/staging/web.yaml
--- a/clusters/staging/web.yaml
+++ b/clusters/staging/web.yaml
@@ -5,4 +5,4 @@
   path: ./apps/web/overlays/staging
   postBuild:
     substitute:
-      web_tag: 3.0.0
+      web_tag: 2.0.0

"#]]
    );
    assert_data_eq!(
        case.run(&["promote", "web", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 1
error: web is refused: apps/web/overlays/prod/kustomization.yaml:5: `${web_tag:=0.9.0}` is only part of version 0.9.0, which is joined from several values
hint: write the version in one value
"#]]
    );
}

/// Patches of a Flux Kustomization are not followed, which is said.
#[test]
fn layers_that_are_not_followed_are_named() {
    let patches = "  patches:\n  - target: {kind: Deployment}\n    patch: |\n      spec: {template: {spec: {containers: [{name: web, image: r.example.com/web:9}]}}}\n";
    let case = Case::of(&[
        ("apps/web/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("apps/web/base/d.yaml", DEPLOYMENT),
        ("apps/web/overlays/dev/kustomization.yaml", OVERLAY),
        ("apps/web/overlays/prod/kustomization.yaml", OVERLAY),
        ("clusters/dev/web.yaml", &kustomization("dev", "  images: [{name: x, newTag: v1}]\n")),
        (
            "clusters/prod/web.yaml",
            &kustomization("prod", &format!("{patches}  images: [{{name: x, newTag: v1}}]\n")),
        ),
    ]);
    let said = case.run(&["status", "web"]);
    assert!(said.contains("clusters/prod/web.yaml has `patches`"), "{said}");
}

/// A file that a build takes in as a patch is no manifest of its own.
#[test]
fn a_patch_has_no_row() {
    let patched = format!("{OVERLAY}patches: [{{path: patch.yaml}}]\n");
    let patch = DEPLOYMENT.replace("stand-in", "stand-in:v9");
    let case = Case::of(&[
        ("apps/web/base/kustomization.yaml", "resources: [d.yaml]\n"),
        ("apps/web/base/d.yaml", DEPLOYMENT),
        ("apps/web/overlays/dev/kustomization.yaml", &patched),
        ("apps/web/overlays/dev/patch.yaml", &patch),
        ("apps/web/overlays/prod/kustomization.yaml", &patched),
        ("apps/web/overlays/prod/patch.yaml", &patch),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev 1.0.0 apps/web/overlays/dev/kustomization.yaml:5 apps/web/overlays/dev/kustomization.yaml:4
web prod 1.0.0 apps/web/overlays/prod/kustomization.yaml:5 apps/web/overlays/prod/kustomization.yaml:4

"#]]
    );
}

/// A stage whose values file pins nothing has the versions of the chart.
#[test]
fn a_stage_inherits_everything() {
    let case = Case::of(&[
        ("charts/web/values.yaml", "image: {repository: r.example.com/web, tag: v1}\n"),
        ("charts/web/values-dev.yaml", "image: {tag: v2}\n"),
        ("charts/web/values-prod.yaml", "replicas: 2\n"),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev v2 charts/web/values-dev.yaml:1
web prod v1 charts/web/values.yaml:1

"#]]
    );
}

#[test]
fn an_extension_field_is_no_app() {
    let values = |tag: &str| {
        format!(
            "x-image: &image\n  tag: {tag}\nimage:\n  <<: *image\n  repository: r.example.com/web\n"
        )
    };
    let case = Case::of(&[
        ("charts/web/values-dev.yaml", &values("v2")),
        ("charts/web/values-prod.yaml", &values("v1")),
    ]);
    assert_data_eq!(
        case.entries(),
        str![[r#"
web dev v2 charts/web/values-dev.yaml:2
web prod v1 charts/web/values-prod.yaml:2

"#]]
    );
}

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

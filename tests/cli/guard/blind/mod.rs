//! Versions in places that no cell is worked out from: what a pull request changes there is seen, and held
//! up unless somebody asks who may change the rules. Beside each such place stands what is harmless.

mod harmless;
mod hostile;

use super::{Case, Site, deployment, values};
use crate::support::History;

const CONFIG: &str = "\
stages: [dev, prod]
sources:
- argo: argo/{stage}/{app}.yaml
- flux: flux/{stage}/{app}.yaml
- compose: compose/{stage}/docker-compose.yml
  app: box
- kustomize: kustom/{app}/overlays/{stage}
- manifests: plain/{stage}/{app}.yaml
- helm-values: ['envs/{stage}/{app}.yaml', 'more/{stage}/{app}.yaml']
gates:
- isolation: off
permissions:
  prod: [deploy-bot]
  config: [platform]
";

const ARGO: &str = "argo/prod/web.yaml";
const SET: &str = "argo/prod/set.yaml";
const RELEASE: &str = "flux/prod/web.yaml";
const APPLIED: &str = "flux/prod/apps.yaml";
const COMPOSE: &str = "compose/prod/docker-compose.yml";
const OVERLAY: &str = "kustom/api/overlays/prod/kustomization.yaml";

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: web }
spec:
  destination: { namespace: web }
  source:
    repoURL: https://git.example.com/charts
    path: charts/web
    targetRevision: v7
    helm:
      parameters:
      - name: image.tag
        value: v1
      - name: replicas
        value: '2'
";

const APPLICATION_SET: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: set }
spec:
  generators:
  - list:
      elements:
      - { cluster: eu, tag: v1, replicas: '2' }
  - git:
      files:
      - path: clusters/prod/*.json
  template:
    metadata: { name: 'web-{{cluster}}' }
    spec:
      destination: { name: '{{cluster}}' }
      source:
        repoURL: https://git.example.com/charts
        path: charts/web
        kustomize:
          images:
          - 'ghcr.io/acme/web:{{tag}}'
";

const HELM_RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web }
spec:
  interval: 5m
  chart: { spec: { chart: web, version: 1.0.0, sourceRef: { kind: HelmRepository, name: acme } } }
  valuesFrom:
  - { kind: ConfigMap, name: web-values }
  values:
    replicas: 2
";

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: { name: web-values }
data:
  values.yaml: |
    image: { repository: ghcr.io/acme/web, tag: v1 }
    color: blue
";

const FLUX_KUSTOMIZATION: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps }
spec:
  interval: 5m
  path: ./apps
  sourceRef: { kind: GitRepository, name: fleet }
  postBuild:
    substitute:
      domain: example.com
";

const SERVICES: &str = "services:\n  web:\n    image: ghcr.io/acme/box:v1\n";

fn kustomization(more: &str) -> String {
    format!("kind: Kustomization\nresources:\n- ../../base\n- settings.yaml\n{more}")
}

/// A patch of a release in the overlay itself.
fn release_patch(tag: &str, replicas: u8) -> String {
    let values = format!("values: {{ replicas: {replicas}, image: {{ tag: {tag} }} }}");
    format!(
        "patches:\n- patch: |\n    kind: HelmRelease\n    metadata: {{ name: web }}\n    spec:\n      {values}\n"
    )
}

fn settings(tag: &str, color: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: settings }}\ndata: {{ tag: {tag}, color: {color} }}\n"
    )
}

fn template(tag: &str, replicas: u8) -> String {
    format!("{{{{ if x }}}}\n{}{{{{ end }}}}\nreplicas: {replicas}\n", deployment(tag))
}

fn replacement(field: &str) -> String {
    let source = "  source: { kind: ConfigMap, name: settings, fieldPath: data.tag }\n";
    let select = "  targets:\n  - select: { kind: Deployment }\n";
    format!("replacements:\n-{}{select}    fieldPaths: [{field}]\n", &source[1..])
}

const IMAGE_FIELD: &str = "'spec.template.spec.containers.[name=api].image'";

fn story() -> History {
    let generated = "kind: Kustomization\nresources:\n- ../../base\nconfigMapGenerator:\n- name: params\n  envs: [params.env]\nvars:\n- name: TAG\n  objref: { kind: ConfigMap, name: params, apiVersion: v1 }\n  fieldref: { fieldpath: data.TAG }\n";
    let resources = "kind: Kustomization\nresources:\n";
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Deploy-Bot", "start")
        .write("towpath.yaml", CONFIG)
        .write(
            "clusters/prod/us.json",
            "{ \"cluster\": \"us\", \"tag\": \"v1\", \"replicas\": \"2\" }\n",
        )
        .write("shared/linked.yaml", &values("v1"))
        .write("shared/prod/deep.yaml", &values("v1"))
        .write("shared/base/kustomization.yaml", &format!("{resources}- deployment.yaml\n"))
        .write("shared/base/deployment.yaml", &deployment("v1"))
        .write("envs/dev/linked.yaml", &values("v1"))
        .write("more/dev/deep.yaml", &values("v1"))
        .link("envs/prod/linked.yaml", "../../shared/linked.yaml")
        .link("more/prod", "../shared/prod")
        .link("kustom/lib/base", "../../shared/base")
        .write("kustom/lib/overlays/prod/kustomization.yaml", &format!("{resources}- ../../base\n"))
        .write(
            "kustom/lib/overlays/dev/kustomization.yaml",
            &format!("{resources}- ../../base\nimages:\n- name: ghcr.io/acme/api\n  newTag: v1\n"),
        )
        .write(
            "kustom/api/base/kustomization.yaml",
            "kind: Kustomization\nresources:\n- deployment.yaml\n",
        )
        .write("kustom/api/base/deployment.yaml", &deployment("v1"))
        .write(
            "kustom/job/base/kustomization.yaml",
            "kind: Kustomization\nresources:\n- deployment.yaml\n",
        )
        .write("kustom/job/base/deployment.yaml", &deployment("$(TAG)"));
    for stage in ["dev", "prod"] {
        history = history
            .write(&format!("argo/{stage}/web.yaml"), APPLICATION)
            .write(&format!("argo/{stage}/set.yaml"), APPLICATION_SET)
            .write(&format!("flux/{stage}/web.yaml"), HELM_RELEASE)
            .write(&format!("flux/{stage}/values/web.yaml"), CONFIG_MAP)
            .write(&format!("flux/{stage}/apps.yaml"), FLUX_KUSTOMIZATION)
            .write(&format!("compose/{stage}/docker-compose.yml"), SERVICES)
            .write(&format!("envs/{stage}/odd.yaml"), "image: { tag: v1\n")
            .write(&format!("kustom/odd/overlays/{stage}/kustomization.yaml"), "images: [\n")
            .write(&format!("plain/{stage}/form.yaml"), &template("v1", 2))
            .write(&format!("kustom/api/overlays/{stage}/settings.yaml"), &settings("v1", "blue"))
            .write(
                &format!("kustom/api/overlays/{stage}/kustomization.yaml"),
                &kustomization(&replacement(IMAGE_FIELD)),
            )
            .write(&format!("kustom/job/overlays/{stage}/kustomization.yaml"), generated)
            .write(&format!("kustom/job/overlays/{stage}/params.env"), "TAG=v1\nCOLOR=blue\n");
    }
    history
}

fn case(name: &'static str, change: fn(History) -> History) -> Case {
    Case { name, actor: "deploy-bot", change }
}

fn argo(from: &str, to: &str) -> String {
    assert!(APPLICATION.contains(from), "{from}");
    APPLICATION.replacen(from, to, 1)
}

fn set(from: &str, to: &str) -> String {
    assert!(APPLICATION_SET.contains(from), "{from}");
    APPLICATION_SET.replacen(from, to, 1)
}

#[test]
fn what_is_not_worked_out_is_held_up_and_the_rest_is_not() {
    let (hostile, harmless) = (hostile::cases(), harmless::cases());
    let held = hostile.len();
    let cases: Vec<Case> = hostile.into_iter().chain(harmless).collect();
    let site = Site::of(story(), &cases);
    let (mut told, mut wrong) = (String::new(), String::new());
    for (index, case) in cases.iter().enumerate() {
        let (code, lines) = site.told(index, case);
        let wanted = if index < held { 3 } else { 0 };
        told.push_str(&format!("{} ({})\n{lines}", case.name, case.actor));
        if code != wanted {
            wrong.push_str(&format!("{}: exit {code}\n{lines}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    snapbox::assert_data_eq!(told, snapbox::file!["../blind.txt"]);
}

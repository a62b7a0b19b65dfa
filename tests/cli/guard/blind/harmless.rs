//! What must not be held up.

use super::{
    APPLIED, ARGO, CONFIG_MAP, FLUX_KUSTOMIZATION, HELM_RELEASE, IMAGE_FIELD, OVERLAY, RELEASE,
    SET, argo, case, kustomization, replacement, set, settings, template,
};
use crate::guard::{Case, ahead, deployment, values};

/// All of them.
pub fn cases() -> Vec<Case> {
    vec![
        case("argo: another parameter", |h| {
            ahead(h).write(ARGO, &argo("value: '2'", "value: '3'"))
        }),
        case("argo: another namespace", |h| {
            ahead(h).write(ARGO, &argo("namespace: web", "namespace: other"))
        }),
        case("argo: other quotes", |h| {
            ahead(h).write(ARGO, &argo("path: charts/web", "path: \"charts/web\""))
        }),
        case("argo: another key of an element", |h| {
            ahead(h).write(SET, &set("replicas: '2'", "replicas: '3'"))
        }),
        case("argo: another key in a file of a generator", |h| {
            ahead(h).write(
                "clusters/prod/us.json",
                "{ \"cluster\": \"us\", \"tag\": \"v1\", \"replicas\": \"3\" }\n",
            )
        }),
        case("argo: a patch of something else in the template", |h| {
            let patch = "  templatePatch: 'spec: { syncPolicy: { automated: {} } }'\n  template:\n";
            ahead(h).write(SET, &set("  template:\n", patch))
        }),
        case("argo: an element of a stage that is free for all", |h| {
            ahead(h).write("argo/dev/set.yaml", &set("tag: v1", "tag: v9"))
        }),
        case("argo: it moves to another file", |h| ahead(h).rename(SET, "argo/prod/sets.yaml")),
        case("argo: it goes away", |h| ahead(h).remove(SET)),
        case("flux: another interval", |h| {
            ahead(h).write(RELEASE, &HELM_RELEASE.replace("5m", "9m"))
        }),
        case("flux: another value", |h| {
            ahead(h).write("flux/prod/values/web.yaml", &CONFIG_MAP.replace("blue", "red"))
        }),
        case("flux: another variable", |h| {
            ahead(h).write(APPLIED, &FLUX_KUSTOMIZATION.replace("example.com", "example.org"))
        }),
        case("flux: a patch of something else", |h| {
            let patch = "  patches:\n  - patch: |\n      - { op: replace, path: /spec/replicas, value: 3 }\n";
            ahead(h).write(APPLIED, &(FLUX_KUSTOMIZATION.to_owned() + patch))
        }),
        case("compose: ports are merged over it", |h| {
            ahead(h).write(
                "compose/prod/docker-compose.override.yml",
                "services: { web: { ports: ['80:80'] } }\n",
            )
        }),
        case("compose: a variable", |h| ahead(h).write("compose/prod/.env", "COLOR=blue\n")),
        case("kustomize: another key beside what a replacement reads", |h| {
            ahead(h).write("kustom/api/overlays/prod/settings.yaml", &settings("v1", "red"))
        }),
        case("kustomize: another key beside what a variable reads", |h| {
            ahead(h).write("kustom/job/overlays/prod/params.env", "TAG=v1\nCOLOR=red\n")
        }),
        case("kustomize: replicas of a release are patched", |h| {
            let patch = "patches:\n- patch: |\n    kind: HelmRelease\n    metadata: { name: web }\n    spec: { values: { replicas: 3 } }\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + patch)))
        }),
        case("kustomize: operations on the policy of a container", |h| {
            let path = "/spec/template/spec/containers/0/imagePullPolicy";
            let patch = format!(
                "patches:\n- target: {{ name: api }}\n  patch: |\n    - op: add\n      path: {path}\n      value: Always\n"
            );
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + &patch)))
        }),
        case("kustomize: operations on replicas", |h| {
            let patch = "patches:\n- target: { name: api }\n  patch: |\n    - { op: replace, path: /spec/replicas, value: 3 }\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + patch)))
        }),
        case("kustomize: a replacement of something else", |h| {
            let other = replacement("spec.replicas").replacen("replacements:\n", "", 1);
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + &other)))
        }),
        case("link: a comment in the file behind it", |h| {
            ahead(h).write("shared/linked.yaml", &format!("# ours\n{}", values("v1")))
        }),
        case("link: a page in the folder behind it", |h| {
            ahead(h).write("shared/prod/README.md", "ours\n")
        }),
        case("link: replicas in the base behind it", |h| {
            let more =
                deployment("v1").replace("spec:\n  template", "spec:\n  replicas: 3\n  template");
            ahead(h).write("shared/base/deployment.yaml", &more)
        }),
        case("a template that cannot be read", |h| {
            ahead(h).write("plain/prod/form.yaml", &template("v1", 3))
        }),
        Case {
            name: "by somebody who may change the rules",
            actor: "platform",
            change: super::hostile::a_renderer().change,
        },
    ]
}

//! What must not get past.

use super::{
    APPLIED, ARGO, COMPOSE, CONFIG_MAP, FLUX_KUSTOMIZATION, HELM_RELEASE, IMAGE_FIELD, OVERLAY,
    RELEASE, SERVICES, SET, argo, case, kustomization, release_patch, replacement, set, settings,
    template,
};
use crate::guard::{Case, ahead, deployment, values};

/// All of them.
pub fn cases() -> Vec<Case> {
    [of_argo(), of_flux(), of_compose(), of_kustomize(), of_links(), unread()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_argo() -> Vec<Case> {
    vec![
        case("argo: a parameter twice, the good one first", |h| {
            let twice = "value: v1\n      - name: image.tag\n        value: v9\n";
            ahead(h).write(ARGO, &argo("value: v1\n", twice))
        }),
        case("argo: a parameter twice, the good one last", |h| {
            ahead(h).write(
                ARGO,
                &argo(
                    "- name: image.tag",
                    "- name: image.tag\n        value: v9\n      - name: image.tag",
                ),
            )
        }),
        case("argo: a parameter in the name of another", |h| {
            ahead(h).write(ARGO, &argo("name: replicas", "name: replicas=2,image.tag"))
        }),
        case("argo: a parameter from a file", |h| {
            let file = "helm:\n      fileParameters:\n      - { name: image.tag, path: tag.txt }\n";
            ahead(h).write(ARGO, &argo("helm:\n", file))
        }),
        case("argo: another file of values", |h| {
            ahead(h).write(ARGO, &argo("helm:\n", "helm:\n      valueFiles: [other.yaml]\n"))
        }),
        case("argo: another revision", |h| {
            ahead(h).write(ARGO, &argo("targetRevision: v7", "targetRevision: v9"))
        }),
        case("argo: a patch", |h| {
            let patch = "    kustomize:\n      patches:\n      - patch: |\n          - { op: replace, path: /spec/x, value: v9 }\n    helm:\n";
            ahead(h).write(ARGO, &argo("    helm:\n", patch))
        }),
        case("argo: a plugin", |h| {
            ahead(h).write(ARGO, &argo("    helm:\n", "    plugin: { name: x }\n    helm:\n"))
        }),
        case("argo: an element", |h| ahead(h).write(SET, &set("tag: v1", "tag: v9"))),
        case("argo: one more element", |h| {
            ahead(h).write(SET, &set("  - git:", "      - { cluster: us, tag: v9 }\n  - git:"))
        }),
        case("argo: a file of a generator", |h| {
            ahead(h).write("clusters/prod/us.json", "{ \"cluster\": \"us\", \"tag\": \"v9\" }\n")
        }),
        case("argo: one more file of a generator", |h| {
            ahead(h).write("clusters/prod/eu.json", "{ \"tag\": \"v9\" }\n")
        }),
        case("argo: a patch of the template", |h| {
            ahead(h).write(
                SET,
                &set(
                    "  template:\n",
                    "  templatePatch: 'spec: { source: { path: other } }'\n  template:\n",
                ),
            )
        }),
        case("argo: a template of a generator", |h| {
            let own = "list:\n      template: { spec: { source: { kustomize: { images: ['ghcr.io/acme/web:v9'] } } } }\n";
            ahead(h).write(SET, &set("list:\n", own))
        }),
    ]
}

/// What others may do, too, who may change the rules.
pub fn a_renderer() -> Case {
    case("flux: a renderer", |h| {
        let renderers = "spec:\n  postRenderers:\n  - kustomize: { images: [{ name: ghcr.io/acme/web, newTag: v9 }] }\n";
        ahead(h).write(RELEASE, &HELM_RELEASE.replace("spec:\n  i", &format!("{renderers}  i")))
    })
}

fn of_flux() -> Vec<Case> {
    vec![
        a_renderer(),
        case("flux: values from elsewhere", |h| {
            ahead(h).write(RELEASE, &HELM_RELEASE.replace("name: web-values", "name: other-values"))
        }),
        case("flux: no values from elsewhere", |h| {
            let without = HELM_RELEASE
                .replace("  valuesFrom:\n  - { kind: ConfigMap, name: web-values }\n", "");
            ahead(h).write(RELEASE, &without)
        }),
        case("flux: the values themselves", |h| {
            ahead(h).write("flux/prod/values/web.yaml", &CONFIG_MAP.replace("v1 }", "v9 }"))
        }),
        case("flux: a chart from elsewhere", |h| {
            ahead(h).write(RELEASE, &HELM_RELEASE.replace("name: acme", "name: other"))
        }),
        case("flux: a variable of a version", |h| {
            let more = FLUX_KUSTOMIZATION.to_owned() + "      web_revision: main-9\n";
            ahead(h).write(APPLIED, &more)
        }),
        case("flux: variables from elsewhere", |h| {
            let from = "postBuild:\n    substituteFrom: [{ kind: ConfigMap, name: x }]\n";
            ahead(h).write(APPLIED, &FLUX_KUSTOMIZATION.replace("postBuild:\n", from))
        }),
        case("flux: a patch of an image", |h| {
            let patch = "  patches:\n  - patch: |\n      - { op: replace, path: /spec/template/spec/containers/0/image, value: x }\n";
            ahead(h).write(APPLIED, &(FLUX_KUSTOMIZATION.to_owned() + patch))
        }),
        case("flux: another path", |h| {
            ahead(h).write(APPLIED, &FLUX_KUSTOMIZATION.replace("./apps", "./other"))
        }),
    ]
}

fn of_compose() -> Vec<Case> {
    vec![
        case("compose: what is merged over it", |h| {
            ahead(h)
                .write("compose/prod/docker-compose.override.yml", &SERVICES.replace("v1", "v9"))
        }),
        case("compose: what stands for it", |h| {
            ahead(h).write("compose/prod/compose.yaml", &SERVICES.replace("v1", "v9"))
        }),
        case("compose: what cannot be read is merged over it", |h| {
            ahead(h).write("compose/prod/compose.override.yaml", "services: { web: {{ x\n")
        }),
        case("compose: a file that is included", |h| {
            ahead(h).write(COMPOSE, &format!("include: [../dev/docker-compose.yml]\n{SERVICES}"))
        }),
        case("compose: other files by a variable", |h| {
            ahead(h).write("compose/prod/.env", "COMPOSE_FILE=../dev/docker-compose.yml\n")
        }),
    ]
}

fn of_kustomize() -> Vec<Case> {
    vec![
        case("kustomize: what a replacement reads", |h| {
            ahead(h).write("kustom/api/overlays/prod/settings.yaml", &settings("v9", "blue"))
        }),
        case("kustomize: another replacement", |h| {
            let other = replacement(IMAGE_FIELD).replace("data.tag", "data.color");
            ahead(h).write(OVERLAY, &kustomization(&other))
        }),
        case("kustomize: no replacement", |h| ahead(h).write(OVERLAY, &kustomization(""))),
        case("kustomize: what a variable reads", |h| {
            ahead(h).write("kustom/job/overlays/prod/params.env", "TAG=v9\nCOLOR=blue\n")
        }),
        case("kustomize: a release is patched", |h| {
            ahead(h).write(
                OVERLAY,
                &kustomization(&(replacement(IMAGE_FIELD) + &release_patch("v9", 2))),
            )
        }),
        case("kustomize: operations on a release", |h| {
            let operations = "patches:\n- target: { kind: HelmRelease }\n  patch: |\n    - op: replace\n      path: /spec/values/image/tag\n      value: v9\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + operations)))
        }),
        case("kustomize: operations on whatever has a label", |h| {
            let operations = "patchesJson6902:\n- target: { labelSelector: app=web }\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/values/image/tag\", \"value\": \"v9\"}]'\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + operations)))
        }),
        case("kustomize: operations on kinds by an expression", |h| {
            let operations = "patches:\n- target: { kind: Helm.* }\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/values/image/tag\", \"value\": \"latest\"}]'\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + operations)))
        }),
        case("kustomize: operations on containers and on something else", |h| {
            let operations = "patches:\n- target: { name: web }\n  patch: |\n    - { op: test, path: /spec/containers, value: [] }\n    - { op: add, path: /spec/values, value: { image: { tag: v9 } } }\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + operations)))
        }),
        case("kustomize: a release is patched from a file", |h| {
            let patch = "kind: HelmRelease\nmetadata: { name: web }\nspec: { values: { image: { tag: v9 } } }\n";
            let named = "patches:\n- path: release.yaml\n";
            let with = ahead(h).write("kustom/api/overlays/prod/release.yaml", patch);
            with.write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + named)))
        }),
        case("kustomize: the same in the old list", |h| {
            let patch = "kind: HelmRelease\nmetadata: { name: web }\nspec: { values: { image: { tag: v9 } } }\n";
            let named = "patchesStrategicMerge: [release.yaml]\n";
            let with = ahead(h).write("kustom/api/overlays/prod/release.yaml", patch);
            with.write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + named)))
        }),
        case("kustomize: values of a chart", |h| {
            let chart = "helmCharts:\n- name: x\n  repo: https://charts.example.com\n  version: 1.0.0\n  valuesInline: { image: { tag: v9 } }\n";
            ahead(h).write(OVERLAY, &kustomization(&(replacement(IMAGE_FIELD) + chart)))
        }),
    ]
}

fn of_links() -> Vec<Case> {
    vec![
        case("link: the file behind it", |h| ahead(h).write("shared/linked.yaml", &values("v9"))),
        case("link: a file in the folder behind it", |h| {
            ahead(h).write("shared/prod/deep.yaml", &values("v9"))
        }),
        case("link: one more file in the folder behind it", |h| {
            ahead(h).write("shared/prod/deep2.yaml", &values("v9"))
        }),
        case("link: the base behind it", |h| {
            ahead(h).write("shared/base/deployment.yaml", &deployment("v9"))
        }),
        case("link: the file behind it cannot be read", |h| {
            ahead(h).write("shared/linked.yaml", "image: { tag: v1\n")
        }),
        case("link: a key is written twice behind it", |h| {
            ahead(h).write("shared/linked.yaml", &(values("v1") + "image: { tag: v1 }\n"))
        }),
    ]
}

fn unread() -> Vec<Case> {
    vec![
        case("a file that cannot be read, and says something else", |h| {
            ahead(h).write("envs/prod/odd.yaml", "image: { tag: v9\n")
        }),
        case("a template that cannot be read, and says another version itself", |h| {
            ahead(h).write("plain/prod/form.yaml", &template("v9", 2))
        }),
        case("a kustomization that cannot be read", |h| {
            ahead(h).write(
                "kustom/odd/overlays/prod/kustomization.yaml",
                "images: [{ name: ghcr.io/acme/api, newTag: v9 }\n",
            )
        }),
    ]
}

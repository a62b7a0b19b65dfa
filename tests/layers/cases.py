"""Small repositories in which several layers say which image runs. Each case has files, and how each
stage is rendered. All names are made up."""

IMAGE = "registry.example/web"


def deployment(image, name="web", container="web"):
    return (
        "apiVersion: apps/v1\nkind: Deployment\n"
        f"metadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n      containers:\n"
        f"      - name: {container}\n        image: {image}\n"
    )


def chart(values, version="v0", extra="", where="charts/web", condition=""):
    """A chart that runs `.Values.image`, or its own `appVersion` if the tag is empty."""
    return {
        f"{where}/Chart.yaml": f"apiVersion: v2\nname: {where.rsplit('/', 1)[-1]}\nversion: 1.0.0\n"
        f"appVersion: {version}\n{extra}",
        f"{where}/values.yaml": values,
        f"{where}/templates/deployment.yaml": condition
        + "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}\n"
        "spec:\n  template:\n    spec:\n      containers:\n      - name: {{ .Chart.Name }}\n"
        '        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n'
        + ("{{ end }}" if condition else ""),
    }


def values(tag, repository=IMAGE):
    return f"image:\n  repository: {repository}\n  tag: {tag}\n"


def overlay(stage, tag, image=IMAGE):
    return {f"apps/web/overlays/{stage}/kustomization.yaml":
            f"resources: [../../base]\nimages:\n- name: {image}\n  newTag: {tag}\n"}


BASE = {
    "apps/web/base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "apps/web/base/deployment.yaml": deployment(f"{IMAGE}:v0"),
}


def application(stage, source):
    """An Argo CD Application in `argocd/STAGE/web.yaml`."""
    return {f"argocd/{stage}/web.yaml":
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
            f"metadata: {{name: web-{stage}, namespace: argocd}}\nspec:\n  project: default\n"
            f"  destination: {{server: https://kubernetes.default.svc, namespace: web-{stage}}}\n"
            f"  source:\n    repoURL: https://git.example/deploy.git\n    targetRevision: main\n{source}"}


def chart_source(stage, rest=""):
    return application(stage, f"    path: charts/web\n    helm:\n      valueFiles: [values-{stage}.yaml]\n{rest}")


def overlay_source(stage, rest=""):
    return application(stage, f"    path: apps/web/overlays/{stage}\n{rest}")


def flux(stage, rest="", path="apps/web/overlays"):
    """A Flux Kustomization in `clusters/STAGE/web.yaml`."""
    return {f"clusters/{stage}/web.yaml":
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
            f"metadata: {{name: web, namespace: flux-system}}\nspec:\n  interval: 10m\n  prune: true\n"
            f"  sourceRef: {{kind: GitRepository, name: flux-system}}\n  path: ./{path}/{stage}\n{rest}"}


def helm_release(stage, rest):
    return {
        f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [release.yaml]\n",
        f"apps/web/overlays/{stage}/release.yaml":
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\n"
            "spec:\n  interval: 10m\n  chart:\n    spec:\n      chart: ./charts/web\n"
            f"      sourceRef: {{kind: GitRepository, name: flux-system}}\n{rest}",
    }


# Cases that are not worked out yet, and not said either, with the reason.
KNOWN = {}

TWO = (("dev", "v2"), ("prod", "v1"))
CASES = {}


def both(name, how, *makers, common=()):
    """A case with `dev` and `prod`; each maker makes the files of a stage."""
    files = {}
    for part in common:
        files.update(part)
    for stage, tag in TWO:
        for maker in makers:
            files.update(maker(stage, tag))
    stages = {stage: [word.format(stage=stage) for word in how] for stage, _ in TWO}
    CASES[name] = {"files": files, "stages": stages}


def beside_another(name, how, *makers, common=()):
    """A case whose `dr` inherits what `prod` inherits, and keeps it when `prod` moves."""
    both(name, how, *makers, common=common)
    for maker in makers:
        CASES[name]["files"].update(maker("dr", None))
    CASES[name]["stages"]["dr"] = [word.format(stage="dr") for word in how]
    CASES[name]["from"] = "dev"


HELM = ["helm", "charts/web", "charts/web/values-{stage}.yaml"]
ARGO = ["argo", "argocd/{stage}/web.yaml"]
FLUX = ["flux", "clusters/{stage}/web.yaml"]
KUSTOMIZE = ["kustomize", "apps/web/overlays/{stage}"]


def stage_values(stage, tag):
    return {f"charts/web/values-{stage}.yaml": f"image:\n  tag: {tag}\n"}


# Helm
both("helm-stage-over-chart", HELM, stage_values, common=[chart(values("v0"))])
both("helm-empty-tag-is-app-version", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": "replicas: 2\n" if stage == "prod" else f"image:\n  tag: {tag}\n"},
     common=[chart(values('""'), version="v7")])
both("helm-null-takes-the-tag-away", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image:\n  tag: {'null' if stage == 'prod' else tag}\n"},
     common=[chart(values("v0"), version="v7")])
both("helm-repository-per-stage", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": values(tag, f"registry.example/{stage}/web")},
     common=[chart(values("v0"))])
both("helm-stage-inherits", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": "image:\n  pullPolicy: Always\n" if stage == "prod" else f"image:\n  tag: {tag}\n"},
     common=[chart(values("v3"))])
both("helm-anchor", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"tag: &tag {tag}\nimage:\n  tag: *tag\n"},
     common=[chart(values("v0"))])
both("helm-merge-key", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"x-image: &x\n  tag: {tag}\nimage:\n  <<: *x\n"},
     common=[chart(values("v0"))])
both("helm-later-of-two-keys", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"x-image: &x {{tag: v9}}\nimage:\n  <<: *x\n  tag: {tag}\n"},
     common=[chart(values("v0"))])


def inherits(rest, own=values):
    """The values of a stage: its own in dev, elsewhere only those in `rest`."""
    return lambda stage, tag: {f"charts/web/values-{stage}.yaml": own(tag) if stage == "dev" else rest}


beside_another("helm-inherits-beside-siblings", HELM, inherits("image:\n  pullPolicy: Always\nreplicas: 2\n"), common=[chart(values("v3"))])
beside_another("helm-inherits-without-siblings", HELM, inherits("replicas: 2\n"), common=[chart(values("v3"))])
beside_another("helm-inherits-in-flow", HELM, inherits("image: {pullPolicy: Always}\n"), common=[chart(values("v3"))])
beside_another("helm-inherits-all", HELM, inherits("# nothing\n"), common=[chart(values("v3"))])
beside_another("helm-inherits-the-app-version", HELM, inherits("replicas: 2\n"), common=[chart(values('""'), version="v7")])
beside_another("helm-inherits-a-merged-image", HELM, inherits("x-image: &x {image: {pullPolicy: Always}}\n<<: *x\n"), common=[chart(values("v3"))])


def umbrella(alias="", condition="", tags=""):
    dependency = f"- name: api\n  version: 1.0.0\n  repository: \"\"\n{alias}{condition}{tags}"
    return {**chart(values("v0"), extra=f"dependencies:\n{dependency}"),
            **chart(values("a0", "registry.example/api"), where="charts/web/charts/api")}


beside_another("helm-subchart-inherits", HELM,
     inherits("replicas: 2\n", lambda tag: f"image: {{tag: {tag}}}\napi:\n  image: {{tag: a{tag}}}\n"), common=[umbrella()])
both("helm-subchart", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image: {{tag: {tag}}}\napi:\n  image: {{tag: a{tag}}}\n"},
     common=[umbrella()])
both("helm-subchart-inherits", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image: {{tag: {tag}}}\n"},
     common=[umbrella()])
both("helm-subchart-alias", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image: {{tag: {tag}}}\nback:\n  image: {{tag: a{tag}}}\n"},
     common=[umbrella(alias="  alias: back\n")])
both("helm-subchart-off", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml":
                         f"image: {{tag: {tag}}}\napi:\n  enabled: {str(stage == 'dev').lower()}\n  image: {{tag: a{tag}}}\n"},
     common=[umbrella(condition="  condition: api.enabled\n")])
both("helm-subchart-tags-off", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml":
                         f"image: {{tag: {tag}}}\ntags:\n  back: {str(stage == 'dev').lower()}\napi:\n  image: {{tag: a{tag}}}\n"},
     common=[umbrella(tags="  tags: [back]\n")])
both("helm-subchart-condition-in-the-chart", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image: {{tag: {tag}}}\napi:\n  image: {{tag: a{tag}}}\n"},
     common=[umbrella(condition="  condition: api.enabled\n"), {"charts/web/values.yaml": values("v0") + "api:\n  enabled: false\n"}])
both("helm-parent-sets-the-subchart", HELM,
     lambda stage, tag: {f"charts/web/values-{stage}.yaml": f"image: {{tag: {tag}}}\n"},
     common=[umbrella(), {"charts/web/values.yaml": values("v0") + "api:\n  image:\n    tag: a5\n"}])
both("helm-folder-per-stage", ["helm", "charts/web", "env/{stage}/values.yaml"],
     lambda stage, tag: {f"env/{stage}/values.yaml": values(tag)}, common=[chart(values("v0"))])

# kustomize
both("kustomize-images", KUSTOMIZE, overlay, common=[BASE])
both("kustomize-new-name", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\nimages:\n- name: {IMAGE}\n  newName: registry.example/{stage}/web\n  newTag: {tag}\n"},
     common=[BASE])
both("kustomize-entry-that-matches-nothing", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n- name: registry.example/gone\n  newTag: v9\n"},
     common=[BASE])
both("kustomize-overlay-over-base-entry", KUSTOMIZE, overlay,
     common=[{**BASE, "apps/web/base/kustomization.yaml":
              f"resources: [deployment.yaml]\nimages:\n- name: {IMAGE}\n  newTag: v4\n"}])
both("kustomize-base-entry-alone", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         "resources: [../../base]\n" + (f"images:\n- name: {IMAGE}\n  newTag: {tag}\n" if stage == "dev" else "")},
     common=[{**BASE, "apps/web/base/kustomization.yaml":
              f"resources: [deployment.yaml]\nimages:\n- name: {IMAGE}\n  newTag: v4\n"}])
both("kustomize-renamed-below", KUSTOMIZE,
     lambda stage, tag: overlay(stage, tag, "registry.example/mirror/web"),
     common=[{**BASE, "apps/web/base/kustomization.yaml":
              f"resources: [deployment.yaml]\nimages:\n- name: {IMAGE}\n  newName: registry.example/mirror/web\n"}])
both("kustomize-old-name-after-renaming", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\nimages:\n- name: registry.example/mirror/web\n  newTag: {tag}\n- name: {IMAGE}\n  newTag: v9\n"},
     common=[{**BASE, "apps/web/base/kustomization.yaml":
              f"resources: [deployment.yaml]\nimages:\n- name: {IMAGE}\n  newName: registry.example/mirror/web\n"}])
both("kustomize-component", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml": f"resources: [../../base]\ncomponents: [../../components/{stage}]\n",
                         f"apps/web/components/{stage}/kustomization.yaml":
                         f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n"},
     common=[BASE])
both("kustomize-component-before-own-images", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\ncomponents: [../../components/pin]\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n"},
     common=[BASE, {"apps/web/components/pin/kustomization.yaml":
                    f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: {IMAGE}\n  newTag: v6\n"}])
both("kustomize-patch", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\npatches:\n- path: patch.yaml\n",
                         f"apps/web/overlays/{stage}/patch.yaml": deployment(f"{IMAGE}:{tag}")},
     common=[BASE])
both("kustomize-json-patch", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         "resources: [../../base]\npatches:\n- target: {kind: Deployment, name: web}\n  patch: |-\n"
                         "    - op: replace\n      path: /spec/template/spec/containers/0/image\n"
                         f"      value: {IMAGE}:{tag}\n"},
     common=[BASE])
both("kustomize-patch-below-images", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\npatches:\n- path: patch.yaml\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n",
                         f"apps/web/overlays/{stage}/patch.yaml": deployment(f"{IMAGE}:v9")},
     common=[BASE])
both("kustomize-digest", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\nimages:\n- name: {IMAGE}\n  digest: sha256:{tag[1] * 64}\n"},
     common=[BASE])
both("kustomize-two-containers", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../base]\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n- name: registry.example/side\n  newTag: s{tag}\n"},
     common=[{**BASE, "apps/web/base/deployment.yaml":
              deployment(f"{IMAGE}:v0") + "      - name: side\n        image: registry.example/side:s0\n"}])
both("kustomize-overlay-of-an-overlay", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         f"resources: [../../common]\nimages:\n- name: {IMAGE}\n  newTag: {tag}\n"},
     common=[BASE, {"apps/web/common/kustomization.yaml": f"resources: [../base]\nimages:\n- name: {IMAGE}\n  newTag: v5\n"}])
both("kustomize-replacement", KUSTOMIZE,
     lambda stage, tag: {f"apps/web/overlays/{stage}/kustomization.yaml":
                         "resources: [../../base, version.yaml]\nreplacements:\n- source: {kind: ConfigMap, name: version, fieldPath: data.image}\n"
                         "  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [spec.template.spec.containers.0.image]\n",
                         f"apps/web/overlays/{stage}/version.yaml":
                         f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: version}}\ndata: {{image: '{IMAGE}:{tag}'}}\n"},
     common=[BASE])

# Argo CD
both("argo-value-files", ARGO, lambda stage, tag: {**chart_source(stage), **stage_values(stage, tag)}, common=[chart(values("v0"))])
both("argo-parameters-over-files", ARGO,
     lambda stage, tag: {**chart_source(stage, f"      parameters:\n      - {{name: image.tag, value: {tag}}}\n"), **stage_values(stage, "v9")},
     common=[chart(values("v0"))])
both("argo-values-object-over-files", ARGO,
     lambda stage, tag: {**chart_source(stage, f"      valuesObject:\n        image: {{tag: {tag}}}\n"), **stage_values(stage, "v9")},
     common=[chart(values("v0"))])
both("argo-values-over-files", ARGO,
     lambda stage, tag: {**chart_source(stage, f"      values: |\n        image:\n          tag: {tag}\n"), **stage_values(stage, "v9")},
     common=[chart(values("v0"))])
both("argo-parameters-over-values-object", ARGO,
     lambda stage, tag: {**chart_source(stage, f"      valuesObject:\n        image: {{tag: v8}}\n      parameters:\n      - {{name: image.tag, value: {tag}}}\n"), **stage_values(stage, "v9")},
     common=[chart(values("v0"))])
both("argo-values-object-over-values", ARGO,
     lambda stage, tag: {**chart_source(stage, f"      values: |\n        image: {{tag: v8}}\n      valuesObject:\n        image: {{tag: {tag}}}\n"), **stage_values(stage, "v9")},
     common=[chart(values("v0"))])
both("argo-other-parameter", ARGO,
     lambda stage, tag: {**chart_source(stage, "      parameters:\n      - {name: replicas, value: '2'}\n"), **stage_values(stage, tag)},
     common=[chart(values("v0"))])
both("argo-later-value-file-wins", ARGO,
     lambda stage, tag: {**application(stage, f"    path: charts/web\n    helm:\n      valueFiles: [values-{stage}.yaml, pins-{stage}.yaml]\n"),
                         **stage_values(stage, "v9"), f"charts/web/pins-{stage}.yaml": f"image: {{tag: {tag}}}\n"},
     common=[chart(values("v0"))])
both("argo-missing-value-file", ARGO,
     lambda stage, tag: {**application(stage, f"    path: charts/web\n    helm:\n      ignoreMissingValueFiles: true\n      valueFiles: [values-{stage}.yaml, none.yaml]\n"), **stage_values(stage, tag)},
     common=[chart(values("v0"))])
both("argo-images-over-overlay", ARGO,
     lambda stage, tag: {**overlay_source(stage, f"    kustomize:\n      images: ['{IMAGE}:{tag}']\n"), **overlay(stage, "v9")}, common=[BASE])
both("argo-images-rename", ARGO,
     lambda stage, tag: {**overlay_source(stage, f"    kustomize:\n      images: ['{IMAGE}=registry.example/{stage}/web:{tag}']\n"), **overlay(stage, "v9")}, common=[BASE])
both("argo-images-digest", ARGO,
     lambda stage, tag: {**overlay_source(stage, f"    kustomize:\n      images: ['{IMAGE}@sha256:{tag[1] * 64}']\n"), **overlay(stage, "v9")}, common=[BASE])
both("argo-overlay-alone", ARGO, lambda stage, tag: {**overlay_source(stage), **overlay(stage, tag)}, common=[BASE])
both("argo-source-file-of-the-app", ARGO,
     lambda stage, tag: {**overlay_source(stage), **overlay(stage, "v9"),
                         f"apps/web/overlays/{stage}/.argocd-source-web-{stage}.yaml": f"kustomize:\n  images:\n  - {IMAGE}:{tag}\n"},
     common=[BASE])
both("argo-source-file", ARGO,
     lambda stage, tag: {**overlay_source(stage), **overlay(stage, "v9"),
                         f"apps/web/overlays/{stage}/.argocd-source.yaml": f"kustomize:\n  images:\n  - {IMAGE}:{tag}\n"},
     common=[BASE])
both("argo-source-files-both", ARGO,
     lambda stage, tag: {**overlay_source(stage), **overlay(stage, "v9"),
                         f"apps/web/overlays/{stage}/.argocd-source.yaml": f"kustomize:\n  images:\n  - {IMAGE}:v8\n",
                         f"apps/web/overlays/{stage}/.argocd-source-web-{stage}.yaml": f"kustomize:\n  images:\n  - {IMAGE}:{tag}\n"},
     common=[BASE])
both("argo-source-file-with-parameters", ARGO,
     lambda stage, tag: {**application(stage, f"    path: env/{stage}\n"), **chart(values("v9"), where=f"env/{stage}"),
                         f"env/{stage}/.argocd-source-web-{stage}.yaml": f"helm:\n  parameters:\n  - {{name: image.tag, value: {tag}, forcestring: true}}\n"})
both("argo-ref-values", ARGO,
     lambda stage, tag: {f"argocd/{stage}/web.yaml":
                         "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
                         f"metadata: {{name: web-{stage}, namespace: argocd}}\nspec:\n  project: default\n"
                         "  destination: {server: https://kubernetes.default.svc, namespace: web}\n  sources:\n"
                         "  - repoURL: https://git.example/deploy.git\n    targetRevision: main\n    path: charts/web\n"
                         f"    helm:\n      valueFiles: [$here/env/{stage}/values.yaml]\n"
                         "  - repoURL: https://git.example/deploy.git\n    targetRevision: main\n    ref: here\n",
                         f"env/{stage}/values.yaml": values(tag)},
     common=[chart(values("v0"))])

# Flux
both("flux-overlay", FLUX, lambda stage, tag: {**flux(stage), **overlay(stage, tag)}, common=[BASE])
both("flux-images-over-overlay", FLUX,
     lambda stage, tag: {**flux(stage, f"  images:\n  - name: {IMAGE}\n    newTag: {tag}\n"), **overlay(stage, "v9")}, common=[BASE])
both("flux-substitute", FLUX,
     lambda stage, tag: {**flux(stage, f"  postBuild:\n    substitute:\n      TAG: {tag}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\n"},
     common=[BASE, {"apps/web/base/deployment.yaml": deployment(f"{IMAGE}:${{TAG}}")}])
both("flux-substitute-over-default", FLUX,
     lambda stage, tag: {**flux(stage, f"  postBuild:\n    substitute:\n      TAG: {tag}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\n"},
     common=[BASE, {"apps/web/base/deployment.yaml": deployment(f"{IMAGE}:${{TAG:=v9}}")}])
both("flux-default-alone", FLUX,
     lambda stage, tag: {**flux(stage, f"  postBuild:\n    substitute:\n      {'TAG' if stage == 'dev' else 'OTHER'}: {tag}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\n"},
     common=[BASE, {"apps/web/base/deployment.yaml": deployment(f"{IMAGE}:${{TAG:=v9}}")}])
both("flux-substitute-in-overlay", FLUX,
     lambda stage, tag: {**flux(stage, f"  postBuild:\n    substitute:\n      web_tag: {tag}\n"),
                         **overlay(stage, "${web_tag}")}, common=[BASE])
both("flux-patches", FLUX,
     lambda stage, tag: {**flux(stage, "  patches:\n  - target: {kind: Deployment, name: web}\n    patch: |\n"
                                + "".join(f"      {line}\n" for line in deployment(f"{IMAGE}:{tag}").splitlines())),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\n"}, common=[BASE])
both("flux-release-values", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, f"  values:\n    image:\n      repository: {IMAGE}\n      tag: {tag}\n")},
     common=[chart(values("v0"))])
both("flux-release-inherits", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, "  values: {replicas: 2}\n" if stage == "prod" else f"  values:\n    image: {{tag: {tag}}}\n")},
     common=[chart(values("v3"))])
beside_another("flux-release-inherits-beside-another", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, f"  values:\n    image: {{tag: {tag}}}\n" if stage == "dev" else "  values: {replicas: 2}\n")},
     common=[chart(values("v3"))])
both("flux-release-values-from", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, "  valuesFrom:\n  - {kind: ConfigMap, name: web-values}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [release.yaml, values.yaml]\n",
                         f"apps/web/overlays/{stage}/values.yaml":
                         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-values, namespace: web}\ndata:\n  values.yaml: |\n"
                         f"    image:\n      repository: {IMAGE}\n      tag: {tag}\n"},
     common=[chart(values("v0"))])
both("flux-release-values-from-a-generator", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, "  valuesFrom:\n  - {kind: ConfigMap, name: web-values}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml":
                         "resources: [release.yaml]\ngeneratorOptions: {disableNameSuffixHash: true}\n"
                         "configMapGenerator:\n- name: web-values\n  namespace: web\n  files: [values.yaml=web.yaml]\n",
                         f"apps/web/overlays/{stage}/web.yaml": values(tag)},
     common=[chart(values("v0"))])
both("flux-release-later-values-from", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, "  valuesFrom:\n  - {kind: ConfigMap, name: web-common}\n  - {kind: ConfigMap, name: web-values, valuesKey: v.yaml}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [release.yaml, values.yaml]\n",
                         f"apps/web/overlays/{stage}/values.yaml":
                         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-common, namespace: web}\ndata:\n  values.yaml: |\n"
                         f"    image:\n      repository: {IMAGE}\n      tag: v9\n---\n"
                         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-values, namespace: web}\ndata:\n  v.yaml: |\n"
                         f"    image:\n      tag: {tag}\n"},
     common=[chart(values("v0"))])
both("flux-release-values-over-values-from", FLUX,
     lambda stage, tag: {**flux(stage), **helm_release(stage, f"  valuesFrom:\n  - {{kind: ConfigMap, name: web-values}}\n  values:\n    image: {{tag: {tag}}}\n"),
                         f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [release.yaml, values.yaml]\n",
                         f"apps/web/overlays/{stage}/values.yaml":
                         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-values, namespace: web}\ndata:\n  values.yaml: |\n"
                         f"    image:\n      repository: {IMAGE}\n      tag: v9\n"},
     common=[chart(values("v0"))])
both("flux-release-patched", FLUX,
     lambda stage, tag: {**flux(stage), f"apps/web/overlays/{stage}/kustomization.yaml": "resources: [../../base]\npatches:\n- path: patch.yaml\n",
                         f"apps/web/overlays/{stage}/patch.yaml":
                         "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\n"
                         f"spec:\n  values:\n    image: {{tag: {tag}}}\n"},
     common=[chart(values("v0")),
             {"apps/web/base/kustomization.yaml": "resources: [release.yaml]\n",
              "apps/web/base/release.yaml":
              "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: web}\n"
              "spec:\n  interval: 10m\n  chart:\n    spec:\n      chart: ./charts/web\n"
              f"      sourceRef: {{kind: GitRepository, name: flux-system}}\n  values:\n    image: {{repository: {IMAGE}, tag: v8}}\n"}])
both("flux-release-patched-by-the-kustomization", FLUX,
     lambda stage, tag: {**flux(stage, "  patches:\n  - target: {kind: HelmRelease}\n    patch: |\n      apiVersion: helm.toolkit.fluxcd.io/v2\n"
                                "      kind: HelmRelease\n      metadata: {name: web, namespace: web}\n      spec:\n        values:\n"
                                f"          image: {{tag: {tag}}}\n"),
                         **helm_release(stage, f"  values:\n    image: {{repository: {IMAGE}, tag: v9}}\n")},
     common=[chart(values("v0"))])


# Compose
COMPOSE = ["compose", "stacks/{stage}"]


def stack(text, name="compose.yaml"):
    return lambda stage, tag: {f"stacks/{stage}/{name}": text.format(stage=stage, tag=tag, image=IMAGE)}


def stack_variables(text, name=".env"):
    return stack(text, name)


WEB = "services:\n  web:\n    image: {image}:{tag}\n"
both("compose-literal", COMPOSE, stack(WEB))
both("compose-variable", COMPOSE, stack("services:\n  web:\n    image: {image}:${{TAG}}\n"), stack_variables("TAG={tag}\n"))
both("compose-default-of-a-variable", COMPOSE, stack("services:\n  web:\n    image: {image}:${{TAG:-{tag}}}\n"))
both("compose-override", COMPOSE, stack(WEB.replace("{tag}", "v0")), stack(WEB, "compose.override.yaml"))
both("compose-override-of-the-other-name", COMPOSE, stack(WEB.replace("{tag}", "v0"), "docker-compose.yml"),
     stack(WEB, "docker-compose.override.yml"))
both("compose-override-without-an-image", COMPOSE, stack(WEB),
     stack("services:\n  web:\n    ports: ['80:80']\n", "compose.override.yml"))
both("compose-first-of-two-overrides", COMPOSE, stack(WEB.replace("{tag}", "v0")),
     stack(WEB, "compose.override.yml"), stack(WEB.replace("{tag}", "v9"), "docker-compose.override.yml"))
both("compose-include", COMPOSE, stack("include: [web.yaml]\n"), stack(WEB, "web.yaml"))
both("compose-include-of-shared-files", COMPOSE, stack("include: [../shared/web.yaml]\n"),
     stack_variables("TAG={tag}\n"),
     common=[{"stacks/shared/web.yaml": "services:\n  web:\n    image: registry.example/web:${TAG:-v0}\n",
              "stacks/shared/.env": "TAG=v8\n"}])
both("compose-include-with-variables-of-its-own", COMPOSE,
     stack("include:\n- path: web.yaml\n  env_file: [first.env, second.env]\n"),
     stack("services:\n  web:\n    image: {image}:${{TAG}}\n", "web.yaml"),
     stack_variables("TAG=v9\n", "first.env"), stack_variables("TAG={tag}\n", "second.env"))
both("compose-include-of-merged-files", COMPOSE,
     stack("include:\n- path: [web.yaml, more.yaml]\n"), stack(WEB.replace("{tag}", "v0"), "web.yaml"),
     stack(WEB, "more.yaml"))
both("compose-extends", COMPOSE, stack("services:\n  web:\n    extends: {{file: base.yaml, service: base}}\n"),
     stack("services:\n  base:\n    image: {image}:{tag}\n", "base.yaml"))
both("compose-extends-over-two-files", COMPOSE,
     stack("services:\n  web:\n    extends: {{file: base/web.yaml, service: base}}\n"),
     stack("services:\n  base:\n    extends: {{file: ../root.yaml, service: root}}\n", "base/web.yaml"),
     stack("services:\n  root:\n    image: {image}:{tag}\n", "root.yaml"))
both("compose-extends-and-its-own-image", COMPOSE,
     stack("services:\n  web:\n    image: {image}:{tag}\n    extends: {{file: base.yaml, service: base}}\n"),
     stack("services:\n  base:\n    image: {image}:v0\n", "base.yaml"))
both("compose-anchor", COMPOSE,
     stack("x-web: &web\n  image: {image}:{tag}\nservices:\n  web:\n    <<: *web\n"))
both("compose-preferred-name", COMPOSE, stack(WEB), stack(WEB.replace("{tag}", "v0"), "docker-compose.yml"))

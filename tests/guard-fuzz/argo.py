"""Repositories of Argo CD applications for guard-fuzz, and what Argo CD makes of them.

Argo CD calls Helm and kustomize; the order in which it passes values on is documented and followed
here: chart, `valueFiles` in order, `values` or `valuesObject`, `parameters`. It edits the
kustomization of a source as `kustomize edit` does, and merges `.argocd-source.yaml` and
`.argocd-source-APP.yaml` beside the files of a source over it. Applications are read as `kubectl`
reads objects.
"""

import json
import os
import shutil
import tempfile

import yaml

import seeds

KUBECTL = os.environ.get("KUBECTL", "kubectl")
KUSTOMIZE = os.environ.get("KUSTOMIZE", "")
HELM = os.environ.get("HELM", "helm")

CONFIG = """stages: [dev, staging, prod]
sources:
- argo: argo/{stage}/{app}.yaml
- kustomize: sites/{app}/{stage}
- helm-values: ['shops/{app}/values-{stage}.yaml', 'env/{stage}/{app}.yaml']
gates:
- isolation: off
permissions:
  prod: [deploy-bot]
  config: [platform]
"""

HEAD = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}-{stage}
  namespace: argocd
spec:
  project: default
  destination:
    server: https://kubernetes.default.svc
    namespace: {name}-{stage}
  syncPolicy:
    automated:
      prune: true
"""

SOURCE = """  source:
    repoURL: https://git.example/deploy.git
    targetRevision: main
"""

OVERLAY = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../base
images:
- name: ghcr.io/acme/api
  newTag: {tag}
"""

# The end of the application `site`, which takes an overlay.
SITES = [
    "    path: sites/site/{stage}\n    kustomize:\n      images:\n      - ghcr.io/acme/api:{tag}\n",
    "    path: sites/site/{stage}\n    kustomize:\n      images:\n"
    "      - ghcr.io/acme/proxy=ghcr.io/acme/gateway:{tag}\n      - ghcr.io/acme/api:{tag}\n",
    "    path: sites/site/{stage}\n    kustomize:\n      images:\n"
    "      - ghcr.io/acme/api@sha256:" + "{digest}" * 64 + "\n",
    "    path: sites/site/{stage}\n",
    "    path: ./sites/site/{stage}/\n    kustomize:\n      namePrefix: a-\n      commonLabels:\n"
    "        team: shop\n      images:\n      - ghcr.io/acme/api:{tag}\n",
    "    path: sites/site/{stage}\n    kustomize:\n      patches:\n      - target:\n          kind: Deployment\n"
    "        patch: |-\n          - op: replace\n            path: /spec/template/spec/containers/1/image\n"
    "            value: ghcr.io/acme/proxy:v1\n",
]

# The end of the application `shop`, which takes a chart.
SHOPS = [
    "    path: shops/shop\n    helm:\n      valueFiles:\n      - values-{stage}.yaml\n",
    "    path: shops/shop\n    helm:\n      valueFiles:\n      - values-{stage}.yaml\n      parameters:\n"
    "      - name: image.tag\n        value: {tag}\n",
    "    path: shops/shop\n    helm:\n      valuesObject:\n        image:\n          tag: {tag}\n        replicas: 3\n",
    "    path: shops/shop\n    helm:\n      values: |\n        image:\n          tag: {tag}\n        replicas: 3\n",
    "    path: shops/shop\n    helm:\n      valueFiles:\n      - /env/{stage}/shop.yaml\n      - values-{stage}.yaml\n",
    "    path: shops/shop\n    helm:\n      ignoreMissingValueFiles: true\n      valueFiles:\n"
    "      - values-{stage}.yaml\n      - missing.yaml\n      valuesObject:\n        sidecar:\n"
    "          image: ghcr.io/acme/sidecar:v1\n",
    "    path: shops/shop\n    helm:\n      releaseName: shop\n      parameters:\n      - name: image.tag\n"
    "        value: '{tag}'\n        forceString: true\n      - name: replicas\n        value: '4'\n",
]

MANY = """  sources:
  - repoURL: https://git.example/deploy.git
    targetRevision: main
    ref: values
  - repoURL: https://git.example/deploy.git
    targetRevision: main
    path: shops/shop
    helm:
      valueFiles:
      - $values/env/{stage}/shop.yaml
"""

# Pieces that go into an application. `{t}` is a version that prod never ran.
PIECES = [
    "    kustomize:\n      images:\n      - ghcr.io/acme/api:{t}\n",
    "      images:\n      - ghcr.io/acme/proxy:{t}\n",
    "      - ghcr.io/acme/proxy:{t}\n",
    "      - ghcr.io/acme/setup=ghcr.io/evil/setup:{t}\n",
    "      - ghcr.io/acme/api@sha256:" + "9" * 64 + "\n",
    "      namePrefix: x-\n",
    "      nameSuffix: -x\n",
    "      forceCommonLabels: true\n",
    "      replicas:\n      - name: api\n        count: 9\n",
    "      components:\n      - ../added\n",
    "      patches:\n      - target: {{kind: Deployment}}\n        patch: '[{{\"op\": \"replace\", \"path\": "
    "\"/spec/template/spec/containers/0/image\", \"value\": \"evil:{t}\"}}]'\n",
    "    helm:\n      parameters:\n      - name: image.tag\n        value: {t}\n",
    "      parameters:\n      - name: image.tag\n        value: {t}\n",
    "      - name: image.tag\n        value: {t}\n",
    "      - name: image\n        value: null\n",
    "      - name: sidecar.image\n        value: evil:{t}\n",
    "      - name: sidecar.enabled\n        value: 'false'\n",
    "      - name: image\\.tag\n        value: {t}\n",
    "      - name: replicas,image.tag\n        value: 1,image.tag={t}\n",
    "      - name: replicas\n        value: 1,image.tag={t}\n",
    "      - name: 'replicas'\n        value: '9'\n",
    "      fileParameters:\n      - name: image.tag\n        path: added.yaml\n",
    "      values: |\n        image:\n          tag: {t}\n",
    "      valuesObject:\n        image:\n          tag: {t}\n",
    "        image:\n          tag: {t}\n",
    "        image: null\n",
    "        sidecar:\n          image: evil:{t}\n",
    "        replicas: 9\n",
    "        labels:\n          team: other\n",
    "      valueFiles:\n      - added.yaml\n",
    "      - added.yaml\n",
    "      - /env/dev/shop.yaml\n",
    "      ignoreMissingValueFiles: true\n",
    "      releaseName: other\n",
    "      version: v3\n",
    "    path: sites/site/dev\n",
    "    path: shops/shop\n",
    "    targetRevision: other\n",
    "    repoURL: https://evil.example/x.git\n",
    "    chart: web\n",
    "    directory:\n      recurse: true\n",
    "  sources:\n  - repoURL: https://git.example/deploy.git\n    path: sites/site/dev\n",
    "  source:\n    path: sites/site/dev\n",
    "  revisionHistoryLimit: 3\n",
    "  ignoreDifferences: []\n",
    "  info:\n  - name: a\n    value: b\n",
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n",
]

# Pieces of the files that Argo CD merges over a source.
OVERRIDES = [
    "kustomize:\n  images:\n  - ghcr.io/acme/api:{t}\n",
    "helm:\n  parameters:\n  - name: image.tag\n    value: {t}\n    forcestring: true\n",
    "helm:\n  valuesObject:\n    image:\n      tag: {t}\n",
    "helm:\n  values: 'image: {{tag: {t}}}'\n",
    "kustomize:\n  namePrefix: y-\n",
    "helm:\n  valueFiles: [added.yaml]\n",
    "path: sites/site/dev\n",
    "{{}}\n",
]


def create(repository, chance):
    repository.write("towpath.yaml", CONFIG)
    repository.write("README.md", "words\n")
    base = "resources:\n- deployment.yaml\n- cron.yaml\n"
    repository.write("sites/site/base/kustomization.yaml", base)
    repository.write("sites/site/base/deployment.yaml", seeds.DEPLOYMENT)
    repository.write("sites/site/base/cron.yaml", seeds.CRON_JOB)
    repository.write("shops/shop/Chart.yaml", seeds.CHART.replace("web", "shop"))
    repository.write("shops/shop/values.yaml", seeds.VALUES)
    repository.write("shops/shop/templates/deployment.yaml", seeds.TEMPLATE)
    site, shop = chance.choice(SITES), chance.choice([*SHOPS, MANY])
    has_override = chance.random() < 0.2
    for stage, tag in (("dev", "v3"), ("staging", "v2"), ("prod", "v1")):
        names = {"stage": stage, "tag": tag, "digest": tag[1]}
        application = HEAD.format(name="site", stage=stage) + SOURCE + site.format(**names)
        repository.write(f"argo/{stage}/site.yaml", application)
        source = "" if shop is MANY else SOURCE
        application = HEAD.format(name="shop", stage=stage) + source + shop.format(**names)
        repository.write(f"argo/{stage}/shop.yaml", application)
        repository.write(f"sites/site/{stage}/kustomization.yaml", OVERLAY.format(tag=tag))
        repository.write(f"shops/shop/values-{stage}.yaml", seeds.STAGE_VALUES.format(tag=tag))
        repository.write(f"env/{stage}/shop.yaml", f"image:\n  tag: {tag}\n")
        if has_override:
            override = f"kustomize:\n  images:\n  - ghcr.io/acme/api:{tag}\n"
            repository.write(f"sites/site/{stage}/.argocd-source-site-{stage}.yaml", override)


def pieces_for(name):
    if ".argocd-source" in name:
        return OVERRIDES
    return PIECES if name.startswith("argo/") else None


class Unreadable(Exception):
    """Argo CD would not go on with this."""


def read_objects(repository, name):
    """The objects of a file, as kubectl reads them."""
    done = repository.run(KUBECTL, "label", "--local", "-f", name, "x=y", "-o", "json", check=False)
    if done.returncode != 0:
        raise Unreadable(done.stderr)
    decoder, text, at, out = json.JSONDecoder(), done.stdout.strip(), 0, []
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        out += value.get("items", []) if value.get("kind") == "List" else [value]
        at = len(text) - len(text[end:].lstrip())
    return out


def built(repository):
    """The images of each application of prod; None for one that Argo CD cannot build."""
    folder = repository.path("argo/prod")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    out = {}
    for name in names:
        if not name.endswith(".yaml"):
            continue
        try:
            objects = read_objects(repository, f"argo/prod/{name}")
        except Unreadable:
            out[name] = None
            continue
        for object in objects:
            if object.get("kind") == "Application":
                out[object["metadata"].get("name")] = application_images(repository, object)
    return out


def application_images(repository, object):
    try:
        spec, name = object["spec"], object["metadata"].get("name")
        sources = spec.get("sources") or [spec["source"]]
        out = set()
        for source in sources:
            out |= source_images(repository, source, name)
        return out
    except (Unreadable, KeyError, TypeError, AttributeError, ValueError, OSError, yaml.YAMLError):
        return None


def source_images(repository, source, name):
    for key in ("repoURL", "targetRevision", "chart"):
        expected = {"repoURL": "https://git.example/deploy.git", "targetRevision": "main"}.get(key)
        if source.get(key) != expected and not (key == "targetRevision" and key not in source):
            # Files of another place: nothing here tells what they are.
            return {(("elsewhere", key), str(source.get(key)))}
    if "path" not in source:
        return set()
    folder = os.path.normpath(source["path"].lstrip("/"))
    for file in (".argocd-source.yaml", f".argocd-source-{name}.yaml"):
        path = repository.path(f"{folder}/{file}")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as text:
                above = yaml.safe_load(text) or {}
            # They cannot say where a source is.
            kept = {key: value for key, value in above.items() if key in ("helm", "kustomize")}
            source = merge(source, kept)
    if os.path.isfile(repository.path(f"{folder}/Chart.yaml")):
        return helm(repository, folder, source.get("helm") or {}, name)
    kustomizations = ("kustomization.yaml", "kustomization.yml", "Kustomization")
    if any(os.path.isfile(repository.path(f"{folder}/{file}")) for file in kustomizations):
        return kustomize(repository, folder, source.get("kustomize") or {})
    raise Unreadable("a folder of manifests")


def merge(below, above):
    """A JSON merge patch."""
    if not isinstance(above, dict) or not isinstance(below, dict):
        return above
    out = dict(below)
    for key, value in above.items():
        out[key] = merge(out.get(key), value)
    return {key: value for key, value in out.items() if value is not None}


def helm(repository, folder, settings, name):
    from fuzz import images_of
    command = [HELM, "template", settings.get("releaseName") or name, folder]
    for file in settings.get("valueFiles") or []:
        path = file[1:] if file.startswith("/") else f"{folder}/{file}"
        path = file.split("/", 1)[1] if file.startswith("$") else path
        if not os.path.exists(repository.path(path)) and settings.get("ignoreMissingValueFiles"):
            continue
        command += ["-f", path]
    with tempfile.TemporaryDirectory() as scratch:
        own = settings.get("values") or ""
        if settings.get("valuesObject"):
            own = json.dumps(settings["valuesObject"])
        if own:
            with open(f"{scratch}/values.yaml", "w", encoding="utf-8") as file:
                file.write(own)
            command += ["-f", f"{scratch}/values.yaml"]
        for parameter in settings.get("parameters") or []:
            force = parameter.get("forceString") or parameter.get("forcestring")
            value = clean(str(parameter.get("value", "")))
            command += ["--set-string" if force else "--set", f"{parameter['name']}={value}"]
        for parameter in settings.get("fileParameters") or []:
            command += ["--set-file", f"{parameter['name']}={folder}/{parameter['path']}"]
        done = repository.run(*command, check=False)
    if done.returncode != 0:
        raise Unreadable(done.stderr)
    return images_of(done.stdout)


def clean(value):
    """Commas of a value do not begin another one, unless they are in braces (Argo CD's
    `cleanSetParameters`)."""
    if value.startswith("{"):
        return value
    out = ""
    for at, letter in enumerate(value):
        out += "\\," if letter == "," and value[at - 1:at] != "\\" else letter
    return out


def kustomize(repository, folder, settings):
    from fuzz import images_of
    with tempfile.TemporaryDirectory() as scratch:
        top = os.path.join(scratch, "copy")
        shutil.copytree(repository.folder, top, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        at = os.path.join(top, folder)
        copy = type(repository)(at, repository.environment)
        edits = []
        if settings.get("namePrefix"):
            edits.append(["set", "nameprefix", "--", settings["namePrefix"]])
        if settings.get("nameSuffix"):
            edits.append(["set", "namesuffix", "--", settings["nameSuffix"]])
        if settings.get("images"):
            edits.append(["set", "image", *settings["images"]])
        for edit in edits:
            done = copy.run(KUSTOMIZE, "edit", *edit, check=False)
            if done.returncode != 0:
                raise Unreadable(done.stderr)
        on_top = {key: settings[key] for key in ("patches", "components") if settings.get(key)}
        if on_top:
            # Argo CD adds these to the lists of the kustomization.
            file = next(name for name in ("kustomization.yaml", "kustomization.yml", "Kustomization")
                        if os.path.isfile(os.path.join(at, name)))
            content = yaml.safe_load(copy.read(file)) or {}
            for key, value in on_top.items():
                content[key] = [*(content.get(key) or []), *value]
            copy.write(file, yaml.safe_dump(content))
        done = copy.run(KUBECTL, "kustomize", ".", check=False)
        if done.returncode != 0:
            raise Unreadable(done.stderr)
        return images_of(done.stdout)

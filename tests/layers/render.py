"""What the programs themselves make of a deployment: Helm, kustomize, and Argo CD and Flux on top;
and Docker Compose.

Argo CD and Flux call Helm and kustomize; the order in which they pass values on is documented and
followed here (Argo CD: parameters, valuesObject or values, valueFiles, the chart's; Flux: values,
valuesFrom in order, the chart's).
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def helm(chart, values=(), sets=(), release="release"):
    command = [os.environ["HELM"], "template", release, str(chart)]
    with tempfile.TemporaryDirectory() as scratch:
        for number, value in enumerate(values):
            if isinstance(value, dict):
                path = Path(scratch, f"{number}.yaml")
                path.write_text(yaml.safe_dump(value))
                value = path
            command += ["-f", str(value)]
        for name, value in sets:
            command += ["--set", f"{name}={value}"]
        return documents(run(*command))


def kustomize(folder, images=(), patches=()):
    """Builds a folder, with images and patches on top of what it makes itself."""
    folder = Path(folder)
    if not images and not patches:
        return documents(run(os.environ["KUBECTL"], "kustomize", str(folder)))
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        on_top = {"resources": [f"../{folder.name}"], "images": list(images), "patches": list(patches)}
        Path(scratch, "kustomization.yaml").write_text(yaml.safe_dump(on_top))
        return documents(run(os.environ["KUBECTL"], "kustomize", scratch))


def merge(below, above):
    """A JSON merge patch, as Argo CD applies `.argocd-source.yaml`."""
    if not isinstance(above, dict) or not isinstance(below, dict):
        return above
    out = dict(below)
    for key, value in above.items():
        out[key] = merge(out.get(key), value)
    return {key: value for key, value in out.items() if value is not None}


def image_override(text):
    """`old=new:tag`, `name:tag` or `name@digest`, as `kustomize edit set image` reads it."""
    name, _, new = text.rpartition("=")
    new, _, digest = new.partition("@")
    path, tag = new, None
    if ":" in new.rsplit("/", 1)[-1]:
        path, tag = new.rsplit(":", 1)
    entry = {"name": name or path}
    if name:
        entry["newName"] = path
    if tag:
        entry["newTag"] = tag
    if digest:
        entry["digest"] = digest
    return entry


def argo(top, application):
    """Renders an Argo CD Application whose sources lie in the repository at `top`."""
    object = documents(Path(top, application).read_text())[0]
    name, spec = object["metadata"]["name"], object["spec"]
    out = []
    for source in spec.get("sources") or [spec["source"]]:
        if "path" not in source:
            continue
        folder = Path(top, source["path"])
        for file in (".argocd-source.yaml", f".argocd-source-{name}.yaml"):
            if Path(folder, file).exists():
                source = merge(source, yaml.safe_load(Path(folder, file).read_text()))
        if Path(folder, "Chart.yaml").exists():
            settings = source.get("helm") or {}
            values = []
            for file in settings.get("valueFiles") or []:
                path = Path(top, file[1:]) if file.startswith("/") else Path(folder, file)
                path = Path(top, file.split("/", 1)[1]) if file.startswith("$") else path
                if path.exists() or not settings.get("ignoreMissingValueFiles"):
                    values.append(path)
            own = settings.get("valuesObject") or yaml.safe_load(settings.get("values") or "") or {}
            sets = [(p["name"], p["value"]) for p in settings.get("parameters") or []]
            out += helm(folder, [*values, own], sets, settings.get("releaseName", name))
        elif any(Path(folder, file).exists() for file in ("kustomization.yaml", "kustomization.yml")):
            settings = source.get("kustomize") or {}
            images = [image_override(text) for text in settings.get("images") or []]
            out += kustomize(folder, images, settings.get("patches") or [])
        else:
            for path in sorted(folder.glob("*.yaml")):
                out += documents(path.read_text())
    return out


def substitute(text, variables):
    """Flux's `postBuild`: `${name}`, `${name:=default}` and `${name:-default}`."""
    def value(found):
        name, default = found.group(1), found.group(3)
        return str(variables[name]) if name in variables else (default or "")
    return re.sub(r"\$\{(\w+)(:?[-=]([^}]*))?\}", value, text)


def flux(top, file):
    """Applies a Flux Kustomization: what its path builds, patched and with variables put in; and of
    that, HelmReleases of charts that lie in the repository."""
    object = next(d for d in documents(Path(top, file).read_text()) if d["kind"] == "Kustomization")
    spec = object["spec"]
    folder = Path(top, spec["path"])
    patches = [
        {key: value for key, value in patch.items() if key in ("patch", "target")}
        for patch in spec.get("patches") or []
    ]
    built = kustomize(folder, spec.get("images") or [], patches)
    variables = (spec.get("postBuild") or {}).get("substitute") or {}
    if "postBuild" in spec:
        built = documents(substitute(yaml.safe_dump_all(built), variables))
    out = []
    for document in built:
        out += release(top, document, built) if document["kind"] == "HelmRelease" else [document]
    return out


def release(top, object, beside):
    spec = object["spec"]
    chart = Path(top, spec["chart"]["spec"]["chart"])
    values = []
    for source in spec.get("valuesFrom") or []:
        holder = next(
            d for d in beside if d["kind"] == source["kind"] and d["metadata"]["name"] == source["name"]
        )
        text = (holder.get("data") or {})[source.get("valuesKey", "values.yaml")]
        if "targetPath" in source:
            nested = text
            for key in reversed(source["targetPath"].split(".")):
                nested = {key: nested}
            values.append(nested)
        else:
            values.append(yaml.safe_load(text))
    return helm(chart, [*values, spec.get("values") or {}])


def compose(folder):
    """The project that `docker-compose up` in a folder starts, as if it were workloads."""
    project = json.loads(run(os.environ["COMPOSE"], "config", "--format", "json", cwd=folder))
    return [{"containers": list(project["services"].values())}]


def images(rendered):
    """All images of workloads, as `name:tag` or `name@digest`."""
    found = set()

    def walk(node):
        if isinstance(node, dict):
            for key in ("containers", "initContainers"):
                for container in node.get(key) or []:
                    if isinstance(container, dict) and "image" in container:
                        found.add(container["image"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    for document in rendered:
        walk(document)
    return found


def render(top, how):
    """Renders one stage as its case says: `["argo", "apps/prod.yaml"]`."""
    kind, *rest = how
    if kind == "helm":
        chart, *values = rest
        return helm(Path(top, chart), [Path(top, path) for path in values])
    if kind == "kustomize":
        return kustomize(Path(top, rest[0]))
    if kind == "compose":
        return compose(Path(top, rest[0]))
    return {"argo": argo, "flux": flux}[kind](top, rest[0])


def copy(top):
    target = Path(tempfile.mkdtemp())
    shutil.copytree(top, target, dirs_exist_ok=True)
    return target


if __name__ == "__main__":
    import sys
    print(json.dumps(sorted(images(render(sys.argv[1], json.loads(sys.argv[2]))))))

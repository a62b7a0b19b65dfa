"""Edits each image of kustomize's own tests with `towpath deploy`, and builds before and after.

    KUBECTL=kubectl TOWPATH=towpath tests/kustomize_edits.py KUSTOMIZE_CLONE

The clone may be bare. A test of kustomize writes its files with `WriteK`, `WriteC` and `WriteF` and
builds with `Run`; they are taken out of the Go text. For each image that `status` shows, the patch of
`deploy … --patch` is applied and the overlay is built again: an image that changed must run the new
version, and one must have changed. Exit code 1 when an edit is wrong or has no effect.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

KUBECTL = os.environ.get("KUBECTL", "kubectl")
TOWPATH = os.environ.get("TOWPATH", "towpath")
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
WANTED = "9.9.9"
API = "apiVersion: kustomize.config.k8s.io/"
HEADERS = {"K": API + "v1beta1\nkind: Kustomization\n", "C": API + "v1alpha1\nkind: Component\n", "F": ""}
WRITE = re.compile(r'Write([KFC])\(\s*(?:filepath\.Join\()?"([^"]*)"\)?\s*,\s*`([^`]*)`')
# No proxy answers on this port, so that remote resources fail at once.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def expanded(name, functions, depth=0):
    """The text of a function after the texts of those that it calls."""
    text = functions[name]
    called = dict.fromkeys(re.findall(r"(\w+)\(", text))
    below = [c for c in called if c in functions and c != name and not c.startswith("Test")]
    return "".join(expanded(c, functions, depth + 1) for c in below if depth < 4) + text


def go_tests(clone):
    """Name, files and built folder of each test that writes a kustomization."""
    for path in run("git", "-C", clone, "ls-tree", "-r", "--name-only", "HEAD").stdout.split():
        text = run("git", "-C", clone, "show", "HEAD:" + path).stdout if path.endswith("_test.go") else ""
        if "WriteK(" not in text:
            continue
        functions = {}
        for function in re.split(r"\nfunc ", text)[1:]:
            if name := re.match(r"(?:\([^)]*\)\s*)?(\w+)", function):
                functions[name[1]] = function
        constants = dict(re.findall(r"(\w+)\s*:?=\s*`([^`]*)`", text))

        def literal(match):
            return f"{match[1]}`{constants[match[2]]}`)" if match[2] in constants else match[0]

        for name in functions:
            if not name.startswith("Test"):
                continue
            whole = re.sub(r"(Write[KFC]\([^`\n]*,\s*)(\w+)\)", literal, expanded(name, functions))
            files = {}
            for kind, at, body in WRITE.findall(whole):
                at = os.path.normpath(at.lstrip("/") or ".")
                files[at if kind == "F" else os.path.normpath(at + "/kustomization.yaml")] = HEADERS[kind] + body
            for root in dict.fromkeys(re.findall(r'\.Run(?:WithErr)?\("([^"]*)"', whole)):
                yield f"{path}: {name}", files, os.path.normpath(root.lstrip("/") or ".")


def images(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            here = path + (key,)
            if isinstance(value, str) and (key == "image" or path[-1:] == ("image",) and key == "reference"):
                yield here, value
            else:
                yield from images(value, here)
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from images(value, path + (str(position),))


def built(folder):
    """The images of the build by their places, or None where kustomize cannot build it."""
    build = run(KUBECTL, "kustomize", "--load-restrictor=LoadRestrictionsNone", folder, env=os.environ | OFFLINE)
    if build.returncode != 0:
        return None
    found = {}
    for number, document in enumerate(yaml.load_all(build.stdout, LOADER)):
        found.update({(number, *place): image for place, image in images(document)})
    return found


def repository(folder, files, root):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)
    config = f"stages: [prod]\nsources:\n- kustomize: {os.path.normpath(root + '/kustomization.yaml')}\n"
    with open(os.path.join(folder, "towpath.yaml"), "w", encoding="utf-8") as file:
        file.write(config + "  app: x\n  stage: prod\n")
    author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "files"]):
        subprocess.run(["git", "-C", folder, *command], check=True)


def edited(folder, root, entry, before):
    """What an edit of this entry came to, in a word."""
    deploy = run(TOWPATH, "-C", folder, "deploy", entry["app"], WANTED, "--to", "prod", "--patch")
    if deploy.returncode != 0 or not deploy.stdout.strip():
        return "refused"
    run("git", "-C", folder, "apply", "-", input=deploy.stdout, check=True)
    after = built(os.path.join(folder, root))
    run("git", "-C", folder, "checkout", "-q", ".", check=True)
    if after is None or set(after) != set(before):
        return "wrong"
    changed = {place for place in before if before[place] != after[place]}
    if not changed:
        return "without effect"
    # Each moved place runs the new version of the entry's image; what ran the same image moved along.
    name = entry["image"]
    right = all(after[p].split("@")[0] == f"{name}:{WANTED}" for p in changed)
    left = any(before[p] in {before[c] for c in changed} for p in set(before) - changed)
    return "right" if right and not left else "wrong"


def main(clone):
    counts = collections.Counter()
    for name, files, root in go_tests(clone):
        if f"{root}/kustomization.yaml".removeprefix("./") not in files or any(p[:2] == ".." for p in files):
            counts["not taken out"] += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                repository(folder, files, root)
            except (FileExistsError, IsADirectoryError, NotADirectoryError):
                counts["not taken out"] += 1
                continue
            before = built(os.path.join(folder, root))
            if not before:
                counts["does not build" if before is None else "no image"] += 1
                continue
            counts["builds"] += 1
            status = run(TOWPATH, "-q", "-C", folder, "status", "--no-since", "--output", "json")
            for entry in json.loads(status.stdout)["entries"]:
                answer = edited(folder, root, entry, before)
                counts[answer] += 1
                if answer in ("wrong", "without effect"):
                    print(f"{name} ({root}): {entry['app']}: {answer}")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["wrong"] or counts["without effect"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))

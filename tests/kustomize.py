"""Builds every overlay of a checkout with kubectl and compares the images; see tests/kustomize.sh."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import yaml

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
PINNED = re.compile(r"(?!.*//)[\w./-]+(:\d+/[\w./-]+)?(:[\w.-]+(@[\w:]+)?|@[\w:]+)", re.ASCII)
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def images(node, key="", item=False, definition=False):
    """What a container runs, and what else is called `image` and is pinned."""
    if isinstance(node, dict):
        for below, value in node.items():
            if isinstance(value, str):
                container = item and key in ("containers", "initContainers")
                if below == "image" and value and (container or not definition and PINNED.fullmatch(value)):
                    yield value
            else:
                yield from images(value, below, False, definition)
    elif isinstance(node, list):
        for value in node:
            yield from images(value, key, True, definition)


def built(directory):
    """The images kustomize prints, or None with its message when it cannot build."""
    # No proxy answers on this port, so that remote resources fail at once.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "GIT_TERMINAL_PROMPT": "0"}
    command = ["kubectl", "kustomize", "--load-restrictor=LoadRestrictionsNone", directory]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | nowhere)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    if run.returncode != 0:
        return None, run.stderr.strip()
    found = set()
    for document in yaml.load_all(run.stdout, LOADER):
        definition = isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition"
        found.update(images(document, definition=definition))
    return found, ""


def main(name, top, ours_file):
    ours = {}
    with open(ours_file, encoding="utf-8") as lines:
        for line in lines:
            directory, image = line.rstrip("\n").split("\t")
            ours.setdefault(directory, set()).add(image)
    directories = sorted(
        os.path.relpath(where, top) for where, _, files in os.walk(top) if any(known in files for known in NAMES)
    )
    same = different = failed = shown = 0
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda directory: built(os.path.join(top, directory)), directories)
        for directory, (theirs, message) in zip(directories, results):
            if theirs is None:
                failed += 1
                if os.environ.get("REPORT"):
                    print(f"  not built: {directory}: {message[:200]}")
                continue
            mine = ours.get(directory, set())
            shown += len(theirs)
            if mine == theirs:
                same += 1
                continue
            different += 1
            print(f"  {directory}")
            for image in sorted(theirs - mine):
                print(f"    missing {image}")
            for image in sorted(mine - theirs):
                print(f"    extra   {image}")
    print(f"{name}: {same} same ({shown} images), {different} different, {failed} not built by kustomize")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

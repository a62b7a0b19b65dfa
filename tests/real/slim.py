#!/usr/bin/env python3
"""slim.py FROM TO: GitHub's OpenAPI description, fit for Prism.

Keeps the paths that a forge client uses, writes path parameters that span several segments out up to
four of them (Prism matches one each), and drops what nothing refers to any more."""

import copy
import json
import re
import sys

KEPT = re.compile(r"^/repos/\{owner\}/\{repo\}/(pulls|commits|statuses|check-runs|labels|issues|deployments)|^/user$")
SEGMENTS = 4


def main(source, target):
    with open(source) as file:
        description = json.load(file)
    paths = {}
    for path, item in description["paths"].items():
        if KEPT.match(path):
            paths[path] = item
            paths.update(spanning(description, path, item))
    description["paths"] = paths
    description.pop("webhooks", None)
    description.pop("x-webhooks", None)
    used = set()
    collect(description, paths, used)
    for kind, parts in description["components"].items():
        if kind != "securitySchemes":
            description["components"][kind] = {n: p for n, p in parts.items() if f"#/components/{kind}/{n}" in used}
    with open(target, "w") as file:
        json.dump(description, file)


def resolve(description, node):
    while isinstance(node, dict) and "$ref" in node:
        reference, node = node["$ref"], description
        for key in reference[2:].split("/"):
            node = node[key.replace("~1", "/").replace("~0", "~")]
    return node


def operations(item):
    return [value for value in item.values() if isinstance(value, dict)]


def spanning(description, path, item):
    """The same path with two, three and four segments for the parameter that may have them."""
    parameters = [resolve(description, p) for o in operations(item) for p in o.get("parameters", [])]
    names = [p["name"] for p in parameters if p.get("x-multi-segment") and p["in"] == "path"]
    for count in range(2, SEGMENTS + 1) if names else []:
        more = [f"{names[0]}_{number}" for number in range(2, count + 1)]
        longer = copy.deepcopy(item)
        for operation in operations(longer):
            new = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in more]
            operation["parameters"] = operation.get("parameters", []) + new
            operation["operationId"] = f"{operation.get('operationId', 'operation')}-{count}"
        joined = "/".join("{%s}" % name for name in [names[0]] + more)
        yield path.replace("{%s}" % names[0], joined), longer


def collect(description, node, used):
    if isinstance(node, list):
        for value in node:
            collect(description, value, used)
    elif isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in used:
            used.add(reference)
            collect(description, resolve(description, node), used)
        for value in node.values():
            collect(description, value, used)


main(*sys.argv[1:])

"""Figures of public repositories that were counted with git and a YAML parser alone, for
tests/groundtruth.sh: of the changes of a stage, how many had been in the stage before."""

import collections
import json
import os
import re
import sys

from groundtruth import towpath

GOVUK = "alphagov+govuk-helm-charts"
INFRA = "redhat-appstudio+infra-deployments"
KEYS = ("changes", "before", "same_commit", "after", "never")
BASE = re.compile(r"(components/.*)/(staging|production)/base/kustomization\.yaml")


def measured(clone, before, stage, since="1970-01-01"):
    metrics = json.loads(towpath(clone, "metrics", "--since", since, "-o", "json"))
    return next(pair for pair in metrics["pairs"] if (pair["from"], pair["to"]) == (before, stage))


def pins(clone):
    """The changes of `images:` in the files that stand for a whole stage, the oldest first: place on
    the mainline, folder and image, stage, from, to. Without `?ref=` pins; what one commit says twice
    counts once; an image that moved to another organisation is the same."""
    entries = [json.loads(line) for line in towpath(clone, "history", "-o", "jsonl").splitlines()][::-1]
    places, seen = {}, {}
    for entry in entries:
        place = places.setdefault(entry["commit"], len(places))
        image = (entry["to"] or entry["from"])["image"]
        file = BASE.fullmatch(entry["path"])
        if not file or entry["target"] != "base" or image.startswith("github.com/"):
            continue
        old, new = ((side and (side["tag"] or side["digest"])) for side in (entry["from"], entry["to"]))
        if old != new:
            key = file[1].removesuffix("/overlays"), image.split("/")[-1]
            seen[place, key, file[2], old, new] = None
    return list(seen)


def counted(clone):
    changes, first, known = pins(clone), {}, set()
    for place, key, stage, _, new in changes:
        if stage == "staging":
            known.add(key)
            first.setdefault((key, new), place)
    counts = collections.Counter()
    for place, key, stage, old, new in changes:
        if stage == "production" and old and new and key in known:
            then = first.get((key, new))
            counts["changes"] += 1
            counts["never" if then is None else "before" if then < place else "same_commit" if then == place else "after"] += 1
    return counts


def audited(clone, *arguments):
    return json.loads(towpath(clone, "audit", "-o", "json", *arguments))["findings"]


def order(clone):
    """What came to production before staging: beyond the tolerance, within it, and never in staging."""
    findings = [finding for finding in audited(clone) if finding["stage"] == "production"]
    about = lambda rule: [f for f in findings if f["rule"] == rule and f["message"].startswith("staging ")]  # noqa: E731
    count = collections.Counter(finding["severity"] for finding in about("out-of-order"))
    return count["high"], count["low"], len(about("skipped-stage"))


def confirmed(clone):
    """The cases that people have confirmed, with the beginnings of their commits."""
    known = {("publisher", "783b29ef"), ("service-manual-publisher", "b8329dc7"), ("router", "v247")}
    findings = audited(clone, "--since", "2026-01-01", "--stage", "production")
    named = [f for f in findings if f["rule"] in ("skipped-stage", "out-of-order")]
    return tuple(sorted(f["commit"][:8] for f in named if (f["app"], (f["tag"] or "")[:8]) in known))


def figures(clones):
    """What each figure is about, what is known, and how to find it."""
    govuk, infra = (os.path.join(clones, name + ".git") for name in (GOVUK, INFRA))
    row = lambda pair: tuple(pair[key] for key in KEYS)  # noqa: E731
    yield GOVUK, "staging > production", (31766, 31611, 3, 64, 88), lambda: row(measured(govuk, "staging", "production"))
    yield (
        GOVUK,
        "integration > production since 2026-01-01, median lead in seconds",
        (526,),
        lambda: (measured(govuk, "integration", "production", "2026-01-01")["lead_seconds"]["median"],),
    )
    yield GOVUK, "audit: production first, within the tolerance, never in staging", (4, 60, 88), lambda: order(govuk)
    yield GOVUK, "audit: the confirmed cases", ("1f53d7cb", "6e7b3901", "8f1a9a1a"), lambda: confirmed(govuk)
    yield INFRA, "staging/base > production/base", (547, 482, 56, 1, 8), lambda: row(counted(infra))


def main():
    good = True
    print("figures:", ", ".join(KEYS).replace("_", " "))
    for name, what, known, find in figures(sys.argv[1]):
        found = find()
        good &= found == known
        print(f"    {name} {what}: {found}{'' if found == known else f' instead of {known}'}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

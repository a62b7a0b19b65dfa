"""The comparison of tests/groundtruth.sh."""

import json
import os
import re
import subprocess
import sys

COLUMNS = "{:<52} {:>8} {:>6} {:>7} {:>9} {:>5} {:>5}"


def words(text):
    return {word for word in re.split(r"[^a-z0-9]+", text.lower()) if word}


def towpath(clone, *arguments):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    command = [os.environ["TOWPATH"], "-q", "--read-only", "-C", clone, *arguments]
    run = subprocess.run(command, capture_output=True, env=environment, check=False)
    if run.returncode != 0:
        sys.exit(f"{clone}: {run.stderr.decode()}")
    return run.stdout


def status(clone, head):
    return json.loads(towpath(clone, "status", "--no-since", "--at", head, "-o", "json"))


def versions(entry):
    tag, digest = entry["tag"] or "", entry["digest"] or ""
    return {text for text in (tag, digest, f"{tag}@{digest}") if text}


def bears(entry, label):
    """True if all words of the label name the entry; of `default(production)` either word will do."""
    place = words(" ".join(entry[key] or "" for key in ("app", "stage", "target", "component", "image")))
    either = re.fullmatch(r"([^()]+)\(([^()]+)\)", label)
    return any(words(name) <= place for name in (either.groups() if either else [label]))


def compare(report, mappings):
    by_file = {}
    for entry in report["entries"]:
        for path in {location["path"] for location in entry["locations"]}:
            by_file.setdefault(path, []).append(entry)
    missing, misplaced, wrong, used = [], [], [], {}
    by_confidence = {}
    for wanted in mappings:
        here = by_file.get(wanted["file"], [])
        same = [entry for entry in here if {wanted["tag"], wanted["tag"].split("@")[0]} & versions(entry)]
        placed = [entry for entry in same if bears(entry, wanted["stage"])]
        if not same:
            about = [entry for entry in here if bears(entry, wanted["stage"]) and bears(entry, wanted["app"])]
            (wrong if about else missing).append(wanted)
        elif not placed:
            misplaced.append(wanted)
        if same:
            counts = by_confidence.setdefault((placed or same)[0]["confidence"], [0, 0, 0])
            counts[0 if placed else 1] += 1
        named = [entry for entry in placed if bears(entry, wanted["app"])] or placed
        slots = frozenset((e["app"], e["component"], e["stage"], e["target"]) for e in named)
        if len(slots) == 1:
            used.setdefault(slots, {})[(wanted["app"], wanted["stage"])] = wanted
    for labels in used.values():
        # Two labels that only share one slot cannot be told apart.
        misplaced.extend(list(labels.values())[1:])
    listed = {(wanted["file"], version) for wanted in mappings for version in (wanted["tag"], wanted["tag"].split("@")[0])}
    extra = {
        (location["path"], str(entry["tag"] or entry["digest"]))
        for entry in report["entries"]
        for location in entry["locations"]
        if not any((location["path"], version) in listed for version in versions(entry))
    }
    for entry in report["entries"]:
        places = {(location["path"], str(entry["tag"] or entry["digest"])) for location in entry["locations"]}
        by_confidence.setdefault(entry["confidence"], [0, 0, 0])[2] += len(places & extra)
    return missing, misplaced, wrong, extra, by_confidence


def main():
    clones, truth = sys.argv[1:3]
    print(COLUMNS.format("repository", "expected", "found", "missing", "misplaced", "wrong", "extra"))
    totals, reports, confidences = [0] * 6, {}, {}
    for name in sorted(os.listdir(truth)):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(truth, name), encoding="utf-8") as file:
            answer = json.load(file)
        if "mappings" not in answer:
            continue
        clone = os.path.join(clones, name.split(".json")[0].replace(".remote-refs", "") + ".git")
        if clone not in reports:
            reports[clone] = status(clone, answer["head"])
        missing, misplaced, wrong, extra, by_confidence = compare(reports[clone], answer["mappings"])
        for confidence, counts in by_confidence.items():
            so_far = confidences.setdefault(confidence, [0, 0, 0])
            confidences[confidence] = [a + b for a, b in zip(so_far, counts)]
        expected = len(answer["mappings"])
        found = expected - len(missing) - len(wrong)
        row = [expected, found, len(missing), len(misplaced), len(wrong), len(extra)]
        totals = [total + value for total, value in zip(totals, row)]
        print(COLUMNS.format(name[:-5], *row))
        for word, cases in (("missing", missing), ("misplaced", misplaced), ("wrong", wrong)):
            for case in cases[:5]:
                print(f"    {word}: {case['app']} in {case['stage']}: {case['tag']} ({case['file']})")
    print(COLUMNS.format("total", *totals))
    for confidence, (right, misplaced, extra) in sorted(confidences.items()):
        print(f"confidence {confidence}: {right} listed places right, {misplaced} misplaced, {extra} places not listed")
    expected, found, _, misplaced, wrong, _ = totals
    sys.exit(1 if wrong or found - misplaced < 0.97 * expected else 0)


if __name__ == "__main__":
    main()

"""The histories of tests/groundtruth.sh: what `towpath history` tells, beside known answers and git."""

import collections
import json
import os
import random
import subprocess
import sys

from groundtruth import towpath, versions

COLUMNS = "{:<44} {:>8} {:>9} {:>7} {:>7} {:>8} {:>8}"
SAMPLE = int(os.environ.get("SAMPLE", "200"))


def slot(entry):
    """An app is called by its component, or the front of it, where it has, or had, several."""
    app, component = entry["app"], entry["component"]
    for cut in (at for at, letter in enumerate(app) if letter == "/" and component):
        if f"{component}/".startswith(f"{app[cut + 1 :]}/"):
            app = app[:cut]
            break
    return app, component, entry["stage"], entry["target"]


def version(side):
    return side and (side["tag"], side["digest"])


def bare(text):
    return text and text.split("@")[0]


def says(side, text):
    """Is this side of an entry the version of a known answer?"""
    if side is None or text is None:
        return side is None and text is None
    return bool({text, bare(text)} & versions(side))


def missing(entries, answers):
    by_place = collections.defaultdict(list)
    for entry in entries:
        by_place[entry["path"], entry["commit"]].append(entry)
    return [answer for answer in answers if not any(fits(entry, answer) for entry in by_place[answer["file"], answer["commit"]])]


def fits(entry, answer):
    """`image-only`: the same tag of another image or build."""
    sides = says(entry["from"], answer["from"]) and says(entry["to"], answer["to"])
    return sides and (answer["kind"] != "image-only" or entry["kind"] == "image")


def broken(entries, standing):
    """Plays the history from the oldest entry on. What goes must be there, and in the end there is
    what status shows."""
    running, faults = collections.defaultdict(collections.Counter), []
    for entry in reversed(entries):
        here, gone, come = running[slot(entry)], version(entry["from"]), version(entry["to"])
        if gone and here[gone] == 0:
            faults.append((entry, "its `from` did not run"))
        elif gone:
            here[gone] -= 1
        if come:
            here[come] += 1
    left = {(place, key) for place, here in running.items() for key, count in here.items() if count}
    now = {(slot(entry), version(entry)) for entry in standing}
    return faults + [(fault, "is not in both history and status") for fault in left ^ now]


class Git:
    """Plain git, asked about single commits."""

    def __init__(self, clone):
        self.clone = clone
        self.mainline = set(self.run("rev-list", "--first-parent", "HEAD").decode().split())

    def run(self, *arguments):
        command = ["git", "--no-replace-objects", "-C", self.clone, *arguments]
        return subprocess.run(command, capture_output=True, check=False).stdout

    def changed(self, commit):
        names = self.run("diff-tree", "-r", "-z", "--root", "-m", "--first-parent", "--no-commit-id", "--no-renames", "--name-only", commit)
        return {name for name in names.decode(errors="replace").split("\0") if name}

    def text(self, revision, path):
        return self.run("cat-file", "blob", f"{revision}:{path}").decode(errors="replace")

    def written(self, entry, side, revision, changed):
        """Does the file of an entry, or another that the commit changed, bear the version? Or a base, which
        the commit need not change, beside the name of the image?"""
        texts = [text for text in (side["tag"], side["digest"]) if text]
        paths = [entry["path"], *(path for path in sorted(changed) if path != entry["path"])]
        if any(all(text in content for text in texts) for content in (self.text(revision, path) for path in paths)):
            return True
        words = [word for text in [*texts, side["image"]] if text for word in ("-e", text)]
        folder = entry["path"].split("/")[0]
        return bool(side["image"] and self.run("grep", "-l", "-F", "--all-match", *words, revision, "--", folder))

    def fault(self, entry):
        """Why git does not show an entry."""
        commit = entry["commit"]
        if commit not in self.mainline:
            return "its commit is not on the mainline"
        changed = self.changed(commit)
        if not changed:
            return "its commit changed nothing"
        for side, revision in (("from", f"{commit}^"), ("to", commit)):
            if entry[side] and not self.written(entry, entry[side], revision, changed):
                return f"its `{side}` is not written at {revision}"
        return None


def unseen(clone, entries):
    git = Git(clone)
    sample = random.Random(1).sample(entries, min(SAMPLE, len(entries)))
    checked = [(entry, git.fault(entry)) for entry in sample]
    return len(sample), [(entry, fault) for entry, fault in checked if fault]


def in_full(entry):
    if isinstance(entry, tuple):
        return str(entry)
    return f"{entry['commit'][:10]} {entry.get('path', entry.get('file'))} {slot(entry) if 'target' in entry else entry['app']}: {entry['from']} > {entry['to']}"


def compare(clone, answers):
    entries = [json.loads(line) for line in towpath(clone, "history", "-o", "jsonl").splitlines()]
    standing = json.loads(towpath(clone, "status", "--no-since", "-o", "json"))["entries"]
    lacking = missing(entries, answers)
    faults = broken(entries, standing)
    sampled, strange = unseen(clone, entries)
    cases = [("missing", (case, case["kind"])) for case in lacking]
    cases += [("broken", case) for case in faults] + [("strange", case) for case in strange]
    return [len(entries), len(answers), len(answers) - len(lacking), len(faults), sampled, len(strange)], cases


def main():
    clones, truth = sys.argv[1:3]
    print(COLUMNS.format("history", "entries", "expected", "found", "broken", "sampled", "strange"))
    answers = collections.defaultdict(list)
    for name in sorted(name for name in os.listdir(truth) if name.endswith(".json")):
        with open(os.path.join(truth, name), encoding="utf-8") as file:
            answers[name.split(".")[0]] += json.load(file)["history"]
    totals = [0] * 6
    for name, known in answers.items():
        row, cases = compare(os.path.join(clones, name + ".git"), known)
        totals = [total + value for total, value in zip(totals, row)]
        print(COLUMNS.format(name, *row))
        for word in ("missing", "broken", "strange"):
            for case, why in [case for kind, case in cases if kind == word][:5]:
                print(f"    {word}: {in_full(case)}: {why}")
    print(COLUMNS.format("total", *totals))
    _, expected, found, faults, _, strange = totals
    sys.exit(1 if found < expected or faults or strange else 0)


if __name__ == "__main__":
    main()

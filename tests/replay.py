"""The comparison of tests/replay.sh."""

import collections
import json
import os
import subprocess
import sys
import tempfile

from groundtruth import towpath
from groundtruth_history import slot, version

STATES = int(os.environ.get("STATES", "20"))


def git(clone, *arguments):
    return subprocess.run(["git", "-C", clone, *arguments], capture_output=True, check=True).stdout.decode()


def states(clone):
    """Commits spread over the mainline, and the place of each commit on it, the oldest first."""
    mainline = git(clone, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    chosen = [mainline[(len(mainline) - 1) * number // max(STATES - 1, 1)] for number in range(STATES)]
    return list(dict.fromkeys(chosen)), {commit: place for place, commit in enumerate(mainline)}


def replayed(entries, places, until):
    """What runs when all deployments up to a commit have happened."""
    running = collections.Counter()
    for entry in entries:
        if places[entry["commit"]] > places[until]:
            break
        for side, count in (("from", -1), ("to", 1)):
            if entry[side]:
                running[slot(entry), version(entry[side])] += count
    return {key for key, count in running.items() if count > 0}


def compare(clone, config):
    entries = [json.loads(line) for line in towpath(clone, "--config", config, "history", "-o", "jsonl").splitlines()][::-1]
    chosen, places = states(clone)
    compared, differences, unread = 0, [], 0
    for commit in chosen:
        report = json.loads(towpath(clone, "--config", config, "status", "--no-since", "--at", commit, "-o", "json"))
        there = {(slot(entry), version(entry)) for entry in report["entries"]}
        # A file that is broken at this commit shows nothing; history goes on with what it said before.
        broken = {warning["path"] for warning in report["warnings"]}
        hidden = {slot(entry) for entry in entries if entry["path"] in broken}
        different = {key for key in there ^ replayed(entries, places, commit)}
        unread += len({key for key in different if key[0] in hidden})
        differences += [(commit, key, key in there) for key in sorted(different, key=str) if key[0] not in hidden]
        compared += len(there)
    return len(chosen), compared, unread, differences


def main():
    faults = 0
    row = "{:<44} {:>7} {:>9} {:>9} {:>11}"
    print(row.format("replayed", "states", "versions", "broken", "differences"))
    for clone in sys.argv[1:]:
        with tempfile.NamedTemporaryFile(suffix=".yaml") as config:
            config.write(towpath(clone, "init", "--stdout"))
            config.flush()
            chosen, compared, unread, differences = compare(clone, config.name)
        faults += len(differences)
        print(row.format(os.path.basename(clone)[:-4], chosen, compared, unread, len(differences)))
        for commit, key, in_status in differences[:8]:
            print(f"    {commit[:10]}: {key} only in {'status' if in_status else 'history'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

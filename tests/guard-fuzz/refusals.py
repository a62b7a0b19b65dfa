"""How often guard refuses changes of production that move no image.

    TOWPATH=towpath tests/guard-fuzz/refusals.py STAGE COUNT CLONE [OUTPUT.jsonl]

Judges the newest COUNT commits on the mainline of a bare clone, each against the one before it, as
changes of a stranger: with the sources that `towpath init` finds, and with `permissions` that let
nobody move STAGE. `guard --render` has kustomize, Helm and Compose build both sides, so they have to
be on the search path. A change is refused for nothing if guard refuses it, no version moves, and no
image differs in what the programs build. Prints the share, by what told that nothing moves (the
programs, or the model where they build nothing), and the reasons. The details go to OUTPUT.jsonl.
"""

import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

TOWPATH = os.environ.get("TOWPATH", "towpath")
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1", "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
}
# What tells nothing about images.
UNBUILT = ("not-built", "not-run")


def run(clone, *command):
    return subprocess.run(
        command, cwd=clone, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600
    )


def configuration(clone, stage):
    """What discovery finds in the newest state, with permissions that nobody has."""
    text = run(clone, TOWPATH, "init", "--yes", "--stdout").stdout
    if "\npermissions:" in text:
        raise RuntimeError("the configuration has permissions already")
    return f"{text}\npermissions:\n  {stage}: [nobody]\n  config: [nobody]\n"


def is_move(ruling, stage):
    """True for a version of the stage, or of another one that is protected."""
    return any(cell["stage"] == stage or not ruling["allowed"] for cell in ruling["cells"])


def judge(clone, config, commit, stage):
    done = run(
        clone, TOWPATH, "-q", "guard", "--config", config, "--base", f"{commit}^1", "--head", commit,
        "--actor", "stranger", "--render", "-o", "json",
    )
    if done.returncode not in (0, 3):
        return {"commit": commit, "error": done.stderr.strip()}
    answer = json.loads(done.stdout)
    built = [build for build in answer.get("rendered") or [] if build["outcome"] not in UNBUILT]
    # A build without an image tells nothing.
    outcomes = collections.Counter(
        build["outcome"] for build in built if build["images"] or build["outcome"] != "same"
    )
    refused = [ruling for ruling in answer["rulings"] if not ruling["allowed"]]
    return {
        "commit": commit,
        "files": answer["files"],
        "moves": any(is_move(ruling, stage) for ruling in answer["rulings"]),
        "outcomes": outcomes,
        "refused": [
            {"path": ruling["path"], "check": refusal["check"], "reason": refusal["reason"]}
            for ruling in refused for refusal in ruling["refusals"]
        ],
        "differences": [build for build in answer.get("rendered") or [] if build["differences"]],
    }


def kind(result):
    """`moved`, or who says that nothing moved."""
    built = result["outcomes"]
    if result["moves"] or "unexplained" in built or "explained" in built:
        return "moved"
    if "broken" in built or "broken-before" in built:
        return "broken"
    return "same, as rendered" if built else "same, by the model"


def main():
    stage, count, clone = sys.argv[1], int(sys.argv[2]), os.path.abspath(sys.argv[3])
    commits = run(clone, "git", "rev-list", "--first-parent", f"--max-count={count}", "HEAD").stdout.split()
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(configuration(clone, stage))
        file.flush()
        with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
            results = list(pool.map(lambda commit: judge(clone, file.name, commit, stage), commits))
    if len(sys.argv) > 4:
        with open(sys.argv[4], "w", encoding="utf-8") as out:
            out.writelines(json.dumps(result) + "\n" for result in results)
    failed = [result for result in results if "error" in result]
    judged = [result for result in results if "error" not in result]
    kinds = collections.Counter((kind(result), bool(result["refused"])) for result in judged)
    for (name, is_refused), number in sorted(kinds.items()):
        print(f"{number:6} {name}{', refused' if is_refused else ''}")
    for result in failed[:5]:
        print(f"       not judged: {result['commit']}: {result['error']}")
    quiet = [result for result in judged if kind(result).startswith("same")]
    wrong = [result for result in quiet if result["refused"]]
    print(f"{len(wrong)} of {len(quiet)} that move nothing are refused")
    reasons = collections.Counter()
    for result in wrong:
        for refusal in result["refused"]:
            reasons[(refusal["check"], re.sub(r"\d+", "N", refusal["reason"])[:150])] += 1
    for (check, reason), number in reasons.most_common(30):
        print(f"{number:6} {check}: {reason}")
    for result in wrong[:40]:
        first = result["refused"][0]
        print(f"       {result['commit'][:10]} {first['path']}: {first['reason'][:200]}")


main()

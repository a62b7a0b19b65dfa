"""Compares `towpath status` with what the programs render, before and after a promotion.

    check.py TOWPATH [CASE]
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import cases
import render

TOWPATH = sys.argv[1]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    **{f"GIT_{role}_{key}": f"a{at}" for role in ("AUTHOR", "COMMITTER") for key, at in (("NAME", ""), ("EMAIL", "@example.com"))},
}


def git(top, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=top, check=True, capture_output=True)


def towpath(top, *arguments):
    return subprocess.run([TOWPATH, *arguments], cwd=top, capture_output=True, text=True, env=ENVIRONMENT, check=False)


def make(files):
    top = Path(tempfile.mkdtemp())
    for path, text in files.items():
        Path(top, path).parent.mkdir(parents=True, exist_ok=True)
        Path(top, path).write_text(text)
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "all")
    return top


def short(image):
    """An image without its registry and folders, which values may not name: `web:v1`."""
    return image.rsplit("/", 1)[-1]


def told(top):
    """The images of each stage by `towpath status`, and whether it says that it does not know."""
    report = json.loads(towpath(top, "status", "-q", "--no-since", "-o", "json").stdout)
    stages = {}
    for entry in report["entries"]:
        # Values may not name the image; then only the version is compared.
        name = short(entry["image"] or "?")
        version = f":{entry['tag']}" if entry["tag"] else ""
        version += f"@{entry['digest']}" if entry["digest"] else ""
        stages.setdefault(entry["stage"], set()).add(name + version)
    return stages, [warning["code"] for warning in report["warnings"]]


def equal(said, real):
    named = {image for image in said if not image.startswith("?")}
    unnamed = sorted(image[1:] for image in said - named)
    return named <= real and unnamed == sorted(image[image.find(":"):] for image in real - named)


def differences(top, case):
    """What status says of each stage and rendering does not, and the other way round."""
    said, _ = told(top)
    out = []
    for stage, how in case["stages"].items():
        real = {short(image) for image in render.images(render.render(top, how))}
        if not equal(said.get(stage, set()), real):
            out.append((stage, sorted(said.get(stage, set())), sorted(real)))
    return out


def towpath_branch(top):
    listed = subprocess.run(["git", "branch", "--list", "towpath/*", "--format=%(refname:short)"], cwd=top, capture_output=True, text=True, check=True)
    return next(iter(listed.stdout.split()), None)


def promoted(top, case):
    """Promotes to `prod`; nothing if refused, else what is wrong."""
    before = {stage: render.images(render.render(top, how)) for stage, how in case["stages"].items()}
    source = ["--from", case["from"]] if "from" in case else []
    done = towpath(top, "promote", "--all", *source, "--to", "prod", "--one-pr", "--commit", "--assume", "--yes")
    if done.returncode != 0:
        return None, [line for line in done.stderr.splitlines() if line.startswith(("error:", "warning:"))]
    branch = towpath_branch(top)
    if branch is None:
        lines = [line for line in done.stderr.splitlines() if line.startswith("warning:")]
        return (None, lines) if lines else (False, [f"nothing happens: {done.stderr}"])
    git(top, "checkout", "-q", branch)
    after = {stage: render.images(render.render(top, how)) for stage, how in case["stages"].items()}
    # An image that does not run in prod is not brought there by a promotion of its version.
    names = {short(image).partition(":")[0] for image in before["prod"]}
    versions = lambda images: {short(i) for i in images if short(i).partition(":")[0] in names}
    faults = []
    for stage in case["stages"]:
        if stage != "prod" and after[stage] != before[stage]:
            faults.append(f"{stage} changed: {sorted(before[stage])} > {sorted(after[stage])}")
    if versions(after["prod"]) != versions(before["dev"]):
        faults.append(f"prod runs {sorted(after['prod'])}, dev {sorted(before['dev'])}")
    return not faults, faults


def judge(name, top, case):
    """Prints what differs. `right`, `said` if a warning names the reason, `known`, or `wrong`."""
    found = differences(top, case)
    codes = told(top)[1]
    for stage, said, real in found:
        print(f"{name}: {stage}: status says {said}, {case['stages'][stage][0]} runs {real}; warnings {codes}")
    if not found:
        return "right"
    return "said" if codes else "known" if name in cases.KNOWN else "wrong"


def main():
    wanted = [word for word in sys.argv[2:] if word != "--keep"]
    counts = dict.fromkeys(("right", "said", "known", "wrong", "promoted", "refused", "badly promoted"), 0)
    for name, case in cases.CASES.items():
        if wanted and name not in wanted:
            continue
        if name.startswith("compose-") and not os.environ.get("COMPOSE"):
            continue
        top = make(case["files"])
        if "--keep" in sys.argv:
            print(f"{name}: {top}")
        verdict = judge(name, top, case)
        counts[verdict] += 1
        if name in cases.KNOWN and verdict == "right":
            print(f"{name} is right now: take it out of KNOWN")
            counts["wrong"] += 1
        well, lines = promoted(top, case)
        # Where versions are not worked out, nothing to promote is no fault of the promotion.
        if well is False and verdict != "right":
            well = None
        counts["refused" if well is None else "promoted" if well else "badly promoted"] += 1
        if not well:
            for line in lines:
                print(f"{name}: {'refused' if well is None else 'PROMOTE'}: {line}")
    print(counts)
    return 1 if counts["wrong"] or counts["badly promoted"] else 0


sys.exit(main())

"""The faults of faults.sh."""

import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOWPATH = sys.argv[1]

# The system calls by which towpath, or a git that it runs, leaves something behind.
WRITING = "write,pwrite64,writev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir,mkdirat"

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    # Their repositories have no towpath.yaml.
    "TOWPATH_ASSUME": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "CI",
    "GIT_AUTHOR_EMAIL": "ci@example.com",
    "GIT_COMMITTER_NAME": "CI",
    "GIT_COMMITTER_EMAIL": "ci@example.com",
    "LC_ALL": "C.UTF-8",
}


def run(command, folder, **more):
    return subprocess.run(
        [str(word) for word in command], cwd=folder, env=ENVIRONMENT | more, capture_output=True, text=True
    )


def git(folder, *arguments):
    done = run(["git", *arguments], folder)
    if done.returncode != 0:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr}")
    return done.stdout


class Site:
    """A fresh origin and clone for each attempt, copied from one that was made once."""

    def __init__(self, work):
        self.work = work
        self.mould = work / "mould"
        self.mould.mkdir()
        source = self.mould / "clone"
        git(self.mould, "init", "-q", "-b", "main", "clone")
        for stage, version in (("dev", "v2"), ("prod", "v1")):
            path = source / "apps" / stage / "web.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(f"image:\n  repository: ghcr.io/example/web\n  tag: {version} # moves\n")
        git(source, "add", ".")
        git(source, "commit", "-qm", "start")
        git(self.mould, "clone", "-q", "--bare", "clone", "origin.git")
        # A relative URL, so that the copies belong to each other.
        git(source, "remote", "add", "origin", "../origin.git")
        git(source, "fetch", "-q")
        git(source, "remote", "set-head", "origin", "main")

    def fresh(self, name="site"):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.mould, folder, symlinks=True)
        return folder


def files(folder):
    """All files of a work tree with their contents, without git's own."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


failures = []


def check(condition, sentence):
    if not condition:
        failures.append(sentence)
        print(f"  WRONG: {sentence}")


def whole(site, what):
    """Nothing is broken, and nothing of the user's has changed."""
    for folder in (site / "clone", site / "origin.git"):
        done = run(["git", "fsck", "--strict", "--no-dangling"], folder)
        check(done.returncode == 0, f"{what}: git fsck of {folder.name}: {done.stderr}")
    check(git(site / "clone", "status", "--porcelain") == "", f"{what}: the work tree has changed")
    leftovers = [path for path in (site / "clone").rglob("*.lock")]
    check(not leftovers, f"{what}: {leftovers} left behind")


def wanted(site, manner):
    """Is the job done?"""
    if manner == "--push":
        text = git(site / "origin.git", "show", "main:apps/prod/web.yaml")
        commits = int(git(site / "origin.git", "rev-list", "--count", "main"))
        return text.endswith("tag: v2 # moves\n") and commits == 2
    branches = git(site / "clone", "for-each-ref", "--format=%(refname)", "refs/heads/towpath").split()
    if len(branches) != 1:
        return False
    return git(site / "clone", "show", f"{branches[0]}:apps/prod/web.yaml").endswith("tag: v2 # moves\n")


def promote(site, manner, before=()):
    command = [*before, TOWPATH, "promote", "web", "--to", "prod", manner, "--quiet"]
    return run(command, site / "clone", XDG_CACHE_HOME=str(site / "cache"), TOWPATH_NOW="2026-09-01T12:00:00Z")


def writes(site, manner):
    """How often each writing call is made by the process that makes it most, in an undisturbed run: a
    fault is counted in each process for itself."""
    log = site / "calls"
    promote(site, manner, ["strace", "-f", "-e", f"trace={WRITING}", "-o", log])
    calls = re.findall(r"^(\d+) +(\w+)\(", log.read_text(), re.MULTILINE)
    most = {}
    for (_, call), count in collections.Counter(calls).items():
        most[call] = max(count, most.get(call, 0))
    return most


def disturbed(manner, fault, name, call, number):
    """One run with the fault at one call; says whether it failed."""
    site = SITE.fresh(f"{call}-{number}")
    before = files(site / "clone")
    options = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}"]
    first = promote(site, manner, options)
    what = f"{manner}, {name} at {call} {number}"
    check("panicked" not in first.stderr, f"{what}: {first.stderr}")
    if first.returncode == 0:
        check(wanted(site, manner), f"{what}: it says that it is done, and it is not")
    # A lock that a killed git leaves behind is git's; its own words say what to do.
    for lock in list((site / "clone").rglob("*.lock")) + list((site / "origin.git").rglob("*.lock")):
        lock.unlink()
    whole(site, what)
    check(files(site / "clone") == before, f"{what}: files of the user have changed")
    second = promote(site, manner)
    check(second.returncode == 0, f"{what}: the second run says {second.stderr}")
    check(wanted(site, manner), f"{what}: the second run did not finish the job")
    whole(site, f"{what}, after the second run")
    return first.returncode != 0


def inject(manner, fault, name):
    """Runs the command again and again, with the fault at one more call each time. Most of the time is
    spent in waiting before connections are made again, so many run at once."""
    calls = writes(SITE.fresh(), manner)
    each = [(call, number) for call, count in sorted(calls.items()) for number in range(1, count + 1)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        hit = sum(pool.map(lambda one: disturbed(manner, fault, name, *one), each))
    check(hit > len(calls), f"{manner}, {name}: the faults do not arrive")
    print(f"{manner}, {name}: {len(each)} runs at {len(calls)} kinds of calls, {hit} of them failed")


def said(name, site, expected, before=(), manner="--push"):
    done = promote(site, manner, before)
    check(done.returncode == 1, f"{name}: exit {done.returncode}")
    check(expected in done.stderr, f"{name}: it says {done.stderr!r}")
    whole(site, name)
    print(f"{name}: {done.stderr.splitlines()[0] if done.stderr else ''}")


def full_disk():
    """A file system of 64 kB that is full, for the objects of the clone."""
    site = SITE.fresh()
    options = ["strace", "-f", "-o", "/dev/null", "-e", "trace=write,pwrite64", "-e", "inject=write,pwrite64:error=ENOSPC:when=1+"]
    done = promote(site, "--commit", options)
    # Not even the error could be written.
    check(done.returncode != 0, "a full disk is no success")
    whole(site, "a full disk")
    check(promote(site, "--commit").returncode == 0 and wanted(site, "--commit"), "after a full disk")


def read_only_clone():
    site = SITE.fresh()
    if os.geteuid() == 0:
        before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for folder, _, _ in os.walk(SITE.work):
            os.chmod(folder, 0o755)
    else:
        before = []
        for folder, _, _ in os.walk(site / "clone" / ".git"):
            os.chmod(folder, 0o555)
    # The ledger at the origin is read all the same; it is the clone that nobody here may write.
    (pathlib.Path(SITE.work) / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
    ENVIRONMENT["HOME"] = str(SITE.work)
    said("a clone that is not ours", site, "denied", before, "--commit")
    del ENVIRONMENT["HOME"]


if __name__ == "__main__":
    if shutil.which("strace") is None:
        sys.exit("strace is needed")
    with tempfile.TemporaryDirectory(prefix="towpath-faults-") as work:
        SITE = Site(pathlib.Path(work))
        for manner in ("--commit", "--push"):
            inject(manner, "signal=KILL", "killed")
        for manner in ("--commit", "--push"):
            inject(manner, "error=ENOSPC", "no space")
        full_disk()
        read_only_clone()
    if failures:
        sys.exit(f"{len(failures)} wrong")

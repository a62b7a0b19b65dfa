"""The races of races.sh."""

import asyncio
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOWPATH = sys.argv[1]
PROCESSES = int(os.environ.get("RACES", "50"))
LONGEST = int(os.environ.get("LONGEST", "60"))  # seconds that a process may take
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


def git(folder, *arguments):
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """`git daemon` over the bare repositories of a folder."""

    def __init__(self, folder):
        self.port = free_port()
        program = pathlib.Path(git(folder, "--exec-path").strip()) / "git-daemon"
        options = ["--export-all", "--enable=receive-pack", "--listen=127.0.0.1", "--reuseaddr", "--max-connections=0"]
        command = [program, *options, f"--base-path={folder}", f"--port={self.port}", str(folder)]
        self.process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        sys.exit("git daemon did not start")

    def end(self):
        self.process.terminate()
        self.process.wait()


class Weather:
    """A proxy before a port. Connections fare as `kinds` says, in turn: ("pass",), ("delay", SECONDS),
    ("reset", BYTES) after so many bytes of the answer, ("lose", BYTES) of the question, ("stall", BYTES)."""

    def __init__(self, port, kinds):
        self.upstream, self.kinds, self.count, self.port = port, kinds, 0, free_port()
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True).start()
        ready.wait()

    async def serve(self, ready):
        server = await asyncio.start_server(self.meet, "127.0.0.1", self.port)
        ready.set()
        async with server:
            await server.serve_forever()

    async def meet(self, reader, writer):
        kind, amount = (*self.kinds[self.count % len(self.kinds)], 0)[:2]
        self.count += 1
        if kind == "delay":
            await asyncio.sleep(amount)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        question = self.pipe(reader, far_writer, kind if kind == "lose" else "pass", amount, writer)
        answer = self.pipe(far_reader, writer, "pass" if kind == "lose" else kind, amount, far_writer)
        try:
            await asyncio.gather(question, answer, return_exceptions=True)
        except asyncio.CancelledError:
            pass

    async def pipe(self, source, sink, kind, amount, other):
        passed = 0
        while block := await source.read(65536):
            passed += len(block)
            if kind in ("reset", "lose") and passed > amount:
                sink.transport.abort()
                other.transport.abort()
                return
            if kind == "stall" and passed > amount:
                await asyncio.sleep(3600)
            sink.write(block)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()


class Site:
    """A bare repository with apps in dev and prod, and clones of it."""

    def __init__(self, folder, apps):
        self.folder, self.apps = folder, apps
        source = folder / "source"
        git(folder, "init", "-q", "-b", "main", "source")
        for app in apps:
            for stage, version in (("dev", "v1"), ("staging", "v5"), ("prod", "v4")):
                path = source / "apps" / stage / f"{app}.yaml"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"image:\n  repository: ghcr.io/example/{app}\n  tag: {version}\n")
        git(source, "add", ".")
        git(source, "commit", "-qm", "start")
        git(folder, "clone", "-q", "--bare", "source", "origin.git")
        self.origin = folder / "origin.git"

    def clone(self, name, url):
        git(self.folder, "clone", "-q", str(self.origin), name)
        git(self.folder / name, "remote", "set-url", "origin", url)
        return self.folder / name

    def version(self, stage, app):
        text = git(self.origin, "show", f"main:apps/{stage}/{app}.yaml")
        return text.rsplit(" ", 1)[1].strip()


def run_all(jobs):
    """Runs towpath with (clone, arguments) at once: exit code, seconds and stderr of each."""
    results = [None] * len(jobs)

    def one(index, clone, arguments):
        started = time.monotonic()
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(clone.parent / "cache")}
        done = subprocess.run([TOWPATH, *arguments], cwd=clone, env=environment, capture_output=True, text=True)
        results[index] = (done.returncode, time.monotonic() - started, done.stderr)

    threads = [threading.Thread(target=one, args=(i, *job)) for i, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def check(condition, sentence):
    if not condition:
        print(f"  WRONG: {sentence}")
        check.failed += 1


check.failed = 0


def judge(name, site, results, landed, may_fail):
    """`landed` commits were to come on top of the first one."""
    failed = [result for result in results if result[0] != 0]
    slowest = max(seconds for _, seconds, _ in results)
    print(f"{name}: {len(results)} processes, {len(failed)} to be run again, slowest {slowest:.1f} s")
    check(slowest < LONGEST, f"a process took {slowest:.1f} s")
    for code, _, stderr in failed:
        check(may_fail and code == 1 and "error: " in stderr, f"exit {code}: {stderr}")
    if not failed:
        count = int(git(site.origin, "rev-list", "--count", "main"))
        check(count == 1 + landed, f"{count - 1} commits instead of {landed}")
    check(git(site.origin, "rev-list", "--merges", "main") == "", "the history is not linear")
    git(site.origin, "fsck", "--strict", "--no-dangling")
    subjects = git(site.origin, "log", "--format=%s", "main").splitlines()
    check(len(subjects) == len(set(subjects)), f"something landed twice: {subjects}")
    return [index for index, result in enumerate(results) if result[0] != 0]


def deploy_race(name, url_of, shared, may_fail=False):
    with tempfile.TemporaryDirectory(prefix="towpath-races-") as work:
        folder = pathlib.Path(work)
        apps = [f"app{n:02}" for n in range(PROCESSES)]
        site = Site(folder, apps)
        daemon = Daemon(folder)
        try:
            url = url_of(daemon)
            if shared:
                clones = [site.clone("one", url)] * len(apps)
            else:
                clones = [site.clone(f"clone-{app}", url) for app in apps]
            jobs = [(clone, ["deploy", app, "v2", "--to", "dev", "--push", "--quiet"]) for clone, app in zip(clones, apps)]
            again = judge(name, site, run_all(jobs), len(apps), may_fail)
            for _ in range(5):
                if not again:
                    break
                results = run_all([jobs[index] for index in again])
                again = [index for index, result in zip(again, results) if result[0] != 0]
            check(not again, "a second run did not finish the job")
            for app in apps:
                check(site.version("dev", app) == "v2", f"{app} is lost")
            count = int(git(site.origin, "rev-list", "--count", "main"))
            check(count == 1 + len(apps), f"{count - 1} commits instead of {len(apps)}")
        finally:
            daemon.end()


def promote_race(name, url_of, may_fail=False):
    with tempfile.TemporaryDirectory(prefix="towpath-races-") as work:
        folder = pathlib.Path(work)
        site = Site(folder, ["web", "api"])
        daemon = Daemon(folder)
        try:
            url = url_of(daemon)
            clones = [site.clone(f"clone-{n}", url) for n in range(20)]
            jobs = [(clone, ["promote", "web", "--to", "prod", "--push", "--quiet"]) for clone in clones]
            judge(name, site, run_all(jobs), 1, may_fail)
            check(site.version("prod", "web") == "v5", "it did not land")
        finally:
            daemon.end()


def straight(daemon):
    return f"git://127.0.0.1:{daemon.port}/origin.git"


def stormy(daemon):
    kinds = [("pass",), ("delay", 0.3), ("reset", 100), ("pass",), ("lose", 400), ("delay", 0.1), ("reset", 1000)]
    return f"git://127.0.0.1:{Weather(daemon.port, kinds).port}/origin.git"


def stalling(daemon):
    kinds = [("pass",)] * 6 + [("stall", 0)] + [("delay", 0.2)] * 6 + [("stall", 200)]
    return f"git://127.0.0.1:{Weather(daemon.port, kinds).port}/origin.git"


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is needed")
    deploy_race(f"{PROCESSES} deployments, a clone each", straight, shared=False)
    deploy_race(f"{PROCESSES} deployments, one clone", straight, shared=True)
    promote_race("20 promotions of one app", straight)
    deploy_race(f"{PROCESSES} deployments in a storm", stormy, shared=False, may_fail=True)
    promote_race("20 promotions in a storm", stormy, may_fail=True)
    deploy_race(f"{PROCESSES} deployments, stalling", stalling, shared=False, may_fail=True)
    sys.exit(f"{check.failed} wrong" if check.failed else None)

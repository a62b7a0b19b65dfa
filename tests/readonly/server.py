"""The server under strace: it writes to the cache alone, and under --read-only nowhere; it listens on the
loopback address, and connects to nowhere."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import time
import urllib.error
import urllib.request

from watch import Seen, TRACED, note

TARGETS = ("/", "/api/v1/status", "/api/v1/history?limit=3", "/apps/checkout", "/stages/prod", "/history", "/dora", "/audit", "/api/v1/metrics",
           "/api/v1/audit", "/api/v1/ask?app=storefront&to=prod", "/api/v1/diff?left=staging&right=prod", "/?at=yesterday", "/nowhere")
OWN = re.compile(r"socketpair\(AF_UNIX|socket\(AF_INET, .*SOCK_STREAM|AF_INET, sin_port=htons\(\d+\), sin_addr=inet_addr\(\"127\.0\.0\.1\"\)"
                 r"|(listen|accept4?)\(\d+<|send(to|msg)\(\d+<(TCP|UNIX|socket)|<unfinished|resumed>")


def run(site, check, towpath, is_listed, outside):
    clone = site.work / "configured" / "deploy"
    for more in ({}, {"TOWPATH_READ_ONLY": "1", "XDG_CACHE_HOME": str(site.work / "none")}):
        seen, answers = serve(towpath, clone, site.environment | more, site.work)
        what = "towpath serve" + (", read-only" if more else "")
        check(seen.exit == 0 and "panicked" not in seen.err, f"{what}: {seen.exit}: {seen.err}")
        wrong = {target: status for target, status in answers.items() if status != (404 if target == "/nowhere" else 200)}
        check(not wrong, f"{what}: answers {wrong}")
        written = seen.written if more else outside(seen.written, site.cache)
        check(not written, f"{what}: writes {written[:3]}")
        foreign = [line for line in seen.sockets if not OWN.search(line)]
        check(not foreign, f"{what}: {foreign[:2]}")
        for argv in seen.started[1:]:
            check(is_listed(argv), f"{what}: runs {shlex.join(argv)}")
    check(not (site.work / "none").exists(), "the server makes a cache under --read-only")


def serve(towpath, folder, environment, work):
    """Starts it, asks everything, and ends it."""
    log, said = work / "server-calls", work / "server-said"
    traced = ["strace", "-f", "-qq", "-y", "-s", "8192", "-e", "signal=none", "-e", f"trace={TRACED}", "-o", str(log)]
    with open(said, "w") as stderr:
        process = subprocess.Popen([*traced, towpath, "serve", "--listen", "127.0.0.1:0", "--every", "1s"], cwd=folder, env=environment, stderr=stderr)
    address = wait_for(lambda: re.search(r"http://\S+", said.read_text()))
    base = address.group(0) if address else "http://127.0.0.1:1"
    wait_for(lambda: status_of(base + "/readyz") == 200)
    answers = {target: status_of(base + target) for target in TARGETS}
    # The program itself, not the strace around it.
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGTERM)
    seen = Seen(process.wait(timeout=60), "", said.read_text(), [], [], [], [])
    for line in log.read_text(errors="replace").splitlines():
        note(line, seen)
    return seen, answers


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wait_for(condition):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    return None

"""The proof of run: what reads only, reads only."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import commands
import hostile
import server
from watch import watch

TOWPATH = sys.argv[1]

DISTRUSTFUL = (
    "git -c core.fsmonitor=false -c protocol.ext.allow=never -c submodule.recurse=false -c gc.auto=0 --no-pager"
    " -c core.hooksPath=/dev/null -c core.pager=cat -c core.editor=false -c core.askPass= -c core.sshCommand=ssh"
    " -c core.gitProxy= -c core.alternateRefsCommand= -c credential.helper= -c diff.external= -c gpg.format=openpgp"
    " -c gpg.program=gpg -c gpg.openpgp.program=gpg -c gpg.x509.program=gpgsm -c gpg.ssh.program=ssh-keygen"
    " -c gpg.ssh.defaultKeyCommand= -c log.showSignature=false"
)

ASKING = (
    "git -c core.fsmonitor=false -c protocol.ext.allow=never -c submodule.recurse=false"
    " -c core.hooksPath=/dev/null -c fetch.recurseSubmodules=false -c gc.auto=0"
)

# Every git that may run, word for word; REPOSITORY is one below the folder of the run.
HARDENED = [
    f"{DISTRUSTFUL} --git-dir REPOSITORY var GIT_AUTHOR_IDENT",
    # Who is to be asked for a token: without the repository and its configuration.
    "git -c core.fsmonitor=false -c protocol.ext.allow=never -c submodule.recurse=false -c gc.auto=0"
    " --git-dir /dev/null -c core.askPass= credential fill",
]
# For the ledger: its newest commit is asked for outside of every repository, and what the clone lacks is
# fetched into the cache. git itself starts the rest, for an origin on the same disk.
LEDGER = [
    f"{ASKING} ls-remote -- REPOSITORY refs/towpath/ledger",
    f"{ASKING} ls-remote -- file://REPOSITORY refs/towpath/ledger",
    f"{ASKING} --git-dir CACHE fetch --quiet --no-tags --no-write-fetch-head -- REPOSITORY"
    " +refs/towpath/ledger:refs/towpath/ledger",
    "/bin/sh -c git-upload-pack 'REPOSITORY git-upload-pack 'REPOSITORY",
    "git-upload-pack REPOSITORY",
]
# For the token of a forge that --forge names; it knows nothing of the repository.
OTHERS = ["gh auth token --hostname github.com"]
# For signatures: the list is one of towpath's own making, in the cache, and so is what git puts beside it.
VERIFYING = [
    f"{DISTRUSTFUL.replace(' -c gc.auto=0', '')} -c gpg.ssh.allowedSignersFile=CACHE -c gpg.ssh.revocationFile= -c gpg.program=false"
    " -c gpg.openpgp.program=false --git-dir REPOSITORY verify-commit --raw COMMIT",
    "ssh-keygen -Y find-principals -f CACHE -s CACHE -Overify-time=TIME",
    "ssh-keygen -Y verify -n git -f CACHE -I bot@example.com -s CACHE -Overify-time=TIME",
]

WORK = pathlib.Path(tempfile.mkdtemp(prefix="towpath-readonly-")).resolve()
failures = []
runs = 0


def check(condition, sentence):
    if not condition:
        failures.append(sentence)
        print(f"  WRONG: {sentence}")


class Site:
    """A demo repository with a configuration that has gates, and what the runs need around it."""

    def __init__(self, work):
        self.work, self.home, self.cache = work, work / "home", work / "cache"
        self.home.mkdir()
        (self.home / ".gitconfig").write_text("[user]\n\tname = Jo Doe\n\temail = jo@example.com\n")
        self.environment = {
            "PATH": os.environ["PATH"],
            # Their repositories have no towpath.yaml.
            "TOWPATH_ASSUME": "1",
            # Nobody listens there; a dry run says whether the settings are complete.
            "TOWPATH_SLACK_WEBHOOK": "https://slack.invalid/services/T/B/x",
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.cache),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "TOWPATH_NOW": "2026-09-01T12:00:00Z",
        }
        self.do([TOWPATH, "demo", "--no-tour", "--dir", work / "plain"], work)
        shutil.copytree(work / "plain", work / "configured", symlinks=True)
        self.configure(work / "configured" / "deploy")
        (work / "questions").write_text("storefront prod\ncheckout prod - yesterday\n")

    def configure(self, clone):
        """A towpath.yaml with gates and permissions, also as a policy; and a baseline."""
        text = self.do([TOWPATH, "-q", "init", "--stdout"], clone)
        text += "gates:\n- bake: 30m\n- window: 'Mon-Thu 09:00-16:00 Europe/London'\n- blocker: { file: FROZEN }\n"
        text += "permissions:\n  prod: { actors: [deploy-bot] }\n"
        (clone / "towpath.yaml").write_text(text)
        (self.work / "policy.yaml").write_text(text)
        self.do(["git", "add", "."], clone)
        self.do(["git", "commit", "-qm", "Configure towpath"], clone)
        self.do(["git", "push", "-q"], clone)
        (self.work / "known.json").write_text(self.do([TOWPATH, "-q", "audit", "-o", "json"], clone))

    def do(self, command, folder):
        done = subprocess.run([str(word) for word in command], cwd=folder, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{command}: {done.stderr}")
        return done.stdout

    def watched(self, command, options, folder, **more):
        """Runs a command of towpath and judges all but what it wrote."""
        global runs
        runs += 1
        words = shlex.split(options.replace("%", str(self.work)))
        typed = [TOWPATH, *command.split(), *words]
        seen = watch(typed, folder, self.environment | more, self.work / "calls")
        what = f"towpath {command} {options}".strip()
        check("panicked" not in seen.err and seen.exit in range(5), f"{what}: {seen.exit}: {seen.err}")
        check(not seen.sockets, f"{what}: opens a socket: {seen.sockets[:2]}")
        for argv in seen.started[1:]:
            check(is_listed(argv), f"{what}: runs {shlex.join(argv)}")
        return what, seen


def is_listed(argv, lines=None):
    line = re.sub(rf"{re.escape(str(WORK))}/cache/\S*", "CACHE", " ".join(argv))
    line = re.sub(rf"{re.escape(str(WORK))}/\S*", "REPOSITORY", line)
    line = re.sub(r"^/\S*/ssh-keygen ", "ssh-keygen ", line)
    line = re.sub(r"verify-time=\d+", "verify-time=TIME", re.sub(r"\b[0-9a-f]{40}\b", "COMMIT", line))
    return line in (lines or [*HARDENED, *LEDGER, *OTHERS, *VERIFYING])


def outside(written, cache):
    """What was written elsewhere than below a folder."""
    return [one for one in written if not pathlib.Path(one.split(" ", 1)[1]).is_relative_to(cache)]


def state(folder):
    """Every file with its content and its times."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_mode, path.lstat().st_size) for path in folder.rglob("*")}


def reading(site, shown):
    """What reads, in both repositories: at first with a cache, then under --read-only."""
    for place in ("plain", "configured"):
        clone = site.work / place / "deploy"
        before = state(site.work / place)
        for command, sets in commands.ARGUMENTS.items():
            if command not in commands.declared():
                continue
            for options in sets:
                ends = commands.ENDS.get(command, (0,))
                what, seen = site.watched(command, options, clone)
                check(seen.exit in ends, f"{what}: ends with {seen.exit}: {seen.err}")
                check(not outside(seen.written, site.cache), f"{what}: writes {outside(seen.written, site.cache)[:3]}")
                shown.update(shlex.join(argv) for argv in seen.started[1:])
                for switch in ({"TOWPATH_READ_ONLY": "1"}, {"TOWPATH_READ_ONLY": "1", "XDG_CACHE_HOME": str(site.work / "none")}):
                    _, strict = site.watched(command, options, clone, **switch)
                    check(not strict.written, f"{what}, read-only: writes {strict.written[:3]}")
                    check(strict.exit == seen.exit, f"{what}, read-only: ends with {strict.exit}: {strict.err}")
                    check(strict.out == seen.out, f"{what}, read-only: answers something else")
        check(state(site.work / place) == before, f"the files in {place} have changed")
    check(not (site.work / "none").exists(), "a cache was made under --read-only")
    check(any(site.cache.rglob("*")), "the cache is used where it may be")


def signing(site, shown):
    """Signatures are verified with files in the cache alone, and where that may not be, not at all."""
    clone, key = site.work / "signed" / "deploy", site.home / "key"
    shutil.copytree(site.work / "configured", site.work / "signed", symlinks=True)
    site.do(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], site.work)
    (clone / "signers").write_text(f"bot@example.com {key.with_suffix('.pub').read_text()}")
    rules = (clone / "towpath.yaml").read_text().replace("[deploy-bot]", "[deploy-bot], signers: [signers]")
    (clone / "towpath.yaml").write_text(rules)
    site.do(["git", "add", "."], clone)
    site.do(["git", "commit", "-qm", "Signers"], clone)
    file = clone / "apps/storefront/overlays/prod/kustomization.yaml"
    file.write_text(re.sub("newTag: .*", "newTag: v2.39.0", file.read_text()))
    sign = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={key}"]
    site.do(["git", *sign, "commit", "-qS", "-am", "Promote"], clone)
    before = state(site.work / "signed")
    what, seen = site.watched("guard", "--base HEAD~1 -o json", clone)
    check('"signed by bot@example.com"' in seen.out, f"{what}: the signature is not seen: {seen.out}")
    check(not outside(seen.written, site.cache), f"{what}: writes {outside(seen.written, site.cache)[:3]}")
    shown.update(shlex.join(argv) for argv in seen.started[1:])
    what, seen = site.watched("guard", "--base HEAD~1 -o json", clone, TOWPATH_READ_ONLY="1")
    check(seen.exit == 3 and "not verified under --read-only" in seen.out, f"{what}: {seen.exit}: {seen.out}")
    others = [argv for argv in seen.started[1:] if not is_listed(argv, LEDGER)]
    check(not seen.written and not others, f"{what}: writes {seen.written[:3]}, starts {others}")
    check(state(site.work / "signed") == before, "the files in signed have changed")


def refusing(site):
    """What writes is refused before a file of the repository is opened."""
    clone = site.work / "plain" / "deploy"
    for command, sets in commands.REFUSED.items():
        for options in sets:
            for words, more in (("--read-only", {}), ("", {"TOWPATH_READ_ONLY": "1"})):
                what, seen = site.watched(command, f"{options} {words}".strip(), clone, **more)
                said = seen.exit == 2 and "--read-only refuses" in seen.err
                check(said, f"{what}: is not refused, but ends with {seen.exit}: {seen.err}")
                check(not seen.written, f"{what}: writes {seen.written[:3]}")
                looked = [path for path in seen.opened if pathlib.Path(path).is_relative_to(site.work)]
                check(not looked, f"{what}: looks at {looked[:3]} before it refuses")


def completing(site):
    """A shell that asks for names gets them, and nothing else happens."""
    clone = site.work / "plain" / "deploy"
    asking = {"COMPLETE": "bash", "_CLAP_COMPLETE_INDEX": "2", "_CLAP_IFS": "\n"}
    for more in ({"XDG_CACHE_HOME": str(site.work / "none"), "TOWPATH_READ_ONLY": "1"}, {}):
        what, seen = site.watched("--", "towpath status ''", clone, **asking, **more)
        check(seen.exit == 0 and "checkout" in seen.out, f"completion: {seen.out}{seen.err}")
        kept = outside(seen.written, site.work / "none" if more else site.cache)
        check(not kept and not (more and seen.written), f"completion: writes {seen.written[:3]}")
        check(len(seen.started) == 1, f"completion: starts {seen.started[1:]}")


def elsewhere(site):
    """A repository named by its address: a copy in the cache is used, none is made."""
    address = f"file://{site.work}/plain/origin.git"
    _, seen = site.watched("status", f"-C {address}", site.work, TOWPATH_READ_ONLY="1")
    check(seen.exit == 2 and not seen.written and len(seen.started) == 1, f"a copy is made: {seen.err}")
    site.do([TOWPATH, "-q", "status", "-C", address], site.work)
    for command in ("status", "audit", "ledger"):
        what, seen = site.watched(command, f"-C {address} --max-age 0s", site.work, TOWPATH_READ_ONLY="1")
        check(seen.exit == 0 and not seen.written, f"{what}: {seen.err} {seen.written[:3]}")


def main():
    for sentence in commands.undeclared():
        check(False, sentence)
    try:
        site, shown = Site(WORK), set()
        reading(site, shown)
        signing(site, shown)
        refusing(site)
        completing(site)
        elsewhere(site)
        server.run(site, check, TOWPATH, is_listed, outside)
        hostile.run(site, check, TOWPATH)
        print("git and others were started like this, and not otherwise:")
        for line in sorted({re.sub(re.escape(str(site.work)), "…", line) for line in shown}):
            print(f"  {line}")
    finally:
        shutil.rmtree(WORK)
    print(f"{runs} runs under strace, {len(failures)} wrong")
    sys.exit(1 if failures else 0)


main()

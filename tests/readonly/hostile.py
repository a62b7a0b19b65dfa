"""Repositories full of hostile configuration, in which nothing runs.

Every program that a repository could name leaves a file of its own name in a folder that has to stay
empty; plain git shows that they would.
"""

import os
import shutil
import subprocess

import commands

HOOKS = "pre-commit prepare-commit-msg commit-msg post-commit post-checkout post-merge post-index-change post-rewrite pre-push pre-auto-gc fsmonitor-watchman query-watchman reference-transaction pre-receive update post-update post-receive"

# `@NAME` is a program that leaves a file NAME; FOLDER holds hooks, INCLUDED is a file.
CONFIGURED = """
[core]
	fsmonitor = @fsmonitor
	hooksPath = FOLDER
	pager = @pager
	editor = @editor
	askPass = @askpass
	sshCommand = @ssh
	gitProxy = @proxy
	alternateRefsCommand = @alternates
	attributesFile = ATTRIBUTES
[sequence]
	editor = @editor
[alias]
	status = !@alias
	log = !@alias
	var = !@alias
	credential = !@alias
	verify-commit = !@alias
	anything = !@alias
[pager]
	status = @pager
	log = @pager
	var = @pager
	verify-commit = @pager
[credential]
	helper = @helper
[diff]
	external = @external
[diff "evil"]
	textconv = @textconv
	command = @external
[filter "evil"]
	clean = @clean
	smudge = @smudge
	process = @process
	required = true
[merge "evil"]
	driver = @merge
[gpg]
	program = @gpg
[gpg "ssh"]
	program = @gpg
	defaultKeyCommand = @gpg
[gpg "x509"]
	program = @gpg
[log]
	showSignature = true
[uploadpack]
	packObjectsHook = @packobjects
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[remote "evil"]
	url = ext::@ext
	fetch = +refs/heads/*:refs/remotes/evil/*
	vcs = @vcs
[remote "pack"]
	url = .
	uploadpack = @uploadpack
	receivepack = @receivepack
[url "ext::@ext "]
	insteadOf = https://github.com/
[submodule "x"]
	url = ext::@ext
	update = !@ext
	active = true
[submodule]
	recurse = true
[extensions]
	worktreeConfig = true
[include]
	path = INCLUDED
"""

# The variables of the one who asks may be hostile, too, as far as they are about repositories.
SURROUNDED = {
    "GIT_DIR": "%/elsewhere/.git",
    "GIT_WORK_TREE": "%/elsewhere",
    "GIT_COMMON_DIR": "%/elsewhere/.git",
    "GIT_INDEX_FILE": "%/elsewhere/.git/index",
    "GIT_OBJECT_DIRECTORY": "%/elsewhere/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "%/elsewhere/.git/objects",
    "GIT_NAMESPACE": "evil",
    "GIT_EXTERNAL_DIFF": "@external",
    "GIT_PAGER": "@pager",
    "PAGER": "@pager",
    "GIT_EDITOR": "@editor",
    "GIT_SSH_COMMAND": "@ssh",
    "GIT_PROXY_COMMAND": "@proxy",
    "GIT_ASKPASS": "@askpass",
    "SSH_ASKPASS": "@askpass",
    "GIT_TRACE": "%/canary/trace",
    "GIT_TRACE_SETUP": "%/canary/trace",
    "GIT_TRACE2": "%/canary/trace",
    "GIT_TRACE2_EVENT": "%/canary/trace",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "@fsmonitor",
}

# What plain git does there, and which programs that runs. Not seen without a terminal: pagers. A filter
# that has a process has nothing else.
PLAIN = """
git status; git anything; git fetch evil; git fetch pack
git ls-remote ssh://localhost/x; git ls-remote git://localhost/x
printf 'protocol=https\\nhost=h\\n\\n' | git credential fill
sed -i "/process =/d" .git/config .git/included .git/config.worktree
g() { git -c core.fsmonitor=false -c filter.evil.required=false "$@"; }
echo new > fresh; g add -A; g commit -m x; g commit --allow-empty; g commit -S --allow-empty -m y
g diff --ext-diff HEAD~1; g log -p --textconv -2; rm -f towpath.yaml; g checkout -f HEAD -- .
"""
FALLEN_INTO = {"fsmonitor", "hook", "editor", "gpg", "textconv", "alias", "ssh", "proxy", "helper", "clean", "smudge", "process", "uploadpack", "ext", "askpass"}

# Of the user's own clone, when it is written to: the hooks for what git does there.
OWN = {"hook"}


class Trap:
    """The programs, and the folder that stays empty."""

    def __init__(self, work):
        self.work, self.programs, self.canary, self.hooks = work, work / "evil", work / "canary", work / "hooks"
        for folder in (self.programs, self.canary, self.hooks):
            folder.mkdir()
        for hook in HOOKS.split():
            (self.hooks / hook).symlink_to(self.program("hook"))

    def program(self, name):
        path = self.programs / name
        if not path.exists():
            path.write_text(f"#!/bin/sh\n: >> '{self.canary}/{name}'\nexit 0\n")
            path.chmod(0o755)
        return path

    def filled(self, text):
        text = text.replace("%", str(self.work)).replace("FOLDER", str(self.hooks))
        words = [word.split("@", 1)[1].split()[0] for word in text.split("\n") if "@" in word]
        for name in sorted({name.strip('"]') for name in words}, key=len, reverse=True):
            text = text.replace(f"@{name}", str(self.program(name)))
        return text

    def caught(self):
        """What has run, and forgets it."""
        names = set(os.listdir(self.canary))
        for name in names:
            (self.canary / name).unlink()
        return names

    def poison(self, git_dir):
        included = git_dir / "included"
        attributes = git_dir / "attributes"
        attributes.write_text("* filter=evil diff=evil merge=evil text\n")
        text = self.filled(CONFIGURED.replace("INCLUDED", str(included)).replace("ATTRIBUTES", str(attributes)))
        included.write_text(text.split("[include]")[0])
        (git_dir / "config.worktree").write_text(text.split("[extensions]")[0])
        with open(git_dir / "config", "a") as config:
            config.write(text)
        (git_dir / "info").mkdir(exist_ok=True)
        (git_dir / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil text\n")
        shutil.rmtree(git_dir / "hooks", ignore_errors=True)
        shutil.copytree(self.hooks, git_dir / "hooks", symlinks=True)


def repositories(site, trap):
    """The folders to be read, by what is wrong with them."""
    made = {}

    def copy(name):
        folder = site.work / name
        shutil.copytree(site.work / "configured", folder, symlinks=True)
        made[name] = folder / "deploy"
        return folder / "deploy"

    clone = copy("poisoned")
    (clone / ".gitattributes").write_text("* filter=evil diff=evil merge=evil text\n")
    (clone / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ext::../evil\n\tupdate = !../evil\n')
    site.do(["git", "add", "-A"], clone)
    site.do(["git", "commit", "-qm", "Attributes"], clone)
    trap.poison(clone / ".git")

    # The repository is elsewhere, and so is what its worktrees share.
    pointing = copy("pointing")
    shutil.move(pointing / ".git", site.work / "pointing" / "hidden")
    (pointing / ".git").write_text(f"gitdir: {site.work}/pointing/hidden\n")
    trap.poison(site.work / "pointing" / "hidden")
    shared = copy("shared")
    gate = site.work / "shared" / "gate"
    gate.mkdir()
    shutil.copy(shared / ".git" / "HEAD", gate / "HEAD")
    (gate / "commondir").write_text(f"{shared}/.git\n")
    trap.poison(shared / ".git")
    (site.work / "shared" / "work").mkdir()
    (site.work / "shared" / "work" / ".git").write_text(f"gitdir: {gate}\n")
    made["shared"] = site.work / "shared" / "work"

    # A bare repository that lies in a work tree as if it were files, with objects that are elsewhere.
    embedding = copy("embedding")
    inner = embedding / "inner"
    site.do(["git", "clone", "-q", "--bare", "--shared", site.work / "configured" / "deploy", inner], site.work)
    trap.poison(inner)
    with open(inner / "config", "a") as config:
        config.write(f"[core]\n\tbare = false\n\tworktree = {embedding}\n")
    made["embedding"] = inner

    # Files that only a remote has, which would be fetched by a program.
    partial = copy("partial")
    origin = site.work / "partial" / "origin.git"
    site.do(["git", "config", "uploadpack.allowFilter", "true"], origin)
    shutil.rmtree(partial)
    site.do(["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{origin}", partial], site.work)
    trap.poison(partial / ".git")
    site.do(["git", "config", "--replace-all", "remote.origin.uploadpack", trap.program("uploadpack")], partial)
    trap.caught()
    return made


def run(site, check, towpath):
    trap = Trap(site.work)
    made = repositories(site, trap)
    shutil.copytree(site.work / "plain" / "deploy", site.work / "elsewhere", symlinks=True)
    trap.poison(site.work / "elsewhere" / ".git")
    trap.caught()
    for name, folder in made.items():
        for command, sets in commands.ARGUMENTS.items():
            if command not in commands.declared():
                continue
            for options in sets[:3]:
                surrounded = {} if name != "poisoned" else {key: trap.filled(value) for key, value in SURROUNDED.items()}
                for more in ({}, surrounded) if surrounded else ({},):
                    what, seen = site.watched(command, options, folder, **more)
                    caught = trap.caught()
                    check(not caught, f"{what} in {name}: {', '.join(sorted(caught))} ran")
                    if name == "poisoned" or (name in ("pointing", "shared") and "--worktree" not in options):
                        ends = commands.ENDS.get(command, (0,))
                        check(seen.exit in ends, f"{what} in {name}: ends with {seen.exit}: {seen.err}")
    named(site, trap, check, towpath)
    asked(site, trap, check)
    written(site, trap, check, towpath)
    # The trap works: git itself falls into it.
    environment = site.environment | {"GIT_TERMINAL_PROMPT": "0"}
    subprocess.run(["bash", "-c", PLAIN], cwd=made["poisoned"], env=environment, capture_output=True, stdin=subprocess.DEVNULL)
    caught = trap.caught()
    check(caught >= FALLEN_INTO, f"plain git does not run {sorted(FALLEN_INTO - caught)}")
    print(f"{len(made)} hostile repositories; plain git runs {', '.join(sorted(caught))} there")


def named(site, trap, check, towpath):
    """Commands that the repository's towpath.yaml names are run where the user says so, and not else."""
    folder = site.work / "named" / "deploy"
    shutil.copytree(site.work / "configured", site.work / "named", symlinks=True)
    text = (folder / "towpath.yaml").read_text().replace("- bake: 30m\n", f"- blocker: {{ command: [{trap.program('blocker')}] }}\n")
    text = text.replace("gates:\n", f"gates:\n- verified: {{ command: [{trap.program('verified')}] }}\n- blocker: {{ command: [./program] }}\n")
    (folder / "towpath.yaml").write_text(text)
    shutil.copy(trap.program("program"), folder / "program")
    site.do(["git", "add", "-A"], folder)
    site.do(["git", "commit", "-qm", "Commands"], folder)
    site.do(["git", "push", "-q"], folder)
    for command in [name for name in ("ask", "audit", "promote", "advance", "guard") if name in commands.declared()]:
        for options in commands.ARGUMENTS[command]:
            what, _ = site.watched(command, options, folder)
            check(not trap.caught(), f"{what}: runs what towpath.yaml names")
    seen = subprocess.run(
        [towpath, "ask", "storefront", "--to", "prod", "--allow-commands"], cwd=folder, env=site.environment, capture_output=True, text=True
    )
    caught = trap.caught()
    check(caught == {"blocker", "verified", "program"}, f"with --allow-commands {caught} run: {seen.stdout}{seen.stderr}")


def asked(site, trap, check):
    """A gate that asks a forge looks for a token, and not where the repository says."""
    folder = site.work / "asked" / "deploy"
    shutil.copytree(site.work / "configured", site.work / "asked", symlinks=True)
    site.do(["git", "remote", "set-url", "origin", "https://github.com/example/deploy.git"], folder)
    text = (folder / "towpath.yaml").read_text().replace("- bake: 30m\n", "- blocker: { issue: incident }\n")
    (folder / "policy.yaml").write_text(text)
    trap.poison(folder / ".git")
    trap.caught()
    what, seen = site.watched("ask", "storefront --to prod --config policy.yaml", folder)
    check(not trap.caught(), f"{what}: a helper of the repository's is asked for a token")
    is_asked = any(argv[-2:] == ["credential", "fill"] for argv in seen.started)
    check(is_asked and "there is no token" in seen.out, f"{what}: no helper of the user's is asked: {seen.out}")


def written(site, trap, check, towpath):
    """Where the user writes in a clone of their own, its hooks run, and nothing else of it."""
    folder = site.work / "own" / "deploy"
    shutil.copytree(site.work / "configured", site.work / "own", symlinks=True)
    trap.poison(folder / ".git")
    trap.caught()
    for line in ("deploy checkout v9 --commit --yes", "deploy checkout v10 --push --yes", "lock checkout --reason x", "init --yes --force"):
        done = subprocess.run([towpath, *line.split()], cwd=folder, env=site.environment, capture_output=True, text=True)
        caught = trap.caught()
        check(caught <= OWN, f"towpath {line}: {sorted(caught - OWN)} ran")
        check(done.returncode in (0, 3), f"towpath {line} ends with {done.returncode}: {done.stderr}")

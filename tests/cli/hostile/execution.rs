//! Nothing that a repository configures is run.

use super::{CONFIG, WEB};
use crate::support::{History, Sandbox};

/// Places in `.git/config` that make git run a program. `%` is the program.
const CONFIGURED: &str = "\
[core]
\tfsmonitor = %
\thooksPath = HOOKS
\tpager = %
\teditor = %
\taskPass = %
\tsshCommand = %
\tgitProxy = %
\talternateRefsCommand = %
[alias]
\tstatus = !%
\tlog = !%
[credential]
\thelper = %
[diff]
\texternal = %
[diff \"evil\"]
\ttextconv = %
\tcommand = %
[filter \"evil\"]
\tclean = %
\tsmudge = %
\tprocess = %
\trequired = true
[merge \"evil\"]
\tdriver = %
[gpg]
\tprogram = %
[pager]
\tstatus = %
\tlog = %
[uploadpack]
\tpackObjectsHook = %
[remote \"origin\"]
\turl = ext::%
\tfetch = +refs/heads/*:refs/remotes/origin/*
\tpromisor = true
\tuploadpack = %
[extensions]
\tpartialClone = origin
[protocol]
\tallow = always
[include]
\tpath = included
[includeIf \"gitdir:/\"]
\tpath = included
";

#[test]
fn nothing_configured_runs() {
    let sandbox = Sandbox::new();
    let mut history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write(".gitattributes", "* filter=evil diff=evil merge=evil text\n")
        .write(
            ".gitmodules",
            "[submodule \"x\"]\n\tpath = x\n\turl = ext::../evil\n\tupdate = !../evil\n",
        )
        .write("towpath.yaml", CONFIG);
    for (path, text) in WEB {
        history = history.write(path, text);
    }
    let repository = sandbox.repository("deploy", &history);
    let marker = sandbox.path("marker");
    let program = sandbox.path("evil");
    let script = format!(
        "printf '#!/bin/sh\\ntouch {marker}\\ncat\\n' > {program}; chmod +x {program}; \
         for hook in post-checkout pre-commit post-index-change fsmonitor-watchman reference-transaction \
         post-rewrite pre-auto-gc query-watchman; do cp {program} .git/hooks/$hook; done",
        marker = marker.display(),
        program = program.display()
    );
    sandbox.bash(&repository, &format!("mkdir -p .git/hooks; {script}")).assert().success();
    let configured = CONFIGURED
        .replace('%', &program.display().to_string())
        .replace("HOOKS", &repository.join(".git/hooks").display().to_string());
    let config = repository.join(".git/config");
    let before = std::fs::read_to_string(&config).expect("it is there");
    std::fs::write(&config, format!("{before}{configured}")).expect("writable");
    std::fs::write(
        repository.join(".git/included"),
        configured.replace("path = included", "x = y"),
    )
    .expect("writable");
    std::fs::write(repository.join("envs/dev/web.yaml"), "image:\n  tag: dirty\n")
        .expect("writable");
    for arguments in [
        ["status"].as_slice(),
        &["status", "--worktree"],
        &["status", "--at", "HEAD"],
        &["status", "--at", "yesterday"],
        &["status", "--branch", "gone"],
        &["config", "show"],
        &["config", "check"],
        &["init", "--yes", "--force"],
        &["-C", ".git", "status"],
    ] {
        let environment = [
            ("PAGER", &program),
            ("GIT_PAGER", &program),
            ("EDITOR", &program),
            ("GIT_SSH_COMMAND", &program),
        ];
        let mut command = sandbox.towpath(&repository, arguments);
        for (name, value) in environment {
            command = command.env(name, value);
        }
        command.output().expect("towpath runs");
        assert!(!marker.exists(), "{arguments:?} ran what the repository names");
    }
    let complete = "export COMPLETE=bash _CLAP_COMPLETE_INDEX=2 _CLAP_IFS=$'\\n'; towpath -- towpath status ''";
    sandbox.bash(&repository, complete).assert().success();
    assert!(!marker.exists(), "completion ran what the repository names");
    // The trap works: git itself falls into it.
    sandbox
        .bash(&repository, "git status >/dev/null 2>&1; git add envs >/dev/null 2>&1; true")
        .assert()
        .success();
    assert!(marker.exists(), "the marker is written when something does run");
}

#[test]
fn addresses_that_run_programs_are_refused() {
    let sandbox = Sandbox::new();
    let marker = sandbox.path("marker");
    for url in [
        format!("ext::touch {}", marker.display()),
        format!("ssh://-oProxyCommand=touch%20{}/x", marker.display()),
        format!("--upload-pack=touch {}", marker.display()),
        format!("-oProxyCommand=touch {}:x", marker.display()),
    ] {
        let named = format!("--repo={url}");
        let said = super::run(&sandbox, &sandbox.path("."), &[&named, "status"]);
        assert!(said.code != 0 && !marker.exists(), "{url}: {}", said.err);
    }
}

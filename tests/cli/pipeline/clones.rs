//! The same question in a fresh clone of any kind gets the same answer, or none.

use super::configured;
use crate::delivery::Site;
use std::path::{Path, PathBuf};

/// api is locked, and web v2 is rejected; both could go on otherwise. `pr` moves api in prod.
fn site(config: &str) -> Site {
    let site = configured(config);
    site.sandbox.git(&site.origin, &["config", "uploadpack.allowFilter", "true"]);
    site.sandbox.git(&site.clone, &["checkout", "-q", "-b", "pr"]);
    let path = "apps/prod/api.yaml";
    std::fs::write(site.clone.join(path), crate::delivery::values("api", "v2")).expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "api v2 to prod"]);
    site.sandbox.git(&site.clone, &["push", "-q", "origin", "HEAD:pr", "HEAD:refs/pull/1/merge"]);
    site.sandbox.git(&site.clone, &["checkout", "-q", "main"]);
    for arguments in [&["lock", "api", "--reason", "incident 7"][..], &["reject", "web", "v2"]] {
        assert!(site.told(arguments).starts_with("exit 0\n"), "{arguments:?}");
    }
    site
}

const KINDS: [(&str, &[&str]); 9] = [
    ("full", &["clone", "-q", "URL", "DIR"]),
    ("depth-1", &["clone", "-q", "--depth=1", "URL", "DIR"]),
    ("depth-2", &["clone", "-q", "--depth=2", "URL", "DIR"]),
    ("blobless", &["clone", "-q", "--filter=blob:none", "URL", "DIR"]),
    ("single-branch", &["clone", "-q", "--single-branch", "URL", "DIR"]),
    ("bare", &["clone", "-q", "--bare", "URL", "DIR"]),
    ("fork", &["clone", "-q", "fork.git", "DIR"]),
    ("worktree", &["-C", "full", "worktree", "add", "-q", "-b", "other", "../worktree", "main"]),
    ("ci", &["init", "-q", "DIR"]),
];

fn clones(site: &Site) -> Vec<(&'static str, PathBuf)> {
    let url = format!("file://{}", site.origin.display());
    let git = |at: &str, arguments: &[&str]| site.sandbox.git(&site.sandbox.path(at), arguments);
    git("", &["clone", "-q", "--bare", &url, "fork.git"]);
    for (name, arguments) in KINDS {
        let filled = arguments.iter().map(|word| word.replace("URL", &url).replace("DIR", name));
        let filled: Vec<String> = filled.collect();
        git("", &filled.iter().map(String::as_str).collect::<Vec<_>>());
    }
    git("fork", &["remote", "add", "upstream", &url]);
    git("ci", &["remote", "add", "origin", &url]);
    git(
        "ci",
        &["fetch", "-q", "--depth=2", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge"],
    );
    git("ci", &["checkout", "-q", "--detach", "refs/remotes/pull/1/merge"]);
    KINDS.iter().map(|(name, _)| (*name, site.sandbox.path(name))).collect()
}

/// Exit code, stdout and stderr of towpath in a clone with a cache of its own.
fn ask(site: &Site, at: &Path, arguments: &[&str]) -> (i32, String, String) {
    let cache = site.sandbox.path("caches").join(at.file_name().expect("a name"));
    let command = site.sandbox.towpath(at, arguments).env("XDG_CACHE_HOME", &cache);
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// The lines that tell a gate of the ledger, without their spacing.
fn of_ledger(answer: &str) -> Vec<String> {
    let lines =
        answer.lines().filter(|line| line.starts_with("lock ") || line.starts_with("rejected "));
    lines.map(|line| line.split_whitespace().take(8).collect::<Vec<_>>().join(" ")).collect()
}

/// Compares the answers in every kind of clone; only those about the ledger, or all of them.
fn compare(site: &Site, only_ledger: bool) {
    let ids = ["main", "pr"].map(|name| site.at_origin(&["rev-parse", name]).trim().to_owned());
    let [base, head] = &ids;
    let guard = ["guard", "--base", base, "--head", head];
    let asked = |app, stage| ["ask", app, "--to", stage];
    for (name, at) in clones(site) {
        let same = |arguments: &[&str]| {
            let (wanted, got) = (ask(site, &site.clone, arguments), ask(site, &at, arguments));
            (wanted, got, format!("{name}: {arguments:?}"))
        };
        for arguments in [asked("api", "prod"), asked("web", "staging")] {
            let (wanted, got, shown) = same(&arguments);
            if name == "ci" {
                assert!(got.0 == 1 && got.2.contains("HEAD is detached"), "{shown}: {}", got.2);
                continue;
            }
            assert_eq!((wanted.0, got.0), (3, 3), "{shown}: {}{}", got.1, got.2);
            assert_eq!(of_ledger(&got.1), of_ledger(&wanted.1), "{shown}");
        }
        for arguments in [&["locks"][..], &["status", "--no-since"]] {
            let (wanted, got, shown) = same(arguments);
            let is_said = got.2.contains("warning: reading the checked-out commit");
            assert!(got.1 == wanted.1 || is_said, "{shown}: {}{}", got.1, got.2);
        }
        if only_ledger {
            continue;
        }
        for arguments in [
            &["promote", "api", "--to", "prod", "--dry-run"][..],
            &["promote", "web", "--to", "staging", "--dry-run"],
            &["deploy", "api", "v3", "--dry-run"],
        ] {
            let (wanted, got, shown) = same(arguments);
            let refused = if name == "ci" { 1 } else { 3 };
            assert_eq!((wanted.0, got.0), (3, refused), "{shown}: {}{}", got.1, got.2);
        }
        let (wanted, got, shown) = same(&guard);
        assert!(wanted.0 == 3 && [1, 2, 3].contains(&got.0), "{shown}: {} {}", got.0, got.2);
        let (_, got, shown) = same(&["advance", "--dry-run"]);
        assert!(!(got.1 + &got.2).contains("would be proposed"), "{shown}");
        if name == "ci" {
            let named = [&asked("api", "prod")[..], &["--branch", base]].concat();
            assert_eq!(ask(site, &at, &named).0, 3, "{shown}");
        }
        for arguments in [&["history", "-n", "0"][..], &["audit"]] {
            let (wanted, got, shown) = same(arguments);
            let is_said = got.2.contains("this clone");
            assert!(got.1 == wanted.1 || is_said, "{shown}: {}{}", got.1, got.2);
        }
    }
}

#[test]
fn every_kind_of_clone_gives_the_same_answer_or_none() {
    compare(&site(""), false);
}

#[test]
fn a_ledger_on_a_branch_is_read_in_every_kind_of_clone() {
    compare(&site("ledger: branch\n"), true);
}

#[test]
fn a_ledger_that_cannot_be_read_shuts() {
    let site = site("");
    let (name, at) = clones(&site).remove(0);
    // Only asking is allowed, and the clone has no copy.
    let (code, said, _) = ask(&site, &at, &["--read-only", "ask", "api", "--to", "prod"]);
    assert!(code == 3 && said.contains("--read-only fetches nothing"), "{name}: {said}");
    // The remote is gone. What it said a moment ago counts, what it said long ago does not.
    assert_eq!(ask(&site, &at, &["ask", "api", "--to", "prod"]).0, 3);
    let gone = site.sandbox.path("gone.git");
    std::fs::rename(&site.origin, &gone).expect("it moves");
    let (code, said, warned) = ask(&site, &at, &["locks"]);
    assert!(code == 0 && said.contains("incident 7"), "{said}{warned}");
    assert!(warned.contains("the ledger is a copy, 0s old"), "{warned}");
    std::fs::remove_dir_all(site.sandbox.path("caches")).expect("it is there");
    let (code, said, warned) = ask(&site, &at, &["ask", "api", "--to", "prod"]);
    assert!(code == 3 && said.contains("the ledger was not read"), "{said}{warned}");
    assert!(said.contains("to open the gate: towpath ledger fetch"), "{said}");
    let (code, _, warned) = ask(&site, &at, &["locks"]);
    assert!(code == 1 && warned.contains("error: the ledger was not read"), "{warned}");
    let (_, _, warned) = ask(&site, &at, &["audit"]);
    assert!(warned.contains("warning: the ledger was not read"), "{warned}");
}

#[test]
fn a_repository_can_keep_no_ledger() {
    let site = configured("ledger: none\n");
    site.sandbox.git(&site.clone, &["remote", "set-url", "origin", "/nowhere/x.git"]);
    assert!(site.told(&["ask", "api", "--to", "prod"]).starts_with("exit 0\n"));
    let said = site.told(&["lock", "api", "--reason", "x"]);
    assert!(said.contains("this repository keeps no ledger"), "{said}");
}

//! Histories that are odd in themselves: cut, merged, damaged, or written by strange hands.

use super::{CONFIG, tag};
use crate::support::{History, Sandbox};
use serde_json::Value;
use snapbox::str;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `web` of both stages at v1, by the root commit.
pub fn begun() -> History {
    let begun = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    begun.write("tags/dev/web.yaml", &tag("v1")).write("tags/prod/web.yaml", &tag("v1"))
}

/// `subject: app stage from > to kind`, newest first: the same on any number of threads, and the sum
/// of it is what `status` shows.
pub fn told(sandbox: &Sandbox, at: &Path) -> Vec<String> {
    let [first, rest @ ..] = ["1", "2", "5"].map(|threads| deployments(sandbox, at, threads));
    assert!(rest.iter().all(|other| *other == first), "the number of threads makes no difference");
    assert_eq!(sum(&first), standing(sandbox, at));
    first.iter().map(line).collect()
}

fn deployments(sandbox: &Sandbox, at: &Path, threads: &str) -> Vec<Value> {
    let run =
        sandbox.towpath(at, &["history", "-q", "-o", "jsonl"]).env("TOWPATH_THREADS", threads);
    let output = run.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

type Cell = (String, String, String);

fn cell(entry: &Value, version: &Value) -> Cell {
    (entry["app"].to_string(), entry["stage"].to_string(), version["tag"].to_string())
}

/// What is there after all deployments, the oldest first.
fn sum(deployments: &[Value]) -> BTreeSet<Cell> {
    let mut running: BTreeMap<Cell, i32> = BTreeMap::new();
    for deployment in deployments.iter().rev() {
        if !deployment["from"].is_null() {
            let count = running.entry(cell(deployment, &deployment["from"])).or_default();
            *count -= 1;
            assert!(*count >= 0, "what goes was there: {deployment}");
        }
        if !deployment["to"].is_null() {
            *running.entry(cell(deployment, &deployment["to"])).or_default() += 1;
        }
    }
    running.into_iter().filter(|(_, count)| *count > 0).map(|(cell, _)| cell).collect()
}

fn standing(sandbox: &Sandbox, at: &Path) -> BTreeSet<Cell> {
    let run = sandbox
        .towpath(at, &["status", "-q", "--no-since", "-o", "json"])
        .output()
        .expect("it runs");
    let status: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    status["entries"].as_array().expect("a list").iter().map(|entry| cell(entry, entry)).collect()
}

fn line(deployment: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let [subject, app, stage, kind] =
        ["subject", "app", "stage", "kind"].map(|key| text(&deployment[key]));
    let [from, to] = ["from", "to"].map(|side| text(&deployment[side]["tag"]));
    format!("{subject}: {app} {stage} {from} > {to} {kind}")
}

/// What a history tells after `start`.
fn after_start(history: &History) -> Vec<String> {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", history);
    let mut lines = told(&sandbox, &repository);
    let start = lines.split_off(lines.len().checked_sub(2).expect("two cells at the start"));
    assert_eq!(start, ["start: web dev - > v1 add", "start: web prod - > v1 add"]);
    lines
}

#[test]
fn a_deployment_that_a_merge_brings_is_the_merges() {
    let history = begun()
        .branch("topic")
        .commit("2026-08-02T10:00:00Z", "Alice", "topic v2")
        .from("main")
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-02T11:00:00Z", "Alice", "topic v3")
        .write("tags/dev/web.yaml", &tag("v3"))
        .branch("main")
        .commit("2026-08-03T10:00:00Z", "Bob", "merged")
        .merge("topic")
        .write("tags/dev/web.yaml", &tag("v3"))
        .commit("2026-08-04T10:00:00Z", "Bob", "empty");
    assert_eq!(after_start(&history), ["merged: web dev v1 > v3 deploy"]);
}

#[test]
fn an_octopus_brings_all_of_its_branches() {
    let mut history = begun();
    for (branch, stage) in [("one", "dev"), ("two", "prod"), ("three", "dev")] {
        let commit =
            history.branch(branch).commit("2026-08-02T10:00:00Z", "Alice", branch).from("main");
        history = commit.write(&format!("tags/{stage}/{branch}.yaml"), &tag("v1"));
    }
    let merge = history.branch("main").commit("2026-08-03T10:00:00Z", "Bob", "octopus");
    let merge = merge.merge("one").merge("two").merge("three");
    let all = merge
        .write("tags/dev/one.yaml", &tag("v1"))
        .write("tags/prod/two.yaml", &tag("v1"))
        .write("tags/dev/three.yaml", &tag("v1"));
    let mut told = after_start(&all);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "octopus: one dev - > v1 add",
            "octopus: three dev - > v1 add",
            "octopus: two prod - > v1 add"
        ]
    );
}

#[test]
fn a_merge_that_keeps_ours_deploys_nothing() {
    let history = begun()
        .branch("topic")
        .commit("2026-08-02T10:00:00Z", "Alice", "topic")
        .from("main")
        .write("tags/dev/web.yaml", &tag("v2"))
        .branch("main")
        .commit("2026-08-03T10:00:00Z", "Bob", "ours")
        .merge("topic");
    assert_eq!(after_start(&history), Vec::<String>::new());
}

#[test]
fn the_mainline_orders_even_if_clocks_run_backwards() {
    let history = begun()
        .commit("2026-08-09T10:00:00Z", "Alice", "v2")
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-05T10:00:00Z", "Alice", "v3, by a slow clock")
        .write("tags/dev/web.yaml", &tag("v3"))
        .commit("1970-01-01T00:00:00Z", "Alice", "v4, by none")
        .write("tags/dev/web.yaml", &tag("v4"));
    let told = after_start(&history);
    assert_eq!(
        told,
        [
            "v4, by none: web dev v3 > v4 deploy",
            "v3, by a slow clock: web dev v2 > v3 deploy",
            "v2: web dev v1 > v2 deploy"
        ]
    );
}

#[test]
fn any_name_subject_and_tag() {
    let long = "x".repeat(100_000);
    let history = begun()
        .raw_commit("2026-08-02T10:00:00Z", "", "", "nobody")
        .write("tags/dev/web.yaml", &tag("v2"))
        .raw_commit("2026-08-03T10:00:00Z", b"J\xf6rg", "j@example.com", b"f\xfcr alle")
        .write("tags/dev/web.yaml", &tag("v3"))
        .commit("2026-08-04T10:00:00Z", "Alice", &long)
        .write("tags/dev/web.yaml", &tag("v4"))
        .commit("2026-08-05T10:00:00Z", "Alice", "")
        .write("tags/dev/web.yaml", &tag("\"v5\\e[31m\""));
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &history);
    let told = told(&sandbox, &repository);
    assert_eq!((told.len(), told[2].as_str()), (6, "f\u{fc}r alle: web dev v2 > v3 deploy"));
    for format in ["table", "jsonl", "csv", "markdown"] {
        let output =
            sandbox.towpath(&repository, &["history", "-o", format]).output().expect("it runs");
        assert!(output.status.success() && !output.stdout.contains(&0x1b), "{format}");
    }
}

#[test]
fn a_shallow_clone_tells_what_it_has_and_where_it_ends() {
    let mut history = begun();
    for version in 2..9 {
        let commit = history.commit(
            &format!("2026-08-0{version}T10:00:00Z"),
            "Alice",
            &format!("v{version}"),
        );
        history = commit.write("tags/dev/web.yaml", &tag(&format!("v{version}")));
    }
    let sandbox = Sandbox::new();
    let origin = sandbox.bare("deploy", &history);
    let url = format!("file://{}", origin.display());
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--bare", "--depth=3", &url, "shallow"]);
    for threads in ["1", "2", "5"] {
        let run = sandbox.towpath(&sandbox.path("home/shallow"), &["history", "-o", "csv"]);
        let output = run.env("TOWPATH_THREADS", threads).output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1 + 2);
        let edge = sandbox.git(&origin, &["rev-parse", "--short=10", "main~2"]);
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.contains(&format!("history ends at {}", edge.trim())), "{said}");
    }
}

/// Written history counts, not what a clone is told to see instead.
#[test]
fn grafts_and_replacements_are_not_honoured() {
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-03T10:00:00Z", "Alice", "v3")
        .write("tags/dev/web.yaml", &tag("v3"));
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &history);
    let before = told(&sandbox, &repository);
    let [tip, root] = ["main", "main~2"].map(|name| sandbox.git(&repository, &["rev-parse", name]));
    sandbox.git(&repository, &["replace", "--graft", tip.trim(), root.trim()]);
    assert_eq!(sandbox.git(&repository, &["rev-list", "--count", "main"]), "2\n", "git honours it");
    assert_eq!(told(&sandbox, &repository), before);
    std::fs::write(repository.join("info/grafts"), format!("{} {}\n", tip.trim(), root.trim()))
        .expect("writable");
    assert_eq!(told(&sandbox, &repository), before);
}

#[test]
fn a_blobless_clone_says_what_it_lacks() {
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-03T10:00:00Z", "Alice", "v3")
        .write("tags/dev/web.yaml", &tag("v3"));
    let sandbox = Sandbox::new();
    let origin = sandbox.bare("deploy", &history);
    sandbox.git(&origin, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", origin.display());
    // With a checkout: the newest files are there.
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--filter=blob:none", &url, "blobless"]);
    let clone = sandbox.path("home/blobless");
    sandbox
        .towpath(&clone, &["history"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
when   stage   app   from   to     kind   who     change
31d    prod    web   ·      → v1   add    Alice   75c0badf59

"#]])
        .stderr_eq(str![[r#"
warning: this clone lacks older contents of tags/dev/web.yaml; `git fetch --refetch --no-filter` fetches them

"#]]);
    let json = sandbox.towpath(&clone, &["history", "-o", "json"]).output().expect("it runs");
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["complete"], false);
}

//! Repositories that change their shape over the years, and versions that are written in one place
//! and run in many.

use super::robust::{begun, told};
use super::tag;
use crate::support::{History, Sandbox};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// What a history tells, the root commit left out.
fn later(history: &History) -> Vec<String> {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", history);
    let lines = told(&sandbox, &repository);
    lines.into_iter().filter(|line| !line.starts_with("start: ")).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_file_that_was_broken_for_one_commit() {
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "broken")
        .write("tags/dev/web.yaml", "tag: [v1\n<<<<<<< HEAD\n")
        .commit("2026-08-03T10:00:00Z", "Alice", "repaired")
        .write("tags/dev/web.yaml", &tag("v2"));
    assert_eq!(later(&history), ["repaired: web dev v1 > v2 deploy"]);
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "broken")
        .write("tags/dev/web.yaml", "\0")
        .commit("2026-08-03T10:00:00Z", "Alice", "as it was")
        .write("tags/dev/web.yaml", &tag("v1"));
    assert_eq!(later(&history), nothing());
}

const BOTH: &str = "\
stages: [dev, {name: prod, aliases: [live]}]
sources:
  - yaml: old/{stage}/{app}.yaml
    tag: tag
  - yaml: new/{app}/{stage}.yaml
    tag: version
";

fn old_layout() -> History {
    let start =
        History::new().commit("2026-08-01T10:00:00Z", "Alice", "start").write("towpath.yaml", BOTH);
    start.write("old/dev/web.yaml", &tag("v2")).write("old/live/web.yaml", &tag("v1"))
}

#[test]
fn a_layout_that_moved_deployed_nothing() {
    let moved = old_layout()
        .commit("2026-08-02T10:00:00Z", "Alice", "new layout")
        .remove("old")
        .write("new/web/dev.yaml", "version: v2\n")
        .write("new/web/prod.yaml", "version: v1\n")
        .commit("2026-08-03T10:00:00Z", "Alice", "v3")
        .write("new/web/dev.yaml", "version: v3\n");
    assert_eq!(later(&moved), ["v3: web dev v2 > v3 deploy"]);
}

#[test]
fn a_layout_that_moved_and_a_new_version_at_once() {
    let moved = old_layout()
        .commit("2026-08-02T10:00:00Z", "Alice", "new layout and v2")
        .remove("old")
        .write("new/web/dev.yaml", "version: v2\n")
        .write("new/web/prod.yaml", "version: v2\n");
    assert_eq!(later(&moved), ["new layout and v2: web prod v1 > v2 promote"]);
}

#[test]
fn a_stage_folder_that_got_another_name() {
    let renamed = old_layout()
        .commit("2026-08-02T10:00:00Z", "Alice", "prod, not live")
        .rename("old/live", "old/prod")
        .commit("2026-08-03T10:00:00Z", "Alice", "v2")
        .write("old/prod/web.yaml", &tag("v2"));
    assert_eq!(later(&renamed), ["v2: web prod v1 > v2 promote"]);
}

#[test]
fn a_file_that_was_a_folder_for_a_while() {
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "folder")
        .remove("tags/dev/web.yaml")
        .write("tags/dev/web.yaml/README", "moved\n")
        .commit("2026-08-03T10:00:00Z", "Alice", "file")
        .remove("tags/dev/web.yaml/README")
        .write("tags/dev/web.yaml", &tag("v2"));
    assert_eq!(later(&history), ["file: web dev - > v2 add", "folder: web dev v1 > - remove"]);
}

/// What a link points at is another place's file.
#[test]
fn a_link_that_became_a_file() {
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "link")
        .link("tags/prod/web.yaml", "../dev/web.yaml")
        .commit("2026-08-03T10:00:00Z", "Alice", "v2")
        .write("tags/dev/web.yaml", &tag("v2"))
        .commit("2026-08-04T10:00:00Z", "Alice", "file")
        .write("tags/prod/web.yaml", &tag("v1"));
    assert_eq!(
        later(&history),
        ["file: web prod - > v1 add", "v2: web dev v1 > v2 deploy", "link: web prod v1 > - remove"]
    );
}

#[test]
fn a_submodule_holds_nothing() {
    let commit = "27e1396100000000000000000000000000000000";
    let history = begun()
        .commit("2026-08-02T10:00:00Z", "Alice", "submodule")
        .remove("tags/dev/web.yaml")
        .submodule("tags/dev/web.yaml", commit)
        .submodule("tags/vendor", commit)
        .commit("2026-08-03T10:00:00Z", "Alice", "file")
        .remove("tags/dev/web.yaml")
        .write("tags/dev/web.yaml", &tag("v2"));
    assert_eq!(later(&history), ["file: web dev - > v2 add", "submodule: web dev v1 > - remove"]);
}

/// A cell, and what its file says.
fn kustomized() -> History {
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write(
            "towpath.yaml",
            "stages: [dev, qa, prod]\nsources: [{kustomize: \"{app}/overlays/{stage}\"}]\n",
        )
        .write(
            "web/base/kustomization.yaml",
            "resources: [pod.yaml]\nimages: [{name: r/web, newTag: v1}]\n",
        )
        .write(
            "web/base/pod.yaml",
            "kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: r/web}]}\n",
        );
    for (stage, more) in
        [("dev", ""), ("qa", ""), ("prod", "images: [{name: r/web, newTag: v0}]\n")]
    {
        let path = format!("web/overlays/{stage}/kustomization.yaml");
        history = history.write(&path, &format!("resources: [../../base]\n{more}"));
    }
    history
}

#[test]
fn a_base_deploys_to_every_overlay_that_does_not_say_otherwise() {
    let history = kustomized()
        .commit("2026-08-02T10:00:00Z", "Alice", "base v2")
        .write(
            "web/base/kustomization.yaml",
            "resources: [pod.yaml]\nimages: [{name: r/web, newTag: v2}]\n",
        )
        .commit("2026-08-03T10:00:00Z", "Alice", "prod follows")
        .write("web/overlays/prod/kustomization.yaml", "resources: [../../base]\n");
    let told = later(&history);
    let base = ["base v2: web dev v1 > v2 deploy", "base v2: web qa v1 > v2 promote"];
    assert_eq!(told, [&["prod follows: web prod v0 > v2 promote"][..], &base].concat());
}

#[test]
fn a_base_that_moved_deployed_nothing() {
    let mut history = kustomized()
        .commit("2026-08-02T10:00:00Z", "Alice", "moved")
        .rename("web/base", "bases/web");
    for (stage, more) in
        [("dev", ""), ("qa", ""), ("prod", "images: [{name: r/web, newTag: v0}]\n")]
    {
        let path = format!("web/overlays/{stage}/kustomization.yaml");
        history = history.write(&path, &format!("resources: [../../../bases/web]\n{more}"));
    }
    assert_eq!(later(&history), nothing());
}

#[test]
fn an_anchor_deploys_to_all_that_refer_to_it() {
    let file = |tag: &str| {
        format!(
            "base: &base {{tag: {tag}, port: 80}}\nweb: {{<<: *base}}\napi: {{<<: *base, tag: v9}}\njob: *base\n"
        )
    };
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write(
            "towpath.yaml",
            "stages: [dev]\nsources: [{yaml: \"{stage}.yaml\", tag: \"{app}.tag\"}]\n",
        )
        .write("dev.yaml", &file("v1"))
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("dev.yaml", &file("v2"));
    let mut told = later(&history);
    told.sort_unstable();
    assert_eq!(
        told,
        ["v2: base dev v1 > v2 deploy", "v2: job dev v1 > v2 deploy", "v2: web dev v1 > v2 deploy"]
    );
}

#[test]
fn defaults_of_helm_deploy_to_the_stages_without_a_word() {
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", "stages: [dev, prod]\nsources: [{helm-values: \"{app}/values-{stage}.yaml\", base: \"{app}/values.yaml\"}]\n")
        .write("web/values.yaml", "image: {repository: r/web, tag: v1}\n")
        .write("web/values-dev.yaml", "replicas: 1\n")
        .write("web/values-prod.yaml", "image: {tag: v0}\n")
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("web/values.yaml", "image: {repository: r/web, tag: v2}\n");
    assert_eq!(later(&history), ["v2: web dev v1 > v2 deploy"]);
}

#[test]
fn branches_that_are_stages_have_histories_of_their_own() {
    let config = "stages: [{name: dev, branch: main}, {name: prod, branch: live}]\nsources: [{yaml: \"{app}.yaml\", tag: tag}]\n";
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("web.yaml", &tag("v1"))
        .branch("live")
        .commit("2026-08-01T11:00:00Z", "Alice", "start: live")
        .from("main")
        .write("web.yaml", &tag("v0"))
        .branch("main")
        .commit("2026-08-02T10:00:00Z", "Alice", "v2")
        .write("web.yaml", &tag("v2"))
        .branch("live")
        .commit("2026-08-03T10:00:00Z", "Alice", "released")
        .merge("main")
        .write("web.yaml", &tag("v2"));
    assert_eq!(
        later(&history),
        ["released: web prod v0 > v2 promote", "v2: web dev v1 > v2 deploy"]
    );
}

/// Work for each pair of versions would take an hour.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow where nothing is optimized: the release run has it")]
fn fifty_thousand_versions_in_one_place() {
    let pods = |version: &str| {
        (0..50_000).fold(String::new(), |mut text, number| {
            writeln!(text, "web: v{version}.{number}").expect("memory takes everything");
            text
        })
    };
    let config = "stages: [dev]\nsources: [{line: \"{stage}.txt\", pattern: '^(?<app>\\w+): (?<tag>\\S+)$'}]\n";
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("dev.txt", &pods("1"))
        .commit("2026-08-02T10:00:00Z", "Alice", "next")
        .write("dev.txt", &pods("2"));
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &history);
    let begin = Instant::now();
    let output =
        sandbox.towpath(&repository, &["history", "-q", "-o", "csv"]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1 + 2 * 50_000);
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

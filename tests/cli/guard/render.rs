//! `guard --render`: what programs build, beside what the mapping says. Most of it is tried with
//! programs of a few lines in place of kustomize; `real` uses kubectl and Helm where they are
//! installed.

use super::{Case, Site, ahead, ahead_by};
use crate::support::{History, NOW, search_path};
use serde_json::Value;
use snapbox::{assert_data_eq, str};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

const CONFIG: &str = "\
stages: [dev, prod]
sources:
- kustomize: apps/{app}/overlays/{stage}
gates:
- order: off
- isolation: off
permissions:
  prod: [deploy-bot]
  config: [platform]
  break-glass: [alice]
";

/// Prints `built.yaml` of the folder, which the mapping does not read.
const PRINTS_A_FILE: &str = "#!/bin/sh
while IFS= read -r line; do printf '%s\\n' \"$line\"; done < \"$2/built.yaml\"
";

const ENDLESS: &str = "#!/bin/sh
while :; do echo 'a: 0123456789012345678901234567890123456789012345678901234567890123456789'; done
";

fn built(image: &str) -> String {
    format!(
        "kind: Deployment\nmetadata: {{name: web}}\nspec: {{containers: [{{name: web, image: '{image}'}}]}}\n"
    )
}

fn overlay(tag: &str) -> String {
    format!("resources: [web.yaml]\nimages:\n- name: acme/web\n  newTag: {tag}\n")
}

fn story(config: &str) -> History {
    let mut history =
        History::new().commit("2026-08-01T10:00:00Z", "Ann", "start").write("towpath.yaml", config);
    for stage in ["dev", "prod"] {
        let folder = format!("apps/web/overlays/{stage}");
        history = history
            .write(&format!("{folder}/kustomization.yaml"), &overlay("v1"))
            .write(&format!("{folder}/web.yaml"), &built("acme/web"))
            .write(&format!("{folder}/built.yaml"), &built("acme/web:v1"));
    }
    history
}

const BUILT: &str = "apps/web/overlays/prod/built.yaml";

/// A program of a few lines in a folder of its own.
fn install(site: &Site, name: &str, script: &str) -> PathBuf {
    let folder = site.sandbox.path(&format!("bin-{name}-{}", script.len()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join(name);
    std::fs::write(&program, script).expect("a program");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, mode).expect("its mode");
    folder
}

/// Runs the guard on a branch with these folders before `PATH`.
fn run(site: &Site, head: &str, programs: &Path, arguments: &[&str]) -> Output {
    let all = [&["guard", "--base", "main", "--head", head], arguments].concat();
    let mut command = site.sandbox.program(&site.repository, &all);
    let others = search_path();
    let path: Vec<PathBuf> =
        [programs.to_path_buf()].into_iter().chain(std::env::split_paths(&others)).collect();
    command.env("PATH", std::env::join_paths(path).expect("plain folders")).env("TOWPATH_NOW", NOW);
    command.output().expect("it runs")
}

/// The exit code, and what is printed.
fn told(output: &Output) -> String {
    format!(
        "{}{}exit code {}\n",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().expect("an exit code")
    )
}

const STRANGER: [&str; 4] = ["--render", "--allow-network", "--actor", "mallory"];

fn cases() -> Vec<Case> {
    let case = |name, change| Case { name, actor: "", change };
    vec![
        case("no cell", |history| ahead(history).write(BUILT, &built("evil/web:v1"))),
        case("a cell", |history| {
            ahead(history)
                .write("apps/web/overlays/prod/kustomization.yaml", &overlay("v2"))
                .write(BUILT, &built("acme/web:v2"))
        }),
        case("broken", |history| ahead(history).write(BUILT, "a: [\n")),
        case("glass", |history| {
            ahead_by(history, "alice", "fix\n\nGate-Override: it burns\n")
                .write(BUILT, &built("evil/web:v1"))
        }),
        case("unrelated", |history| ahead(history).write("README.md", "words\n")),
        case("no longer rendered", |history| {
            ahead(history).write("towpath.yaml", CONFIG).write(BUILT, &built("evil/web:v1"))
        }),
    ]
}

#[test]
fn an_image_that_no_version_explains_is_refused() {
    let site = Site::of(story(CONFIG), &cases());
    let programs = install(&site, "kustomize", PRINTS_A_FILE);
    // The mapping does not read that file.
    let plain = run(&site, "case-0", &programs, &["--actor", "mallory"]);
    assert_eq!(plain.status.code(), Some(0));
    assert_data_eq!(
        told(&run(&site, "case-0", &programs, &STRANGER)),
        str![[r#"
result    subject                                     check      reason
refused   apps/web/overlays/prod/kustomization.yaml   rendered   `kustomize build apps/web/overlays/prod` builds Deployment web (containers web) with evil/web:v1 in place of acme/web:v1; no version of prod moves so
hint: `permissions` in towpath.yaml:9 names platform
1 file differs; 1 other file is not allowed
exit code 3

"#]]
    );
    let broken = run(&site, "case-2", &programs, &[&STRANGER[..], &["-q"]].concat());
    assert_data_eq!(
        told(&broken),
        str![[r#"
result    subject                                     check      reason
refused   apps/web/overlays/prod/kustomization.yaml   rendered   `kustomize build apps/web/overlays/prod` fails after the change: did not find expected node content at line 2 column 1, while parsing a flow node
hint: `permissions` in towpath.yaml:9 names platform
exit code 3

"#]]
    );
    let unrelated = run(&site, "case-4", &programs, &STRANGER);
    assert_data_eq!(
        told(&unrelated),
        str![[r#"
1 file differs; no version changes
exit code 0

"#]]
    );
}

#[test]
fn those_who_may_change_the_rules_and_those_who_break_the_glass_may() {
    let site = Site::of(story(CONFIG), &cases());
    let programs = install(&site, "kustomize", PRINTS_A_FILE);
    let code = |head: &str, actor: &str| {
        let all = ["--render", "--allow-network", "--actor", actor];
        run(&site, head, &programs, &all).status.code()
    };
    assert_eq!(code("case-0", "platform"), Some(0));
    assert_eq!(code("case-0", "deploy-bot"), Some(3));
    assert_eq!(code("case-1", "deploy-bot"), Some(0));
    assert_eq!(code("case-1", "mallory"), Some(3));
    assert_eq!((code("case-3", "alice"), code("case-3", "mallory")), (Some(0), Some(3)));
}

#[test]
fn the_base_says_that_it_is_rendered() {
    let config = format!("{CONFIG}render: true\n");
    let site = Site::of(story(&config), &cases());
    let programs = install(&site, "kustomize", PRINTS_A_FILE);
    let arguments = ["--allow-network", "--actor", "mallory", "-o", "json"];
    for head in ["case-0", "case-5"] {
        let output = run(&site, head, &programs, &arguments);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let outcome = &answer["rendered"][0]["outcome"];
        assert_eq!((output.status.code(), outcome.as_str()), (Some(3), Some("unexplained")));
    }
    let comment = ["comment", "--base", "main", "--head", "case-0", "--dry-run"];
    let mut comment = site.sandbox.program(&site.repository, &comment);
    assert_eq!(comment.output().expect("it runs").status.code(), Some(0));
}

#[test]
fn what_cannot_be_built_is_refused_or_named() {
    let site = Site::of(story(CONFIG), &cases());
    let strange = [&STRANGER[..], &["-q"]].concat();
    let fails = install(&site, "kustomize", "#!/bin/sh\necho 'Error: no luck' >&2\nexit 1\n");
    assert_data_eq!(
        told(&run(&site, "case-0", &fails, &STRANGER)),
        str![[r#"
1 file differs; no version changes
apps/web/overlays/prod/kustomization.yaml is judged without a build: no luck
exit code 0

"#]]
    );
    let endless = install(&site, "kustomize", ENDLESS);
    let stopped = run(&site, "case-0", &endless, &[&STRANGER[..], &["-o", "json"]].concat());
    let answer: Value = serde_json::from_slice(&stopped.stdout).expect("JSON");
    assert_eq!(answer["rendered"][0]["reason"], "stopped: it wrote more than 32 MB");
    let prints = install(&site, "kustomize", PRINTS_A_FILE);
    let mut read_only = vec!["--read-only"];
    read_only.extend(&strange);
    assert_data_eq!(
        told(&run(&site, "case-0", &prints, &read_only)),
        str![[r#"
result    subject                                     check      reason
refused   apps/web/overlays/prod/kustomization.yaml   rendered   `kustomize build apps/web/overlays/prod` was not run: nothing is written under --read-only
hint: `permissions` in towpath.yaml:9 names platform
exit code 3

"#]]
    );
}

#[test]
fn without_a_program_the_change_is_refused() {
    let site = Site::of(story(CONFIG), &cases());
    // Only what the guard itself needs.
    let folder = site.sandbox.path("only-git");
    std::fs::create_dir(&folder).expect("a folder");
    let path = search_path();
    for name in ["git", "sh"] {
        let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
        let place = places.find(|place| place.exists()).expect("it is installed");
        std::os::unix::fs::symlink(place, folder.join(name)).expect("a link");
    }
    let refused = |arguments: &[&str]| {
        let all = [&["guard", "--base", "main", "--head", "case-0", "-q"], arguments].concat();
        let mut command = site.sandbox.program(&site.repository, &all);
        told(&command.env("PATH", &folder).output().expect("it runs"))
    };
    assert_data_eq!(
        refused(&STRANGER),
        str![[r#"
result    subject                                     check      reason
refused   apps/web/overlays/prod/kustomization.yaml   rendered   `kustomize build apps/web/overlays/prod` was not run: kustomize or kubectl is not installed
hint: `permissions` in towpath.yaml:9 names platform
exit code 3

"#]]
    );
    // Nor does a program run with a network that nobody allowed.
    assert_data_eq!(
        refused(&["--render", "--actor", "mallory"]),
        str![[r#"
result    subject                                     check      reason
refused   apps/web/overlays/prod/kustomization.yaml   rendered   `kustomize build apps/web/overlays/prod` was not run: `unshare`, which starts a program without a network, is not installed
hint: `permissions` in towpath.yaml:9 names platform
exit code 3

"#]]
    );
}

#[test]
fn a_program_runs_without_a_network_or_not_at_all() {
    let site = Site::of(story(CONFIG), &cases());
    let interfaces = "#!/bin/sh
names=
while IFS=: read -r name rest; do case $rest in *[0-9]*) names=\"$names$name\" ;; esac; done < /proc/net/dev
printf \"kind: Pod\\nspec: {image: 'has:%s'}\\n\" \"${names#\"${names%%[! ]*}\"}\"
";
    let programs = install(&site, "kustomize", interfaces);
    let all = ["--render", "--actor", "mallory", "-o", "json"];
    let output = run(&site, "case-0", &programs, &all);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rendered = &answer["rendered"][0];
    match rendered["outcome"].as_str() {
        // Both sides see the same.
        Some("same") => assert_eq!(output.status.code(), Some(0)),
        outcome => assert_eq!((outcome, output.status.code()), (Some("not-run"), Some(3))),
    }
}

mod real;

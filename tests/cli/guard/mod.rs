//! `towpath guard`: pull requests that try to get past it, and others that have nothing to hide.

mod answers;
mod blind;
mod brief;
mod commands;
mod comment;
mod harmless;
mod hostile;
mod owners;
mod recipes;
#[cfg(unix)]
mod render;
mod signed;
mod unproven;

use crate::support::{History, NOW, Sandbox};
use serde_json::Value;
use std::path::PathBuf;

/// What everything is tried on: three stages, several ways to write versions down, and rules.
pub const CONFIG: &str = "\
stages: [dev, staging, prod]
sources:
- helm-values: ['envs/{stage}/{app}.yaml', 'extra/{stage}/{app}.yaml']
- kustomize: kustom/{app}/overlays/{stage}
gates:
- isolation: off
- blocker: { command: [./scripts/is-quiet] }
  apps: [nobody]
permissions:
  prod: { actors: [deploy-bot], signers: [.towpath/signers] }
  config: [platform]
  break-glass: [alice]
";

const START: &str = "2026-08-01T10:00:00Z";

pub fn values(tag: &str) -> String {
    format!("image:\n  repository: ghcr.io/acme/web\n  tag: {tag}\nreplicas: 2\n")
}

fn anchored(tag: &str) -> String {
    format!("version: &version {tag}\nimage:\n  repository: ghcr.io/acme/cron\n  tag: *version\n")
}

fn merged(tag: &str) -> String {
    format!(
        "defaults: &defaults\n  repository: ghcr.io/acme/mail\n  tag: {tag}\nimage:\n  <<: *defaults\n"
    )
}

pub fn deployment(tag: &str) -> String {
    let container =
        format!("      containers:\n      - name: api\n        image: ghcr.io/acme/api:{tag}\n");
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n{container}"
    )
}

pub fn overlay(tag: &str) -> String {
    let images = format!("images:\n- name: ghcr.io/acme/api\n  newTag: {tag}\n");
    format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../../base\n{images}"
    )
}

/// `main`: dev has run v1 to v3, staging v1 and v2, prod v0 and v1. The last overlay of api has no tag of
/// its own.
fn story() -> History {
    let base = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- deployment.yaml\n";
    let mut history = History::new()
        .commit(START, "Deploy-Bot", "start")
        .write("towpath.yaml", CONFIG)
        .write(".towpath/signers", "# nobody yet\n")
        .write("scripts/is-quiet", "#!/bin/sh\nexit 0\n")
        .write("README.md", "deployments\n")
        .write("docs/notes.md", "notes\n")
        .write("kustom/api/base/kustomization.yaml", base)
        .write("kustom/api/base/deployment.yaml", &deployment("v1"))
        .write(
            "kustom/api/overlays/prod/kustomization.yaml",
            &overlay("v1").replace("images:\n- name: ghcr.io/acme/api\n  newTag: v1\n", ""),
        );
    for stage in ["dev", "staging", "prod"] {
        history = history
            .write(
                &format!("envs/{stage}/web.yaml"),
                &values(if stage == "prod" { "v0" } else { "v1" }),
            )
            .write(&format!("envs/{stage}/cron.yaml"), &anchored("v1"))
            .write(&format!("envs/{stage}/mail.yaml"), &merged("v1"));
    }
    for stage in ["dev", "staging"] {
        history = history
            .write(&format!("kustom/api/overlays/{stage}/kustomization.yaml"), &overlay("v1"));
    }
    let steps = [("prod", "v1"), ("dev", "v2"), ("staging", "v2"), ("dev", "v3")];
    for (day, (stage, tag)) in (2..).zip(steps) {
        let time = format!("2026-08-0{day}T10:00:00Z");
        history = history
            .commit(&time, "Deploy-Bot", "deploy")
            .write(&format!("envs/{stage}/web.yaml"), &values(tag));
        history = if day == 3 { history.also("early") } else { history };
    }
    history
}

/// A repository with `main`, and whatever branches are put beside it.
pub struct Site {
    pub sandbox: Sandbox,
    pub repository: PathBuf,
}

/// A pull request: what it is called, who asks, and what its branch holds.
pub struct Case {
    pub name: &'static str,
    pub actor: &'static str,
    pub change: fn(History) -> History,
}

impl Site {
    /// `main` and a branch for each case, one commit ahead unless the case says otherwise.
    pub fn new(cases: &[Case]) -> Self {
        Site::of(story(), cases)
    }

    /// The same beside another `main`.
    pub fn of(story: History, cases: &[Case]) -> Self {
        let history = cases.iter().enumerate().fold(story, |history, (index, case)| {
            (case.change)(history.branch(&format!("case-{index}")))
        });
        let sandbox = Sandbox::new();
        let repository = sandbox.repository("deploy", &history);
        Site { sandbox, repository }
    }

    /// What the guard says of a branch: the exit code, and the answer.
    pub fn guard(&self, head: &str, arguments: &[&str]) -> (i32, Value) {
        let all = [&["guard", "--base", "main", "--head", head, "-o", "json"], arguments].concat();
        let output = self
            .sandbox
            .program(&self.repository, &all)
            .env("TOWPATH_NOW", NOW)
            .output()
            .expect("it runs");
        let code = output.status.code().expect("an exit code");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::String(said));
        (code, answer)
    }

    /// The same of a case, in one line for each thing that may not pass, or that moves.
    pub fn told(&self, index: usize, case: &Case) -> (i32, String) {
        let actor = ["--actor", case.actor];
        let (code, answer) =
            self.guard(&format!("case-{index}"), if case.actor.is_empty() { &[] } else { &actor });
        (code, lines(&answer))
    }
}

/// `web prod v1 > v9: order`
pub fn lines(answer: &Value) -> String {
    let Some(rulings) = answer["rulings"].as_array() else { return format!("  {answer}\n") };
    let texts = |value: &Value, key: &str| -> Vec<String> {
        let list = value.as_array().into_iter().flatten();
        list.map(|one| one.get(key).unwrap_or(one).as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let mut out = String::new();
    for ruling in rulings {
        let cells = ruling["cells"].as_array().into_iter().flatten();
        let cells: Vec<String> = cells
            .map(|cell| {
                format!(
                    "{} {}",
                    cell["app"].as_str().unwrap_or_default(),
                    cell["stage"].as_str().unwrap_or_default()
                )
            })
            .collect();
        let what = if cells.is_empty() {
            ruling["path"].as_str().unwrap_or_default().escape_default().to_string()
        } else {
            cells.join(", ")
        };
        let change = format!(
            "{} > {}",
            texts(&ruling["from"], "").join(" "),
            texts(&ruling["to"], "").join(" ")
        );
        let change = if cells.is_empty() { String::new() } else { format!(" {}", change.trim()) };
        let checks = texts(&ruling["refusals"], "check").join(", ");
        let checks = if checks.is_empty() { "ok".to_owned() } else { checks };
        out.push_str(&format!("  {what}{change}: {checks}\n"));
    }
    out
}

/// A commit ahead of `main`.
pub fn ahead(history: History) -> History {
    history.commit("2026-08-20T10:00:00Z", "Mallory", "a change").from("main")
}

/// The same by another author, with a message.
pub fn ahead_by(history: History, author: &str, message: &str) -> History {
    history.commit("2026-08-20T10:00:00Z", author, message).from("main")
}

/// A commit that goes on from an earlier state of `main`.
pub fn behind(history: History) -> History {
    history.commit("2026-08-20T10:00:00Z", "Mallory", "a change").from("early")
}

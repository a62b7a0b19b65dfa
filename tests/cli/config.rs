//! `towpath config`

use crate::support::{History, Sandbox};
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "\
stages:
  - dev
  - name: staging
    aliases: [stage, stg]
  - {name: prod, after: [dev]}
sources:
  - yaml: tags/{stage}/{app}.yaml
    tag: tag
    not: ['**/old.yaml']
  - text: '{stage}_tag'
    app: blog
";

fn repository(sandbox: &Sandbox, config: &str) -> std::path::PathBuf {
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config)
        .write("tags/dev/api.yaml", "tag: v1\n")
        .write("tags/prod/api.yaml", "tag: v1\n");
    sandbox.repository("deploy", &history)
}

fn config(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, CONFIG);
    sandbox.towpath(&repository, &[&["config"], arguments].concat()).assert()
}

#[test]
fn show() {
    config(&["show"])
        .success()
        .stdout_eq(str![[r#"
branch      main                            built-in default
stages
  dev                                       towpath.yaml:2
  staging   after dev; aliases stage, stg   towpath.yaml:3
  prod      after dev                       towpath.yaml:5
sources
  yaml      tags/{stage}/{app}.yaml         towpath.yaml:7
    not     **/old.yaml
    tag     tag
  text      {stage}_tag                     towpath.yaml:10
    app     blog

"#]])
        .stderr_eq("");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one answer, shown whole")]
fn show_as_json() {
    config(&["show", "-o", "json", "--branch", "main"])
        .success()
        .stdout_eq(str![[r#"
{
  "schema": "towpath.config/1",
  "branch": {
    "value": "main",
    "from": "--branch"
  },
  "stages": [
    {
      "name": "dev",
      "aliases": [],
      "after": [],
      "branch": null,
      "evidence": [],
      "from": "towpath.yaml:2"
    },
    {
      "name": "staging",
      "aliases": [
        "stage",
        "stg"
      ],
      "after": [
        "dev"
      ],
      "branch": null,
      "evidence": [],
      "from": "towpath.yaml:3"
    },
    {
      "name": "prod",
      "aliases": [],
      "after": [
        "dev"
      ],
      "branch": null,
      "evidence": [],
      "from": "towpath.yaml:5"
    }
  ],
  "sources": [
    {
      "kind": "yaml",
      "path": "tags/{stage}/{app}.yaml",
      "not": [
        "**/old.yaml"
      ],
      "app": {
        "value": "{app}",
        "from": "built-in default"
      },
      "target": {
        "value": "{target}",
        "from": "built-in default"
      },
      "component": {
        "value": "{component}",
        "from": "built-in default"
      },
      "stage": null,
      "tags": [
        "tag"
      ],
      "images": [],
      "digests": [],
      "pattern": null,
      "base": null,
      "confidence": "configured",
      "from": "towpath.yaml:7"
    },
    {
      "kind": "text",
      "path": "{stage}_tag",
      "not": [],
      "app": {
        "value": "blog",
        "from": "towpath.yaml:10"
      },
      "target": {
        "value": "{target}",
        "from": "built-in default"
      },
      "component": {
        "value": "{component}",
        "from": "built-in default"
      },
      "stage": null,
      "tags": [],
      "images": [],
      "digests": [],
      "pattern": null,
      "base": null,
      "confidence": "configured",
      "from": "towpath.yaml:10"
    }
  ],
  "settings": []
}

"#]])
        .stderr_eq("");
}

#[test]
fn show_has_what_is_said_of_pull_requests() {
    let sandbox = Sandbox::new();
    let more = "\
forge: plain
proposals: {labels: [a, b], merge: auto}
apps: {web: {repository: 'https://git.example.com/web'}}
";
    let repository =
        repository(&sandbox, &format!("stages: [dev, {{name: prod, draft: true}}]\n{more}"));
    let shown =
        sandbox.towpath(&repository, &["config", "show", "--quiet"]).output().expect("runs");
    let text = String::from_utf8(shown.stdout).expect("text");
    assert_data_eq!(
        text[text.find("settings").unwrap_or_default()..].to_owned(),
        str![[r#"
settings
  stages.prod.draft     true                          towpath.yaml:1
  forge                 plain                         towpath.yaml:2
  proposals.labels      a, b                          towpath.yaml:3
  proposals.merge       auto                          towpath.yaml:3
  apps.web.repository   https://git.example.com/web   towpath.yaml:4

"#]]
    );
}

#[test]
fn show_says_who_named_the_branch() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, &format!("branch: main\n{CONFIG}"));
    let branch = |arguments: &[&str], environment: &str| {
        let run = sandbox.towpath(&repository, &[&["config", "show"], arguments].concat());
        let output = run.env("TOWPATH_BRANCH", environment).output().expect("runs");
        String::from_utf8(output.stdout)
            .expect("text")
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(branch(&[], "main").ends_with("TOWPATH_BRANCH"));
    assert!(branch(&["--branch", "main"], "main").ends_with("--branch"));
    let unset = sandbox.towpath(&repository, &["config", "show"]).output().expect("runs");
    assert!(String::from_utf8(unset.stdout).expect("text").contains("towpath.yaml:1\n"));
}

#[test]
fn check_tells_what_finds_nothing() {
    config(&["check"]).success().stdout_eq("").stderr_eq(str![[r#"
warning: towpath.yaml:3:1: no source finds anything in stage `staging`
  hint: if its files use another name for it, add that to its `aliases`
warning: towpath.yaml:10:1: `text: {stage}_tag` matches no file
  hint: paths start at the top of the repository
towpath.yaml is valid: 3 stages, 2 sources

"#]]);
}

#[test]
fn check_names_every_mistake() {
    let sandbox = Sandbox::new();
    let repository =
        repository(&sandbox, "stages: [dev, {nam: prod}]\nsources:\n  - yml: a/{stage}\n");
    sandbox.towpath(&repository, &["config", "check"]).assert().code(2).stdout_eq("").stderr_eq(
        str![[r#"
error: the configuration is invalid
towpath.yaml:1:16: unknown key `nam`
  hint: did you mean `name`?
towpath.yaml:3:5: unknown key `yml`
  hint: did you mean `yaml`?

"#]],
    );
}

#[test]
fn check_reads_the_file_on_disk() {
    let sandbox = Sandbox::new();
    let repository = repository(&sandbox, CONFIG);
    std::fs::write(repository.join("towpath.yaml"), "stages: dev:\n").expect("writable");
    sandbox.towpath(&repository, &["config", "check"]).assert().code(2).stdout_eq("").stderr_eq(
        str![[r#"
error: the configuration is invalid
towpath.yaml:1:12: not valid YAML: mapping values are not allowed in this context

"#]],
    );
}

#[test]
fn check_of_another_file_needs_no_repository() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    std::fs::write(here.join("draft.yaml"), CONFIG).expect("writable");
    sandbox
        .towpath(&here, &["config", "check", "draft.yaml"])
        .assert()
        .success()
        .stdout_eq("")
        .stderr_eq(str![[r#"
draft.yaml is valid: 3 stages, 2 sources

"#]]);
}

#[test]
fn check_without_a_file() {
    let sandbox = Sandbox::new();
    let history =
        History::new().commit("2026-03-01T10:00:00Z", "Alice", "start").write("readme", "\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["config", "check"]).assert().code(2).stdout_eq("").stderr_eq(
        str![[r#"
error: this repository has no towpath.yaml
hint: `towpath init` writes one; without it, towpath uses what it finds

"#]],
    );
}

#[test]
fn the_schema_is_the_one_that_is_checked_in() {
    let sandbox = Sandbox::new();
    let output =
        sandbox.towpath(&sandbox.path("home"), &["config", "schema"]).output().expect("runs");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/towpath.schema.json");
    let checked_in = std::fs::read(path).expect("it is there");
    assert_eq!(printed, serde_json::from_slice::<serde_json::Value>(&checked_in).expect("json"));
}

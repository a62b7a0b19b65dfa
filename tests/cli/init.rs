//! `towpath init`

use crate::support::{History, Sandbox};
use snapbox::str;

fn charts() -> History {
    let mut history = History::new().commit("2026-03-01T10:00:00Z", "Alice", "start");
    for stage in ["dev", "staging", "prod"] {
        for app in ["api", "web", "worker"] {
            let values =
                format!("image:\n  repository: ghcr.io/example/{app}\n  tag: v1.{}\n", stage.len());
            history = history.write(&format!("envs/{stage}/{app}/values.yaml"), &values);
        }
    }
    history
}

fn init(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &charts());
    sandbox.towpath(&repository, &[&["init"], arguments].concat()).assert()
}

#[test]
fn the_proposal_can_be_looked_at() {
    init(&["--stdout"])
        .success()
        .stdout_eq(str![[r#"
# Which image runs in which stage, and where that is written.
# `towpath config check` verifies this file, `towpath config schema` prints its JSON schema.

stages: [dev, staging, prod]

sources:
  # 9 files, such as envs/dev/api/values.yaml
  - helm-values: envs/{stage}/{app}/values.yaml

"#]])
        .stderr_eq("");
}

/// Names, evidence and what is left out; nothing is written.
#[test]
fn the_proposal_is_explained() {
    let files = charts()
        .write(
            "envs/at23/web/values.yaml",
            "image:\n  repository: ghcr.io/example/web\n  tag: v2\n",
        )
        .write(
            "envs/at23/api/values.yaml",
            "image:\n  repository: ghcr.io/example/api\n  tag: v2\n",
        )
        .write("envs/dev/motd.txt", "hello")
        .write("envs/prod/motd.txt", "hello")
        .write(
            "tools/backup.yaml",
            "kind: Pod\nspec:\n  containers:\n  - image: a.io/backup:1.4.0\n",
        );
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &files);
    sandbox
        .towpath(&repository, &["--read-only", "init", "--explain"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
The names of the stages are in the paths of files.

stage     apps   named by
dev          3   a stage word
at23         2   its place beside dev and staging
staging      3   a stage word
prod         3   a stage word

source                                        files   sure   apps in several stages
helm-values: envs/{stage}/{app}/values.yaml      11   high   3 of 3

left out                      files   why
text: envs/{stage}/motd.txt       2   may be no deployed version
tools/                            1   names no stage

"#]])
        .stderr_eq("");
}

#[test]
fn what_was_written_says_the_same_as_what_was_assumed() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &charts());
    let status = || sandbox.towpath(&repository, &["status"]).assert().success();
    status().stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 9 files in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.
≠ differs from the previous stage, in 3 of 3 rows

"#]]);
    let assumed = status().get_output().stdout.clone();
    sandbox.towpath(&repository, &["init", "--yes"]).assert().success().stdout_eq("").stderr_eq(
        str![[r#"
wrote towpath.yaml, and .towpath/schema.json for editors. `towpath status` uses it. Commit both to share them.

"#]],
    );
    let written = status()
        .stderr_eq(str![[r#"
towpath.yaml is not committed yet; using the one in the work tree
≠ differs from the previous stage, in 3 of 3 rows

"#]])
        .get_output()
        .stdout
        .clone();
    assert!(!assumed.is_empty());
    assert_eq!(assumed, written);
    assert_eq!(
        sandbox.git(&repository, &["status", "--porcelain"]),
        "?? .towpath/\n?? towpath.yaml\n"
    );
    let schema = sandbox.towpath(&repository, &["config", "schema"]).assert().success();
    let written = std::fs::read(repository.join(".towpath/schema.json")).expect("it is there");
    assert!(schema.get_output().stdout == written, "the schema is that of the command");
    let check = || sandbox.towpath(&repository, &["config", "check"]).assert().success();
    check().stderr_eq("towpath.yaml is valid: 3 stages, 1 source\n");
    std::fs::write(repository.join(".towpath/schema.json"), "{}\n").expect("written");
    check().stderr_eq(str![[r#"
.towpath/schema.json is of another version of towpath; `towpath config schema > .towpath/schema.json` renews it
towpath.yaml is valid: 3 stages, 1 source

"#]]);
}

#[test]
fn a_file_that_is_there_is_kept() {
    let sandbox = Sandbox::new();
    let repository =
        sandbox.repository("deploy", &charts().write("towpath.yaml", "stages: [dev]\n"));
    sandbox.towpath(&repository, &["init", "--yes"]).assert().code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: towpath.yaml already exists
hint: `towpath init --force` overwrites it
hint: `towpath init --stdout` prints it instead

"#]],
    );
    let text = || std::fs::read_to_string(repository.join("towpath.yaml")).expect("it is there");
    assert_eq!(text(), "stages: [dev]\n");
    sandbox
        .towpath(&repository, &["init", "--yes", "--force", "-q"])
        .assert()
        .success()
        .stderr_eq("");
    assert!(text().contains("sources:"));
}

#[test]
fn the_files_for_ci_are_written_for_the_stages() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &charts());
    let init = |arguments: &[&str]| {
        sandbox.towpath(&repository, &[&["init", "--yes"], arguments].concat()).assert()
    };
    init(&["--ci", "github", "--ci-image", "r.io/towpath:1"])
        .success()
        .stdout_eq("")
        .stderr_eq(str![[r#"
wrote towpath.yaml, and .towpath/schema.json for editors. `towpath status` uses it. Commit both to share them.
wrote .github/workflows/guard.yml and .github/workflows/promote.yml
hint: docs/ci.md says which tokens and settings they need

"#]]);
    let read = |path: &str| std::fs::read_to_string(repository.join(path)).expect("it is there");
    assert!(read(".github/workflows/guard.yml").contains("container: r.io/towpath:1\n"));
    assert!(read(".github/workflows/promote.yml").contains("promote --all --to staging --one-pr"));
    init(&["--ci", "gitlab"]).success().stdout_eq("").stderr_eq(str![[r#"
towpath.yaml is there already, and is kept
wrote .gitlab-ci.yml
hint: replace `registry.example.com/towpath` in them by an image with towpath, or use --ci-image
hint: docs/ci.md says which tokens and settings they need

"#]]);
    init(&["--ci", "gitlab"]).code(1).stdout_eq("").stderr_eq(str![[r#"
towpath.yaml is there already, and is kept
error: .gitlab-ci.yml already exists
hint: `towpath init --force` overwrites it

"#]]);
    init(&["--ci", "forgejo", "--ci-image", "a: b"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'a: b' for '--ci-image <IMAGE>': expected a reference such as `registry.example.com/towpath:0.1`

For more information, try '--help'.

"#]]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_beside_a_file_that_is_there() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &charts());
    let outside = sandbox.path("outside");
    std::fs::create_dir(&outside).expect("a folder");
    std::os::unix::fs::symlink(&outside, repository.join(".forgejo")).expect("a link");
    let init =
        |system: &str| sandbox.towpath(&repository, &["init", "--yes", "--ci", system]).assert();
    init("forgejo").code(1).stdout_eq("").stderr_eq(str![[r#"
error: `[..]/deploy/.forgejo` is a link, and is not followed

"#]]);
    std::fs::write(repository.join(".gitlab-ci.yml"), "mine: {}\n").expect("written");
    init("gitlab").code(1).stdout_eq("").stderr_eq(str![[r#"
error: .gitlab-ci.yml already exists
hint: `towpath init --force` overwrites it

"#]]);
    assert!(!repository.join("towpath.yaml").exists());
    assert!(std::fs::read_dir(outside).expect("a folder").next().is_none());
}

#[test]
fn without_a_terminal_somebody_has_to_say_yes() {
    init(&[]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `towpath init` needs a terminal to ask on
hint: `towpath init --yes` accepts the proposal
hint: `towpath init --stdout` prints it instead

"#]]);
}

#[test]
fn read_only_writes_nothing() {
    init(&["--yes", "--read-only"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: --read-only refuses `towpath init`, because it writes
hint: with --stdout or --explain it only reads

"#]]);
    init(&["--stdout", "--read-only"]).success();
}

#[test]
fn a_bare_repository_has_no_place_for_it() {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy.git", &charts());
    let failed = sandbox.towpath(&repository, &["init", "--yes"]).assert().code(2).stdout_eq("");
    failed.stderr_eq(str![[r#"
error: `[..]/deploy.git` has no work tree for towpath.yaml
hint: `towpath init --stdout` prints it instead

"#]]);
    sandbox.towpath(&repository, &["init", "--stdout"]).assert().success();
}

#[test]
fn a_repository_of_charts_is_told_how_to_show_them() {
    let sandbox = Sandbox::new();
    let history = ["web", "api"].into_iter().fold(
        History::new().commit("2026-03-01T10:00:00Z", "Alice", "start"),
        |history, app| {
            let values = format!("image: {{repository: ghcr.io/acme/{app}, tag: v5}}\n");
            history
                .write(&format!("charts/{app}/Chart.yaml"), "apiVersion: v2\nversion: 1.0.0\n")
                .write(&format!("charts/{app}/templates/d.yaml"), "a: {{ .Values.image.tag }}\n")
                .write(&format!("charts/{app}/values.yaml"), &values)
        },
    );
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["init", "--yes"]).assert().code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: no stages found in this repository; 2 files pin versions, such as charts/api/values.yaml
hint: if what these files pin is deployed, two lines in towpath.yaml show it: `stages: [default]` and `sources: [{helm-values: "charts/{app}/values.yaml", stage: default}]`

"#]],
    );
    let two_lines = "stages: [default]\n\
        sources: [{helm-values: \"charts/{app}/values.yaml\", stage: default}]\n";
    std::fs::write(repository.join("towpath.yaml"), two_lines).expect("the file is written");
    sandbox
        .towpath(&repository, &["status", "--worktree", "--no-since"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   default
api   v5
web   v5

"#]]);
}

#[test]
fn a_repository_without_stages() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("README.md", "hello\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["init", "--yes"]).assert().code(1).stdout_eq("").stderr_eq(
        str![[r#"
error: no stages found in this repository
hint: write towpath.yaml by hand; `towpath config schema` describes it

"#]],
    );
    sandbox.towpath(&repository, &["status"]).assert().success().stdout_eq("").stderr_eq(str![[
        r#"
no stages found in this repository; name them in towpath.yaml

"#
    ]]);
}

//! `towpath status`

use crate::support::{History, Sandbox};
use snapbox::str;

const CONFIG: &str = "\
stages: [dev, staging, prod]
sources:
  - yaml: tags/{stage}/{app}.yaml
    tag: tag
";

/// Three apps, three stages: `api` and `web` lag behind in prod, `job` is only in dev.
fn tags() -> History {
    let tag = |text: &str| format!("tag: {text}\n");
    let mut history = History::new().commit("2026-03-01T10:00:00Z", "Alice", "start").write("towpath.yaml", CONFIG);
    for (app, stage) in [("api", "dev"), ("api", "staging"), ("api", "prod"), ("web", "dev"), ("web", "prod")] {
        history = history.write(&format!("tags/{stage}/{app}.yaml"), &tag("v1"));
    }
    history
        .commit("2026-08-20T10:00:00Z", "Bob", "api v2 to dev and staging (#12)")
        .write("tags/dev/api.yaml", &tag("v2"))
        .write("tags/staging/api.yaml", &tag("v2"))
        .commit("2026-08-31T10:00:00Z", "Alice", "web and job")
        .write("tags/dev/web.yaml", &tag("27e1396100000000000000000000000000000000"))
        .write("tags/dev/job.yaml", &tag("latest"))
}

fn status(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    sandbox.towpath(&repository, &[&["status"], arguments].concat()).assert()
}

#[test]
fn the_matrix() {
    status(&[])
        .success()
        .stdout_eq(str![[r#"
app   dev        staging     prod
api   v2         v2        ≠ v1
job   latest     ·           ·
web   27e13961   ·         ≠ v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the stage before: 2 of 3

"#]]);
}

#[test]
fn one_app_in_full() {
    status(&["web"])
        .success()
        .stdout_eq(str![[r#"
web

  dev  27e13961
    tag       27e1396100000000000000000000000000000000
    written   tags/dev/web.yaml:1 (tag)
    found     yaml, towpath.yaml:3

  prod  v1
    tag       v1
    written   tags/prod/web.yaml:1 (tag)
    found     yaml, towpath.yaml:3

"#]])
        .stderr_eq(str![]);
}

#[test]
fn notes_are_sentences() {
    status(&["job"])
        .success()
        .stdout_eq(str![[r#"
job

  dev  latest
    tag       latest
    written   tags/dev/job.yaml:1 (tag)
    found     yaml, towpath.yaml:3
    note      mutable: this tag names a moving thing, so what runs may have changed since

"#]])
        .stderr_eq(str![]);
}

#[test]
fn an_unknown_app_is_named_with_its_neighbour() {
    status(&["wep"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no app `wep`
hint: did you mean `web`?

"#]]);
}

#[test]
fn an_unknown_stage_is_named_with_its_neighbour() {
    status(&["--stage", "stagin"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no stage `stagin`
hint: did you mean `staging`?

"#]]);
    status(&["--stage", "qa"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no stage `qa`
hint: the stages are dev, staging, prod

"#]]);
}

#[test]
fn globs_choose() {
    status(&["--app", "w*,j?b", "--stage", "dev,p*"])
        .success()
        .stdout_eq(str![[r#"
app   dev          prod
job   latest       ·
web   27e13961   ≠ v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the stage before: 1 of 2

"#]]);
    status(&["--app", "x*"]).success().stdout_eq("").stderr_eq(str![[r#"
no app fits `x*`

"#]]);
}

#[test]
fn differences_are_an_exit_code_when_asked_for() {
    status(&["--exit-code", "-q"]).code(4).stderr_eq("");
    status(&["--exit-code", "--app", "job"]).code(0).stderr_eq("");
}

#[test]
fn colours_when_asked_for() {
    let output = status(&["--color", "always", "--app", "api"]).success().get_output().clone();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    snapbox::assert_data_eq!(
        said.replace('\u{1b}', "^"),
        str![[r#"
^[1mapp^[0m   ^[1mdev^[0m   ^[1mstaging^[0m   ^[1m  prod^[0m
api   v2    v2        ^[33m≠ ^[0m^[33mv1^[0m
^[2m≠ differs from the stage before: 1 of 1^[0m

"#]]
    );
    let plain = Sandbox::new();
    let repository = plain.repository("deploy", &tags());
    let run = |name: &str, value: &str| {
        let output = plain.towpath(&repository, &["status"]).env(name, value).output().expect("runs");
        String::from_utf8(output.stdout).expect("text").contains('\u{1b}')
    };
    assert!(run("CLICOLOR_FORCE", "1") && run("TOWPATH_COLOR", "always"));
    assert!(!run("NO_COLOR", "1") && !run("CLICOLOR", "1"));
}

#[test]
fn without_utf_8_the_signs_are_ascii() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    sandbox
        .towpath(&repository, &["status"])
        .env("LANG", "C")
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev        staging     prod
api   v2         v2        * v1
job   latest     -           -
web   27e13961   -         * v1

"#]])
        .stderr_eq(str![[r#"
* differs from the stage before: 2 of 3

"#]]);
}

#[test]
fn json() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let output = sandbox.towpath(&repository, &["status", "--output", "json", "--stage", "dev", "--app", "web"]);
    let output = output.assert().success().stderr_eq("").get_output().stdout.clone();
    let text = String::from_utf8(output).expect("text").replace(repository.to_str().expect("text"), "[REPO]");
    snapbox::assert_data_eq!(
        text,
        str![[r#"
{
  "schema": "towpath.status/1",
  "repository": "[REPO]",
  "branch": "main",
  "revision": "2388bd7466e73e9df47f6ba520b78cb994d75173",
  "time": "2026-08-31T10:00:00Z",
  "stages": [
    "dev"
  ],
  "entries": [
    {
      "app": "web",
      "stage": "dev",
      "target": null,
      "image": null,
      "tag": "27e1396100000000000000000000000000000000",
      "digest": null,
      "locations": [
        {
          "path": "tags/dev/web.yaml",
          "line": 1,
          "key": "tag",
          "source": "yaml",
          "part": "tag"
        }
      ],
      "since": null,
      "component": null,
      "confidence": "configured",
      "found": "towpath.yaml:3",
      "notes": []
    }
  ],
  "warnings": []
}

"#]]
    );
}

#[test]
fn yaml_says_the_same_as_json() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let answer = |format: &str| {
        let output = sandbox.towpath(&repository, &["status", "-o", format]).output().expect("runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let json: serde_json::Value = serde_json::from_str(&answer("json")).expect("json");
    let yaml: serde_json::Value = serde_yaml::from_str(&answer("yaml")).expect("yaml");
    assert_eq!(json, yaml);
}

#[test]
fn csv() {
    status(&["--output", "csv"]).success().stdout_eq(str![[r#"
app,stage,target,image,tag,digest,path,line,key,source,since,commit,author,notes
api,dev,,,v2,,tags/dev/api.yaml,1,tag,yaml,,,,
api,staging,,,v2,,tags/staging/api.yaml,1,tag,yaml,,,,
api,prod,,,v1,,tags/prod/api.yaml,1,tag,yaml,,,,
job,dev,,,latest,,tags/dev/job.yaml,1,tag,yaml,,,,"mutable: this tag names a moving thing, so what runs may have changed since"
web,dev,,,27e1396100000000000000000000000000000000,,tags/dev/web.yaml,1,tag,yaml,,,,
web,prod,,,v1,,tags/prod/web.yaml,1,tag,yaml,,,,

"#]]).stderr_eq("");
}

#[test]
fn markdown() {
    status(&["--output", "markdown"])
        .success()
        .stdout_eq(str![[r#"
| app | dev | staging | prod |
| --- | --- | --- | --- |
| api | `v2` | `v2` | ≠ `v1` |
| job | `latest` | | |
| web | `27e1396100000000000000000000000000000000` | | ≠ `v1` |

"#]])
        .stderr_eq("");
}

#[test]
fn as_it_was_at_a_revision() {
    status(&["--at", "HEAD~1"])
        .success()
        .stdout_eq(str![[r#"
app   dev   staging     prod
api   v2    v2        ≠ v1
web   v1    ·           v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the stage before: 1 of 2

"#]]);
}

#[test]
fn an_unknown_revision() {
    status(&["--at", "v9"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `v9` is no commit, branch or tag of this repository
hint: `git log` shows the revisions; a shallow clone has only the newest ones

"#]]);
}

#[test]
fn the_work_tree_counts_only_when_asked_for() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    std::fs::write(repository.join("tags/dev/job.yaml"), "tag: v7\n").expect("writable");
    let status = |more: &[&str]| {
        let arguments = [&["status", "--app", "job", "--stage", "dev"], more].concat();
        let output = sandbox.towpath(&repository, &arguments).output().expect("runs");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(status(&[]).contains("latest"));
    assert!(status(&["--worktree"]).contains("v7"));
}

#[test]
fn a_bare_repository_and_a_subfolder_are_repositories_too() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let bare = sandbox.bare("deploy.git", &tags());
    let here = sandbox.path("home");
    let answer = |at: &std::path::Path, arguments: &[&str]| {
        let output = sandbox.towpath(at, arguments).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let expected = answer(&repository, &["status"]);
    assert!(!expected.is_empty());
    assert_eq!(answer(&repository.join("tags/dev"), &["status"]), expected);
    assert_eq!(answer(&here, &["status", "-C", bare.to_str().expect("text")]), expected);
}

#[test]
fn a_folder_that_is_no_repository() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("home");
    sandbox.towpath(&here, &["status"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: `.` is not in a git repository
hint: name a repository with -C PATH or -C URL

"#]]);
}

#[test]
fn a_repository_without_commits() {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("empty.git", &History::new());
    sandbox.towpath(&repository, &["status"]).assert().code(1).stdout_eq("").stderr_eq(str![[r#"
error: the repository has no commits yet
hint: commit something first, or name a branch with --branch

"#]]);
}

#[test]
fn a_work_tree_of_a_bare_repository() {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy.git", &tags());
    let failed = sandbox.towpath(&repository, &["status", "--worktree"]).assert().code(2).stdout_eq("");
    failed.stderr_eq(str![[r#"
error: `[..]/deploy.git/` is a bare repository, so there are no files to read
hint: leave out --worktree to read the newest commit

"#]]);
}

#[test]
fn a_wrong_configuration() {
    let sandbox = Sandbox::new();
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", "stages: [dev]\nsources:\n  - yaml: tags/{stage}\n    tga: tag\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["status"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: the configuration cannot be used
towpath.yaml:4:5: `tga` is not a key that is known here
  hint: did you mean `tags`?

"#]]);
}

#[test]
fn a_configuration_that_is_not_there() {
    status(&["--config", "nowhere.yaml"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the configuration `nowhere.yaml` cannot be read
  because No such file or directory (os error 2)

"#]]);
}

#[test]
fn a_configuration_that_is_not_committed_yet() {
    let sandbox = Sandbox::new();
    let history =
        History::new().commit("2026-03-01T10:00:00Z", "Alice", "start").write("tags/dev/api.yaml", "tag: v1\n");
    let repository = sandbox.repository("deploy", &history);
    std::fs::write(repository.join("towpath.yaml"), CONFIG).expect("writable");
    sandbox
        .towpath(&repository, &["status"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev   staging   prod
api   v1    ·          ·

"#]])
        .stderr_eq(str![[r#"
towpath.yaml is not committed yet; it is read from the work tree

"#]]);
}

#[test]
fn stages_without_a_version() {
    let sandbox = Sandbox::new();
    let history = History::new().commit("2026-03-01T10:00:00Z", "Alice", "start").write("towpath.yaml", CONFIG);
    let repository = sandbox.repository("deploy", &history);
    sandbox.towpath(&repository, &["status"]).assert().success().stdout_eq("").stderr_eq(str![[r#"
no version is pinned in the stages dev, staging, prod

"#]]);
}

#[test]
fn what_cannot_be_read_is_folded_and_listed() {
    let sandbox = Sandbox::new();
    let history = tags()
        .write("tags/dev/bad.yaml", "a: [\n")
        .write("tags/prod/bad.yaml", "\ttag: x\n")
        .link("tags/dev/link.yaml", "/etc/passwd");
    let repository = sandbox.repository("deploy", &history);
    let run =
        |more: &[&str]| sandbox.towpath(&repository, &[&["status", "--app", "job"], more].concat()).assert().success();
    run(&[]).stderr_eq(str![[r#"
warning: 2 files could not be read; -v lists them

"#]]);
    run(&["-v"]).stderr_eq(str![[r#"
warning: tags/dev/bad.yaml is not valid YAML: unclosed bracket '[' at line 1, column 4
warning: tags/dev/link.yaml cannot be read: it is a symbolic link, and towpath does not follow links

"#]]);
    run(&["-q"]).stderr_eq("");
}

#[test]
fn nothing_but_text_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    let history = tags()
        .write("tags/dev/a\u{1b}[31mb.yaml", "tag: \"v1\\e]0;title\\a\\u202e\"\n")
        .write("tags/dev/new\nline.yaml", "tag: [\n");
    let repository = sandbox.repository("deploy", &history);
    for format in ["table", "json", "yaml", "csv", "markdown"] {
        let output = sandbox.towpath(&repository, &["status", "-v", "-o", format]).output().expect("runs");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        let bad: Vec<char> = said.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(bad.is_empty(), "{format}: {bad:?} in {said}");
        assert!(said.contains("title"), "{format}: {said}");
    }
    let shown = sandbox.towpath(&repository, &["status", "--app", "a*b", "a\u{1b}[31mb"]).output().expect("runs");
    let shown = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.contains("a\\x1b[31mb\n\n  dev  v1\\x1b]0;title\\x07\\u{202e}\n"), "{shown}");
}

#[test]
fn a_stage_may_be_a_branch() {
    let sandbox = Sandbox::new();
    let config = "stages:\n- {name: dev, branch: env/dev}\n- {name: prod, branch: env/prod}\nsources:\n- yaml: apps/{app}.yaml\n  tag: tag\n";
    let history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "config")
        .write("towpath.yaml", config)
        .branch("env/dev")
        .commit("2026-03-01T11:00:00Z", "Alice", "dev")
        .write("apps/api.yaml", "tag: v2\n")
        .branch("env/prod")
        .commit("2026-03-01T12:00:00Z", "Alice", "prod")
        .write("apps/api.yaml", "tag: v1\n");
    let repository = sandbox.repository("deploy", &history);
    sandbox
        .towpath(&repository, &["status", "--no-since"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev     prod
api   v2    ≠ v1

"#]])
        .stderr_eq(str![[r#"
≠ differs from the stage before: 1 of 1

"#]]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let mut child = Command::new(env!("CARGO_BIN_EXE_towpath"))
        .args(["status", "--no-since", "-o", "json"])
        .current_dir(&repository)
        .env("HOME", sandbox.path("home"))
        .env("XDG_CACHE_HOME", sandbox.path("cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

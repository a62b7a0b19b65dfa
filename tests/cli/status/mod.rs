//! `towpath status`

mod formats;
mod repositories;
mod trouble;

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
    let mut history = History::new()
        .commit("2026-03-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    for (app, stage) in
        [("api", "dev"), ("api", "staging"), ("api", "prod"), ("web", "dev"), ("web", "prod")]
    {
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
app   dev             staging     prod
api   v2        12d   v2  12d   ≠ v1  6mo
job   latest     1d   ·           ·
web   27e13961   1d   ·         ≠ v1  6mo

"#]])
        .stderr_eq(str![[r#"
≠ differs from the previous stage, in 2 of 3 rows

"#]]);
}

#[test]
fn one_app_in_full() {
    status(&["web"])
        .success()
        .stdout_eq(str![[r#"
web

  version    runs in   age   by      change
  27e13961   dev        1d   Alice   2388bd7466
  v1         prod      6mo   Alice   11556de74d

"#]])
        .stderr_eq(str![[r#"
`--locations` shows the file, line and commit of each place

"#]]);
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
    since     2026-08-31 10:00 UTC, 1d ago
    commit    2388bd7466 web and job
    by        Alice <alice@example.com>
    note      mutable: this tag can be moved, so the running image may have changed since

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
app   dev              prod
job   latest    1d     ·
web   27e13961  1d   ≠ v1  6mo

"#]])
        .stderr_eq(str![[r#"
≠ differs from the previous stage, in 1 of 2 rows

"#]]);
    status(&["--app", "x*"]).success().stdout_eq("").stderr_eq(str![[r#"
no app matches `x*`

"#]]);
}

#[test]
fn differences_are_an_exit_code_when_asked_for() {
    status(&["--exit-code", "-q"]).code(4).stderr_eq("");
    status(&["--exit-code", "--app", "job"]).code(0).stderr_eq("no version in staging, prod\n");
}

#[test]
fn colours_when_asked_for() {
    let output = status(&["--color", "always", "--app", "api"]).success().get_output().clone();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
    snapbox::assert_data_eq!(
        said.replace('\u{1b}', "^"),
        str![[r#"
^[1mapp^[0m   ^[1mdev    ^[0m   ^[1mstaging^[0m   ^[1m  prod   ^[0m
api   v2  ^[2m12d^[0m   v2  ^[2m12d^[0m   ^[33m≠ ^[0m^[33mv1^[0m  ^[2m6mo^[0m
^[2m≠ differs from the previous stage, in 1 of 1 rows^[0m

"#]]
    );
    let plain = Sandbox::new();
    let repository = plain.repository("deploy", &tags());
    let run = |name: &str, value: &str| {
        let output =
            plain.towpath(&repository, &["status"]).env(name, value).output().expect("runs");
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
app   dev             staging     prod
api   v2        12d   v2  12d   * v1  6mo
job   latest     1d   -           -
web   27e13961   1d   -         * v1  6mo

"#]])
        .stderr_eq(str![[r#"
* differs from the previous stage, in 2 of 3 rows

"#]]);
}

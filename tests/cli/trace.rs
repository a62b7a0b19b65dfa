//! `towpath trace`

use super::history::story;
use crate::support::Sandbox;
use snapbox::str;

fn trace(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    sandbox.towpath(&repository, &[&["trace"], arguments].concat()).assert()
}

#[test]
fn a_version_on_its_way() {
    trace(&["v2"])
        .success()
        .stdout_eq(str![[r#"
web v2

  stage   arrived (UTC)       after   by     change       stayed   now
  dev     2026-08-20 10:00            Cleo   73b92b5a79   12d 2h   running
  prod    2026-08-20 12:30   2h 30m   Bob    #12             30m   → v1 11d ago (rollback, Bob, #13)

"#]])
        .stderr_eq(str![]);
    trace(&["web@v1"])
        .success()
        .stdout_eq(str![[r#"
web v1

  stage   arrived (UTC)         after   by      change        stayed   now
  dev     2026-08-01 10:00              Alice   75c0badf59       19d   → v2 12d ago (Cleo, 73b92b5a79)
  prod    2026-08-01 10:00              Alice   75c0badf59    19d 2h   → v2 11d ago (Bob, #12)
  prod    2026-08-20 13:00   rollback   Bob     #13          10d 21h   → 27e13961 1d ago (skip, Alice, deef026c02)

"#]])
        .stderr_eq(str![]);
}

#[test]
fn the_beginning_of_an_id_will_do() {
    trace(&["27e139"])
        .success()
        .stdout_eq(str![[r#"
web 27e1396100000000000000000000000000000000

  stage   arrived (UTC)      after   by      change       stayed   now
  prod    2026-08-31 10:00    skip   Alice   deef026c02    1d 2h   running
  dev     never                                                    runs v2

"#]])
        .stderr_eq(str![]);
}

#[test]
fn what_was_removed() {
    trace(&["v7"])
        .success()
        .stdout_eq(str![[r#"
api v7

  stage   arrived (UTC)      by      change       stayed   now
  dev     2026-08-31 11:00   Alice   8e5bae7a9f       1d   → removed 1h ago (Alice, 5987fdf481)

"#]])
        .stderr_eq(str![]);
}

#[test]
fn unknown_versions() {
    trace(&["v22"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: version `v22` was never deployed
hint: did you mean `v2`?

"#]]);
    trace(&["api@v2"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: version `v2` of api was never deployed
hint: `towpath history` lists deployments; six digits of a commit id are enough

"#]]);
    trace(&["27e13"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: version `27e13` was never deployed
hint: did you mean `27e1396100000000000000000000000000000000`?

"#]]);
}

/// In a shallow clone, what runs is known, but not since when.
#[test]
fn what_was_there_before_all_that_is_known() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let url = format!("file://{}", repository.display());
    sandbox.git(&sandbox.path("home"), &["clone", "-q", "--depth", "3", &url, "shallow"]);
    let trace = sandbox.towpath(&sandbox.path("home/shallow"), &["trace", "v2"]);
    trace
        .assert()
        .success()
        .stdout_eq(str![[r#"
web v2

  stage   arrived (UTC)              now
  dev     before the known history   running

"#]])
        .stderr_eq(str![]);
}

#[test]
fn json() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let output =
        sandbox.towpath(&repository, &["trace", "27e139", "-o", "json"]).output().expect("runs");
    let text = String::from_utf8(output.stdout)
        .expect("text")
        .replace(repository.to_str().expect("text"), "[REPO]");
    snapbox::assert_data_eq!(
        text,
        str![[r#"
{
  "schema": "towpath.trace/1",
  "repository": "[REPO]",
  "version": "27e139",
  "found": [
    {
      "app": "web",
      "component": null,
      "tag": "27e1396100000000000000000000000000000000",
      "digest": null,
      "stays": [
        {
          "stage": "prod",
          "target": null,
          "running": true,
          "seconds": 93600,
          "came": {
            "schema": "towpath.deployment/1",
            "app": "web",
            "stage": "prod",
            "target": null,
            "kind": "skip",
            "from": {
              "image": null,
              "tag": "v1",
              "digest": null
            },
            "to": {
              "image": null,
              "tag": "27e1396100000000000000000000000000000000",
              "digest": null
            },
            "commit": "deef026c022c5b535f8e19d28e3f7f082a48418f",
            "time": "2026-08-31T10:00:00Z",
            "author": {
              "name": "Alice",
              "email": "alice@example.com"
            },
            "committer": {
              "name": "Alice",
              "email": "alice@example.com"
            },
            "subject": "hotfix",
            "pull_request": null,
            "path": "tags/prod/web.yaml",
            "lead_seconds": null,
            "break_glass": null,
            "component": null,
            "who": {
              "name": "Alice",
              "email": "alice@example.com"
            }
          },
          "left": null
        }
      ],
      "absent": [
        {
          "stage": "dev",
          "target": null,
          "tag": "v2",
          "digest": null
        }
      ]
    }
  ]
}

"#]]
    );
}

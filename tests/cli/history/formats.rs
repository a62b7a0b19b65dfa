//! The formats for machines and pages.

use super::{history, story};
use crate::support::Sandbox;
use snapbox::str;

#[test]
fn json_is_one_document() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let output = sandbox
        .towpath(&repository, &["history", "-o", "json", "--kind", "promote"])
        .output()
        .expect("runs");
    let text = String::from_utf8(output.stdout)
        .expect("text")
        .replace(repository.to_str().expect("text"), "[REPO]");
    snapbox::assert_data_eq!(
        text,
        str![[r#"
{
  "schema": "towpath.history/1",
  "repository": "[REPO]",
  "branch": "main",
  "revision": "a18676652fa31dff044fad2a41fd20228022550e",
  "complete": true,
  "deployments": [
    {
      "schema": "towpath.deployment/1",
      "app": "web",
      "stage": "prod",
      "target": null,
      "kind": "promote",
      "from": {
        "image": null,
        "tag": "v1",
        "digest": null
      },
      "to": {
        "image": null,
        "tag": "v2",
        "digest": null
      },
      "commit": "ea93aeb6f41b07ca685520d60136bbb5e65e0635",
      "time": "2026-08-20T12:30:00Z",
      "author": {
        "name": "Bob",
        "email": "bob@example.com"
      },
      "committer": {
        "name": "Bob",
        "email": "bob@example.com"
      },
      "subject": "web v2 to prod (#12)",
      "pull_request": 12,
      "path": "tags/prod/web.yaml",
      "lead_seconds": 9000,
      "break_glass": null,
      "component": null,
      "who": {
        "name": "Bob",
        "email": "bob@example.com"
      }
    }
  ]
}

"#]]
    );
}

/// As many pages as it takes.
#[test]
fn json_stays_json_over_many_pages() {
    let sandbox = Sandbox::new();
    let mut long = story();
    for number in 0..500 {
        let time = format!("2026-09-01T11:{:02}:{:02}Z", 31 + number / 60, number % 60);
        long = long
            .commit(&time, "Bob", "more")
            .write("tags/dev/web.yaml", &format!("tag: n{number}\n"));
    }
    let repository = sandbox.repository("deploy", &long);
    let answer = |format: &str| {
        sandbox.towpath(&repository, &["history", "-o", format]).output().expect("runs").stdout
    };
    let whole: serde_json::Value = serde_json::from_slice(&answer("json")).expect("JSON");
    let lines = String::from_utf8(answer("jsonl")).expect("text");
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((lines.len(), whole["deployments"].as_array()), (508, Some(&lines)));
}

#[test]
fn csv() {
    history(&["--output", "csv", "--stage", "prod"]).success().stdout_eq(str![[r#"
time,stage,target,app,component,kind,from_image,from_tag,from_digest,to_image,to_tag,to_digest,who,author,commit,pull_request,lead_seconds,path,subject
2026-08-31T10:00:00Z,prod,,web,,skip,,v1,,,27e1396100000000000000000000000000000000,,Alice,Alice,deef026c022c5b535f8e19d28e3f7f082a48418f,,,tags/prod/web.yaml,hotfix
2026-08-20T13:00:00Z,prod,,web,,rollback,,v2,,,v1,,Bob,Bob,4b850d414500c4fb739bf3fbc003712ee9ab673d,13,,tags/prod/web.yaml,Merge pull request #13 from team/rollback
2026-08-20T12:30:00Z,prod,,web,,promote,,v1,,,v2,,Bob,Bob,ea93aeb6f41b07ca685520d60136bbb5e65e0635,12,9000,tags/prod/web.yaml,web v2 to prod (#12)
2026-08-01T10:00:00Z,prod,,web,,add,,,,,v1,,Alice,Alice,75c0badf5929ebe1e2f02e72bf502ce0a9f0f50d,,,tags/prod/web.yaml,start

"#]]).stderr_eq("");
}

#[test]
fn markdown() {
    history(&["--output", "markdown", "-n", "4"])
        .success()
        .stdout_eq(str![[r#"
| when | stage | app | from | to | kind | who | change |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 2026-09-01T11:00:00Z | dev | api | `v7` |  | remove | Alice | 5987fdf481 |
| 2026-08-31T11:00:00Z | dev | api |  | `v7` | add | Alice | 8e5bae7a9f |
| 2026-08-31T10:00:00Z | prod | web | `v1` | `27e1396100000000000000000000000000000000` | skip | Alice | deef026c02 |
| 2026-08-20T13:00:00Z | prod | web | `v2` | `v1` | rollback | Bob | #13 |

"#]])
        .stderr_eq("");
}

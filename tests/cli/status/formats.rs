//! The formats for machines and pages.

use super::{status, tags};
use crate::support::Sandbox;
use snapbox::str;

#[test]
fn json() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &tags());
    let output = sandbox
        .towpath(&repository, &["status", "--output", "json", "--stage", "dev", "--app", "web"]);
    let output = output.assert().success().stderr_eq("").get_output().stdout.clone();
    let text = String::from_utf8(output)
        .expect("text")
        .replace(repository.to_str().expect("text"), "[REPO]");
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
      "since": {
        "commit": "2388bd7466e73e9df47f6ba520b78cb994d75173",
        "time": "2026-08-31T10:00:00Z",
        "author": {
          "name": "Alice",
          "email": "alice@example.com"
        },
        "subject": "web and job",
        "pull_request": null
      },
      "component": null,
      "confidence": "configured",
      "found": "towpath.yaml:3",
      "notes": [],
      "overridden": []
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
        let output =
            sandbox.towpath(&repository, &["status", "-o", format]).output().expect("runs");
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
api,dev,,,v2,,tags/dev/api.yaml,1,tag,yaml,2026-08-20T10:00:00Z,81984fa43e0f93ea390edbef1a12fd1dd7549411,Bob,
api,staging,,,v2,,tags/staging/api.yaml,1,tag,yaml,2026-08-20T10:00:00Z,81984fa43e0f93ea390edbef1a12fd1dd7549411,Bob,
api,prod,,,v1,,tags/prod/api.yaml,1,tag,yaml,2026-03-01T10:00:00Z,11556de74decf398af807dcb3eb32a0383391cf3,Alice,
job,dev,,,latest,,tags/dev/job.yaml,1,tag,yaml,2026-08-31T10:00:00Z,2388bd7466e73e9df47f6ba520b78cb994d75173,Alice,"mutable: this tag can be moved, so the running image may have changed since"
web,dev,,,27e1396100000000000000000000000000000000,,tags/dev/web.yaml,1,tag,yaml,2026-08-31T10:00:00Z,2388bd7466e73e9df47f6ba520b78cb994d75173,Alice,
web,prod,,,v1,,tags/prod/web.yaml,1,tag,yaml,2026-03-01T10:00:00Z,11556de74decf398af807dcb3eb32a0383391cf3,Alice,

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

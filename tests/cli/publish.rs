//! `publish` as a process, and the deployments that `record` and `advance` keep up to date.

use crate::fake::Fault;
use crate::proposals::Forge;
use snapbox::{assert_data_eq, str};
use std::fmt::Write as _;
use towpath::forge::ForgeKind;

/// A repository that says in its configuration that the forge is told.
fn told(kind: ForgeKind, name: &'static str, deployments: &str) -> Forge {
    let forge = Forge::new(kind, name);
    let config = format!("stages: [dev, staging, prod]\ndeployments: {deployments}\n");
    land(&forge, "towpath.yaml", &config, "2026-08-05T10:00:00Z");
    forge
}

fn land(forge: &Forge, path: &str, text: &str, time: &str) {
    forge.site.land(path, text, "land", time);
    forge.site.sandbox.git(&forge.site.clone, &["pull", "-q"]);
}

/// The deployments of the forge, with the states that each had.
fn deployments(forge: &Forge) -> String {
    let mut out = String::new();
    for one in &forge.fake.world.lock().expect("no panic within").deployments {
        let states: Vec<String> =
            one.statuses.iter().map(|(state, why, url)| format!("{state} ({why}) {url}")).collect();
        let states: Vec<&str> = states.iter().map(|state| state.trim_end()).collect();
        let _ = writeln!(out, "{}: {}", one.environment, states.join(", "));
    }
    out
}

#[test]
fn the_forge_is_told_what_runs_and_how_it_turned_out() {
    let forge = told(ForgeKind::GitHub, "github", "true");
    assert_data_eq!(
        forge.run(&["publish", "web", "api", "--stage", "dev,staging", "--dry-run"]),
        str![[r#"
exit 0
app   version   environment   state       change         commit
web   v1        staging/web   succeeded   would create   cea64778d0
api   v2        dev/api       succeeded   would create   f64e40074d
api   v2        staging/api   succeeded   would create   837e8ccfe9
web   v2        dev/web       succeeded   would create   45b1b64609
--

"#]]
    );
    assert_eq!(deployments(&forge), "");
    let publish = ["publish", "api"];
    assert_data_eq!(
        forge.run(&publish),
        str![[r#"
exit 0
app   version   environment   state       change    commit
api   v1        prod/api      succeeded   created   cea64778d0
api   v2        dev/api       succeeded   created   f64e40074d
api   v2        staging/api   succeeded   created   837e8ccfe9
--

"#]]
    );
    assert_data_eq!(
        deployments(&forge),
        str![[r#"
prod/api: success (landed; outcomes of this stage are not recorded)
dev/api: success (landed; outcomes of this stage are not recorded)
staging/api: success (landed; outcomes of this stage are not recorded)

"#]]
    );
    // A second run changes nothing.
    let before = deployments(&forge);
    assert_data_eq!(
        forge.run(&["publish", "api", "-o", "csv"]),
        str![[r#"
exit 0
app,component,stage,target,version,commit,time,environment,state,change
api,,prod,,v1,cea64778d042497d4ef34026fdfdcfdce205b066,2026-08-01T10:00:00Z,prod/api,succeeded,unchanged
api,,dev,,v2,f64e40074d5dd22f9e991e6a8472a12ceb1416ea,2026-08-02T10:00:00Z,dev/api,succeeded,unchanged
api,,staging,,v2,837e8ccfe92b7dc75ae0ad6a1fffe9442933942b,2026-08-03T10:00:00Z,staging/api,succeeded,unchanged
--

"#]]
    );
    assert_eq!(deployments(&forge), before);
    let first = forge.fake.world.lock().expect("no panic within").deployments[0].body.clone();
    assert_data_eq!(
        serde_json::to_string_pretty(&first).expect("JSON"),
        str![[r#"
{
  "ref": "cea64778d042497d4ef34026fdfdcfdce205b066",
  "environment": "prod/api",
  "payload": {
    "towpath": {
      "app": "api",
      "component": null,
      "stage": "prod",
      "target": null,
      "image": "ghcr.io/example/api",
      "version": "v1",
      "from": null,
      "kind": "add",
      "landed": "2026-08-01T10:00:00Z"
    }
  },
  "description": "api v1 in prod (add)",
  "production_environment": true,
  "transient_environment": false,
  "auto_merge": false,
  "required_contexts": []
}
"#]]
    );
}

#[test]
fn outcomes_and_newer_versions_are_told_by_record_and_advance() {
    let forge = told(ForgeKind::GitHub, "github", "true");
    forge.run(&["publish", "api"]);
    let evidence = ["--evidence", "https://ci.example/7"];
    let record = ["record", "api", "passed", "--stage", "staging"];
    assert_data_eq!(
        forge.run(&[&record[..], &evidence[..]].concat()),
        str![[r#"
exit 0
--
deployments of the forge: 1 brought up to date
Record api v2 in staging: passed

"#]]
    );
    land(
        &forge,
        "apps/staging/api.yaml",
        &crate::delivery::values("api", "v3"),
        "2026-09-01T10:00:00Z",
    );
    assert_data_eq!(
        forge.run(&["advance", "--app", "blog"]),
        str![[r#"
exit 0
--
deployments of the forge: 2 brought up to date
nothing to do

"#]]
    );
    assert_data_eq!(
        deployments(&forge),
        str![[r#"
prod/api: success (landed; outcomes of this stage are not recorded)
dev/api: success (landed; outcomes of this stage are not recorded)
staging/api: success (landed; outcomes of this stage are not recorded), success (passed, recorded by Jo Doe) https://ci.example/7, inactive (another version has replaced it) https://ci.example/7
staging/api: success (landed; outcomes of this stage are not recorded)

"#]]
    );
}

#[test]
fn the_way_back_through_time_is_told_oldest_first() {
    let forge = told(ForgeKind::GitLab, "gitlab", "'{stage}-{app}'");
    assert_data_eq!(
        forge.run(&["publish", "--app", "web,api", "--since", "2026-08-02", "--limit", "2"]),
        str![[r#"
exit 0
app   version   environment   state       change    commit
api   v2        dev-api       succeeded   created   f64e40074d
api   v2        staging-api   succeeded   created   837e8ccfe9
--
1 change is left to the next run

"#]]
    );
    forge.fake.break_next("POST", "/deployments", Fault::Hangup);
    assert_data_eq!(
        forge.run(&["publish", "--app", "web,api", "--since", "2026-08-02", "-o", "jsonl"]),
        str![[r#"
exit 0
{"app":"api","component":null,"stage":"dev","target":null,"version":"v2","commit":"f64e40074d5dd22f9e991e6a8472a12ceb1416ea","time":"2026-08-02T10:00:00Z","environment":"dev-api","state":"succeeded","change":"unchanged"}
{"app":"api","component":null,"stage":"staging","target":null,"version":"v2","commit":"837e8ccfe92b7dc75ae0ad6a1fffe9442933942b","time":"2026-08-03T10:00:00Z","environment":"staging-api","state":"succeeded","change":"unchanged"}
{"app":"web","component":null,"stage":"dev","target":null,"version":"v2","commit":"45b1b64609791b9a3dbfc98d588c4df7935c9239","time":"2026-08-04T10:00:00Z","environment":"dev-web","state":"succeeded","change":"created"}
--

"#]]
    );
    assert_data_eq!(
        deployments(&forge),
        str![[r#"
dev-api: success ()
staging-api: success ()
dev-web: success ()

"#]]
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    for (kind, name) in [
        (ForgeKind::Gitea, "gitea"),
        (ForgeKind::Bitbucket, "bitbucket"),
        (ForgeKind::Azure, "azure"),
    ] {
        let forge = told(kind, name, "true");
        let said = forge.run(&["publish"]);
        assert!(said.contains("has no deployments that towpath could keep"), "{said}");
        // What `record` is for is done all the same.
        let said = forge.run(&["record", "api", "passed", "--stage", "staging"]);
        assert!(said.starts_with("exit 0\n"), "{said}");
    }
    let forge = Forge::new(ForgeKind::GitHub, "github");
    assert_data_eq!(
        forge.run(&["publish"]),
        str![[r#"
exit 2
--
error: towpath.yaml does not say that the forge is told
hint: `deployments: true` in towpath.yaml says it

"#]]
    );
    let forge = told(ForgeKind::GitHub, "github", "'{stage}'");
    assert_data_eq!(
        forge.run(&["publish"]),
        str![[r#"
exit 2
--
error: towpath.yaml:2: api in dev and blog in dev have the same environment `dev`
hint: name `{app}`, `{stage}`, `{target}` and `{component}`, as far as they differ

"#]]
    );
    let forge = told(ForgeKind::GitLab, "gitlab", "'{stage}:{app}'");
    assert_data_eq!(
        forge.run(&["publish"]),
        str![[r#"
exit 2
--
error: `dev:api` is no name of an environment: it has characters other than letters, digits, spaces and `-_/${}.`
hint: `deployments` in towpath.yaml can give it another name

"#]]
    );
    let forge = told(ForgeKind::GitHub, "github", "true");
    forge.fake.world.lock().expect("no panic within").faults.push((
        "POST".into(),
        "graphql".into(),
        Fault::Instead(crate::fake::server::Answer::refused(403, "Resource not accessible")),
    ));
    assert_data_eq!(
        forge.run(&["record", "api", "failed", "--stage", "staging"]),
        str![[r#"
exit 0
--
warning: cannot update the deployments of the forge: git.example.com denied access (status 403, `POST http://forge/api/graphql`): Resource not accessible
hint: the token needs permission to read the repository and to write pull requests and statuses
Record api v2 in staging: failed

"#]]
    );
}

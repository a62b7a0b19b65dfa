//! `towpath diff`

use crate::support::{History, Sandbox};
use snapbox::str;

const CONFIG: &str = "\
stages: [dev, staging, {name: prod, aliases: [live]}]
sources:
  - yaml: tags/{stage}/{target}/{app}.yaml
    tag: tag
";

/// `web` goes through all stages and is rolled back in prod, `api` was hotfixed in prod, `job` is
/// only in dev, `both` differs between the targets of prod.
fn story() -> History {
    let tag = |text: &str| format!("tag: {text}\n");
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", CONFIG);
    for place in ["dev/eu", "staging/eu", "prod/eu", "prod/us"] {
        for app in ["web", "api", "both"] {
            history = history.write(&format!("tags/{place}/{app}.yaml"), &tag("v1"));
        }
    }
    let step = |history: History, day: u32, place: &str, app: &str, version: &str| {
        let subject = format!("{app} {version} to {place}");
        let history = history.commit(&format!("2026-08-{day:02}T10:00:00Z"), "Bob", &subject);
        history.write(&format!("tags/{place}/{app}.yaml"), &tag(version))
    };
    let steps = [
        (2, "dev/eu", "web", "v2"),
        (3, "dev/eu", "web", "v3"),
        (4, "staging/eu", "web", "v3"),
        (5, "prod/eu", "web", "v3"),
        (6, "prod/us", "web", "v3"),
        (7, "prod/eu", "web", "v1"),
        (7, "prod/us", "web", "v1"),
        (8, "prod/eu", "api", "hotfix"),
        (8, "prod/us", "api", "hotfix"),
        (9, "dev/eu", "job", "v1"),
        (10, "prod/us", "both", "v2"),
    ];
    steps.into_iter().fold(history, |history, (day, place, app, version)| {
        step(history, day, place, app, version)
    })
}

fn diff(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    sandbox.git(&repository, &["tag", "mid", "HEAD~6"]);
    sandbox.towpath(&repository, &[&["diff"], arguments].concat()).assert()
}

#[test]
fn what_would_a_promotion_bring() {
    diff(&["staging", "prod"])
        .success()
        .stdout_eq(str![[r#"
app    staging   prod
api    v1 (eu)   hotfix (eu, us)   prod is 1 deployment ahead
both   v1 (eu)   v1 (eu) v2 (us)   unknown which is ahead
web    v3 (eu)   v1 (eu, us)       staging is 1 deployment ahead

"#]])
        .stderr_eq(str![[r#"
3 of 3 differ; a promotion to prod would move 1 forward and 1 back

"#]]);
}

#[test]
fn stages_that_do_not_follow_each_other() {
    diff(&["live", "dev", "--app", "web,job"])
        .success()
        .stdout_eq(str![[r#"
app   live          dev
job   ·             v1 (eu)   only in dev
web   v1 (eu, us)   v3 (eu)   dev is 2 deployments ahead

"#]])
        .stderr_eq(str![[r#"
2 of 2 differ

"#]]);
}

#[test]
fn a_stage_then_and_now() {
    diff(&["prod@2026-08-06T12:00", "prod"])
        .success()
        .stdout_eq(str![[r#"
app    target   prod@2026-08-06T12:00   prod
api    eu       v1                      hotfix   prod is 1 deployment later
api    us       v1                      hotfix   prod is 1 deployment later
both   us       v1                      v2       prod is 1 deployment later
web    eu       v3                      v1       prod is 1 deployment later
web    us       v3                      v1       prod is 1 deployment later

"#]])
        .stderr_eq(str![[r#"
5 of 6 differ

"#]]);
    diff(&["prod", "mid"])
        .success()
        .stdout_eq(str![[r#"
app    target   prod     mid
api    eu       hotfix   v1    prod is 1 deployment later
api    us       hotfix   v1    prod is 1 deployment later
both   us       v2       v1    prod is 1 deployment later
web    eu       v1       v3    prod is 1 deployment later
web    us       v1       v3    prod is 1 deployment later

"#]])
        .stderr_eq(str![[r#"
5 of 6 differ

"#]]);
}

#[test]
fn whole_states() {
    diff(&["mid", "HEAD"])
        .success()
        .stdout_eq(str![[r#"
app    stage     mid   HEAD
api    prod/eu   v1    hotfix   HEAD is 1 deployment later
api    prod/us   v1    hotfix   HEAD is 1 deployment later
both   prod/us   v1    v2       HEAD is 1 deployment later
job    dev/eu    ·     v1       only in HEAD
web    prod/eu   v3    v1       HEAD is 1 deployment later
web    prod/us   v3    v1       HEAD is 1 deployment later

"#]])
        .stderr_eq(str![[r#"
6 of 13 differ

"#]]);
}

#[test]
fn no_difference() {
    diff(&["dev", "dev"]).success().stdout_eq("").stderr_eq(str![[r#"
dev and dev do not differ in 4 apps

"#]]);
    diff(&["staging", "dev", "--app", "both", "--exit-code"]).code(0).stdout_eq("").stderr_eq(
        str![[r#"
staging and dev do not differ in 1 app

"#]],
    );
}

#[test]
fn differences_are_an_exit_code_when_asked_for() {
    diff(&["staging", "prod", "--exit-code", "-q"]).code(4).stderr_eq("");
}

#[test]
fn slips_are_named() {
    diff(&["stagin", "prod"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `stagin` is not a stage, revision or time in this repository
hint: did you mean `staging`?

"#]]);
    diff(&["prdo@2026-08-06", "prod"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `prdo@2026-08-06` is not a stage, revision or time in this repository
hint: did you mean `prod@2026-08-06`?

"#]]);
    diff(&["prod@never", "prod"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `never` is neither a commit, branch or tag in this repository nor a time
hint: a time can be written `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]);
    diff(&["xyz", "prod"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `xyz` is not a stage, revision or time in this repository
hint: the stages are dev, staging, prod
hint: write a time as `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]);
}

#[test]
fn csv_and_markdown() {
    diff(&["staging", "prod", "-o", "csv"])
        .success()
        .stdout_eq(str![[r#"
app,stage,target,a,b,ahead,deployments
api,staging,,v1,hotfix,b,1
both,staging,,v1,v1 v2,,
web,staging,,v3,v1,a,1

"#]])
        .stderr_eq("");
    diff(&["mid", "HEAD", "-o", "markdown"])
        .success()
        .stdout_eq(str![[r#"
| app | stage | mid | HEAD | |
| --- | --- | --- | --- | --- |
| api | prod/eu | `v1` | `hotfix` | HEAD is 1 deployment later |
| api | prod/us | `v1` | `hotfix` | HEAD is 1 deployment later |
| both | prod/us | `v1` | `v2` | HEAD is 1 deployment later |
| job | dev/eu |  | `v1` | only in HEAD |
| web | prod/eu | `v3` | `v1` | HEAD is 1 deployment later |
| web | prod/us | `v3` | `v1` | HEAD is 1 deployment later |

"#]])
        .stderr_eq("");
}

//! `towpath metrics`

use super::history::story;
use crate::support::{History, Sandbox};
use snapbox::str;

fn metrics(history: &History, arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", history);
    sandbox.towpath(&repository, &[&["metrics"], arguments].concat()).assert()
}

#[test]
fn the_last_ninety_days() {
    metrics(&story(), &[])
        .success()
        .stdout_eq(str![[r#"
app   stage   deployments   per week   by week         lead (median, p90)   failed   restored in
all                     7        0.5           ▆  █▆   2h 30m, 2h 30m          17%   30m
all   dev               3        0.2           █  ██                            0%
all   prod              4        0.3           ▄  █▄   2h 30m, 2h 30m          33%   30m
api   dev               1        0.1               █                            0%
web   dev               2        0.2           █  █                             0%
web   prod              4        0.3           ▄  █▄   2h 30m, 2h 30m          33%   30m

stages       changes   was there before   same commit   overtook   later   never   lead (median, p90)
dev → prod         3                  2             0          0       0       1   2h 30m, 2h 30m

"#]])
        .stderr_eq(str![[r#"
from 2026-06-03 to 2026-09-01; a version may reach the previous stage up to 10m later (--tolerance)

"#]]);
}

#[test]
fn some_of_them() {
    let arguments =
        ["--since", "2026-08-20", "--until", "2026-08-21", "--stage", "live", "--app", "w*"];
    metrics(&story(), &arguments)
        .success()
        .stdout_eq(str![[r#"
app   stage   deployments   per week   by week   lead (median, p90)   failed   restored in
all                     2       14.0   █         2h 30m, 2h 30m         100%   30m
all   prod              2       14.0   █         2h 30m, 2h 30m         100%   30m
web   prod              2       14.0   █         2h 30m, 2h 30m         100%   30m

stages       changes   was there before   same commit   overtook   later   never   lead (median, p90)
dev → prod         2                  2             0          0       0       0   2h 30m, 2h 30m

"#]])
        .stderr_eq(str![[r#"
from 2026-08-20 to 2026-08-21; a version may reach the previous stage up to 10m later (--tolerance)

"#]]);
    metrics(&story(), &["--since", "now", "--until", "2027-01-01"])
        .success()
        .stdout_eq("")
        .stderr_eq(str![[r#"
nothing was deployed from 2026-09-01 to 2027-01-01
hint: the last deployment before was on 2026-09-01; `towpath metrics --since 2026-06-03` shows the 90 days before it

"#]]);
}

#[test]
fn slips_are_named() {
    metrics(&story(), &["--since", "2026-09-03"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the period ends before it begins
hint: --since must be earlier than --until (default: now)

"#]]);
    metrics(&story(), &["--tolerance", "10"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value '10' for '--tolerance <DURATION>': expected a time span such as `30s`, `10m`, `2h` or `1d`

For more information, try '--help'.

"#]]);
    metrics(&story(), &["--app", "wep"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no app `wep`
hint: did you mean `web`?

"#]]);
}

/// A merge that overtook the one before it, by eight minutes.
fn overtaking() -> History {
    story()
        .commit("2026-09-01T10:00:00Z", "Bob", "prod first")
        .write("tags/prod/web.yaml", "tag: v3\n")
        .commit("2026-09-01T10:08:00Z", "Bob", "dev after it")
        .write("tags/dev/web.yaml", "tag: v3\n")
}

#[test]
fn overtaking_is_tolerated_and_counted() {
    let counts = |tolerance: &str| {
        let output = metrics(&overtaking(), &["-o", "json", "--tolerance", tolerance])
            .get_output()
            .stdout
            .clone();
        let answer: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
        let pair = answer["pairs"][0].clone();
        ["changes", "before", "same_commit", "after", "after_within_tolerance", "never"]
            .map(|key| pair[key].as_u64())
    };
    assert_eq!(counts("10m"), [4, 2, 0, 1, 1, 1].map(Some));
    assert_eq!(counts("5m"), [4, 2, 0, 1, 0, 1].map(Some));
}

/// Tags that lose their suffix on the way to prod.
#[test]
fn renamed_tags_are_not_comparable() {
    let config = "stages: [dev, prod]\nsources:\n  - text: '{app}/{stage}.tag'\n";
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Alice", "start")
        .write("towpath.yaml", config);
    for number in 1..=4 {
        history = history
            .commit(&format!("2026-08-{:02}T10:00:00Z", number * 2), "Bob", "dev")
            .write("web/dev.tag", &format!("1.{number}-RC1\n"))
            .commit(&format!("2026-08-{:02}T10:00:00Z", number * 2 + 1), "Bob", "prod")
            .write("web/prod.tag", &format!("1.{number}\n"));
    }
    metrics(&history, &[])
        .success()
        .stdout_eq(str![[r#"
app   stage   deployments   per week   by week         failed
all                     8        0.6           ▅█          0%
all   dev               4        0.3           ██          0%
all   prod              4        0.3           ▃█          0%
web   dev               4        0.3           ██          0%
web   prod              4        0.3           ▃█          0%

stages       changes   was there before   same commit   overtook   later   never
dev → prod         3                  0             0          0       0       3

"#]])
        .stderr_eq(str![[r#"
from 2026-06-03 to 2026-09-01; a version may reach the previous stage up to 10m later (--tolerance)
warning: dev and prod are not comparable: 3 of 3 versions never match, so tags are probably renamed between them

"#]]);
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &history);
    let skips = sandbox.towpath(&repository, &["history", "--kind", "skip"]);
    skips.assert().success().stdout_eq("").stderr_eq("no deployment matches\n");
}

#[test]
fn csv_and_markdown() {
    metrics(&story(), &["-o", "csv"]).success().stdout_eq(str![[r#"
app,stage,deployments,deployments_per_week,lead_count,lead_median_seconds,lead_p90_seconds,rollbacks,change_failure_rate,restore_median_seconds,restore_p90_seconds
api,dev,1,0.078,0,,,0,0.000,,
web,dev,2,0.156,0,,,0,0.000,,
web,prod,4,0.311,1,9000,9000,1,0.333,1800,1800
,dev,3,0.233,0,,,0,0.000,,
,prod,4,0.311,1,9000,9000,1,0.333,1800,1800
,,7,0.544,1,9000,9000,1,0.167,1800,1800

"#]]);
    metrics(&story(), &["-o", "markdown"]).success().stdout_eq(str![[r#"
| app | stage | deployments | per week | lead (median, p90) | failed | restored in |
| --- | --- | ---: | ---: | --- | ---: | --- |
| api | dev | 1 | 0.1 |  | 0% |  |
| web | dev | 2 | 0.2 |  | 0% |  |
| web | prod | 4 | 0.3 | 2h 30m, 2h 30m | 33% | 30m |
| all | dev | 3 | 0.2 |  | 0% |  |
| all | prod | 4 | 0.3 | 2h 30m, 2h 30m | 33% | 30m |
| all | all | 7 | 0.5 | 2h 30m, 2h 30m | 17% | 30m |

"#]]);
}

#[test]
fn without_utf_8_the_bar_is_ascii() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let metrics =
        sandbox.towpath(&repository, &["metrics", "--stage", "prod", "-q"]).env("LANG", "C");
    metrics
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   stage   deployments   per week   by week         lead (median, p90)   failed   restored in
all                     4        0.3           =  #=   2h 30m, 2h 30m          33%   30m
all   prod              4        0.3           =  #=   2h 30m, 2h 30m          33%   30m
web   prod              4        0.3           =  #=   2h 30m, 2h 30m          33%   30m

stages        changes   was there before   same commit   overtook   later   never   lead (median, p90)
dev -> prod         3                  2             0          0       0       1   2h 30m, 2h 30m

"#]])
        .stderr_eq("");
}

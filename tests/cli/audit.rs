//! `towpath audit`

use crate::support::{History, Sandbox};
use snapbox::str;

/// Three versions; the last went to prod alone, by hand.
fn story() -> History {
    let config = "stages: [dev, prod]\nsources:\n  - text: '{stage}/{app}'\n";
    History::new()
        .commit("2026-08-01T10:00:00Z", "Deploy-Bot", "start")
        .write("towpath.yaml", config)
        .write("dev/web", "v1\n")
        .write("prod/web", "v1\n")
        .commit("2026-08-02T10:00:00Z", "Deploy-Bot", "dev")
        .write("dev/web", "v2\n")
        .commit("2026-08-02T11:00:00Z", "Deploy-Bot", "prod")
        .write("prod/web", "v2\n")
        .commit("2026-08-03T10:00:00Z", "Deploy-Bot", "prod first")
        .write("prod/web", "v3\n")
        .commit("2026-08-03T10:05:00Z", "Deploy-Bot", "dev after it")
        .write("dev/web", "v3\n")
        .commit("2026-08-04T10:00:00Z", "Alice", "hotfix")
        .write("prod/web", "hotfix\n")
}

fn audit(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let home = sandbox.path("home");
    std::fs::write(home.join("policy.yaml"), POLICY).expect("written");
    let policy = home.join("policy.yaml").display().to_string();
    let arguments: Vec<&str> = arguments.iter().map(|word| if *word == "POLICY" { &*policy } else { *word }).collect();
    sandbox.towpath(&repository, &[&["audit"], &arguments[..]].concat()).assert()
}

const POLICY: &str = "permissions: { prod: [deploy-bot] }
gates:
  - freeze: { from: 2026-08-02, to: 2026-08-03, reason: inventory }
    stages: [prod]
";

#[test]
fn everything_from_the_beginning() {
    audit(&[])
        .success()
        .stdout_eq(str![[r#"
rule              severity   findings   what
unknown-version   high              1   No earlier stage ever had the version
skipped-stage     high              1   The stage before never had the version
out-of-order      low               1   The stage before got the version only later

rule              app   stage   version   time               commit       what
unknown-version   web   prod    hotfix    2026-08-04 10:00   60216d3523   no earlier stage ever had this version
skipped-stage     web   prod    hotfix    2026-08-04 10:00   60216d3523   dev never had this version
out-of-order      web   prod    v3        2026-08-03 10:00   bf609b51a7   dev got it 5m later, within the tolerance

dev to prod: 3 changes; 1 came to prod first, 1 of them by 10m or less; 1 were never in dev

"#]])
        .stderr_eq(str![[r#"
7 deployments from 2026-08-01 to 2026-09-01

"#]]);
}

#[test]
fn rules_that_are_not_in_force_yet() {
    audit(&["--policy", "POLICY", "--rule", "unauthorised,during-freeze", "--fail-on", "high"])
        .code(3)
        .stdout_eq(str![[r#"
rule            severity   findings   what
unauthorised    high              1   Somebody without permission changed the stage
during-freeze   high              2   Deployed during a freeze

rule            app   stage   version   time               commit       what
unauthorised    web   prod    hotfix    2026-08-04 10:00   60216d3523   Alice is none of the actors of prod
during-freeze   web   prod    v3        2026-08-03 10:00   bf609b51a7   inventory: frozen until Tue 2026-08-04 00:00 UTC
during-freeze   web   prod    v2        2026-08-02 11:00   70b28eeec1   inventory: frozen until Tue 2026-08-04 00:00 UTC

dev to prod: 3 changes; 1 came to prod first, 1 of them by 10m or less; 1 were never in dev

"#]])
        .stderr_eq(str![[r#"
7 deployments from 2026-08-01 to 2026-09-01
the gates of the policy would have stopped 2 of them

"#]]);
}

#[test]
fn nothing_as_grave() {
    audit(&["--until", "2026-08-04", "--fail-on", "high", "-q"]).success();
    audit(&["--until", "2026-08-04", "--fail-on", "low", "-q"]).code(3);
}

#[test]
fn a_baseline_hides_what_it_has() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let known = sandbox.towpath(&repository, &["audit", "-o", "json", "--until", "2026-08-04"]).output().expect("runs");
    let file = sandbox.path("home").join("known.json");
    assert_eq!(crate::schema::fits("audit", &known.stdout)["findings"][0]["rule"], "out-of-order");
    std::fs::write(&file, &known.stdout).expect("written");
    let file = file.display().to_string();
    sandbox
        .towpath(&repository, &["audit", "--baseline", &file, "-o", "csv"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
3aa561b46bdabd3a,unknown-version,high,web,prod,,hotfix,2026-08-04T10:00:00Z,60216d3523a70060d349af0e5231ddefd976508d,Alice,prod/web,,,no earlier stage ever had this version
c52a6388940697d2,skipped-stage,high,web,prod,,hotfix,2026-08-04T10:00:00Z,60216d3523a70060d349af0e5231ddefd976508d,Alice,prod/web,,,dev never had this version

"#]])
        .stderr_eq(str![[r#"
7 deployments from 2026-08-01 to 2026-09-01
1 that the baseline has are left out

"#]]);
    sandbox.towpath(&repository, &["audit", "--baseline", "prod/web"]).assert().code(2).stdout_eq("").stderr_eq(str![
        [r#"
error: `prod/web` is no baseline
hint: `towpath audit --output json > FILE` writes one

"#]
    ]);
}

#[test]
fn a_rule_explains_itself() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.path("home");
    sandbox
        .towpath(&nowhere, &["audit", "--explain", "out-of-order"])
        .assert()
        .success()
        .stderr_eq("")
        .stdout_eq(str![[r#"
out-of-order (high): The stage before got the version only later

A version came to a stage before it came to the stage before. Merges overtake each other: what came to the stage before up to `--tolerance` later (10 minutes unless said) is listed as `low`. It is not judged where the two stages write versions differently. Something was tried in the later stage first, or promoted from a branch.

"#]]);
    sandbox.towpath(&nowhere, &["audit", "--explain", "order"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'order' for '--explain <ID>'
  [possible values: unauthorised, unknown-version, skipped-stage, out-of-order, unverified, overtaken, during-freeze, outside-window, bake-too-short, break-glass-without-follow-up, break-glass, unbuildable, twins-disagree, direct-push, unsigned, flapping, diverged-targets, stale-stage, mutable-tag, unpinned]

For more information, try '--help'.

"#]]);
}

#[test]
fn markdown() {
    audit(&["-o", "markdown", "-q"]).success().stdout_eq(str![[r#"
| rule | severity | findings | what |
| --- | --- | ---: | --- |
| unknown-version | high | 1 | No earlier stage ever had the version |
| skipped-stage | high | 1 | The stage before never had the version |
| out-of-order | low | 1 | The stage before got the version only later |

| rule | app | stage | version | time | commit | what |
| --- | --- | --- | --- | --- | --- | --- |
| unknown-version | web | prod | hotfix | 2026-08-04 10:00 | 60216d3523 | no earlier stage ever had this version |
| skipped-stage | web | prod | hotfix | 2026-08-04 10:00 | 60216d3523 | dev never had this version |
| out-of-order | web | prod | v3 | 2026-08-03 10:00 | bf609b51a7 | dev got it 5m later, within the tolerance |

* dev to prod: 3 changes; 1 came to prod first, 1 of them by 10m or less; 1 were never in dev

"#]]);
}

#[test]
fn junit() {
    let output = audit(&["-o", "junit", "-q", "--rule", "unknown-version"]).success().get_output().stdout.clone();
    let text = String::from_utf8(output).expect("UTF-8");
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"towpath audit\" tests=\"20\"")
    );
    let suite = text.split_once("<testsuite name=\"unknown-version\"").expect("there").1.split_once("</testsuite>");
    snapbox::assert_data_eq!(
        suite.expect("it ends").0.to_owned(),
        str![[r#"
 tests="1" failures="1">
    <testcase classname="unknown-version" name="web prod 3aa561b46bdabd3a">
      <failure type="high" message="web hotfix in prod: no earlier stage ever had this version (60216d3523, 2026-08-04 10:00 UTC)"/>
    </testcase>
  
"#]]
    );
}

/// What GitHub asks of a SARIF file, beside the schema.
#[test]
fn sarif() {
    let output = audit(&["-o", "sarif", "-q"]).success().get_output().stdout.clone();
    let log: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert_eq!((log["version"].as_str(), rules.len(), results.len()), (Some("2.1.0"), 20, 3));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "prod/web");
        assert_eq!(result["partialFingerprints"]["towpath/v1"].as_str().map(str::len), Some(16));
    }
    let levels: Vec<_> = results.iter().filter_map(|result| result["level"].as_str()).collect();
    assert_eq!(levels, ["error", "error", "note"]);
}

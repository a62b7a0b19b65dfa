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
    let arguments: Vec<&str> =
        arguments.iter().map(|word| if *word == "POLICY" { &*policy } else { *word }).collect();
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
unknown-version (high), 1 finding: No earlier stage ever had the version
  2026-08-04   web   prod    hotfix    no earlier stage ever had this version                60216d3523
  to do: Find out where the version was tested; `towpath trace VERSION` shows where it ran.

skipped-stage (high), 1 finding: The previous stage never had the version
  2026-08-04   web   prod    hotfix    dev never had this version                            60216d3523
  to do: Check the commits for a manual hotfix, or the pipeline for a missing step; `towpath trace VERSION` shows where a version ran.

out-of-order (low), 1 finding: The previous stage got the version only later
  2026-08-03   web   prod    v3        dev got this version 5m later, within the tolerance   bf609b51a7
  to do: Look for changes that were tried in the later stage first; `towpath trace VERSION` shows the order.

stages        changes   too early   within 10m   never before
dev to prod         3           1            1              1

"#]])
        .stderr_eq(str![[r#"
7 deployments from 2026-08-01 to 2026-09-01
skipped rules (no configuration or ledger): unauthorised, unverified, overtaken, merged-past-lock, merged-past-rejection, during-freeze, outside-window, bake-too-short, break-glass-without-follow-up, direct-push, unsigned

"#]]);
}

#[test]
fn rules_that_are_not_in_force_yet() {
    audit(&["--policy", "POLICY", "--rule", "unauthorised,during-freeze", "--fail-on", "high"])
        .code(3)
        .stdout_eq(str![[r#"
unauthorised (high), 1 finding: Somebody changed the stage without permission
  2026-08-04   web   prod    hotfix    Alice is not an actor of prod                           60216d3523
  to do: Enforce `permissions:` with `towpath guard` on pull requests, and protected branches.

during-freeze (high), 2 findings: Deployed during a freeze
  2026-08-03   web   prod    v3        inventory: frozen until Tue 2026-08-04 00:00 UTC (2x)   bf609b51a7
  to do: Require the check `towpath guard` on pull requests, so that the forge refuses merges during a freeze.

stages        changes   too early   within 10m   never before
dev to prod         3           1            1              1

"#]])
        .stderr_eq(str![[r#"
7 deployments from 2026-08-01 to 2026-09-01
the gates in the policy would have stopped 2 of them

"#]]);
}

#[test]
fn nothing_as_grave() {
    audit(&["--until", "2026-08-04", "--fail-on", "high", "-q"]).success();
    audit(&["--until", "2026-08-04", "--fail-on", "low", "-q"]).code(3);
    // What was before all deployments is an answer, too.
    audit(&["--until", "2020-01-01", "--rule", "skipped-stage", "-q"]).success().stdout_eq("");
}

#[test]
fn a_baseline_hides_what_it_has() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story());
    let known = sandbox
        .towpath(&repository, &["audit", "-o", "json", "--until", "2026-08-04"])
        .output()
        .expect("runs");
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
left out 1 finding in the baseline
skipped rules (no configuration or ledger): unauthorised, unverified, overtaken, merged-past-lock, merged-past-rejection, during-freeze, outside-window, bake-too-short, break-glass-without-follow-up, direct-push, unsigned

"#]]);
    sandbox
        .towpath(&repository, &["audit", "--baseline", "prod/web"])
        .assert()
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: `prod/web` is not a baseline
hint: `towpath audit --output json > FILE` writes one

"#]]);
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
out-of-order (high): The previous stage got the version only later

A version was deployed to a stage before it was deployed to the previous stage. Merges overtake each other: if the previous stage follows within `--tolerance` (10 minutes by default), the severity is `low`. Stages that write versions differently are skipped. Probably something was tried in the later stage first, or promoted from a branch.

To do: Look for changes that were tried in the later stage first; `towpath trace VERSION` shows the order.

"#]]);
    sandbox.towpath(&nowhere, &["audit", "--explain", "order"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'order' for '--explain <ID>'
  [possible values: unauthorised, unknown-version, unknown-image, skipped-stage, out-of-order, unverified, unhealthy-when-promoted, out-of-band, drift, gone, tag-moved, unattested, overtaken, merged-past-lock, merged-past-rejection, during-freeze, outside-window, bake-too-short, break-glass-without-follow-up, break-glass, unbuildable, twins-disagree, direct-push, unsigned, never-applied, applied-late, flapping, diverged-targets, stale-stage, mutable-tag, unpinned]

For more information, try '--help'.

"#]]);
}

#[test]
fn markdown() {
    audit(&["-o", "markdown", "-q"]).success().stdout_eq(str![[r#"
| rule | severity | findings | description |
| --- | --- | ---: | --- |
| unknown-version | high | 1 | No earlier stage ever had the version |
| skipped-stage | high | 1 | The previous stage never had the version |
| out-of-order | low | 1 | The previous stage got the version only later |

| rule | app | stage | findings | version | first | last | commit | message |
| --- | --- | --- | ---: | --- | --- | --- | --- | --- |
| unknown-version | web | prod |  | hotfix |  | 2026-08-04 10:00 | 60216d3523 | no earlier stage ever had this version |
| skipped-stage | web | prod |  | hotfix |  | 2026-08-04 10:00 | 60216d3523 | dev never had this version |
| out-of-order | web | prod |  | v3 |  | 2026-08-03 10:00 | bf609b51a7 | dev got this version 5m later, within the tolerance |

| stages | changes | too early | within 10m | never before | compared |
| --- | ---: | ---: | ---: | ---: | --- |
| dev to prod | 3 | 1 | 1 | 1 |  |

"#]]);
}

#[test]
fn junit() {
    let output = audit(&["-o", "junit", "-q", "--rule", "unknown-version"])
        .success()
        .get_output()
        .stdout
        .clone();
    let text = String::from_utf8(output).expect("UTF-8");
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"towpath audit\" tests=\"1\" failures=\"1\" skipped=\"0\">\n")
    );
    // A rule that nobody could judge has not passed, and one that was not asked is not there.
    let all = audit(&["-o", "junit", "-q"]).success().get_output().stdout.clone();
    let all = String::from_utf8(all).expect("UTF-8");
    assert!(all.contains("<skipped message=\"needs a ledger\"/>"), "{all}");
    assert!(!all.contains("drift"), "nobody looked at what runs");
    let suite = text
        .split_once("<testsuite name=\"unknown-version\"")
        .expect("there")
        .1
        .split_once("</testsuite>");
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

/// The page stands by itself: the browser's view of it is judged by `tests/page/run`.
#[test]
fn html() {
    let output = audit(&["-o", "html", "-q"]).success().get_output().stdout.clone();
    let page = String::from_utf8(output).expect("UTF-8");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"), "{page}");
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
    let part = |from: &str, to: &str| {
        let rest = page.split_once(from).unwrap_or_else(|| panic!("there is no {from}")).1;
        rest.split_once(to).expect("it ends").0.to_owned()
    };
    snapbox::assert_data_eq!(
        part("<div class=\"verdict", "</div>"),
        str![[r#"
 high">
<p>2 rules were violated<span class="last">last on 2026-08-04</span></p>
<ul class="counts">
<li class="high"><b>2</b> high</li>
<li class="zero"><b>0</b> medium</li>
<li class="low"><b>1</b> low</li>
</ul>

"#]]
    );
    snapbox::assert_data_eq!(
        part("<tbody>\n", "</tbody>"),
        str![[r##"
<tr><th scope="row">web</th><td><code>v3</code></td><td class="differs"><span aria-hidden="true">≠ </span><span class="unseen">differs: </span><code>hotfix</code> <a class="badge high" href="#unknown-version-high">unknown-version</a></td></tr>

"##]]
    );
    snapbox::assert_data_eq!(
        part("<h3 id=\"skipped-stage-high\">", "</section>"),
        str![[r#"
<span class="badge high">high</span> skipped-stage <span class="dim">1</span></h3>
<p>The previous stage never had the version.</p>
<details class="about">
<summary>About this rule</summary>
<p>A version was deployed to a stage, and the previous stage, which has the app, never had it, neither earlier nor later. Stages that write versions differently (more than half of the versions never match) and new cells are skipped. A rollback to a version that the previous stage never had counts. Check the commit for a manual hotfix, or the pipeline for a missing step.</p>
</details>
<details class="fold">
<summary><span class="span dim">2026-08-04</span> <b>web</b> in prod <span class="message">dev never had this version</span></summary>
<ul class="items">
<li><time>2026-08-04 10:00</time> <code>hotfix</code> <span class="dim meta"><span>Alice</span><span><code>60216d3523</code></span><span>“hotfix”</span><span>prod&#x2f;web</span><span>c52a6388940697d2</span></span></li>
</ul>
</details>

"#]]
    );
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
}

/// Everything a repository says is a text and nothing else.
#[test]
fn html_of_a_hostile_repository() {
    let config = "stages: [dev, prod]\nsources:\n  - yaml: '{stage}/{app}.yaml'\n    tag: tag\n";
    let (script, name) = ("<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>");
    let file = |stage: &str| format!("{stage}/{name}.yaml");
    let story = History::new()
        .commit("2026-08-01T10:00:00Z", "\u{202e}Mallory&lt;", "start")
        .write("towpath.yaml", config)
        .write(&file("dev"), "tag: v1\n")
        .write(&file("prod"), "tag: v1\n")
        .commit(
            "2026-08-02T10:00:00Z",
            "\u{202e}Mallory&lt;",
            "</title></style><script>alert(2)</script> \u{9b}31m {{ 7 * 7 }}",
        )
        .write(&file("prod"), &format!("tag: '{script}\u{202e}'\n"))
        .commit("2026-08-03T10:00:00Z", "Bob", "dev")
        .write(&file("dev"), "tag: v2\n")
        .commit("2026-08-04T10:00:00Z", "Bob", "prod")
        .write(&file("prod"), "tag: v2\n");
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story);
    let output = sandbox
        .towpath(&repository, &["audit", "-o", "html", "-q"])
        .assert()
        .success()
        .get_output()
        .stdout
        .clone();
    let page = String::from_utf8(output).expect("UTF-8");
    for wrong in ["<script", "<img", "Mallory&lt;", "\u{202e}", "\u{9b}", "49"] {
        assert!(!page.contains(wrong), "{wrong} is in the page");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;\\u{202e}"));
    assert!(page.contains("{{ 7 * 7 }}"));
}

/// A cell that breaks a rule again and again is one line, unless all are wanted.
#[test]
fn what_repeats_itself_is_folded() {
    let mut story = story();
    for day in 5..8 {
        let time = format!("2026-08-0{day}T10:00:00Z");
        story =
            story.commit(&time, "Alice", "hotfix").write("prod/web", &format!("hotfix-{day}\n"));
        let time = format!("2026-08-0{day}T12:00:00Z");
        story = story.commit(&time, "Deploy-Bot", "dev").write("dev/web", &format!("v{day}\n"));
        let time = format!("2026-08-0{day}T13:00:00Z");
        story = story.commit(&time, "Deploy-Bot", "prod").write("prod/web", &format!("v{day}\n"));
    }
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("deploy", &story);
    let run = |arguments: &[&str]| {
        sandbox.towpath(&repository, &[&["audit", "-q"], arguments].concat()).assert().success()
    };
    run(&["--rule", "skipped-stage"]).stdout_eq(str![[r#"
skipped-stage (high), 4 findings: The previous stage never had the version
  2026-08-07   web   prod    hotfix-7   dev never had this version (4x)   92748d002b
  to do: Check the commits for a manual hotfix, or the pipeline for a missing step; `towpath trace VERSION` shows where a version ran.

stages        changes   too early   within 10m   never before
dev to prod         9           1            1              4

"#]]);
    run(&["--rule", "skipped-stage", "--all"]).stdout_eq(str![[r#"
skipped-stage (high), 4 findings: The previous stage never had the version
  2026-08-07   web   prod    hotfix-7   dev never had this version   92748d002b
  2026-08-06   web   prod    hotfix-6   dev never had this version   e496dec3b9
  2026-08-05   web   prod    hotfix-5   dev never had this version   2ae44e37e6
  2026-08-04   web   prod    hotfix     dev never had this version   60216d3523
  to do: Check the commits for a manual hotfix, or the pipeline for a missing step; `towpath trace VERSION` shows where a version ran.

stages        changes   too early   within 10m   never before
dev to prod         9           1            1              4

"#]]);
}

/// What the ledger says is about an app and a stage, too; and a repository elsewhere is read with it.
#[test]
fn broken_glass_elsewhere_is_not_meant() {
    let sandbox = Sandbox::new();
    let may = "stages: [dev, prod]\nsources:\n  - text: '{stage}/{app}'\npermissions: { break-glass: [jo] }\n";
    let story = story().commit("2026-08-05T10:00:00Z", "Jo", "who may").write("towpath.yaml", may);
    let origin = sandbox.bare("origin", &story);
    let url = format!("file://{}", origin.display());
    sandbox.introduce();
    let home = sandbox.path("home");
    sandbox.git(&home, &["clone", "-q", &url, "clone"]);
    let words = [
        "deploy",
        "web",
        "v9",
        "--stage",
        "prod",
        "--push",
        "--yes",
        "--break-glass",
        "login is down",
    ];
    sandbox.towpath(&home.join("clone"), &words).assert().success();
    let count = |by: &str, more: &[&str]| {
        let arguments = [
            &["audit", "-C", &url, "--max-age", "0s", "-q", "--rule", "break-glass", "-o", "json"],
            more,
        ]
        .concat();
        let answer = crate::schema::fits(
            "audit",
            &sandbox.towpath(&home, &arguments).output().expect("runs").stdout,
        );
        let findings = answer["findings"].as_array().expect("findings").clone();
        findings.iter().filter(|finding| finding[by].is_string() && finding["app"] == "web").count()
    };
    let counts =
        |by| [count(by, &[]), count(by, &["--stage", "prod"]), count(by, &["--stage", "dev"])];
    assert_eq!(
        (counts("commit"), counts("event")),
        ([1, 1, 0], [0; 3]),
        "what the commit says, the event need not"
    );
    sandbox.git(&origin, &["update-ref", "refs/heads/main", "main~1"]);
    assert_eq!(
        (counts("commit"), counts("event")),
        ([0; 3], [1, 1, 0]),
        "the commit is gone, the event stays"
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
    assert_eq!((log["version"].as_str(), rules.len(), results.len()), (Some("2.1.0"), 31, 3));
    for result in results {
        let index =
            usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "prod/web"
        );
        assert_eq!(result["partialFingerprints"]["towpath/v1"].as_str().map(str::len), Some(16));
    }
    let levels: Vec<_> = results.iter().filter_map(|result| result["level"].as_str()).collect();
    assert_eq!(levels, ["error", "error", "note"]);
}

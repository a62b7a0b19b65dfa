//! Valid and invalid gates.

use super::{Gate, GateKind, LedgerPlace};
use crate::config::{Config, parse};
use crate::model::{AppName, StageName};
use snapbox::{assert_data_eq, str};

fn ok(text: &str) -> Config {
    parse(&format!("stages: [dev, prod]\n{text}"), "towpath.yaml")
        .unwrap_or_else(|error| panic!("{error}"))
}

fn errors(text: &str) -> String {
    let error =
        parse(&format!("stages: [dev, prod]\n{text}"), "towpath.yaml").expect_err("it is wrong");
    // Only tests have `test-only`.
    error.to_string().replace("towpath.yaml:", "").replace(", `test-only`", "")
}

fn gates(text: &str) -> String {
    errors(&format!("gates:\n{text}"))
}

#[test]
fn every_gate_has_a_short_and_a_long_form() {
    let config = ok("\
gates:
- order
- order: { rewrite: ['s/-RC[0-9]+$//', 's|^v||'], tolerance: 10m }
- isolation
- isolation: stage
- verified
- verified: [dev]
- verified: { stages: dev, checks: 'e2e*' }
- verified: { command: [./passed, --quick], timeout: 30s }
- bake: 30m
- bake: { for: 2d, stages: [dev], from: outcome }
- approval-after-failure
- approvals: 2
- window: Mon-Thu 09:00-16:00 Europe/London
- window: ['Mon-Thu 09:00-16:00 Europe/London', 'closed 12:00-13:00 Europe/London']
- freeze: { from: 2026-12-20, to: 2027-01-03, reason: holidays }
- blocker: { command: [./open-incidents], reason: open incident }
- blocker: { file: FROZEN }
- blocker: { issue: incident }
- attested: application/vnd.example.deployable
- attested: { type: [a/b, c/d], key: cosign.pub, log: false }
- blocker: { url: 'https://status.example.com/api', pointer: /status/indicator, equals: none }
- version
- version: 'v[0-9]+'
- version: { pattern: 'v.*', branches: main, immutable: true, digest: true, flags: [] }
");
    let kinds: Vec<&str> =
        config.pipeline.gates.iter().map(|rule| rule.gate.kind().as_str()).collect();
    assert_eq!(
        kinds.join(" "),
        "order order isolation isolation verified verified verified verified bake bake approval approval window \
         window freeze blocker blocker blocker attested attested blocker version version version"
    );
    assert_eq!(config.pipeline.gates[0].line, 3);
}

#[test]
fn what_comes_later_counts_and_off_takes_back() {
    let config = parse(
        "\
stages:
- dev
- name: prod
  merge: auto
  queue: each
  gates:
  - isolation: stage
  - bake: off
  - { bake: 2h, apps: [pay*] }
gates:
- bake: 30m
- { window: 09:00-16:00 UTC, stages: [prod] }
ledger: branch
permissions:
  prod: { actors: [deploy-bot] }
  break-glass: [alice, bob]
",
        "towpath.yaml",
    )
    .expect("config");
    let rules = |kind, stage: &str, app: &str| -> Vec<u32> {
        let rules = config.pipeline.rules_for(kind, &StageName::from(stage), &AppName::from(app));
        rules.into_iter().map(|rule| rule.line).collect()
    };
    assert_eq!(rules(GateKind::Bake, "dev", "payments"), [11]);
    assert_eq!(rules(GateKind::Bake, "prod", "payments"), [8, 9]);
    assert_eq!(rules(GateKind::Bake, "prod", "web"), [8]);
    assert_eq!(rules(GateKind::Window, "dev", "web"), [0; 0]);
    assert_eq!(rules(GateKind::Window, "prod", "web"), [12]);
    let (prod, dev) = (StageName::from("prod"), StageName::from("dev"));
    assert!(matches!(config.pipeline.gates[2].gate, Gate::Isolation(super::IsolationScope::Stage)));
    let policy = config.pipeline.policy_of(&prod);
    assert_eq!((policy.each, config.pipeline.policy_of(&dev).each), (true, false));
    assert_eq!(config.pipeline.ledger, LedgerPlace::Branch);
    let permitted = |of: &str, who: &str| {
        config.pipeline.find_permission(of).is_none_or(|actors| actors.names_any([who]))
    };
    let asked =
        [("prod", "Deploy-Bot"), ("prod", "alice"), ("break-glass", "bob"), ("dev", "anyone")];
    assert_eq!(asked.map(|(of, who)| permitted(of, who)), [true, false, true, true]);
}

#[test]
fn patterns_have_stars() {
    let fits = |pattern, text| super::matches_glob(pattern, text);
    assert!(
        fits("e2e*", "e2e")
            && fits("*", "")
            && fits("*-api", "pay-api")
            && fits("a*b*c", "a-b-b-c")
    );
    assert!(!fits("e2e*", "x-e2e") && !fits("a*b", "abc") && !fits("", "a"));
}

#[test]
fn lists_and_entries() {
    assert_data_eq!(
        errors("gates: isolation\n"),
        str![[r#"
2:1: `gates` must be a list of gates
  hint: for example `gates: [isolation, bake: 30m]`
"#]]
    );
    assert_data_eq!(
        gates("- isolaton\n- bake\n- approvals\n"),
        str![[r#"
3:3: `isolaton` is not a gate
  hint: did you mean `isolation`?
4:3: `bake` needs a value
  hint: write `bake: …`
5:3: `approvals` needs a value
  hint: write `approvals: …`
"#]]
    );
    assert_data_eq!(
        gates("- bake: 30m\n  window: 09:00-16:00 UTC\n- apps: [web]\n- {}\n"),
        str![[r#"
4:3: an entry must have one gate, but this has `bake` and `window`
  hint: start another entry with `- `
5:3: this entry has no gate
  hint: expected one of `order`, `isolation`, `verified`, `bake`, `approval-after-failure`, `approvals`, `window`, `freeze`, `blocker`, `version`, `attested`
6:3: this entry has no gate
  hint: expected one of `order`, `isolation`, `verified`, `bake`, `approval-after-failure`, `approvals`, `window`, `freeze`, `blocker`, `version`, `attested`
"#]]
    );
    assert_data_eq!(
        gates("- { bake: 30m, stages: [prd] }\n- verified: staging\n- { bake: 1h, app: web }\n"),
        str![[r#"
3:25: `prd` is not a stage
  hint: did you mean `prod`?
4:13: `staging` is not a stage
  hint: expected one of `dev`, `prod`
5:15: unknown key `app`
  hint: did you mean `apps`?
"#]]
    );
}

#[test]
fn values() {
    assert_data_eq!(
        gates(
            "- isolation: always\n- order: maybe\n- bake: soon\n- bake: {stages: dev}\n- approvals: 0\n- freeze: 2026-12-20\n- bake: {for: 1h, from: outcom}\n"
        ),
        str![[r#"
3:14: `isolation` cannot be `always`
  hint: expected one of `target`, `stage`, `off`
4:10: `order` cannot be `maybe`
  hint: expected one of `on`, `off`
5:9: `soon` is not a time span
  hint: for example `30m`, `12h` or `2d`
6:3: `bake` needs `for`
7:14: `0` is not a number of people from 1 to 100
8:3: `freeze` must be a mapping
  hint: its options are from, to, reason, zone
9:25: `from` cannot be `outcom`
  hint: did you mean `outcome`?
"#]]
    );
    assert_data_eq!(
        gates(
            "\
- window: Mo-Thu 09:00-16:00 UTC
- window: Mon-Thu 9-16 Europe/London
- window: Mon 09:00-16:00 CET
- window: Mon 09:00-09:00 UTC
- window: Mon 24:00-09:00 UTC
- window: Mon 09:00-16:00 UTC please
- freeze: { from: 2026-12-20 }
- freeze: { from: 2026-12-20, to: 2026-12-19 }
- freeze: { from: christmas, to: 2026-12-31 }
"
        ),
        str![[r#"
3:11: `Mo-Thu 09:00-16:00 UTC` is not a valid window: `Mo` is not a day; use Mon, Tue, Wed, Thu, Fri, Sat or Sun
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
4:11: `Mon-Thu 9-16 Europe/London` is not a valid window: `9-16` is not a range of hours such as `09:00-16:00`
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
5:11: `Mon 09:00-16:00 CET` is not a valid window: `CET` is not a time zone such as `Europe/London` or `UTC`
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
6:11: `Mon 09:00-09:00 UTC` is not a valid window: `09:00-09:00` is an empty range; a whole day is `00:00-24:00`
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
7:11: `Mon 24:00-09:00 UTC` is not a valid window: `24:00-09:00` is not a range of hours such as `09:00-16:00`
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
8:11: `Mon 09:00-16:00 UTC please` is not a valid window: unexpected `please` after the time zone
  hint: for example `Mon-Thu 09:00-16:00 Europe/London`
9:3: `freeze` needs `from` and `to`
10:3: invalid freeze: the freeze ends before it starts
11:3: invalid freeze: `christmas` is not a date or time such as `2026-12-20` or `2026-12-20T18:00`
"#]]
    );
}

#[test]
fn values_of_blockers_and_patterns() {
    assert_data_eq!(
        gates(
            "\
- blocker: { reason: incident }
- blocker: { file: FROZEN, issue: incident }
- blocker: { url: status.example.com }
- blocker: { url: 'https://status.example.com', pointer: /status }
- blocker: { command: [x], timeout: 1h }
- blocker: { command: ./open-incidents --all }
- version: { immutable: yes, digest: True }
- version: 'v['
- order: { rewrite: -RC }
- isolation: { of: stage }
- verified: []
- window:
"
        ),
        str![[r#"
3:3: a blocker needs exactly one of `command`, `file`, `issue` and `url`
4:3: a blocker needs exactly one of `command`, `file`, `issue` and `url`
5:19: a URL must start with `https://` or `http://`
6:58: `pointer` (a JSON pointer) and `equals` must be used together
  hint: for example `pointer: /status/indicator` and `equals: none`
7:37: a timeout must be between 1s and 10m
8:14: `command` must be a list of words
  hint: it is not run through a shell; write `command: [./open-incidents, --all]`
9:25: `immutable` cannot be `yes`
  hint: expected one of `true`, `false`
9:38: `digest` cannot be `True`
  hint: did you mean `true`?
10:12: `v[` is not a valid regular expression: unclosed character class
11:21: `-RC` is not a replacement
  hint: for example `s/-RC[0-9]+$//`
12:3: `isolation` has no options
13:3: `verified` has no value
14:3: `window` has no value
"#]]
    );
}

#[test]
fn permissions_ledger_and_policies() {
    assert_data_eq!(
        errors("permissions: [alice]\nledger: file\n"),
        str![[r#"
2:1: `permissions` must be a mapping from a stage, `break-glass`, `config`, `apps` or `paths` to `actors`
  hint: for example `permissions: { break-glass: { actors: [alice] } }`
3:9: `ledger` cannot be `file`
  hint: expected one of `ref`, `branch`, `none`
"#]]
    );
    assert_data_eq!(
        errors("permissions: { prd: [alice], break-glas: [bob] }\n"),
        str![[r#"
2:16: unknown key `prd`
  hint: did you mean `prod`?
2:30: unknown key `break-glas`
  hint: did you mean `break-glass`?
"#]]
    );
    let text = "stages:\n- {name: dev, merge: automatic, queue: all, gates: [{bake: 1h, stages: [dev]}]}\n";
    let error = parse(text, "towpath.yaml").expect_err("it is wrong").to_string();
    assert_data_eq!(
        error,
        str![[r#"
towpath.yaml:2:22: `merge` cannot be `automatic`
  hint: did you mean `auto`?
towpath.yaml:2:40: `queue` cannot be `all`
  hint: expected one of `newest`, `each`
towpath.yaml:2:73: `stages` is not allowed here: these gates already belong to a stage
"#]]
    );
}

//! Valid configurations; invalid ones are in `error_tests.rs`.

use super::parse;
use crate::config::Config;

fn ok(text: &str) -> Config {
    parse(text, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_documented_example_is_read() {
    let config = ok("\
branch: main
stages:
  - dev
  - name: staging
    aliases: [stage, stg]
  - name: prod
    after: staging
sources:
  - kustomize: apps/{app}/overlays/{stage}
  - yaml: ['charts/{stage}/{app}', 'extra/{stage}/{app}.yaml']
    tag: image_tag
    not: ['**/old/**', charts/x]
  - text: deployed_tags/{stage}_image_tag
    app: blog
");
    assert_eq!(config.branch.as_deref(), Some("main"));
    assert_eq!(config.branch_from.to_string(), "towpath.yaml:1");
    let shown: Vec<_> =
        config.stages.iter().map(|s| format!("{} {:?} {:?}", s.name, s.aliases, s.line)).collect();
    assert_eq!(shown, ["dev [] Some(3)", r#"staging ["stage", "stg"] Some(4)"#, "prod [] Some(6)"]);
    assert_eq!(config.stages[1].after[0].as_str(), "dev");
    let rules: Vec<_> = config
        .rules
        .iter()
        .map(|r| format!("{} {} {}", r.kind, r.path.as_str(), r.line.unwrap_or(0)))
        .collect();
    assert_eq!(
        rules,
        [
            "kustomize apps/{app}/overlays/{stage} 9",
            "yaml charts/{stage}/{app} 10",
            "yaml extra/{stage}/{app}.yaml 10",
            "text deployed_tags/{stage}_image_tag 13"
        ]
    );
    assert_eq!((config.rules[2].tags[0].as_str(), config.rules[2].not.len()), ("image_tag", 2));
    assert_eq!(config.rules[3].app.as_str(), "blog");
    assert!(config.rules[0].path.captures("apps/web/overlays/stg").is_some());
    assert!(config.rules[0].path.captures("apps/web/overlays/qa").is_none());
}

#[test]
fn a_text_that_looks_like_a_number_stays_text() {
    let config = ok("branch: 1.10\nstages: [1.10, 2025.10, on, 012]\n");
    assert_eq!(config.branch.as_deref(), Some("1.10"));
    assert_eq!(config.stage_words(), ["1.10", "2025.10", "on", "012"]);
}

#[test]
fn stages_are_sorted_behind_those_they_come_after() {
    let config = ok(
        "stages:\n- {name: prod, after: [eu, us]}\n- {name: dev, after: []}\n- eu\n- {name: us, after: dev}\n",
    );
    let shown: Vec<_> = config
        .stages
        .iter()
        .map(|s| {
            format!(
                "{}<{}",
                s.name,
                s.after.iter().map(|a| a.as_str()).collect::<Vec<_>>().join("+")
            )
        })
        .collect();
    assert_eq!(shown, ["dev<", "eu<dev", "us<dev", "prod<eu+us"]);
}

#[test]
fn a_stage_may_be_a_branch() {
    let config = ok("stages:\n- {name: dev, branch: env/dev}\nsources:\n- kustomize: apps/{app}\n");
    assert_eq!(config.stages[0].branch.as_deref(), Some("env/dev"));
}

#[test]
fn a_pattern_may_say_the_stage() {
    let config = ok(
        "stages: [dev]\nsources:\n- line: deploy.sh\n  pattern: '(?P<app>\\w+)_(?P<stage>\\w+)=(?P<tag>\\S+)'\n",
    );
    assert!(config.rules[0].pattern.is_some());
}

#[test]
fn every_example_of_the_documentation_is_read() {
    let page = include_str!("../../docs/configuration.md");
    let examples: Vec<&str> = page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect();
    assert!(examples.len() > 25);
    for example in examples {
        match example.starts_with("- ") {
            true => ok(&format!("stages: [dev, staging, prod]\nsources:\n{example}")),
            false => ok(example),
        };
    }
}

#[test]
fn every_key_has_its_place_in_the_documentation() {
    let page = include_str!("../../docs/configuration.md");
    let keys = super::keys::TOP.iter().chain(&super::keys::STAGE).chain(&super::keys::OPTIONS);
    let keys = keys.chain(&super::keys::PROPOSALS).chain(&super::keys::APP).map(|key| key.name);
    for key in keys.chain(crate::model::SourceKind::ALL.iter().map(|kind| kind.as_str())) {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(
        text in "(branch|stages|sources|gates|permissions|window|freeze|blocker|- |yaml|line|pattern|tag|app|stage|after|name|: |\n|  |[{}\\[\\]&*a'\",é\u{feff}()<]){0,40}",
    ) {
        let _ = parse(&text, "towpath.yaml");
    }
}

//! Writing a configuration and reading it back.

use super::*;
use crate::config::{ConfigOrigin, NameTemplate, Provenance, parse};
use crate::model::{PathTemplate, SourceKind, StageName};
use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

fn stage(name: &str, after: &[&str]) -> Stage {
    Stage {
        name: StageName::from(name),
        aliases: Vec::new(),
        after: after.iter().map(|name| StageName::from(*name)).collect(),
        branch: None,
        line: None,
    }
}

#[test]
fn the_file_is_short_and_commented() {
    let stages = vec![
        stage("dev", &[]),
        Stage { aliases: vec!["stg".into(), "on".into()], ..stage("staging", &["dev"]) },
        stage("eu", &["staging"]),
        stage("us", &["staging"]),
    ];
    let words = ["dev", "staging", "stg", "on", "eu", "us"].map(str::to_owned);
    let rule = |kind, path: &str| SourceRule::new(kind, path, &words).expect("template");
    let key = |text: &str| KeyTemplate::parse(text, &words).expect("template");
    let rules = vec![
        rule(SourceKind::Kustomize, "apps/{app}/overlays/{stage}"),
        SourceRule { tags: vec![key("image_tag")], ..rule(SourceKind::Yaml, "tags/{stage}/{app}") },
        SourceRule { tags: vec![key("image_tag")], ..rule(SourceKind::Yaml, "{stage}/tags") },
        SourceRule {
            tags: vec![key("a.tag"), key("*.tag")],
            not: vec![PathTemplate::parse("old/**", &words).expect("template")],
            confidence: Confidence::Low,
            ..rule(SourceKind::HelmValues, "{app}/values-{stage}.yaml")
        },
    ];
    let config = Config { branch: Some("main".into()), stages, rules, ..Config::default() };
    let note = |rule, comment: &str| SourceNote { rule, comment: comment.to_owned() };
    let notes = [note(0, "12 files"), note(2, "3 files"), note(3, "unsure: 2 files\nof 7")];
    assert_data_eq!(
        to_yaml(&config, &notes),
        str![[r##"
# Which image runs in which stage, and where that is written.
# `towpath config check` verifies this file, `towpath config schema` prints its JSON schema.

branch: main

stages:
  - dev
  - {name: staging, aliases: [stg, "on"]}
  - eu
  - {name: us, after: [staging]}

sources:
  # 12 files
  - kustomize: apps/{app}/overlays/{stage}
  - yaml:
      - tags/{stage}/{app}
      # 3 files
      - "{stage}/tags"
    tag: image_tag
  # unsure: 2 files/nof 7
  # - helm-values: "{app}/values-{stage}.yaml"
  #   tags:
  #     - a.tag
  #     - "*.tag"
  #   not: old/**

"##]]
    );
}

/// All settings but lines and origins, as text.
fn essence(config: &Config) -> String {
    let mut config = config.clone();
    config.origin = ConfigOrigin::Discovered;
    config.branch_from = Provenance::BuiltIn;
    config.stages.iter_mut().for_each(|stage| stage.line = None);
    config.rules.iter_mut().for_each(|rule| rule.line = None);
    format!("{config:#?}")
}

/// Texts that are hard to write: numbers, words of YAML, symbols, letters of other scripts.
fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}",
        "[-0-9.:#e x'\",\\[\\]!&*@%é😀]{0,8}[a-z0-9é\\[,'\"]",
        "(on|null|1e3|~|=|yes|0x1f|- a)"
    ]
}

/// A template with some captures between odd texts.
fn template() -> impl Strategy<Value = String> {
    ("[a-z0-9]{1,3}", odd(), prop_oneof!["\\{app\\}", "\\*", "x"])
        .prop_map(|(start, odd, end)| format!("{start}{}/{{stage}}/{end}", odd.replace('*', "x")))
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    let parts = (
        any::<bool>(),
        proptest::collection::vec(odd(), 0..3),
        any::<u8>(),
        proptest::option::of(odd()),
    );
    proptest::collection::vec((odd(), parts), 1..5).prop_map(|drawn| {
        let mut out: Vec<Stage> = Vec::new();
        for (i, (name, (chain, aliases, mask, branch))) in drawn.into_iter().enumerate() {
            // The index makes every word unique.
            let name = format!("{name}{i}");
            let aliases =
                aliases.iter().enumerate().map(|(j, alias)| format!("{alias}{i}a{j}")).collect();
            let after = out.iter().enumerate().filter(|(j, _)| match chain {
                true => j + 1 == i,
                false => mask & (1 << j) != 0,
            });
            let after = after.map(|(_, stage)| stage.name.clone()).collect();
            out.push(Stage { name: StageName::new(name), aliases, after, branch, line: None });
        }
        out
    })
}

type Drawn = (usize, String, Option<String>, Vec<String>, Vec<String>, bool);

fn rule(drawn: Drawn, stages: &[Stage], words: &[String]) -> SourceRule {
    let (kind, path, app, keys, not, fixed) = drawn;
    let kind = SourceKind::ALL[kind];
    let mut rule = SourceRule::new(kind, &path, words).expect("template");
    let key = |text: &String| KeyTemplate::parse(text, words).expect("template");
    if let Some(app) = app {
        rule.component = NameTemplate::new(format!("{app}/{{stage}}"));
        rule.app = NameTemplate::new(app);
    }
    match kind {
        SourceKind::Text => {}
        SourceKind::Line => {
            rule.pattern = Some(regex::Regex::new("'\"\\w: #(?P<tag>x)").expect("regex"))
        }
        _ => {
            rule.tags = keys.iter().map(key).collect();
            rule.images = keys.iter().skip(1).map(key).collect();
        }
    }
    if matches!(kind, SourceKind::HelmValues | SourceKind::Compose) {
        rule.base = Some(NameTemplate::new("{stage}/base.yaml"));
    }
    rule.not = not.iter().map(|not| PathTemplate::parse(not, words).expect("template")).collect();
    rule.stage = fixed.then(|| stages[0].name.clone());
    rule
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        branch in proptest::option::of(odd()),
        stages in stages(),
        drawn in proptest::collection::vec(
            (0..SourceKind::ALL.len(), template(), proptest::option::of(odd()),
             proptest::collection::vec(template(), 0..3),
             proptest::collection::vec(template(), 0..3), any::<bool>()),
            0..6,
        ),
    ) {
        let mut config = Config { branch, stages, ..Config::default() };
        let words = config.stage_words();
        config.rules = drawn.into_iter().map(|drawn| rule(drawn, &config.stages, &words)).collect();
        let text = to_yaml(&config, &[SourceNote { rule: 0, comment: "a note".into() }]);
        let read = match parse(&text, "towpath.yaml") {
            Ok(read) => read,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        prop_assert_eq!(essence(&read), essence(&config), "{}", text);
    }
}

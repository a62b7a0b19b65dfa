use super::super::stage_arrivals::StageArrivals;
use super::*;
use crate::config::Config;
use crate::git::testing::TestRepository;
use snapbox::{assert_data_eq, str};

/// Discovery of a repository whose commits put versions into files of stages: `dev:v1` is a commit,
/// `dev:v1 prod:v1` is one commit for both.
fn learned(first: &[&str], commits: &[&str]) -> String {
    let mut test = TestRepository::new();
    let text = |stage: &str, tag: &str| {
        (format!("apps/web/{stage}/values.yaml"), format!("image:\n  tag: {tag}\n"))
    };
    let start: Vec<(String, String)> = first.iter().map(|stage| text(stage, "v0.0.0")).collect();
    let mut commit = |name: &str, files: &[(String, String)]| {
        let files: Vec<(&str, Option<&str>)> =
            files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
        test.commit(name, &files);
    };
    commit("start", &start);
    for line in commits {
        let files: Vec<(String, String)> = line
            .split(' ')
            .filter_map(|word| word.split_once(':'))
            .map(|(stage, tag)| text(stage, tag))
            .collect();
        commit(line, &files);
    }
    let repository = test.open();
    let stages = first.iter().map(|stage| Stage {
        name: StageName::new(*stage),
        aliases: Vec::new(),
        after: Vec::new(),
        branch: None,
        line: None,
    });
    let mut stages: Vec<Stage> = stages.collect();
    for index in 1..stages.len() {
        stages[index].after = vec![stages[index - 1].name.clone()];
    }
    let words: Vec<String> = first.iter().map(|stage| (*stage).to_owned()).collect();
    let path = "apps/{app}/{stage}/values.yaml";
    let rule = crate::config::SourceRule::new(crate::model::SourceKind::HelmValues, path, &words);
    let config = Config { stages, rules: vec![rule.expect("a rule")], ..Config::default() };
    let arrivals = StageArrivals::read(&repository, repository.head_commit().ok(), &config);
    let (stages, learned) = apply_arrivals(config.stages, &arrivals);
    let mut out = String::new();
    for stage in &stages {
        let after: Vec<&str> = stage.after.iter().map(|name| name.as_str()).collect();
        out.push_str(&format!("{} after [{}]\n", stage.name, after.join(", ")));
    }
    for pair in &learned.decided {
        let OrderEvidence { before, after, first, decided } = pair;
        out.push_str(&format!("{before} before {after}: {first} of {decided}\n"));
    }
    for (one, other) in &learned.together {
        out.push_str(&format!("{one} with {other}\n"));
    }
    for stage in &learned.stale {
        out.push_str(&format!("{stage} is stale\n"));
    }
    out
}

/// Ten versions, each in these stages one after the other.
fn in_turn(stages: &[&str], versions: std::ops::Range<usize>) -> Vec<String> {
    versions.flat_map(|n| stages.iter().map(move |stage| format!("{stage}:v1.0.{n}"))).collect()
}

fn texts(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

#[test]
fn the_commits_overrule_words() {
    let lines = in_turn(&["dev", "alpha", "beta"], 1..11);
    assert_data_eq!(
        learned(&["alpha", "dev", "beta"], &texts(&lines)),
        str![[r#"
dev after []
alpha after [dev]
beta after [alpha]
dev before alpha: 10 of 10
alpha before beta: 10 of 10
dev before beta: 10 of 10

"#]]
    );
}

#[test]
fn a_few_versions_leave_the_words() {
    let lines = in_turn(&["prod", "dev"], 1..8);
    assert_data_eq!(
        learned(&["dev", "prod"], &texts(&lines)),
        str![[r#"
dev after []
prod after [dev]

"#]]
    );
}

#[test]
fn now_in_this_order_now_in_that_is_no_order() {
    let lines = [in_turn(&["qa", "test"], 1..7), in_turn(&["test", "qa"], 7..13)].concat();
    assert_data_eq!(
        learned(&["qa", "test"], &texts(&lines)),
        str![[r#"
qa after []
test after []

"#]]
    );
}

#[test]
fn what_moves_in_one_commit_is_told() {
    let together: Vec<String> = (1..20).map(|n| format!("dev:v1.0.{n} prod:v1.0.{n}")).collect();
    assert_data_eq!(
        learned(&["dev", "prod"], &texts(&together)),
        str![[r#"
dev after []
prod after [dev]
dev with prod

"#]]
    );
}

#[test]
fn a_cycle_loses_its_smallest_majority() {
    let lines =
        [in_turn(&["a", "b"], 1..12), in_turn(&["b", "c"], 20..30), in_turn(&["c", "a"], 40..49)]
            .concat();
    assert_data_eq!(
        learned(&["a", "b", "c"], &texts(&lines)),
        str![[r#"
a after []
b after [a]
c after [b]
a before b: 11 of 11
b before c: 10 of 10

"#]]
    );
}

#[test]
fn a_stage_that_rests_while_others_move_is_in_no_order() {
    // Each commit is a minute after the one before, so that only their number counts.
    let lines = in_turn(&["dev", "prod"], 1..510);
    assert_data_eq!(
        learned(&["dev", "test", "prod"], &texts(&lines)),
        str![[r#"
dev after []
prod after [dev]
test after []
dev before prod: 500 of 500
test is stale

"#]]
    );
}

#[test]
fn versions_are_found_by_their_shape() {
    use super::super::stage_arrivals::versions_on_line;
    let found = |line: &str| versions_on_line(line).collect::<Vec<_>>().join(" ");
    assert_eq!(found("  tag: \"v1.2.3\"  # was v1.2.2"), "v1.2.3 v1.2.2");
    assert_eq!(found("- image: ghcr.io/a/b:v2.0@sha256:0123456789abcdef0123456789abcdef"), "v2.0");
    assert_eq!(found("# tag: v1"), "");
    assert_eq!(found("replicas: 3"), "");
    assert_eq!(found("url: https://example.com/v1.2.3"), "");
}

use super::*;
use crate::config::{Config, SourceRule};
use crate::git::Snapshot;
use crate::git::testing::TestRepository;
use crate::model::{KeyTemplate, SourceKind, StageName};
use crate::source::{self, ParseCache, SnapshotReader};

fn config(rules: &[(SourceKind, &str, &[&str])]) -> Config {
    let words: Vec<String> = ["dev", "prod"].map(str::to_owned).into();
    let stage = |name: &String| crate::config::Stage {
        name: StageName::new(name.as_str()),
        aliases: Vec::new(),
        after: Vec::new(),
        branch: None,
        line: None,
    };
    let rule = |(kind, path, tags): &(SourceKind, &str, &[&str])| {
        let mut rule = SourceRule::new(*kind, path, &words).expect("a template");
        rule.tags =
            tags.iter().map(|tag| KeyTemplate::parse(tag, &words).expect("a template")).collect();
        rule
    };
    Config {
        stages: words.iter().map(stage).collect(),
        rules: rules.iter().map(rule).collect(),
        ..Config::default()
    }
}

fn text_config() -> Config {
    config(&[(SourceKind::Text, "tags/{stage}/{app}", &[])])
}

/// `app/stage version: subject` of every cell, sorted.
fn asked(repository: &Repository, config: &Config) -> (Vec<String>, WalkEnd) {
    asked_of(repository, config, |_| true)
}

/// As `asked`, for the wanted cells.
fn asked_of(
    repository: &Repository,
    config: &Config,
    wanted: fn(&CellKey) -> bool,
) -> (Vec<String>, WalkEnd) {
    let tip = repository.head_commit().expect("a head");
    let snapshot = Snapshot::of_commit(repository, tip).expect("a snapshot");
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let readings = source::read_claims(config, &reader, None);
    let cells = readings.iter().flat_map(|(_, reading)| &reading.entries).map(|entry| entry.cell());
    let cells = cells.filter(wanted).collect();
    drop(reader);
    let question = WalkOptions {
        repository,
        config,
        tip,
        cache: &cache,
        branch_stage: None,
        until: None,
        threads: None,
    };
    let arrivals = find_introducing_commits(question, readings, &cells).expect("a walk");
    let shown = |((cell, version), since): (&(CellKey, Version), &IntroducingCommit)| {
        let request = since.pull_request.map(|n| format!(" #{n}")).unwrap_or_default();
        format!("{}/{} {version}: {}{request}", cell.app, cell.stage, since.subject)
    };
    let mut lines: Vec<String> = arrivals.found.iter().map(shown).collect();
    lines.sort();
    (lines, arrivals.stopped)
}

#[test]
fn the_commit_that_brought_the_version_is_found() {
    let mut test = TestRepository::new();
    test.commit("first", &[("tags/dev/web", Some("v1\n")), ("tags/prod/web", Some("v1\n"))]);
    test.commit("bump dev (#2)", &[("tags/dev/web", Some("v2\n"))]);
    test.commit("whitespace only", &[("tags/dev/web", Some("v2"))]);
    test.commit("unrelated", &[("README", Some("x"))]);
    let (lines, stopped) = asked(&test.open(), &text_config());
    assert_eq!(lines, ["web/dev v2: bump dev (#2) #2", "web/prod v1: first"]);
    assert_eq!(stopped, WalkEnd::Done, "all was found in the first commit");
}

#[test]
fn a_version_that_came_back_counts_from_its_return() {
    let mut test = TestRepository::new();
    test.commit("v1", &[("tags/dev/web", Some("v1"))]);
    test.commit("v2", &[("tags/dev/web", Some("v2"))]);
    test.commit("v1 again", &[("tags/dev/web", Some("v1"))]);
    assert_eq!(asked(&test.open(), &text_config()).0, ["web/dev v1: v1 again"]);
}

#[test]
fn a_moved_file_keeps_its_past() {
    let mut test = TestRepository::new();
    test.commit("first", &[("old/dev.yaml", Some("web: v1\napi: v1\n"))]);
    test.commit("api v2", &[("old/dev.yaml", Some("web: v1\napi: v2\n"))]);
    test.commit(
        "one file an app",
        &[
            ("old/dev.yaml", None),
            ("tags/dev/web", Some("v1")),
            ("tags/dev/api", Some("v3")),
            ("tags/prod/web", Some("v1")),
        ],
    );
    let config = config(&[
        (SourceKind::Text, "tags/{stage}/{app}", &[]),
        (SourceKind::Yaml, "old/{stage}.yaml", &["{app}"]),
    ]);
    let (lines, _) = asked(&test.open(), &config);
    assert_eq!(
        lines,
        ["api/dev v3: one file an app", "web/dev v1: first", "web/prod v1: one file an app"]
    );
}

#[test]
fn a_broken_file_is_passed_over() {
    let config = config(&[(SourceKind::Yaml, "{stage}.yaml", &["{app}"])]);
    let mut test = TestRepository::new();
    test.commit("first", &[("dev.yaml", Some("web: v1\napi: v1\n"))]);
    test.commit("api v2", &[("dev.yaml", Some("web: v1\napi: v2\n"))]);
    test.commit("broken", &[("dev.yaml", Some("web: [v1\n\tapi: }"))]);
    test.commit("broken still", &[("dev.yaml", Some("web: [v1\n\tapi: }}"))]);
    test.commit("repaired", &[("dev.yaml", Some("web: v3\napi: v2\n"))]);
    assert_eq!(asked(&test.open(), &config).0, ["api/dev v2: api v2", "web/dev v3: repaired"]);
}

#[test]
fn a_shallow_clone_answers_what_it_can() {
    let mut test = TestRepository::new();
    test.commit("first", &[("tags/dev/web", Some("v1")), ("tags/prod/web", Some("v1"))]);
    test.commit("second", &[("tags/dev/web", Some("v2"))]);
    test.commit("third", &[("tags/dev/web", Some("v3"))]);
    test.write();
    crate::git::testing::git(
        test.folder.path(),
        &["clone", "-q", "--bare", "--depth=2", &test.url(), "shallow.git"],
    );
    let repository = Repository::open(&test.folder.path().join("shallow.git")).expect("opens");
    let (lines, stopped) = asked(&repository, &text_config());
    assert_eq!(lines, ["web/dev v3: third"]);
    assert!(matches!(stopped, WalkEnd::Shallow(_)));
}

/// The places of `base` belong to the first rule once `apps/web/dev` is built on them, so that the
/// other reading of `all/dev`, which is not asked for, no longer counts.
#[test]
fn only_what_is_asked_for_is_waited_for() {
    let config = config(&[
        (SourceKind::Kustomize, "apps/{app}/{stage}", &[]),
        (SourceKind::Kustomize, "{app}/{stage}", &[]),
        (SourceKind::Text, "tags/{stage}/{app}", &[]),
    ]);
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: a, image: {name}:v1}}]}}\n"
        )
    };
    let mut test = TestRepository::new();
    test.commit("first", &[("tags/dev/late", Some("v1"))]);
    test.commit(
        "all",
        &[
            ("web/kustomization.yaml", Some("resources: [pod.yaml]\n")),
            ("web/pod.yaml", Some(&pod("web"))),
            ("api/kustomization.yaml", Some("resources: [pod.yaml]\n")),
            ("api/pod.yaml", Some(&pod("api"))),
            ("all/dev/kustomization.yaml", Some("resources: [../../web, ../../api]\n")),
        ],
    );
    test.commit("one", &[("apps/web/dev/kustomization.yaml", Some("resources: [../../../web]\n"))]);
    let (lines, _) = asked_of(&test.open(), &config, |cell| cell.app.as_str() != "all");
    assert_eq!(lines, ["late/dev v1: first", "web/dev v1: one"]);
}

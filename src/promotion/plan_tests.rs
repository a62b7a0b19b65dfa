//! Plans as tables: the version that the later stage gets, or the obstacle.

use super::*;
use crate::config::Config;
use crate::model::SourceKind;
use crate::promotion::{PastVersion, PastVersions};
use crate::source::ParseCache;
use crate::source::testing::{config, repository};
use snapbox::{assert_data_eq, str};
use std::fmt::Write as _;

const FILES: [&str; 2] = ["{stage}/{target}/{app}.tag", "{stage}/{app}.tag"];

fn texts() -> Config {
    config(&["dev", "prod"], &FILES.map(|path| (SourceKind::Text, path)))
}

/// The plan for prod, one line per result.
fn planned(config: &Config, files: &[(&str, &str)], ask: &dyn Fn(&EditBase<'_>) -> Plan) -> String {
    let (repository, cache) = (repository(files), ParseCache::default());
    let ground = EditBase::load(config, repository.snapshot(), &cache, None);
    let mut out = String::new();
    for item in ask(&ground).items {
        let _ = match item.outcome.clone() {
            ItemOutcome::UpToDate(version) => {
                writeln!(out, "{} up to date: {version}", item.name())
            }
            ItemOutcome::Refused(why) => {
                writeln!(
                    out,
                    "{} {}: {}\n  hint: {}",
                    item.name(),
                    why.code,
                    why.reason,
                    why.hint.unwrap_or_default()
                )
            }
            ItemOutcome::Moves(moves) => moves.steps.iter().try_for_each(|step| {
                let target = step
                    .entry
                    .target
                    .as_ref()
                    .map(|target| format!("({target}) "))
                    .unwrap_or_default();
                writeln!(out, "{} {target}{} -> {}", item.name(), step.entry.version, step.to)
            }),
        };
    }
    out
}

fn request<'a>(to: &'a StageName, choice: VersionSource<'a>) -> PlanRequest<'a> {
    PlanRequest {
        to,
        targets: &[],
        waves: None,
        choice,
        named: None,
        consent: EditConsent::default(),
        together: false,
    }
}

/// Promotes everything from dev to prod; `target` limits it.
fn promoted(config: &Config, files: &[(&str, &str)], target: Option<&str>) -> String {
    let (dev, prod) = (StageName::from("dev"), StageName::from("prod"));
    let target = target.map(TargetName::from);
    planned(config, files, &|ground| {
        let entries = ground.to_mapping().entries;
        let choice = VersionSource::Runs { stage: &dev, entries: &entries };
        make_plan(ground, &PlanRequest { targets: target.as_slice(), ..request(&prod, choice) })
    })
}

#[test]
fn one_app_never_blocks_the_others() {
    let files = [
        ("dev/eu/api.tag", "v1"),
        ("dev/us/api.tag", "v2"),
        ("prod/eu/api.tag", "v0"),
        ("dev/web.tag", "v2"),
        ("prod/web.tag", "v1"),
        ("dev/blog.tag", "v3"),
        ("prod/blog.tag", "v3"),
        ("prod/old.tag", "v1"),
        ("dev/new.tag", "v1"),
    ];
    assert_data_eq!(
        promoted(&texts(), &files, None),
        str![[r#"
api targets-disagree: dev runs several versions of api: v1 (eu), v2 (us)
  hint: choose one with --version, or promote a single target with --target
blog up to date: v3
old not-upstream: old does not run in dev, so there is nothing to promote
  hint: --from names another stage; `towpath deploy old VERSION --to dev` deploys a version there
web v1 -> v2

"#]]
    );
}

#[test]
fn a_target_takes_what_its_own_twin_runs() {
    let files = [
        ("dev/eu/api.tag", "v1"),
        ("dev/us/api.tag", "v2"),
        ("prod/eu/api.tag", "v0"),
        ("prod/us/api.tag", "v0"),
    ];
    assert_data_eq!(promoted(&texts(), &files, Some("us")), "api (us) v0 -> v2\n");
    let agreed = [files[0], ("dev/us/api.tag", "v1"), files[2], files[3]];
    assert_data_eq!(promoted(&texts(), &agreed, None), "api (eu) v0 -> v1\napi (us) v0 -> v1\n");
}

/// Only the first wave that is not up to date moves.
#[test]
fn a_wave_at_a_time() {
    let waves = "stages:\n- dev\n- name: prod\n  waves: [canary, [eu, us]]\n";
    let pipeline = crate::config::parse(waves, "towpath.yaml").expect("it is right").pipeline;
    let (dev, prod) = (StageName::from("dev"), StageName::from("prod"));
    let all = |files: &[(&str, &str)], targets: &[TargetName]| {
        planned(&texts(), files, &|ground| {
            let entries = ground.to_mapping().entries;
            let choice = VersionSource::Runs { stage: &dev, entries: &entries };
            make_plan(
                ground,
                &PlanRequest { waves: pipeline.waves_of(&prod), targets, ..request(&prod, choice) },
            )
        })
    };
    let files = [
        ("dev/api.tag", "v2"),
        ("prod/canary/api.tag", "v1"),
        ("prod/eu/api.tag", "v1"),
        ("prod/us/api.tag", "v1"),
    ];
    assert_data_eq!(all(&files, &[]), "api (canary) v1 -> v2\n");
    let second = [files[0], ("prod/canary/api.tag", "v2"), files[2], files[3]];
    assert_data_eq!(all(&second, &[]), "api (eu) v1 -> v2\napi (us) v1 -> v2\n");
    let third = [files[0], second[1], ("prod/eu/api.tag", "v2"), ("prod/us/api.tag", "v2")];
    assert_data_eq!(all(&third, &[]), "api up to date: v2\n");
    assert_data_eq!(all(&files, &[TargetName::from("us")]), "api (us) v1 -> v2\n");
    // An app in a single wave has no turns.
    assert_data_eq!(
        all(&[("dev/web.tag", "v2"), ("prod/eu/web.tag", "v1")], &[]),
        "web (eu) v1 -> v2\n"
    );
}

#[test]
fn formats_may_differ_between_stages() {
    let config = config(
        &["dev", "prod"],
        &[
            (SourceKind::Manifests, "dev/{app}/*.yaml"),
            (SourceKind::HelmValues, "prod/{app}/values.yaml"),
        ],
    );
    let mut config = config;
    for (rule, stage) in config.rules.iter_mut().zip(["dev", "prod"]) {
        rule.stage = Some(stage.into());
    }
    let files = [
        (
            "dev/web/pod.yaml",
            "kind: Pod\nspec:\n  containers: [{name: main, image: \"a/web:v2\"}]\n",
        ),
        ("prod/web/values.yaml", "image:\n  repository: a/web\n  tag: v1\n"),
    ];
    assert_data_eq!(promoted(&config, &files, None), "web v1 -> v2\n");
}

#[test]
fn a_version_must_have_run_where_it_comes_from() {
    let (dev, prod) = (StageName::from("dev"), StageName::from("prod"));
    let files = [("dev/web.tag", "v3"), ("prod/web.tag", "v1")];
    let past = past(&[("dev", &["v3", "v2", "v1"])]);
    let of = |version: &str| {
        let version = Version::parse(version);
        planned(&texts(), &files, &|ground| {
            let entries = ground.to_mapping().entries;
            let choice = VersionSource::Ran {
                stage: &dev,
                entries: &entries,
                version: &version,
                past: &past,
            };
            make_plan(ground, &request(&prod, choice))
        })
    };
    assert_data_eq!(of("v2"), "web v1 -> v2\n");
    assert_data_eq!(of("v1"), "web up to date: v1\n");
    assert_data_eq!(
        of("v9"),
        str![[r#"
web never-ran: dev has never run v9 of web
  hint: `towpath history web --stage dev` lists the versions it ran

"#]]
    );
}

/// Versions that `web` has run, newest first, a second each.
fn past(stages: &[(&str, &[&str])]) -> PastVersions {
    let cell = |stage: &str| CellKey {
        app: "web".into(),
        component: None,
        stage: stage.into(),
        target: None,
    };
    let ran = |versions: &[&str]| {
        let times = (0..versions.len()).rev();
        let ran = |(version, time): (&&str, usize)| PastVersion {
            version: Version::parse(version),
            time: time as i64,
        };
        versions.iter().zip(times).map(ran).collect()
    };
    stages.iter().map(|(stage, versions)| (cell(stage), ran(versions))).collect()
}

#[test]
fn a_rollback_is_not_rolled_back() {
    let prod = StageName::from("prod");
    let of = |now: &str, versions: &[&str]| {
        let past = past(&[("prod", versions)]);
        planned(&texts(), &[("prod/web.tag", now)], &|ground| {
            make_plan(ground, &request(&prod, VersionSource::Before(&past)))
        })
    };
    assert_data_eq!(of("v3", &["v3", "v2", "v1"]), "web v3 -> v2\n");
    assert_data_eq!(of("v2", &["v2", "v3", "v2", "v1"]), "web v2 -> v1\n");
    assert_data_eq!(
        of("v1", &["v1"]),
        str![[r#"
web nothing-before: the history has no earlier version of web
  hint: `towpath history web` lists the known versions; `towpath deploy` accepts any version

"#]]
    );
}

#[test]
fn a_build_is_for_one_image() {
    let config = config(&["dev", "prod"], &[(SourceKind::Manifests, "{stage}/{app}/*.yaml")]);
    let pod = |sidecar: &str| {
        format!(
            "kind: Pod\nspec:\n  containers:\n  - {{name: main, image: \"a/web:v1\"}}\n  - {{name: side, image: \"{sidecar}\"}}\n"
        )
    };
    let (prod, version) = (StageName::from("prod"), Version::parse("v2"));
    let of = |sidecar: &str, component: Option<&str>| {
        let named =
            |cell: &CellKey| component.is_none_or(|name| cell.component.as_deref() == Some(name));
        planned(&config, &[("prod/web/pod.yaml", &pod(sidecar))], &|ground| {
            make_plan(
                ground,
                &PlanRequest {
                    named: Some(&named),
                    ..request(&prod, VersionSource::Made(&version))
                },
            )
        })
    };
    assert_data_eq!(of("a/web:v1", None), "web v1 -> v2\n");
    assert_data_eq!(
        of("a/side:v1", None),
        str![[r#"
web several-images: web has several images, of different repositories: web/side, web/web
  hint: name one of them

"#]]
    );
    assert_data_eq!(
        of("a/side:v7", None),
        str![[r#"
web several-images: web has several images, with different versions: web/side, web/web
  hint: name one of them

"#]]
    );
    assert_data_eq!(of("a/side:v7", Some("web")), "web/web v1 -> v2\n");
}

#[test]
fn what_cannot_be_edited_is_refused_with_its_place() {
    let pinned = format!("v1@sha256:{}", "a".repeat(64));
    let files = [("dev/web.tag", "v2"), ("prod/web.tag", pinned.as_str())];
    assert_data_eq!(
        promoted(&texts(), &files, None),
        str![[r#"
web loses-digest: prod/web.tag:1: the version is pinned to digest sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, but v2 has no digest
  hint: name the new digest, `TAG@sha256:…`, or unpin with `--drop-digest`

"#]]
    );
}

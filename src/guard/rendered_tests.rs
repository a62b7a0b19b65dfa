use super::super::cell_changes::CellValue;
use super::*;
use crate::model::{BuildRoot, CellKey, Version};

fn images(places: &[(&str, &str)]) -> BuildState {
    let mut out = BuiltImages::new();
    for (place, image) in places {
        let (name, container) = place.split_once('/').expect("an object and a container");
        let key = ContainerKey {
            kind: "Deployment".to_owned(),
            namespace: None,
            name: name.to_owned(),
            container: format!("containers {container}"),
        };
        out.entry(key).or_default().insert((*image).to_owned());
    }
    BuildState::Built(out)
}

fn failed(why: &str) -> BuildState {
    BuildState::Failed(why.to_owned())
}

fn build() -> StageBuild {
    StageBuild {
        root: BuildRoot::Kustomization { folder: "apps/web/prod".to_owned() },
        stages: BTreeSet::from(["prod".into()]),
        owners: BTreeSet::new(),
        reads: BTreeSet::new(),
    }
}

fn moved(stage: &str, from: &str, to: &str) -> CellChange {
    let cell = CellKey { app: "web".into(), component: None, stage: stage.into(), target: None };
    let value = |text: &str| CellValue {
        image: Some("acme/web".to_owned()),
        version: Version::parse(text),
    };
    CellChange::new(cell, vec![value(from)], vec![value(to)])
}

/// The outcome, as the refusal says it, or in one word.
fn outcome(before: &BuildState, after: &BuildState, moves: &[CellChange]) -> String {
    let outcome = compare_builds(&build(), before, after, moves);
    let rendered =
        RenderedBuild { path: "x".to_owned(), build: build(), outcome, is_new: false, images: 0 };
    let reason = rendered.outcome.refusal_reason(&rendered);
    reason.unwrap_or_else(|| rendered.outcome.as_str().to_owned())
}

#[test]
fn an_image_that_no_cell_explains_is_refused() {
    let before = images(&[("web/web", "acme/web:v1"), ("web/proxy", "acme/proxy:v1")]);
    let after = images(&[("web/web", "acme/web:v2"), ("web/proxy", "acme/proxy:v1")]);
    assert_eq!(outcome(&before, &before, &[]), "same");
    assert_eq!(outcome(&before, &after, &[moved("prod", "v1", "v2")]), "explained");
    let reason = "`kustomize build apps/web/prod` builds Deployment web (containers web) with \
                  acme/web:v2 in place of acme/web:v1; no version of prod moves so";
    assert_eq!(outcome(&before, &after, &[]), reason);
    assert_eq!(outcome(&before, &after, &[moved("dev", "v1", "v2")]), reason);
    let both = images(&[("web/web", "acme/web:v2"), ("web/proxy", "evil/proxy:v1")]);
    assert_eq!(
        outcome(&before, &both, &[moved("prod", "v1", "v2")]),
        "`kustomize build apps/web/prod` builds Deployment web (containers proxy) with \
         evil/proxy:v1 in place of acme/proxy:v1; no version of prod moves so"
    );
    assert!(outcome(&before, &both, &[]).contains("(and another image)"));
}

#[test]
fn a_container_may_not_take_the_image_of_another() {
    let before = images(&[("web/web", "acme/web:v1"), ("web/proxy", "acme/proxy:v1")]);
    let swapped = images(&[("web/web", "acme/proxy:v1"), ("web/proxy", "acme/proxy:v1")]);
    assert!(outcome(&before, &swapped, &[]).contains("acme/proxy:v1 in place of acme/web:v1"));
}

#[test]
fn an_object_may_get_another_name_or_a_second_replica_set() {
    let before = images(&[("web/web", "acme/web:v1")]);
    let renamed = images(&[("shop-web/web", "acme/web:v1")]);
    assert_eq!(outcome(&before, &renamed, &[]), "explained");
    let bumped = images(&[("shop-web/web", "acme/web:v2")]);
    assert_eq!(outcome(&before, &bumped, &[moved("prod", "v1", "v2")]), "explained");
    assert!(outcome(&before, &bumped, &[]).contains("(and another image)"));
    let more = images(&[("web/web", "acme/web:v1"), ("job/job", "acme/web:v1")]);
    assert_eq!(outcome(&before, &more, &[]), "explained");
    let strange = images(&[("web/web", "acme/web:v1"), ("job/job", "evil/job:v1")]);
    assert_eq!(
        outcome(&before, &strange, &[]),
        "`kustomize build apps/web/prod` builds Deployment job (containers job) with \
         evil/job:v1, which is new; no version of prod moves so"
    );
    assert_eq!(
        outcome(&strange, &before, &[]),
        "`kustomize build apps/web/prod` builds no Deployment job (containers job) with \
         evil/job:v1 any more; no version of prod moves so"
    );
}

#[test]
fn what_is_not_built_is_never_fine_where_it_was() {
    let built = images(&[("web/web", "acme/web:v1")]);
    assert_eq!(
        outcome(&built, &failed("no such file"), &[]),
        "`kustomize build apps/web/prod` fails after the change: no such file"
    );
    assert_eq!(
        outcome(&failed("no such file"), &built, &[]),
        "`kustomize build apps/web/prod` fails before the change, so what it changes is unknown: \
         no such file"
    );
    assert_eq!(outcome(&failed("a"), &failed("b"), &[]), "not-built");
    assert_eq!(outcome(&BuildState::Absent, &failed("b"), &[]), "not-built");
}

#[test]
fn a_build_comes_and_goes_with_its_cells() {
    let built = images(&[("web/web", "acme/web:v1")]);
    let mut come = moved("prod", "v1", "v1");
    come.from.clear();
    assert_eq!(outcome(&BuildState::Absent, &built, &[come.clone()]), "explained");
    assert!(outcome(&BuildState::Absent, &built, &[]).contains("which is new"));
    let gone = CellChange::new(come.cell, come.to, Vec::new());
    assert_eq!(outcome(&built, &BuildState::Absent, &[gone]), "explained");
    assert!(outcome(&built, &BuildState::Absent, &[]).contains("any more"));
}

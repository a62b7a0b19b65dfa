//! `unknown-image`: another image took a place, and no earlier stage ever ran it.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::git::Oid;
use crate::history::{Deployment, DeploymentKind, MERGE_TOLERANCE};
use crate::model::StageName;
use std::collections::HashMap;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unknown-image",
    severity: Severity::High,
    needs: RuleRequirement::Order,
    title: "Another image that no earlier stage ever ran",
    about: "A commit put another image in the place of one that the stages before had run, and none of those stages ever ran the new image. \
            Its version is not compared with theirs, because it is a version of something else. Skipped if no earlier stage ran the image \
            that went, as where each stage pulls from a registry of its own, and for new apps beside those that stay.",
    remedy: "Check the commit; a renamed image should pass the earlier stages first, as a version does.",
    find,
};

/// When a stage first ran an image, in seconds since 1970.
type FirstRuns<'s> = HashMap<(&'s StageName, &'s str), i64>;

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let first_runs = first_runs(scene);
    let removed = removed_images(scene);
    let mut found = Vec::new();
    for deployment in scene.deployments() {
        let Some(new) = deployment.to.and_then(|to| to.image.as_deref()) else { continue };
        let mut replaced = replaced_images(&deployment, &removed);
        replaced.retain(|old| *old != new);
        if replaced.is_empty() {
            continue;
        }
        let earlier = scene.config.upstream_stages(&deployment.cell.stage);
        let ran = |image: &str, until: i64| {
            earlier
                .iter()
                .any(|stage| first_runs.get(&(*stage, image)).is_some_and(|first| *first <= until))
        };
        let time = deployment.time;
        if let Some(old) = replaced.into_iter().find(|old| ran(old, time))
            && !ran(new, time + MERGE_TOLERANCE)
        {
            let message = format!("{new} instead of {old}: no earlier stage ever ran this image");
            found.push(Finding::from_deployment(&RULE, &deployment, message));
        }
    }
    found
}

fn first_runs<'s>(scene: &AuditContext<'s>) -> FirstRuns<'s> {
    let timeline = scene.timeline;
    let mut first = FirstRuns::new();
    for deployment in timeline.deployments() {
        if let Some(image) = deployment.to.and_then(|to| to.image.as_deref()) {
            let at = first.entry((&deployment.cell.stage, image)).or_insert(deployment.time);
            *at = deployment.time.min(*at);
        }
    }
    first
}

/// Images that a commit took out of a file of a stage.
type RemovedImages<'s> = HashMap<(Oid, &'s StageName, &'s str), Vec<&'s str>>;

fn removed_images<'s>(scene: &AuditContext<'s>) -> RemovedImages<'s> {
    let mut removed = RemovedImages::new();
    for deployment in scene.timeline.deployments() {
        if deployment.kind == DeploymentKind::Remove
            && let Some(image) = deployment.from.and_then(|from| from.image.as_deref())
        {
            let place = (deployment.commit, &deployment.cell.stage, deployment.path);
            removed.entry(place).or_default().push(image);
        }
    }
    removed
}

/// Images that made way for this one: that of the cell before, or those that left the same file.
fn replaced_images<'s>(deployment: &Deployment<'s>, removed: &RemovedImages<'s>) -> Vec<&'s str> {
    if let Some(from) = deployment.from {
        return from.image.as_deref().into_iter().collect();
    }
    let place = (deployment.commit, &deployment.cell.stage, deployment.path);
    removed.get(&place).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    const START: [&str; 2] = ["0 web staging ->app/web=v1", "1 web prod ->app/web=v1"];

    #[test]
    fn another_image_in_the_same_cell() {
        let lines = [&START[..], &["2 web prod app/web=v1>evil/web=v9"]].concat();
        assert_data_eq!(
            AuditBench::new("", &lines).said("unknown-image"),
            str![[r#"
2 web prod v9: evil/web instead of app/web: no earlier stage ever ran this image

"#]]
        );
        let same_version = [&START[..], &["2 web prod app/web=v1>evil/web=v1"]].concat();
        assert_data_eq!(
            AuditBench::new("", &same_version).said("unknown-image"),
            str![[r#"
2 web prod v1: evil/web instead of app/web: no earlier stage ever ran this image

"#]]
        );
    }

    #[test]
    fn another_container_in_the_same_file() {
        let lines = [
            "0 web/main staging ->app/web=v1",
            "1 web/main prod ->app/web=v1",
            "2 web/main prod app/web=v1>-",
            "2 web/side prod ->evil/side=v9",
        ];
        assert_data_eq!(
            AuditBench::new("", &lines).said("unknown-image"),
            str![[r#"
2 web prod v9: evil/side instead of app/web: no earlier stage ever ran this image

"#]]
        );
        let beside = [&lines[..2], &["2 web/side prod ->evil/side=v9"]].concat();
        assert_eq!(AuditBench::new("", &beside).said("unknown-image"), "");
    }

    #[test]
    fn a_renamed_image_that_passed_the_earlier_stage() {
        let lines = [
            &START[..],
            &["2 web staging app/web=v1>new/web=v2", "3 web prod app/web=v1>new/web=v2"],
        ]
        .concat();
        assert_eq!(AuditBench::new("", &lines).said("unknown-image"), "");
    }

    #[test]
    fn a_registry_of_its_own_for_each_stage() {
        let lines = [
            "0 web staging ->test.example/web=v1",
            "1 web prod ->prod.example/web=v1",
            "2 web prod prod.example/web=v1>live.example/web=v2",
        ];
        assert_eq!(AuditBench::new("", &lines).said("unknown-image"), "");
    }
}

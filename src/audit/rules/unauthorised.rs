//! `unauthorised`: the author had no permission to change the mapping.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, MappedFileChange, RuleRequirement, Severity};
use crate::git::Oid;
use crate::history::Deployment;
use crate::model::CellKey;
use crate::pipeline::ledger::EventAuthor;
use std::collections::{HashMap, HashSet};

pub(super) static RULE: AuditRule = AuditRule {
    id: "unauthorised",
    severity: Severity::High,
    needs: RuleRequirement::Permissions,
    title: "Somebody changed the stage without permission",
    about: "The author of a deployment is not one of the actors that `permissions:` names for its stage, or none \
            of the owners that it names for the app. An actor is a name, a mail address or the part before its `@`. Requires `permissions:`; a stage without them is \
            open to all. A change of a file that holds only one stage counts too, even if no version changed \
            (`medium`). Author lines can be forged, so this finds habits and slips; to enforce permissions, use \
            `towpath guard` on pull requests, and protected branches.",
    remedy: "Enforce `permissions:` with `towpath guard` on pull requests, and protected branches.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let moved: Vec<Finding> = scene
        .all_deployments()
        .filter_map(|deployment| check_deployment(scene, &deployment))
        .collect();
    let known: HashSet<Oid> = moved.iter().filter_map(|finding| finding.commit).collect();
    let stages = stages(scene);
    let touches = scene.touches.iter().filter(|touch| !known.contains(&touch.commit));
    let touched: Vec<Finding> =
        touches.filter_map(|touch| check_file_change(scene, touch, &stages)).collect();
    moved.into_iter().chain(touched).collect()
}

fn check_deployment(scene: &AuditContext<'_>, deployment: &Deployment<'_>) -> Option<Finding> {
    let (name, of) = unpermitted_author(scene, deployment.cell, deployment.commit)?;
    let message = format!("{name} is not an actor of {of}");
    Some(Finding::from_deployment(&RULE, deployment, message))
}

/// A file of one cell changed, but its version did not.
fn check_file_change(
    scene: &AuditContext<'_>,
    touch: &MappedFileChange,
    stages: &HashMap<&str, Option<&CellKey>>,
) -> Option<Finding> {
    let cell = (*stages.get(touch.path.as_str())?)?;
    if !scene.is_wanted(cell, touch.time) {
        return None;
    }
    let (name, of) = unpermitted_author(scene, cell, touch.commit)?;
    let message = format!("{name} is not an actor of {of}; no version changed");
    Some(Finding {
        severity: Severity::Medium,
        cells: vec![cell.clone()],
        commit: Some(touch.commit),
        time: Some(touch.time),
        path: Some(touch.path.clone()),
        ..Finding::from_message(&RULE, message)
    })
}

/// Returns the cell of each file; `None` for a file that holds several stages, as the changed one
/// is unknown.
fn stages<'s>(scene: &AuditContext<'s>) -> HashMap<&'s str, Option<&'s CellKey>> {
    let mut out: HashMap<&str, Option<&CellKey>> = HashMap::new();
    for deployment in scene.timeline.deployments() {
        let cell = out.entry(deployment.path).or_insert(Some(deployment.cell));
        *cell = cell.filter(|cell| cell.stage == deployment.cell.stage);
    }
    out
}

/// Returns the author's name if they lack a permission, and which: that of the stage, or of an
/// owner of the app.
fn unpermitted_author(
    scene: &AuditContext<'_>,
    cell: &CellKey,
    commit: Oid,
) -> Option<(String, String)> {
    let pipeline = &scene.config.pipeline;
    let all = pipeline.permissions_for(&cell.stage, &cell.app, cell.component.as_deref());
    if all.is_empty() {
        return None;
    }
    let author = EventAuthor::from(scene.commit_details(commit)?.author.clone());
    let missing = all.into_iter().find(|one| !one.names_any(author.permission_words()))?;
    Some((author.name.clone(), missing.of.clone()))
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn an_author_who_is_no_actor() {
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        let bench = |config: &str| AuditBench::new(config, &lines).account(3, "Alice", |_| ());
        assert_eq!(bench("").said("unauthorised"), "");
        assert_data_eq!(
            bench("permissions: { apps: { web: [deploy-bot] } }").said("unauthorised"),
            str![[r#"
3 web prod v2: Alice is not an actor of apps.web

"#]]
        );
        assert_eq!(
            bench("permissions: { prod: [deploy-bot, alice@example.com] }").said("unauthorised"),
            ""
        );
        assert_data_eq!(
            bench("permissions: { prod: [deploy-bot] }").said("unauthorised"),
            str![[r#"
3 web prod v2: Alice is not an actor of prod

"#]]
        );
    }

    #[test]
    fn a_flag_beside_the_version() {
        let config = "permissions: { prod: [deploy-bot] }";
        let bench = AuditBench::new(
            config,
            &["0 web dev ->v1", "1 site prod ->v1", "2 web dev v1>v2", "2 web prod ->v2"],
        );
        let bench = bench
            .account(7, "Alice", |_| ())
            .touch(7, 9, "site")
            .touch(7, 9, "web")
            .touch(1, 1, "site");
        assert_data_eq!(
            bench.said("unauthorised"),
            str![[r#"
9 site prod: Alice is not an actor of prod; no version changed

"#]]
        );
    }
}

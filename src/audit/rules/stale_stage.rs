//! `stale-stage`: an app was left behind in a stage.

use super::{AuditRule, finding_at_entry};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::Deployment;
use crate::model::format_duration;
use crate::model::{AppName, CellKey, MappingEntry, StageName};
use std::collections::HashMap;

pub(super) static RULE: AuditRule = AuditRule {
    id: "stale-stage",
    severity: Severity::Low,
    needs: RuleRequirement::Nothing,
    title: "An app was left behind in a stage",
    about: "An app has not been updated in a stage for 90 days, while the previous stage got at least five newer \
            versions of it, and other apps were updated in the stage. This rule checks the current state. The app is \
            abandoned there, or its promotion is broken.",
    remedy: "Promote the app, or remove it from the stage.",
    find,
};

const LONG: i64 = 90 * 24 * 60 * 60;
const MOVES: usize = 5;

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let pace = StageActivity::of(scene);
    scene.entries().filter_map(|entry| left_behind(scene, &pace, entry)).collect()
}

/// Times of the last deployments.
struct StageActivity<'s> {
    stages: HashMap<&'s StageName, i64>,
    /// Newest first.
    cells: HashMap<(&'s AppName, Option<&'s str>, &'s StageName), Vec<Deployment<'s>>>,
}

impl<'s> StageActivity<'s> {
    fn of(scene: &AuditContext<'s>) -> Self {
        let mut pace = StageActivity { stages: HashMap::new(), cells: HashMap::new() };
        for deployment in scene.timeline.deployments() {
            pace.stages.entry(&deployment.cell.stage).or_insert(deployment.time);
            pace.cells.entry(key(deployment.cell)).or_default().push(deployment);
        }
        pace
    }
}

fn key(cell: &CellKey) -> (&AppName, Option<&str>, &StageName) {
    (&cell.app, cell.component.as_deref(), &cell.stage)
}

fn left_behind(
    scene: &AuditContext<'_>,
    pace: &StageActivity<'_>,
    entry: &MappingEntry,
) -> Option<Finding> {
    let cell = entry.cell();
    let since = pace.cells.get(&key(&cell))?.first()?.time;
    let is_alive = *pace.stages.get(&entry.stage)? + LONG > scene.now;
    if !is_alive || since + LONG > scene.now {
        return None;
    }
    let before = &scene.config.stage(entry.stage.as_str())?.after;
    let (stage, moves) = before
        .iter()
        .map(|stage| (stage, count_moves(pace, &cell, stage, since)))
        .max_by_key(|(_, n)| *n)?;
    let message = || {
        format!(
            "not updated for {}, while {stage} got {moves} versions",
            format_duration(scene.now - since)
        )
    };
    (moves >= MOVES).then(|| finding_at_entry(&RULE, entry, message()))
}

/// Number of deployments of the app in another stage since then.
fn count_moves(pace: &StageActivity<'_>, cell: &CellKey, stage: &StageName, since: i64) -> usize {
    let there = pace.cells.get(&(&cell.app, cell.component.as_deref(), stage));
    there
        .into_iter()
        .flatten()
        .filter(|deployment| deployment.time > since && deployment.to.is_some())
        .count()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    /// Minutes of 100 days.
    const LATER: i64 = 144_000;

    fn said(versions: usize, other: &str) -> String {
        let mut lines = vec![
            "0 web staging ->v0".to_owned(),
            "1 web prod ->v0".into(),
            "1 api prod ->v0".into(),
        ];
        lines.extend((1..=versions).map(|n| format!("{n}00 web staging v{}>v{n}", n - 1)));
        lines.push(format!("{other} api prod v0>v1"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        AuditBench::new("", &lines).now(LATER).said("stale-stage")
    }

    #[test]
    fn an_app_that_stays_while_others_move() {
        assert_eq!(said(4, "140000"), "");
        assert_eq!(said(6, "1000"), "");
        assert_data_eq!(
            said(6, "140000"),
            str![[r#"
web prod v0: not updated for 99d, while staging got 6 versions

"#]]
        );
    }
}

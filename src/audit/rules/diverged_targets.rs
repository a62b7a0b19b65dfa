//! `diverged-targets`: the targets of a stage run different versions.

use super::{AuditRule, finding_at_entry};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::StageWaves;
use crate::model::format_duration;
use crate::model::{CellKey, MappingEntry, Version};
use crate::pipeline::EvidenceRunPeriod;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static RULE: AuditRule = AuditRule {
    id: "diverged-targets",
    severity: Severity::Low,
    needs: RuleRequirement::Nothing,
    title: "The targets of one stage run different versions",
    about: "The targets of a stage (clusters, regions, tenants) run different versions of an app, and have not changed \
            for a week, so no rollout is under way; for a stage with `waves`, for a week plus the total \
            bake time. This rule checks the current state, and only targets that have shared a \
            version before: independent tenants are ignored.",
    remedy: "Finish the rollout, or roll it back: `towpath promote APP --to STAGE --target TARGET`.",
    find,
};

const WEEK: i64 = 7 * 24 * 60 * 60;

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    scene
        .entries_by_stage()
        .into_values()
        .filter_map(|entries| check_targets(scene, &entries))
        .collect()
}

fn check_targets(scene: &AuditContext<'_>, entries: &[&MappingEntry]) -> Option<Finding> {
    let versions: BTreeSet<&Version> = entries.iter().map(|entry| &entry.version).collect();
    let targets: BTreeSet<_> = entries.iter().map(|entry| &entry.target).collect();
    if versions.len() < 2 || targets.len() < 2 {
        return None;
    }
    let courses: Vec<Vec<EvidenceRunPeriod<'_>>> =
        entries.iter().map(|entry| scene.run_periods(&entry.cell())).collect();
    let since = courses.iter().filter_map(|course| course.first()?.time).max()?;
    let rollout =
        scene.config.pipeline.waves_of(&entries[0].stage).map_or(0, StageWaves::total_bake_seconds);
    if since.saturating_add(WEEK).saturating_add(rollout) > scene.now || !have_shared(&courses) {
        return None;
    }
    let cells: Vec<CellKey> = entries.iter().map(|entry| entry.cell()).collect();
    let message = format!("for {}: {}", format_duration(scene.now - since), list(entries));
    Some(Finding { cells, version: None, ..finding_at_entry(&RULE, entries[0], message) })
}

/// True if one version has run in two of them.
fn have_shared(courses: &[Vec<EvidenceRunPeriod<'_>>]) -> bool {
    let mut seen: BTreeMap<&Version, usize> = BTreeMap::new();
    for (target, course) in courses.iter().enumerate() {
        for landing in course {
            if *seen.entry(landing.version).or_insert(target) != target {
                return true;
            }
        }
    }
    false
}

/// `v2 in eu, us; v1 in ap`: the most common version comes first.
fn list(entries: &[&MappingEntry]) -> String {
    let mut by_version: BTreeMap<&Version, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        let target = entry.target.as_ref().map_or("-", |target| target.as_str());
        by_version.entry(&entry.version).or_default().push(target);
    }
    let mut sides: Vec<(&Version, Vec<&str>)> = by_version.into_iter().collect();
    sides.sort_by_key(|(_, targets)| std::cmp::Reverse(targets.len()));
    let sides: Vec<String> = sides
        .iter()
        .map(|(version, targets)| format!("{version} in {}", targets.join(", ")))
        .collect();
    sides.join("; ")
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn clusters_that_disagree_for_weeks() {
        let lines = [
            "0 web prod/eu ->v1",
            "0 web prod/us ->v1",
            "1 web prod/ap ->v1",
            "5 web prod/eu v1>v2",
            "5 web prod/us v1>v2",
        ];
        assert_eq!(AuditBench::new("", &lines).now(600).said("diverged-targets"), "");
        assert_data_eq!(
            AuditBench::new("", &lines).now(30_000).said("diverged-targets"),
            str![[r#"
web prod/us,eu,ap: for 20d 19h: v2 in us, eu; v1 in ap

"#]]
        );
        let waves = "stages: [{ name: prod, waves: [{ targets: [eu, us], bake: 30d }, ap] }]";
        assert_eq!(AuditBench::new(waves, &lines).now(30_000).said("diverged-targets"), "");
        assert_ne!(AuditBench::new(waves, &lines).now(60_000).said("diverged-targets"), "");
        let tenants = ["0 web prod/a ->v1", "0 web prod/b ->v2"];
        assert_eq!(AuditBench::new("", &tenants).said("diverged-targets"), "");
    }
}

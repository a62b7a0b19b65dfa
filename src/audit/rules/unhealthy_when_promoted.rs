//! `unhealthy-when-promoted`: a version went on while it was unwell in the stage before.

use super::{AuditRule, format_seconds};
use crate::audit::{AuditContext, Finding, LiveSighting, RuleRequirement, Severity, SightingKind};
use crate::history::{Deployment, DeploymentKind};
use crate::model::{CellKey, StageName};

/// An older look says nothing about the moment of a promotion, in seconds.
const MAX_AGE: i64 = 3600;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unhealthy-when-promoted",
    severity: Severity::High,
    needs: RuleRequirement::Live,
    title: "A version was promoted while it was unwell",
    about: "When the version landed, the witnesses saw it unwell in the stage before: in a look at that time or up to an hour before, \
            or in a later one that knows since when. Give a series of snapshots to judge the past, with `--live` only.",
    remedy: "Let the gate `verified: {live: healthy}` wait until the stage before is well.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let seen = scene.live.unwrap_or_default();
    if seen.is_empty() {
        return Vec::new();
    }
    let promoted = scene.deployments().filter(|one| one.kind == DeploymentKind::Promote);
    let told = |deployment: Deployment<'_>| {
        let (cell, why) = unwell_source(scene, seen, &deployment)?;
        let message = format!("{} was unwell: {why}", cell.place());
        Some(Finding::from_deployment(&RULE, &deployment, message))
    };
    promoted.filter_map(told).collect()
}

/// A cell of a stage before that was unwell with the version when it landed, and how that is known.
fn unwell_source<'s>(
    scene: &AuditContext<'_>,
    seen: &'s [LiveSighting],
    deployment: &Deployment<'_>,
) -> Option<(&'s CellKey, String)> {
    let (to, at) = (&deployment.to?.version, deployment.time);
    let before = previous_stages(scene, &deployment.cell.stage);
    let is_source = |one: &&LiveSighting| {
        before.contains(&&one.cell.stage)
            && one.cell.app == deployment.cell.app
            && one.cell.component == deployment.cell.component
            && one.version.is_same(to)
    };
    let looks: Vec<&LiveSighting> = seen.iter().filter(is_source).collect();
    looks.iter().find_map(|look| {
        let reason = unwell_at(look, at)?;
        // A look between this one and the promotion that saw it well counts more.
        let is_better = |other: &&&LiveSighting| {
            other.cell == look.cell
                && other.looked > look.looked
                && other.looked <= at
                && other.kind == SightingKind::Well
        };
        looks.iter().find(is_better).is_none().then_some((&look.cell, reason))
    })
}

/// How a look shows that a cell was unwell at a time.
fn unwell_at(look: &LiveSighting, at: i64) -> Option<String> {
    if look.kind != SightingKind::Unwell {
        return None;
    }
    let seen = format!("seen at {}", format_seconds(look.looked));
    match look.since {
        Some(since) if since <= at && at <= look.looked => {
            Some(format!("since {}, {seen}", format_seconds(since)))
        }
        _ if look.looked <= at && at - look.looked <= MAX_AGE => Some(seen),
        _ => None,
    }
}

/// The nearest stages before that the app has.
fn previous_stages<'s>(scene: &AuditContext<'s>, stage: &StageName) -> Vec<&'s StageName> {
    let stage = scene.config.stage(stage.as_str());
    stage.map(|stage| stage.after.iter().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    const PAST: [&str; 5] = [
        "0 web dev ->v1",
        "0 web staging ->v1",
        "0 web prod ->v1",
        "100 web staging v1>v2",
        "200 web prod v1>v2",
    ];

    fn said(looks: &[&str]) -> String {
        let bench = AuditBench::new("", &PAST);
        let bench = looks.iter().fold(bench, |bench, look| bench.seen(look));
        bench.said("unhealthy-when-promoted")
    }

    #[test]
    fn a_look_before_or_a_state_that_lasts() {
        // Landed at 100, looked at 170, unwell since 150.
        let before = "web staging unwell v2 100 170 - 150";
        assert_data_eq!(
            said(&[before]),
            str![[r#"
200 web prod v2: staging was unwell: seen at 1970-01-01 02:50 UTC

"#]]
        );
        assert_data_eq!(
            said(&["web staging unwell v2 100 900 - 190"]),
            str![[r#"
200 web prod v2: staging was unwell: since 1970-01-01 03:10 UTC, seen at 1970-01-01 15:00 UTC

"#]]
        );
        for look in [
            // It became unwell later, the look is too old, another version, another stage.
            "web staging unwell v2 100 900 - 210",
            "web staging unwell v2 100 130 - 120",
            "web staging unwell v1 0 190 - 180",
            "web dev unwell v2 0 190 - 180",
            "web staging well v2 100 190 - 180",
        ] {
            assert_eq!(said(&[look]), "", "{look}");
        }
        // It got well before the promotion.
        assert_eq!(said(&[before, "web staging well v2 100 195 - 190"]), "");
    }
}

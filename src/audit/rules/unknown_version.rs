//! `unknown-version`: no earlier stage ever had the version.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::{Deployment, StageRelation};
use std::collections::BTreeMap;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unknown-version",
    severity: Severity::High,
    needs: RuleRequirement::Order,
    title: "No earlier stage ever had the version",
    about: "A version was deployed to a stage, and none of the stages before it, direct or not, ever had it. These are the findings \
            of `skipped-stage` that cannot have been tested anywhere. Skipped if one of the stages before \
            writes versions differently.",
    remedy: "Find out where the version was tested; `towpath trace VERSION` shows where it ran.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<usize, (Deployment<'_>, bool)> = BTreeMap::new();
    for (link, deployment) in scene.stage_links() {
        let (_, never) = seen.entry(link.index).or_insert((deployment, true));
        *never &= link.relation == StageRelation::Never;
    }
    let compared = |index: usize| scene.links_of(index).all(|link| scene.is_comparable(link));
    let never = seen.into_iter().filter(|(index, (_, never))| *never && compared(*index));
    never
        .map(|(_, (deployment, _))| {
            Finding::from_deployment(&RULE, &deployment, "no earlier stage ever had this version")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_version_that_came_from_nowhere() {
        let start = [
            "0 web dev ->v1",
            "1 web staging ->v1",
            "2 web prod ->v1",
            "3 web dev v1>v2",
            "4 web staging v1>v2",
        ];
        let skipped = [&start[..], &["5 web dev v2>v3", "6 web prod v1>v3"]].concat();
        assert_eq!(AuditBench::new("", &skipped).said("unknown-version"), "");
        let unknown = [&start[..], &["5 web prod v1>v2", "6 web prod v2>hotfix"]].concat();
        assert_data_eq!(
            AuditBench::new("", &unknown).said("unknown-version"),
            str![[r#"
6 web prod hotfix: no earlier stage ever had this version

"#]]
        );
    }
}

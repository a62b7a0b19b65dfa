//! `out-of-order`: the previous stage got the version only later.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::{Deployment, StageLink, StageRelation};
use crate::model::format_duration;

pub(super) static RULE: AuditRule = AuditRule {
    id: "out-of-order",
    severity: Severity::High,
    needs: RuleRequirement::Order,
    title: "The previous stage got the version only later",
    about: "A version was deployed to a stage before it was deployed to the previous stage. Merges overtake each other: if \
            the previous stage follows within `--tolerance` (10 minutes by default), the severity is `low`. Stages \
            that write versions differently are skipped. Probably something was tried in the later stage first, or \
            promoted from a branch.",
    remedy: "Look for changes that were tried in the later stage first; `towpath trace VERSION` shows the order.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let near = scene.stage_links().filter(|(link, _)| link.near);
    near.filter_map(|(link, deployment)| check_link(scene, link, &deployment)).collect()
}

fn check_link(
    scene: &AuditContext<'_>,
    link: &StageLink,
    deployment: &Deployment<'_>,
) -> Option<Finding> {
    let StageRelation::After(seconds) = link.relation else { return None };
    let message = format!(
        "{} got this version {} later",
        scene.previous_stage(link),
        format_duration(seconds)
    );
    if scene.comparison.is_in_order(link.relation) {
        let message = format!("{message}, within the tolerance");
        return Some(Finding {
            severity: Severity::Low,
            ..Finding::from_deployment(&RULE, deployment, message)
        });
    }
    Some(Finding::from_deployment(&RULE, deployment, message))
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn what_overtakes_by_more_than_the_tolerance() {
        let start = ["0 web staging ->v1", "1 web prod ->v1"];
        let late = |minute: &str| {
            let second = format!("{minute} web staging v1>v2");
            AuditBench::new("", &[&start[..], &["20 web prod v1>v2", &second]].concat())
                .said("out-of-order")
        };
        assert_eq!(late("20"), "");
        assert_data_eq!(
            late("30"),
            str![[r#"
20 web prod v2: staging got this version 10m later, within the tolerance

"#]]
        );
        assert_data_eq!(
            late("31"),
            str![[r#"
20 web prod v2: staging got this version 11m later

"#]]
        );
    }
}

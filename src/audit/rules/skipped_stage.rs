//! `skipped-stage`: the previous stage never had the version.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::StageRelation;

pub(super) static RULE: AuditRule = AuditRule {
    id: "skipped-stage",
    severity: Severity::High,
    needs: RuleRequirement::Order,
    title: "The previous stage never had the version",
    about: "A version was deployed to a stage, and the previous stage, which has the app, never had it, neither earlier nor \
            later. Stages that write versions differently (more than half of the versions \
            never match) and new cells are skipped. A rollback to a version that the previous stage never had counts. \
            Check the commit for a manual hotfix, or the pipeline for a missing step.",
    remedy: "Check the commits for a manual hotfix, or the pipeline for a missing step; `towpath trace VERSION` shows where a version ran.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let never =
        scene.stage_links().filter(|(link, _)| link.near && link.relation == StageRelation::Never);
    never
        .map(|(link, deployment)| {
            Finding::from_deployment(&RULE, &deployment, message(scene.previous_stage(link)))
        })
        .collect()
}

fn message(before: &crate::model::StageName) -> String {
    format!("{before} never had this version")
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    const GOOD: [&str; 6] = [
        "0 web dev ->v1",
        "1 web staging ->v1",
        "2 web prod ->v1",
        "10 web dev v1>v2",
        "11 web staging v1>v2",
        "12 web prod v1>v2",
    ];

    #[test]
    fn a_version_that_staging_never_had() {
        assert_eq!(AuditBench::new("", &GOOD).said("skipped-stage"), "");
        let bad = [&GOOD[..], &["20 web dev v2>v3", "21 web prod v2>v3"]].concat();
        assert_data_eq!(
            AuditBench::new("", &bad).said("skipped-stage"),
            str![[r#"
21 web prod v3: staging never had this version

"#]]
        );
    }

    #[test]
    fn renamed_tags_are_not_judged() {
        let mut lines = vec![
            "0 web dev ->v0-RC".to_owned(),
            "0 web staging ->v0-RC".into(),
            "1 web prod ->v0".into(),
        ];
        for n in 1..5 {
            lines.push(format!("{}0 web staging v{}-RC>v{n}-RC", n, n - 1));
            lines.push(format!("{}1 web prod v{}>v{n}", n, n - 1));
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(AuditBench::new("", &lines).said("skipped-stage"), "");
    }

    #[test]
    fn targets_of_one_commit_are_one_finding() {
        let bad = [
            "0 web staging ->v1",
            "1 web prod/eu ->v1",
            "1 web prod/us ->v1",
            "2 web staging v1>v2",
        ];
        let more = [
            "3 web prod/eu v1>v2",
            "3 web prod/us v1>v2",
            "4 web prod/eu v2>v3",
            "4 web prod/us v2>v3",
        ];
        assert_data_eq!(
            AuditBench::new("", &[&bad[..], &more].concat()).said("skipped-stage"),
            str![[r#"
4 web prod/eu,us v3: staging never had this version

"#]]
        );
    }
}

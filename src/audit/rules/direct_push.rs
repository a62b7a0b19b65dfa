//! `direct-push`: the deployment has no pull request.

use super::AuditRule;
use crate::audit::{AuditContext, CommitConvention, Finding, RuleRequirement, Severity};
use crate::history::CommitFlags;

pub(super) static RULE: AuditRule = AuditRule {
    id: "direct-push",
    severity: Severity::Medium,
    needs: RuleRequirement::Custom(&CUSTOM),
    title: "No pull request brought the deployment",
    about: "A commit deployed something, and its message names no pull or merge request, while at least nine tenths \
            of the deploying commits that are looked at (20 or more) do. Where pull requests are not the custom, \
            nothing is listed. It is told from what forges write into merge and squash messages; a rebase merge \
            leaves no such trace.",
    find,
};

static CUSTOM: CommitConvention =
    CommitConvention { name: "pull requests", does: CommitFlags::is_proposed };

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let found = scene.convention_breakers(&CUSTOM).into_iter();
    found
        .map(|deployment| {
            Finding::from_deployment(&RULE, &deployment, "its commit names no pull request")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    fn bench(pushes: &[usize]) -> String {
        let lines: Vec<String> = (1..25).map(|n| format!("{n} web dev v{}>v{n}", n - 1)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let bench = AuditBench::new("", &lines);
        let pushed = |bench: AuditBench, number: &usize| {
            bench.account(*number, "Bob", |account| account.pull_request = None)
        };
        pushes.iter().fold(bench, pushed).said("direct-push")
    }

    #[test]
    fn a_push_where_others_open_pull_requests() {
        assert_eq!(bench(&[]), "");
        assert_data_eq!(
            bench(&[6]),
            str![[r#"
7 web dev v7: its commit names no pull request

"#]]
        );
        assert_eq!(bench(&[1, 2, 3, 4, 5, 6]), "");
    }
}

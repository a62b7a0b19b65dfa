//! `direct-push`: the deployment has no pull request.

use super::AuditRule;
use crate::audit::{AuditContext, CommitConvention, Finding, RuleRequirement, Severity};
use crate::history::CommitFlags;

pub(super) static RULE: AuditRule = AuditRule {
    id: "direct-push",
    severity: Severity::Medium,
    needs: RuleRequirement::Custom(&CUSTOM),
    title: "The deployment has no pull request",
    about: "The message of a deploying commit names no pull or merge request, while at least nine tenths \
            of the audited deploying commits (20 or more) do. If pull requests are not the convention, \
            nothing is listed. Pull requests are found in the merge and squash messages of forges; a rebase merge \
            leaves no trace.",
    remedy: "Protect the branch on the forge, so that changes need a pull request.",
    find,
};

static CUSTOM: CommitConvention =
    CommitConvention { name: "pull request", does: CommitFlags::is_proposed };

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let found = scene.convention_breakers(&CUSTOM).into_iter();
    found
        .map(|deployment| {
            Finding::from_deployment(&RULE, &deployment, "the commit names no pull request")
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
7 web dev v7: the commit names no pull request

"#]]
        );
        assert_eq!(bench(&[1, 2, 3, 4, 5, 6]), "");
    }
}

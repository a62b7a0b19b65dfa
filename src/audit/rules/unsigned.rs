//! `unsigned`: the commit carries no signature.

use super::AuditRule;
use crate::audit::{AuditContext, CommitConvention, Finding, RuleRequirement, Severity};
use crate::history::CommitFlags;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unsigned",
    severity: Severity::Low,
    needs: RuleRequirement::Custom(&CUSTOM),
    title: "The deploying commit is not signed",
    about: "A deploying commit carries no signature, while at least nine tenths of the audited deploying commits \
            (20 or more) do. If signing is not the convention, nothing is listed. Whether a \
            signature is valid is not checked: that would need the keys of that time.",
    remedy: "Require signed commits on the forge.",
    find,
};

static CUSTOM: CommitConvention =
    CommitConvention { name: "signed commit", does: CommitFlags::is_signed };

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let found = scene.convention_breakers(&CUSTOM).into_iter();
    found
        .map(|deployment| Finding::from_deployment(&RULE, &deployment, "the commit is not signed"))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_commit_without_a_signature_where_others_have_one() {
        let lines: Vec<String> = (1..25).map(|n| format!("{n} web dev v{}>v{n}", n - 1)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(AuditBench::new("", &lines).said("unsigned"), "");
        let bench =
            AuditBench::new("", &lines).account(3, "Bob", |account| account.is_signed = false);
        assert_data_eq!(
            bench.said("unsigned"),
            str![[r#"
4 web dev v4: the commit is not signed

"#]]
        );
    }
}

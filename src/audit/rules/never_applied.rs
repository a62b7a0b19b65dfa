//! `never-applied`: a version landed long ago and does not run.

use super::{AuditRule, live_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity, SightingKind};
use crate::model::format_duration;

/// A controller that has not applied a commit by then is stuck, in seconds.
const LONG: i64 = 3600;

pub(super) static RULE: AuditRule = AuditRule {
    id: "never-applied",
    severity: Severity::Medium,
    needs: RuleRequirement::Live,
    title: "A version landed, and the one before still runs",
    about: "The witnesses see the version before the present one, although the present one landed more than an hour before they looked. \
            This rule checks the current state, with `--live` only.",
    remedy: "Look why the controller does not apply the repository.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    live_findings(scene, &RULE, |seen| {
        let waiting = seen.looked - seen.landed?;
        let runs = seen.runs.first()?;
        (seen.kind == SightingKind::NotApplied && waiting > LONG)
            .then(|| format!("{runs} runs, {} after the version landed", format_duration(waiting)))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn after_an_hour() {
        let bench = || AuditBench::new("", &["0 web prod ->v1", "1 web prod v1>v2"]);
        assert_data_eq!(
            bench().seen("web prod not-applied v1 1 120").said("never-applied"),
            str![[r#"
web prod v2: v1 runs, 1h 59m after the version landed

"#]]
        );
        assert_eq!(bench().seen("web prod not-applied v1 1 60").said("never-applied"), "");
    }
}

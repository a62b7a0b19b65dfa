//! `applied-late`: a controller took long to apply a version.

use super::{AuditRule, live_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::model::format_duration;

/// A longer delay between landing and applying is late, in seconds.
const LATE: i64 = 3600;

pub(super) static RULE: AuditRule = AuditRule {
    id: "applied-late",
    severity: Severity::Low,
    needs: RuleRequirement::Live,
    title: "A version was applied long after it landed",
    about: "A controller that keeps its history, such as Argo CD, applied the present version more than an hour after it landed. \
            This rule checks the current state, with `--live` only.",
    remedy: "Look at the interval of the controller, and at syncs by hand.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    live_findings(scene, &RULE, |seen| {
        let delay = seen.applied? - seen.landed?;
        (delay > LATE).then(|| format!("applied {} after it landed", format_duration(delay)))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn more_than_an_hour() {
        let bench = |seen: &str| {
            let past = ["0 web prod ->v1", "1 web prod v1>v2"];
            AuditBench::new("", &past).seen(seen).said("applied-late")
        };
        assert_data_eq!(
            bench("web prod other v2 1 200 121"),
            str![[r#"
web prod v2: applied 2h after it landed

"#]]
        );
        assert_eq!(bench("web prod other v2 1 200 30"), "");
        assert_eq!(bench("web prod other v2 1 200"), "");
    }
}

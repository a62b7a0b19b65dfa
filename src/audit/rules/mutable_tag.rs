//! `mutable-tag`: the tag may be moved to another image.

use super::{AuditRule, finding_at_entry};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::model::EntryNote;

pub(super) static RULE: AuditRule = AuditRule {
    id: "mutable-tag",
    severity: Severity::Low,
    needs: RuleRequirement::Nothing,
    title: "The tag is mutable",
    about: "A stage runs a tag such as `latest`, `main` or `2.1-SNAPSHOT`, without a digest: the running image may \
            change while the tag stays, and cannot be rolled back to. This rule checks the current state, and only \
            stages that come after another: in a first stage such tags are common and harmless.",
    remedy: "Pin a digest, or a tag that is never moved.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let moves = scene.entries().filter(|entry| {
        entry.notes.contains(&EntryNote::Mutable) && entry.version.digest.is_none()
    });
    let later = moves.filter(|entry| scene.is_later(&entry.stage));
    later
        .map(|entry| finding_at_entry(&RULE, entry, "this tag can be moved to another image"))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::model::EntryNote;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_moving_tag_in_a_later_stage() {
        let lines = ["0 web dev ->latest", "1 web prod ->v1", "2 api prod ->latest"];
        let bench = AuditBench::new("", &lines);
        assert_eq!(bench.said("mutable-tag"), "");
        let bench = AuditBench::new("", &lines)
            .note("web", &EntryNote::Inherited)
            .note("api", &EntryNote::Mutable);
        assert_data_eq!(
            bench.said("mutable-tag"),
            str![[r#"
api prod latest: this tag can be moved to another image

"#]]
        );
        let first = AuditBench::new("", &lines[..1]).note("web", &EntryNote::Mutable);
        assert_eq!(first.said("mutable-tag"), "");
    }
}

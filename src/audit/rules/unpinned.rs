//! `unpinned`: the image has no version.

use super::{AuditRule, finding_at_entry};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::model::{EntryNote, MappingEntry};

pub(super) static RULE: AuditRule = AuditRule {
    id: "unpinned",
    severity: Severity::Low,
    needs: RuleRequirement::Nothing,
    title: "The image has neither tag nor digest",
    about: "An image is named without a version, so `latest` runs: whatever the registry serves at the time. \
            This rule checks the current state. Charts whose `appVersion` is used are not listed.",
    remedy: "Write a tag or a digest.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    scene
        .entries()
        .filter(is_unpinned)
        .map(|entry| finding_at_entry(&RULE, entry, "no tag and no digest"))
        .collect()
}

fn is_unpinned(entry: &&MappingEntry) -> bool {
    let tag = entry.version.tag.as_deref().unwrap_or_default();
    tag.is_empty()
        && entry.version.digest.is_none()
        && !entry.notes.contains(&EntryNote::AppVersion)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::model::EntryNote;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn an_image_without_a_version() {
        assert_eq!(AuditBench::new("", &["0 web prod ->v1"]).said("unpinned"), "");
        let empty = || AuditBench::new("", &["0 web prod ->"]);
        assert_data_eq!(
            empty().said("unpinned"),
            str![[r#"
web prod : no tag and no digest

"#]]
        );
        assert_eq!(empty().note("web", &EntryNote::AppVersion).said("unpinned"), "");
    }
}

//! `unpinned`: an image without a version.

use super::{Rule, standing};
use crate::audit::{Finding, Need, Scene, Severity};
use crate::model::{Entry, Note};

pub(super) static RULE: Rule = Rule {
    id: "unpinned",
    severity: Severity::Low,
    needs: Need::Nothing,
    title: "The image has neither tag nor digest",
    about: "An image is named and no version with it, so that `latest` runs: whatever the registry gives at the time. \
            It is about what stands there now. Where a chart's own `appVersion` counts, nothing is listed.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    scene
        .entries()
        .filter(is_unpinned)
        .map(|entry| standing(&RULE, entry, "no version is written"))
        .collect()
}

fn is_unpinned(entry: &&Entry) -> bool {
    let tag = entry.version.tag.as_deref().unwrap_or_default();
    tag.is_empty() && entry.version.digest.is_none() && !entry.notes.contains(&Note::AppVersion)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use crate::model::Note;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn an_image_without_a_version() {
        assert_eq!(Bench::new("", &["0 web prod ->v1"]).said("unpinned"), "");
        let empty = || Bench::new("", &["0 web prod ->"]);
        assert_data_eq!(
            empty().said("unpinned"),
            str![[r#"
web prod : no version is written

"#]]
        );
        assert_eq!(empty().note("web", &Note::AppVersion).said("unpinned"), "");
    }
}

//! `tag-moved`: the tag is no longer what was recorded or pinned.

use super::{AuditRule, image_findings};
use crate::audit::registry::short_digest;
use crate::audit::{AuditContext, Finding, ImageSighting, RuleRequirement, Severity, TagState};
use crate::model::{MappingEntry, Version, is_mutable};

pub(super) static RULE: AuditRule = AuditRule {
    id: "tag-moved",
    severity: Severity::High,
    needs: RuleRequirement::Registry,
    title: "The tag names another image than was recorded",
    about: "The registry has another digest for the tag than the repository pins beside it, or pinned in any stage before, or than the \
            ledger names. Somebody has pushed the tag again, so the next pull runs something else, or the pin and the tag \
            contradict each other, which matters less. A digest of one platform of the image counts as the same. Tags that \
            move by their nature, such as `latest`, are left out. Of a tag without a recorded digest nobody can tell; the number \
            of those is noted. This rule checks the current state, with `--registry` only.",
    remedy: "Find out who pushed the tag again, and pin digests (`deploy --pin-digest`).",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let found = image_findings(scene, &RULE, |entry, seen| move_sentence(scene, entry, seen));
    let is_pinned = |finding: &Finding| {
        finding.version.as_ref().is_some_and(|version| version.digest.is_some())
    };
    let weighed = found.into_iter().map(|finding| match is_pinned(&finding) {
        // What runs stays the same.
        true => Finding { severity: Severity::Medium, ..finding },
        false => finding,
    });
    weighed.collect()
}

fn move_sentence(
    scene: &AuditContext<'_>,
    entry: &MappingEntry,
    seen: &ImageSighting,
) -> Option<String> {
    let state = seen.tag.as_ref()?;
    let tag = Version { digest: None, ..entry.version.clone() };
    if is_mutable(&tag) {
        return None;
    }
    let recorded = scene.registry?.recorded.find(entry)?;
    let (was, place) = (short_digest(&recorded.digest), recorded.place);
    match state {
        TagState::Names(digests) if digests.contains(&recorded.digest) => None,
        TagState::Names(digests) => {
            let now = digests.first().map(|digest| short_digest(digest)).unwrap_or_default();
            Some(format!("the tag names {now} now, and {was} {place}"))
        }
        // `gone` is about those that cannot be pulled at all.
        TagState::Missing if seen.gone.is_none() => {
            Some(format!("the registry has no such tag any more, and {was} {place}"))
        }
        TagState::Missing => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    #[test]
    fn a_pin_and_its_tag_are_one_image() {
        let line = format!("0 web prod ->v1@{A}");
        let bench = || AuditBench::new("", &[&line]);
        let said = |image: &str| bench().image(image).said("tag-moved");
        assert_data_eq!(
            said(&format!("web prod is {B}")),
            str![[r#"
web prod v1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: the tag names sha256:bbbbbbbb now, and sha256:aaaaaaaa is pinned here

"#]]
        );
        assert_eq!(said(&format!("web prod is {A}")), "");
        // The digest of one platform of an index.
        assert_eq!(said(&format!("web prod is {B},{A}")), "");
        assert_data_eq!(
            said("web prod untagged"),
            str![[r#"
web prod v1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: the registry has no such tag any more, and sha256:aaaaaaaa is pinned here

"#]]
        );
        assert_eq!(said("web prod gone"), "");
        let latest = format!("0 web prod ->latest@{A}");
        let moved = AuditBench::new("", &[&latest]).image(&format!("web prod is {B}"));
        assert_eq!(moved.said("tag-moved"), "");
    }

    #[test]
    fn another_stage_or_the_past_has_recorded_it() {
        let pinned = format!("0 web dev ->v1@{A}");
        let lines = [&pinned[..], "1 web prod ->v1", "2 api prod ->v1"];
        let bench = || AuditBench::new("", &lines).image("api prod is sha256:c");
        assert_data_eq!(
            bench().image(&format!("web prod is {B}")).said("tag-moved"),
            str![[r#"
web prod v1: the tag names sha256:bbbbbbbb now, and sha256:aaaaaaaa was pinned in dev

"#]]
        );
        let count = |bench: AuditBench| bench.asked(|scene| scene.count_unrecorded().to_string());
        // No digest of api is recorded.
        assert_eq!(count(bench().image(&format!("web prod is {B}"))), "1");
    }

    #[test]
    fn the_ledger_has_recorded_it() {
        use crate::pipeline::ledger::{EventKind, Outcome};
        let passed = EventKind::Outcome {
            app: "web".into(),
            stage: "prod".into(),
            target: None,
            version: format!("v1@{A}"),
            deployments: Vec::new(),
            outcome: Outcome::Passed,
            evidence: None,
        };
        let bench = AuditBench::new("", &["0 web prod ->v1"]).event(2, "ci", passed);
        assert_data_eq!(
            bench.image(&format!("web prod is {B}")).said("tag-moved"),
            str![[r#"
web prod v1: the tag names sha256:bbbbbbbb now, and sha256:aaaaaaaa is in the ledger

"#]]
        );
    }
}

//! An empty `digest` beside a `tag`, as charts have it in their values. A digest that is added goes
//! there: such charts put it in the place of the tag, and one more behind the tag would be wrong.

use super::version_change::VersionChange;
use crate::model::{ImagePart, Location, Version};
use crate::source::SnapshotReader;
use std::ops::Range;

/// A digest to write, and the change of the tag without it.
pub(super) struct DigestFill<'c> {
    pub tag: VersionChange,
    pub digest: &'c str,
    /// The bytes of the empty value, which are quotes.
    pub span: Range<usize>,
}

/// Finds the place for a digest that a change adds to a tag.
pub(super) fn find_digest_fill<'c>(
    change: &'c VersionChange,
    location: &Location,
    reader: &SnapshotReader<'_>,
) -> Option<DigestFill<'c>> {
    let digest = change.new.digest.as_deref().filter(|_| change.adds_digest())?;
    if location.part != ImagePart::Tag {
        return None;
    }
    let leaves = reader.leaves_or_scan(&location.path)?;
    let tag = leaves.iter().find(|leaf| leaf.span == location.span && leaf.last() == "tag")?;
    let is_beside = |leaf: &&crate::source::leaf::Leaf| {
        leaf.document == tag.document && leaf.parent() == tag.parent() && leaf.last() == "digest"
    };
    let empty = leaves.iter().find(is_beside)?;
    // A key without a value has no bytes to replace.
    let is_quotes = empty.text.is_empty() && empty.span.start < empty.span.end;
    if !is_quotes || empty.alias || empty.embedded {
        return None;
    }
    let new = Version { digest: None, ..change.new.clone() };
    let span = empty.span.start..empty.span.end;
    Some(DigestFill { tag: VersionChange { new, ..change.clone() }, digest, span })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::model::SourceKind;
    use crate::promotion::EditConsent;
    use crate::promotion::tests::{NO, digest, outcome, with};
    use snapbox::{assert_data_eq, str};

    const PINNING: EditConsent = EditConsent { pin_digest: true, ..NO };

    fn pinned(config: &Config, path: &str, text: &str) -> String {
        outcome(config, &[(path, text)], &format!("v2@{}", digest('b')), PINNING)
    }

    #[test]
    fn an_empty_digest_gets_the_digest() {
        let config = with(SourceKind::HelmValues, "{stage}/web.yaml");
        let said = |digest: &str| {
            let image = "image:\n  repository: r.io/web\n  tag: v1\n";
            pinned(&config, "prod/web.yaml", &format!("{image}{digest}"))
        };
        assert_data_eq!(
            said("  digest: \"\"  # set by CI\n"),
            str![[r#"
prod/web.yaml: image:
  repository: r.io/web
  tag: v2
  digest: "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"  # set by CI

"#]]
        );
        assert_data_eq!(
            said("  digest: ''\n"),
            str![[r#"
prod/web.yaml: image:
  repository: r.io/web
  tag: v2
  digest: 'sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'

"#]]
        );
        // Without a value, or without the key, the digest goes behind the tag.
        for other in ["", "  digest:\n", "other: {digest: \"\"}\n"] {
            assert!(said(other).contains("  tag: v2@sha256:bbbb"), "{}", said(other));
        }
    }

    #[test]
    fn a_flow_mapping_too() {
        let config = with(SourceKind::HelmValues, "{stage}/web.yaml");
        let flow = "image: {repository: r.io/web, tag: \"v1\", digest: \"\"}\n";
        let said = pinned(&config, "prod/web.yaml", flow);
        assert!(said.contains("tag: \"v2\", digest: \"sha256:bbbb"), "{said}");
    }
}

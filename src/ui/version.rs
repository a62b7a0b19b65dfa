//! Versions for display: commit ids and digests are shortened.

use crate::model::Version;
use crate::model::escape_for_terminal;

/// Digits of a commit id or digest that are shown; git shows 7 and more.
const DIGITS: usize = 8;

/// Formats a version for a table.
pub(super) fn short_version(version: &Version, app_version: bool) -> String {
    let digest = version.digest.as_deref().map(short_ids);
    match (version.tag.as_deref().filter(|tag| !tag.is_empty()), digest) {
        (Some(tag), Some(digest)) => {
            let hex = digest.rsplit(':').next().unwrap_or_default();
            escape_for_terminal(&format!("{}@{hex}", short_ids(tag))).into_owned()
        }
        (Some(tag), None) => escape_for_terminal(&short_ids(tag)).into_owned(),
        (None, Some(digest)) => escape_for_terminal(&digest).into_owned(),
        (None, None) if app_version => "(appVersion)".into(),
        (None, None) => "(no tag)".into(),
    }
}

/// Shortens every run of 40 or 64 hex digits to its first [`DIGITS`].
fn short_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(word);
        let is_id = matches!(run.len(), 40 | 64) && run.bytes().all(|b| b.is_ascii_hexdigit());
        out.push_str(if is_id { &run[..DIGITS] } else { run });
        let separator = after.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(after.len());
        out.push_str(&after[..separator]);
        rest = &after[separator..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_tags_stay() {
        let id = "27e1396100000000000000000000000000000000";
        let shown = |text: &str| short_version(&Version::parse(text), false);
        assert_eq!(shown(id), "27e13961");
        assert_eq!(shown(&format!("main-{id}-x")), "main-27e13961-x");
        assert_eq!(shown("v1.2.3-é"), "v1.2.3-é");
        let digest = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(shown(&digest), "sha256:abababab");
        assert_eq!(shown(&format!("1.2@{digest}")), "1.2@abababab");
        assert_eq!(short_version(&Version::default(), true), "(appVersion)");
    }
}

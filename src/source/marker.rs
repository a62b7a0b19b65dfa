//! What tells that an automation writes a line: the marker comment of Flux's image automation,
//! `# {"$imagepolicy": "ns:name:tag"}`, or the file that Argo CD's hydrator leaves.
//!
//! fluxcd/image-automation-controller reads the setter from the comment after the value, on the
//! same line.

use super::SnapshotReader;
use crate::model::Automation;
use serde_json::Value;

/// Returns the automation that owns the value ending at byte `end`, if the rest of its line
/// contains a marker.
pub(crate) fn automation_after(text: &str, end: usize) -> Option<Automation> {
    let rest = text.get(end..)?;
    let line = rest.split('\n').next().unwrap_or(rest);
    let comment = line[line.find('#')?..].trim_start_matches('#').trim();
    // Other words may follow the marker, so the object's end is searched.
    let object = comment.get(comment.find('{')?..=comment.find('}')?)?;
    let marker: Value = serde_json::from_str(object).ok()?;
    let policy = marker.get("$imagepolicy")?.as_str()?;
    Some(Automation { policy: policy.to_owned() })
}

/// The file in which Argo CD's source hydrator notes what it made a branch from, at the top of the
/// branch.
pub(crate) const HYDRATOR_FILE: &str = "hydrator.metadata";
/// Its key with the commit of the source.
pub(crate) const DRY_COMMIT: &str = "drySha";

/// Returns the hydrator that writes a tree: it replaces all files at its next run.
pub(crate) fn hydrator_of(reader: &SnapshotReader<'_>) -> Option<Automation> {
    let text = reader.read_text(HYDRATOR_FILE)?;
    let noted: Value = serde_json::from_str(&text).ok()?;
    noted.get(DRY_COMMIT)?.as_str()?;
    Some(Automation { policy: HYDRATOR_FILE.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str, value: &str) -> Option<String> {
        let end = text.find(value).expect("the value is in the text") + value.len();
        automation_after(text, end).map(|automation| automation.policy)
    }

    #[test]
    fn the_rest_of_the_line_names_the_policy() {
        let text = "image: a:v1 # {\"$imagepolicy\": \"flux-system:a\"}\r\ntag: v2 # {\"$imagepolicy\": \"x:b:tag\"} keep\n";
        assert_eq!(policy(text, "v1").as_deref(), Some("flux-system:a"));
        assert_eq!(policy(text, "v2").as_deref(), Some("x:b:tag"));
    }

    #[test]
    fn other_comments_are_no_marker() {
        for text in [
            "t: v1",
            "t: v1 # x",
            "t: v1 # }{",
            "t: v1 # {\"$other\": \"a\"}",
            "t: v1\n# {\"$imagepolicy\": \"a:b\"}",
        ] {
            assert_eq!(policy(text, "v1"), None, "{text}");
        }
        assert_eq!(automation_after("é", 1), None);
        assert_eq!(automation_after("v1", 99), None);
    }
}

//! A fingerprint of the lines that a commit changes. It stays the same when the commit is rebased,
//! and changes with every change of its content.

use crate::model::fingerprint;
use similar::{ChangeTag, TextDiff};

/// Trailer with the fingerprint of a commit's edits.
pub const EDITS: &str = "Edits";

/// Returns the fingerprint of changed files, each with its path, old and new text.
pub fn edit_fingerprint<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str, &'f str)>,
) -> String {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_unstable();
    let mut text = String::new();
    for (path, before, after) in files {
        text.extend([path, "\0"]);
        for change in TextDiff::from_lines(before, after).iter_all_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => continue,
                ChangeTag::Delete => "-",
                ChangeTag::Insert => "+",
            };
            text.extend([sign, change.value(), "\0"]);
        }
    }
    format!("{:016x}", fingerprint(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::edit_fingerprint;

    #[test]
    fn lines_around_an_edit_do_not_count_and_its_own_do() {
        let one = edit_fingerprint([("a", "x\nv1\ny\n", "x\nv2\ny\n")]);
        assert_eq!(one, edit_fingerprint([("a", "new\nx\nv1\nz\n", "new\nx\nv2\nz\n")]));
        assert_ne!(one, edit_fingerprint([("b", "x\nv1\ny\n", "x\nv2\ny\n")]));
        assert_ne!(one, edit_fingerprint([("a", "x\nv1\ny\n", "x\nv2 \ny\n")]));
        assert_ne!(one, edit_fingerprint([("a", "x\nv1\ny\n", "x\nv2\ny\n"), ("b", "1\n", "2\n")]));
    }
}

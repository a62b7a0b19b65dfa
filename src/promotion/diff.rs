//! Formats edits as a unified diff for `git apply`.

use super::file_edits::{FileEdit, FileEdits};
use similar::TextDiff;

impl FileEdits {
    /// Concatenates the diffs of all files.
    pub fn unified_diff(&self) -> String {
        self.files.iter().map(FileEdit::unified_diff).collect()
    }
}

impl FileEdit {
    /// Diff of one file with three lines of context.
    pub fn unified_diff(&self) -> String {
        let diff = TextDiff::from_lines(self.before.as_str(), self.after.as_str());
        let mut unified = diff.unified_diff();
        let (old, new) =
            (quote_path(&format!("a/{}", self.path)), quote_path(&format!("b/{}", self.path)));
        let hunks = unified.context_radius(3).to_string();
        if hunks.is_empty() {
            return hunks;
        }
        // A space in a name must not be read as its end.
        let end = if self.path.contains(' ') && !old.starts_with('"') { "\t" } else { "" };
        format!("diff --git {old} {new}\n--- {old}{end}\n+++ {new}{end}\n{hunks}")
    }
}

/// Quotes and escapes a path as git does, if it holds unusual characters.
fn quote_path(path: &str) -> String {
    let odd = |b: u8| !(0x20..0x7f).contains(&b) || matches!(b, b'"' | b'\\');
    if !path.bytes().any(odd) {
        return path.to_owned();
    }
    let escaped = path.bytes().map(|b| match b {
        b'"' | b'\\' => format!("\\{}", char::from(b)),
        b if odd(b) => format!("\\{b:03o}"),
        b => char::from(b).to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

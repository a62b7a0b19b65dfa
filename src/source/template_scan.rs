//! Scans the leaves of a template that becomes YAML only when rendered: line by line, by
//! indentation, so that its literal parts can be read.

use super::leaf::{KEY_SEPARATOR, Leaf, MAX_BYTES, MAX_LEAVES, image_of, is_label};
use super::shape;
use crate::model::Span;

/// Maximum length of a key.
const MAX_KEY: usize = 1024;

/// Returns the scalars of `key: value` lines. Lines that start with a template marker are skipped.
/// Values with a marker are returned as they are, for the caller to reject.
pub fn scan_leaves(text: &str) -> Vec<Leaf> {
    let mut scan =
        TemplateScanner { open: Vec::new(), items: Vec::new(), leaves: Vec::new(), bytes: 0 };
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        scan.scan_line(
            line.trim_end_matches(['\n', '\r']),
            start,
            u32::try_from(number + 1).unwrap_or(u32::MAX),
        );
        start += line.len();
    }
    scan.leaves
}

struct TemplateScanner {
    /// Open keys with their columns.
    open: Vec<(usize, String)>,
    /// Open lists: the column of their dashes and the index of the current element.
    items: Vec<(usize, usize)>,
    leaves: Vec<Leaf>,
    /// Total bytes of the leaves' paths and values.
    bytes: usize,
}

impl TemplateScanner {
    fn scan_line(&mut self, line: &str, start: usize, number: u32) {
        let mut column = line.len() - line.trim_start_matches(' ').len();
        let mut rest = &line[column..];
        if rest.is_empty() || ["#", "{{", "{%", "<%"].iter().any(|mark| rest.starts_with(mark)) {
            return;
        }
        let mut in_item = false;
        while let Some(after) = rest.strip_prefix("- ") {
            in_item = true;
            self.close_keys(column);
            self.open_item(column);
            let skipped = 2 + after.len() - after.trim_start_matches(' ').len();
            column += skipped;
            rest = &rest[skipped..];
        }
        let Some((key, value_at)) = key_of(rest) else { return };
        self.close_keys(column);
        let value = &rest[value_at..];
        let indent = value.len() - value.trim_start().len();
        let (text, length) = scalar_of(value.trim_start());
        if length == 0 {
            self.open.push((column, key.to_owned()));
            return;
        }
        if in_item && is_label(key) && shape::is_literal(text) {
            self.name_item(image_of(text).unwrap_or(text));
        }
        let from = start + column + value_at + indent;
        self.add_leaf(Leaf {
            path: self.key_path(key).into(),
            text: text.into(),
            line: number,
            span: Span { start: from, end: from + length },
            document: 0,
            plain: !value.trim_start().starts_with(['"', '\'']),
            alias: false,
            embedded: false,
        });
    }

    /// Adds a leaf, unless there is too much already.
    fn add_leaf(&mut self, leaf: Leaf) {
        self.bytes += leaf.path.len() + leaf.text.len();
        if self.bytes <= MAX_BYTES && self.leaves.len() < MAX_LEAVES {
            self.leaves.push(leaf);
        }
    }

    fn close_keys(&mut self, column: usize) {
        // Later entries are always further to the right.
        while self.open.last().is_some_and(|(at, _)| *at >= column) {
            self.open.pop();
        }
        while self.items.last().is_some_and(|(at, _)| *at > column) {
            self.items.pop();
        }
    }

    fn open_item(&mut self, column: usize) {
        let index = match self.items.last_mut() {
            Some((at, count)) if *at == column => {
                *count += 1;
                *count
            }
            _ => {
                self.items.push((column, 0));
                0
            }
        };
        self.open.push((column, format!("[{index}]")));
    }

    /// Names the current element after the name on its first line.
    fn name_item(&mut self, name: &str) {
        if let Some((_, item)) = self.open.last_mut() {
            *item = format!("[{name}]");
        }
    }

    fn key_path(&self, key: &str) -> String {
        let mut path = String::new();
        if self.bytes > MAX_BYTES || self.leaves.len() >= MAX_LEAVES {
            return path;
        }
        for (_, open) in &self.open {
            path.push_str(open);
            path.push(KEY_SEPARATOR);
        }
        path.push_str(key);
        path
    }
}

/// Returns a plain or quoted key, and the position of its value.
fn key_of(text: &str) -> Option<(&str, usize)> {
    let colon = text
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text[at + 1..].is_empty() || text[at + 1..].starts_with([' ', '\t']))?;
    let key = text[..colon].trim().trim_matches(['"', '\'']);
    let fine = !key.is_empty() && key.len() <= MAX_KEY && !key.contains(['{', '}', ' ', '"']);
    fine.then_some((key, colon + 1))
}

/// Returns the scalar at the start of a text and its length including quotes; 0 if there is none.
fn scalar_of(text: &str) -> (&str, usize) {
    if text.is_empty() || text.starts_with(['#', '|', '>', '&', '*', '[']) {
        return ("", 0);
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        return match text[1..].find(quote) {
            Some(end) => (&text[1..=end], end + 2),
            None => ("", 0),
        };
    }
    let plain = text.split(" #").next().unwrap_or(text).trim_end();
    (plain, plain.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_of_a_template_are_read() {
        let text = "{{ if .x }}\nimage:\n  repository: {{ .repo }}\n  tag: \"v1.2\" # pinned\nlist:\n  - name: a\n    tag: v2\n  - name: b\n    tag: v3\r\n  - tag: v4\n{{ end }}\n";
        let found: Vec<String> = scan_leaves(text)
            .iter()
            .map(|l| {
                assert_eq!(text[l.span.start..l.span.end].trim_matches('"'), &*l.text);
                format!("{}={} :{}", l.display_key(), l.text, l.line)
            })
            .collect();
        assert_eq!(
            found,
            [
                "image.repository={{ .repo }} :3",
                "image.tag=v1.2 :4",
                "list[a].name=a :6",
                "list[a].tag=v2 :7",
                "list[b].name=b :8",
                "list[b].tag=v3 :9",
                "list[2].tag=v4 :10"
            ]
        );
    }
}

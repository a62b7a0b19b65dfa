//! Values inside a block scalar that is YAML itself, such as the `values: |` of an Argo CD
//! `Application`.

use super::edit::EditableScalar;
use std::ops::Range;

impl EditableScalar<'_> {
    /// Returns the bytes in the file of a value inside this block scalar, which are `inner` in its
    /// text. `None` if that line is not written as it is read: in a folded text, for example.
    pub fn span_inside(&self, inner: Range<usize>) -> Option<Range<usize>> {
        let node = self.get_node();
        let text = node.text_of_block()?;
        let raw = self.file.get(node.start as usize..node.end as usize)?;
        let start = text.get(..inner.start)?.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..)?.lines().next()?;
        let number = text[..start].matches('\n').count();
        let written = raw.split_inclusive('\n').nth(number)?;
        let before: usize = raw.split_inclusive('\n').take(number).map(str::len).sum();
        let indent = written.trim_end_matches(['\r', '\n']).strip_suffix(line)?;
        let is_indent = indent.bytes().all(|byte| byte == b' ');
        let shift = node.start as usize + before + indent.len();
        let span = shift + inner.start - start..shift + inner.end - start;
        let is_same = self.file.get(span.clone()) == text.get(inner);
        (is_indent && is_same).then_some(span)
    }
}

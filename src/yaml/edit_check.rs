//! Verifies edits by comparing the parsed trees of both files.

use super::edit::Splice;
use super::tree::{QuoteStyle, YamlDocument, YamlNode, YamlNodeKind, YamlStream};
use std::ops::Range;

/// A replaced value.
#[derive(Debug, Clone)]
pub struct ScalarEdit {
    /// The bytes of the value in the old file.
    pub span: Range<usize>,
    /// The new value after escapes.
    pub text: String,
    pub splice: Splice,
}

/// True if the new file differs from the old one only in the wanted values: same documents, same
/// nodes in the same order with the same anchors, and every other scalar has the same text and
/// style.
pub fn same_but(file: &str, old: &YamlStream, new: &YamlStream, wanted: &[ScalarEdit]) -> bool {
    old.documents.len() == new.documents.len()
        && old.documents.iter().zip(&new.documents).all(|(old, new)| {
            old.nodes.len() == new.nodes.len()
                && old
                    .nodes
                    .iter()
                    .zip(&new.nodes)
                    .all(|(old, new)| same_node(file, old, new, wanted))
        })
}

fn same_node(file: &str, old: &YamlNode, new: &YamlNode, wanted: &[ScalarEdit]) -> bool {
    let kinds = match (&old.kind, &new.kind) {
        (YamlNodeKind::Mapping(a), YamlNodeKind::Mapping(b)) => a == b,
        (YamlNodeKind::Sequence(a), YamlNodeKind::Sequence(b)) => a == b,
        (YamlNodeKind::Alias(a), YamlNodeKind::Alias(b)) => a == b,
        (
            YamlNodeKind::Scalar { text: a, style: was },
            YamlNodeKind::Scalar { text: b, style: is },
        ) => {
            let here = old.start as usize..old.end as usize;
            let inside: Vec<&ScalarEdit> = wanted
                .iter()
                .filter(|one| here.start <= one.span.start && one.span.end <= here.end)
                .collect();
            match inside.as_slice() {
                [] => a == b && was == is,
                [one] if one.span == here => b.trim_end_matches('\n') == one.text,
                pieces => {
                    let pieces: Vec<(&str, &str)> = pieces
                        .iter()
                        .map(|one| (&file[one.splice.span.clone()], one.splice.text.as_str()))
                        .collect();
                    was == is && is_replaced(a, b, &pieces)
                }
            }
        }
        _ => false,
    };
    kinds && old.anchored == new.anchored
}

/// True if `new` is `old` with these pieces replaced, in this order.
fn is_replaced(old: &str, new: &str, pieces: &[(&str, &str)]) -> bool {
    let Some(((was, is), rest)) = pieces.split_first() else { return old == new };
    old.match_indices(was).any(|(at, _)| {
        let after = new.strip_prefix(&old[..at]).and_then(|new| new.strip_prefix(is));
        after.is_some_and(|after| is_replaced(&old[at + was.len()..], after, rest))
    })
}

/// True if two documents are equal apart from one key of their top mapping, which either may lack.
pub fn same_outside(old: &YamlDocument, new: &YamlDocument, key: &str) -> bool {
    let (old, new) = (
        DocumentOutline::from_document_except(old, key),
        DocumentOutline::from_document_except(new, key),
    );
    old.is_some() && old == new
}

/// The nodes of a document in order, with the sizes of collections, which suffices to compare
/// trees.
#[derive(PartialEq)]
struct DocumentOutline<'a>(Vec<(&'static str, usize, &'a str, bool)>);

impl<'a> DocumentOutline<'a> {
    fn from_document_except(document: &'a YamlDocument, key: &str) -> Option<Self> {
        let YamlNodeKind::Mapping(pairs) = &document.nodes.first()?.kind else { return None };
        let is_named = |node: u32| document.nodes[node as usize].is_scalar(key);
        let skipped: Vec<Range<usize>> = pairs
            .iter()
            .filter(|(key, _)| is_named(*key))
            .map(|(key, value)| *key as usize..document.subtree_range(*value).end)
            .collect();
        let kept = document.nodes.iter().enumerate().skip(1);
        let kept = kept.filter(|(at, _)| !skipped.iter().any(|range| range.contains(at)));
        Some(DocumentOutline(kept.map(|(_, node)| node_outline(node)).collect()))
    }
}

fn node_outline(node: &YamlNode) -> (&'static str, usize, &str, bool) {
    let (kind, size, text) = match &node.kind {
        YamlNodeKind::Scalar { text, style: QuoteStyle::Plain } => ("plain", 0, &**text),
        YamlNodeKind::Scalar { text, .. } => ("quoted", 0, &**text),
        YamlNodeKind::Mapping(pairs) => ("mapping", pairs.len(), ""),
        YamlNodeKind::Sequence(items) => ("sequence", items.len(), ""),
        YamlNodeKind::Alias(_) => ("alias", 0, ""),
    };
    (kind, size, text, node.anchored)
}

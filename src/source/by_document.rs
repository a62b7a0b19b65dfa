//! Files with many documents, of which a commit changes few and few mention versions.
//!
//! Valid YAML documents are remembered by fingerprint, and parsed only if they contain relevant
//! words. The result for those documents is the same as parsing the whole file.

use super::leaf::{self, Leaf};
use super::{Claim, SnapshotReader};
use crate::config::SourceRule;
use crate::git::Oid;
use crate::yaml;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// Maximum number of cached fingerprints.
const MAX_KNOWN: usize = 100_000;

/// Maximum number of cached leaves.
const MAX_LEAVES: usize = 20_000;

/// Cache of documents, by fingerprint.
#[derive(Default)]
pub(super) struct DocumentCache {
    good: RefCell<HashSet<u64>>,
    /// Leaves about images, with positions relative to their document.
    images: RefCell<HashMap<u64, Rc<Vec<Leaf>>>>,
    held: RefCell<usize>,
    /// The file split last.
    cut: RefCell<Option<(Oid, Rc<Vec<DocumentSlice>>)>>,
}

/// The position of a document in a file.
struct DocumentSlice {
    number: u32,
    start: usize,
    end: usize,
    lines: u32,
    fingerprint: u64,
}

/// Returns a hash of a text, valid within one run.
pub(super) fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl DocumentCache {
    fn load_slices(&self, id: Oid, text: &str) -> Rc<Vec<DocumentSlice>> {
        if let Some((_, known)) = self.cut.borrow().as_ref().filter(|(of, _)| *of == id) {
            return Rc::clone(known);
        }
        let cut = Rc::new(split_documents(text));
        self.cut.replace(Some((id, Rc::clone(&cut))));
        cut
    }

    fn is_yaml(&self, fingerprint: u64, text: &str) -> bool {
        self.good.borrow().contains(&fingerprint)
            || (yaml::is_yaml(text) && self.add_fingerprint(fingerprint))
    }

    fn add_fingerprint(&self, fingerprint: u64) -> bool {
        let mut known = self.good.borrow_mut();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(fingerprint)
    }

    fn cached_images(
        &self,
        fingerprint: u64,
        read: impl FnOnce() -> Option<Vec<Leaf>>,
    ) -> Option<Rc<Vec<Leaf>>> {
        if let Some(known) = self.images.borrow().get(&fingerprint) {
            return Some(Rc::clone(known));
        }
        let leaves = Rc::new(read()?);
        let mut known = self.images.borrow_mut();
        let mut held = self.held.borrow_mut();
        *held += leaves.len() + 1;
        if *held > MAX_LEAVES {
            known.clear();
            *held = leaves.len() + 1;
        }
        known.insert(fingerprint, Rc::clone(&leaves));
        Some(leaves)
    }
}

/// Splits a text into documents; if that is impossible, it counts as one.
fn split_documents(text: &str) -> Vec<DocumentSlice> {
    let whole = || vec![yaml::DocumentText { text, start: 0, lines: 0 }];
    let pieces = yaml::split_documents(text).unwrap_or_else(whole);
    let document = |(number, piece): (u32, yaml::DocumentText<'_>)| DocumentSlice {
        number,
        start: piece.start,
        end: piece.start + piece.text.len(),
        lines: piece.lines,
        fingerprint: fingerprint(piece.text),
    };
    (0..).zip(pieces).map(document).collect()
}

impl SnapshotReader<'_> {
    /// True if every document of a file passes this test. The file may be invalid YAML.
    pub(super) fn every_document(&self, path: &str, passes: impl Fn(&str) -> bool) -> bool {
        let Some((text, documents)) = self.documents(path) else { return false };
        // A file that seems to have several documents but could not be split is left to the parser.
        let whole = documents.len() > 1 || !text.contains("\n---");
        whole && documents.iter().all(|at| passes(&text[at.start..at.end]))
    }

    /// Returns the leaves of documents that can contain a key named by the claim's rule. `None` if
    /// the file must be parsed as a whole.
    pub(super) fn leaves_with_keys(&self, claim: &Claim<'_>) -> Option<Rc<Vec<Leaf>>> {
        let matters = |text: &str| may_have_keys(claim.rule, text);
        self.leaves_of_documents(&claim.path, matters, |_, text| leaves_of(text).map(Rc::new))
    }

    /// Returns the leaves accepted by `kept`, from documents that can contain an image, without
    /// those of embedded texts. `None` if the file must be parsed as a whole.
    pub(super) fn leaves_about_images(
        &self,
        path: &str,
        kept: impl Fn(&Leaf) -> bool,
    ) -> Option<Rc<Vec<Leaf>>> {
        let read = |text: &str| {
            let mut leaves = leaves_of(text)?;
            leaves.retain(|leaf| !leaf.embedded && kept(leaf));
            Some(leaves)
        };
        let leaves = |fingerprint: u64, text: &str| {
            self.cache.documents.cached_images(fingerprint, || read(text))
        };
        self.leaves_of_documents(
            path,
            |text| may_say(text, "mage") || may_say(text, "package"),
            leaves,
        )
    }

    fn leaves_of_documents(
        &self,
        path: &str,
        matters: impl Fn(&str) -> bool,
        read: impl Fn(u64, &str) -> Option<Rc<Vec<Leaf>>>,
    ) -> Option<Rc<Vec<Leaf>>> {
        let (text, documents) = self.documents(path)?;
        let mut out = Vec::new();
        for at in documents.iter() {
            let text = &text[at.start..at.end];
            if !matters(text) {
                self.cache.documents.is_yaml(at.fingerprint, text).then_some(())?;
            } else if documents.len() == 1 {
                return None;
            } else {
                out.extend(read(at.fingerprint, text)?.iter().map(|leaf| at.relocate_leaf(leaf)));
            }
        }
        Some(Rc::new(out))
    }

    fn documents(&self, path: &str) -> Option<(Rc<str>, Rc<Vec<DocumentSlice>>)> {
        let (id, text) = self.text_and_id(path)?;
        let documents = self.cache.documents.load_slices(id, &text);
        Some((text, documents))
    }
}

impl DocumentSlice {
    /// Converts the positions of a document's leaf to those in the file.
    fn relocate_leaf(&self, leaf: &Leaf) -> Leaf {
        let mut leaf = leaf.clone();
        leaf.document = self.number;
        leaf.line += self.lines;
        leaf.span.start += self.start;
        leaf.span.end += self.start;
        leaf
    }
}

fn leaves_of(text: &str) -> Option<Vec<Leaf>> {
    Some(leaf::of_yaml(&yaml::parse(text).ok()?))
}

/// True if a text can contain a word in a key or value. Escapes may hide it, so any escape counts.
fn may_say(text: &str, word: &str) -> bool {
    text.contains(word)
        || ["\\x", "\\u", "\\U", "\\\n", "\\\r"].iter().any(|escape| text.contains(escape))
}

/// True if a text can contain one of the keys that a rule names.
fn may_have_keys(rule: &SourceRule, text: &str) -> bool {
    let mut templates = [&rule.tags, &rule.images, &rule.digests].into_iter().flatten();
    templates.any(|template| template_words(template.as_str()).all(|word| may_say(text, word)))
}

/// Returns the words of a key template that every matching text contains: no captures and no list
/// indexes.
fn template_words(template: &str) -> impl Iterator<Item = &str> {
    let outside = template.split('{').enumerate().map(|(at, part)| match part.split_once('}') {
        Some((_, after)) if at > 0 => after,
        _ => part,
    });
    let words =
        outside.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words.filter(|word| word.bytes().any(|byte| !byte.is_ascii_digit()))
}

#[cfg(test)]
#[path = "by_document_tests.rs"]
mod tests;

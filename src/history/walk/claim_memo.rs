//! What a claim said when it was read last, so that a file in which only a tag is another need not
//! be understood again.
//!
//! Most commits of a deployment repository change one plain word in one file. If all around it is the
//! same bytes, and sources cannot tell the new word from the old one by its looks, they find the same
//! places, with the new word in them. A test reads both ways.

use super::claim_state::ClaimState;
use crate::git::{Oid, Snapshot};
use crate::model::{ImagePart, MappingEntry};
use crate::source::shape;
use std::ops::Range;

/// Longer files are not remembered. In bytes.
const MAX_TEXT: usize = 32 << 10;

/// What a claim said when it was read last.
pub(super) struct ClaimMemo {
    text: Vec<u8>,
    look: Vec<MappingEntry>,
    /// The other paths that were looked at, and what was there.
    others: Vec<(String, Option<Oid>)>,
}

impl ClaimMemo {
    /// Remembers what a claim said of its file, if that is worth it.
    pub fn of(text: Vec<u8>, look: &ClaimState, snapshot: &Snapshot<'_>) -> Option<Self> {
        let whole = look.broken.is_empty() && !look.missing && !look.entries.is_empty();
        let other = |path: &String| (path.clone(), snapshot.find_file(path).map(|file| file.id));
        let others = || look.touched.iter().map(other).collect();
        (whole && text.len() <= MAX_TEXT).then(|| ClaimMemo {
            text,
            look: look.entries.clone(),
            others: others(),
        })
    }

    /// How much text is held.
    pub fn byte_count(&self) -> usize {
        self.text.len()
    }

    /// What the claim says of this text, if that follows from what it said last.
    pub fn find_state(
        &mut self,
        path: &str,
        text: &[u8],
        snapshot: &Snapshot<'_>,
    ) -> Option<ClaimState> {
        let there = |path: &str| snapshot.find_file(path).map(|file| file.id);
        if !self.others.iter().all(|(path, id)| there(path) == *id)
            || !self.apply_tag_change(path, text)
        {
            return None;
        }
        let touched = self.others.iter().map(|(path, _)| path.clone()).collect();
        Some(ClaimState { entries: self.look.clone(), touched, ..ClaimState::default() })
    }

    /// Takes over a new text, if it differs in one plain word only and that is a tag.
    fn apply_tag_change(&mut self, path: &str, text: &[u8]) -> bool {
        let Some((old, new)) = differing_word(&self.text, text) else { return text == self.text };
        let words =
            (std::str::from_utf8(&self.text[old.clone()]), std::str::from_utf8(&text[new.clone()]));
        let (Ok(before), Ok(after)) = words else { return false };
        if !same_shape(before, after) {
            return false;
        }
        let mut met = false;
        for entry in &self.look {
            for location in entry.locations.iter().filter(|location| location.path == path) {
                let (start, end) = (location.span.start, location.span.end);
                if start > old.start || end < old.end {
                    // A place that is cut by the word would be another one.
                    if start < old.end && old.start < end {
                        return false;
                    }
                    continue;
                }
                let whole =
                    location.part == ImagePart::Tag && entry.version.tag.as_deref() == Some(before);
                let quotes = end - start - old.len();
                if !whole || !matches!((start == old.start, quotes), (true, 0) | (false, 2)) {
                    return false;
                }
                met = true;
            }
        }
        // A word that is no tag may be a name, or decide about one.
        if !met {
            return false;
        }
        let after = after.to_owned();
        self.replace(path, &old, &after, new.len());
        self.text = text.to_vec();
        true
    }

    fn replace(&mut self, path: &str, old: &Range<usize>, tag: &str, length: usize) {
        let moved = |at: usize| if at >= old.end { at - old.len() + length } else { at };
        for entry in &mut self.look {
            let mut here = false;
            for location in entry.locations.iter_mut().filter(|location| location.path == path) {
                here |= location.span.start <= old.start && old.end <= location.span.end;
                location.span.start = moved(location.span.start);
                location.span.end = moved(location.span.end);
            }
            if here {
                entry.version.tag = Some(tag.to_owned());
            }
        }
    }
}

/// The word in which two texts differ, in each of them. `None` if they are the same, or differ in
/// more.
fn differing_word(old: &[u8], new: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let front = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let back = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let back = back.min(old.len() - front).min(new.len() - front);
    let before = old[..front].iter().rev().take_while(|byte| is_plain(**byte)).count();
    let after = old[old.len() - back..].iter().take_while(|byte| is_plain(**byte)).count();
    let range = |text: &[u8]| front - before..text.len() - back + after;
    (old != new).then(|| (range(old), range(new)))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Are both plain words that every source takes for the same kind of thing?
fn same_shape(a: &str, b: &str) -> bool {
    let plain = |word: &str| {
        word.bytes().all(is_plain)
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    plain(a) && plain(b) && shape::are_equivalent(a, b)
}

#[cfg(test)]
#[path = "claim_memo_tests.rs"]
mod tests;

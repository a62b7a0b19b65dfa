//! Remembers the last state of a claim, so that a file in which only a tag changed need not be
//! parsed again.
//!
//! Most commits of a deployment repository change one plain word in one file. If all other bytes
//! are the same, and sources cannot tell the new word from the old one by its shape, they find the
//! same places, with the new word in them. A test compares both ways of reading.

use super::claim_state::ClaimState;
use crate::git::{Oid, Snapshot};
use crate::model::{ImagePart, MappingEntry};
use crate::source::shape;
use std::ops::Range;

/// Largest file that is remembered, in bytes.
const MAX_TEXT: usize = 32 << 10;

/// The last state of a claim, and the text it was read from.
pub(super) struct ClaimMemo {
    text: Vec<u8>,
    look: Vec<MappingEntry>,
    /// Other paths that were read, and their contents' ids.
    others: Vec<(String, Option<Oid>)>,
}

impl ClaimMemo {
    /// Remembers the state of a claim; `None` if the file is too large, broken or empty.
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

    /// Bytes of text held.
    pub fn byte_count(&self) -> usize {
        self.text.len()
    }

    /// Returns the state for a text, if it follows from the remembered one.
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

    /// Applies a new text if it differs only in one plain word and that word is a tag.
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
                    // The changed word overlaps the boundary of a location.
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

/// Ranges of the word in which two texts differ. `None` if the texts are equal.
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

/// True if both are plain words that every source treats as the same kind of value.
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

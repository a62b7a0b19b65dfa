//! Properties of deploying commits that never change. They are small enough to be kept beside the
//! index, so that a hundred thousand commits need not be read again.

use super::CommitDetails;
use crate::git::Oid;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes per row: a commit id and its flags.
const ROW: usize = 21;

const SIGNED: u8 = 1;
const PROPOSED: u8 = 2;
const GLASS: u8 = 4;

/// Properties of one commit, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitFlags(u8);

impl CommitFlags {
    /// True if the commit carries a signature, valid or not.
    pub fn is_signed(self) -> bool {
        self.0 & SIGNED != 0
    }

    /// True if the message names a pull request.
    pub fn is_proposed(self) -> bool {
        self.0 & PROPOSED != 0
    }

    /// True if the trailers state a gate override.
    pub fn breaks_glass(self) -> bool {
        self.0 & GLASS != 0
    }
}

impl From<&CommitDetails> for CommitFlags {
    fn from(account: &CommitDetails) -> Self {
        let bit = |is_so: bool, bit: u8| if is_so { bit } else { 0 };
        let proposed = bit(account.pull_request.is_some(), PROPOSED);
        CommitFlags(
            bit(account.is_signed, SIGNED) | proposed | bit(account.break_glass.is_some(), GLASS),
        )
    }
}

/// Flags of many commits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitFlagCache {
    /// Rows sorted by commit id.
    known: Vec<u8>,
    /// Flags added since the cache was read.
    #[serde(skip)]
    news: BTreeMap<[u8; ROW - 1], u8>,
}

impl CommitFlagCache {
    /// Returns the flags of a commit, if known.
    pub fn get(&self, commit: Oid) -> Option<CommitFlags> {
        let id = commit.as_bytes().get(..ROW - 1)?;
        let rows = self.known.as_chunks::<ROW>().0;
        let found =
            rows.binary_search_by(|row| row[..ROW - 1].cmp(id)).ok().map(|at| rows[at][ROW - 1]);
        found.or_else(|| self.news.get(id).copied()).map(CommitFlags)
    }

    /// Adds the flags of a commit.
    pub fn insert(&mut self, commit: Oid, mark: CommitFlags) {
        if let Some(id) = commit.as_bytes().first_chunk() {
            self.news.insert(*id, mark.0);
        }
    }

    /// Returns a cache with all rows merged and sorted, or `None` if nothing was added.
    pub fn merged_if_changed(&self) -> Option<Self> {
        if self.news.is_empty() {
            return None;
        }
        let news = self.news.iter().map(|(id, mark)| {
            let mut row = [*mark; ROW];
            row[..ROW - 1].copy_from_slice(id);
            row
        });
        let mut rows: Vec<[u8; ROW]> =
            self.known.as_chunks().0.iter().copied().chain(news).collect();
        rows.sort_unstable();
        Some(CommitFlagCache { known: rows.into_flattened(), news: BTreeMap::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::oid;

    #[test]
    fn marks_are_found_again() {
        let mut marks = CommitFlagCache::default();
        assert_eq!((marks.get(oid(1)), marks.merged_if_changed()), (None, None));
        for number in [7, 3, 900, 12] {
            marks.insert(oid(number), CommitFlags(u8::try_from(number % 8).expect("small")));
        }
        let mut kept = marks.merged_if_changed().expect("there are news");
        kept.insert(oid(5), CommitFlags(SIGNED));
        for all in [kept.clone(), kept.merged_if_changed().expect("there are news")] {
            let found: Vec<Option<CommitFlags>> =
                [3, 5, 7, 12, 900, 901].map(|number| all.get(oid(number))).into();
            assert_eq!(
                found,
                [
                    Some(CommitFlags(3)),
                    Some(CommitFlags(1)),
                    Some(CommitFlags(7)),
                    Some(CommitFlags(4)),
                    Some(CommitFlags(4)),
                    None
                ]
            );
        }
        assert!(kept.merged_if_changed().expect("there are news").merged_if_changed().is_none());
    }

    #[test]
    fn rows_that_are_cut_off_are_none() {
        let marks = CommitFlagCache { known: vec![0; ROW + 5], news: BTreeMap::new() };
        assert_eq!(marks.get(oid(1)), None);
    }
}

//! A pack's index, version 2: the offset of each object in the pack. The format is git's
//! `gitformat-pack`: magic, version, fanout, ids, checksums, offsets, large offsets, two trailers.

use super::file::{file_length, read_exact};
use std::cmp::Ordering;
use std::fs::File;
use std::path::Path;
use std::sync::OnceLock;

const MAGIC_AND_VERSION: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT: u64 = 8;
const IDS: u64 = FANOUT + 256 * 4;
/// Bytes of the two trailing checksums: the pack's and the index's.
const TRAILERS: u64 = 40;
/// An offset with this bit is a position in the table of 64-bit offsets.
const LARGE: u32 = 1 << 31;

/// The index of one pack. Loaded buckets are shared between threads.
pub(super) struct PackIndex {
    file: File,
    /// The number of ids whose first byte is at most the position.
    fanout: Vec<u32>,
    /// Loaded on first use; `None` if it cannot be read.
    buckets: Vec<OnceLock<Option<PackIndexBucket>>>,
    /// The number of entries in the table of 64-bit offsets.
    large: u64,
    /// The pack's checksum: its last 20 bytes.
    pub pack_checksum: [u8; 20],
}

/// The objects whose ids start with the same byte. Lookups are bound by memory latency, so id and
/// offset lie together and few positions are probed.
struct PackIndexBucket {
    /// Sorted by id.
    objects: Box<[PackIndexEntry]>,
    /// For each second byte, the position of the first id that has it or a higher one.
    starts: Box<[u32]>,
}

/// An object's id and its offset field in the index.
#[derive(Clone, Copy)]
struct PackIndexEntry {
    id: [u8; 20],
    offset: [u8; 4],
}

impl PackIndex {
    /// Opens an index; `None` if the format is wrong or its tables do not fill the file exactly.
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file_length(&file)?;
        let mut head = [0; IDS as usize];
        read_exact(&file, 0, &mut head)?;
        let fanout = head.strip_prefix(&MAGIC_AND_VERSION)?;
        let fanout: Vec<u32> =
            fanout.as_chunks::<4>().0.iter().map(|count| u32::from_be_bytes(*count)).collect();
        let total = u64::from(*fanout.last()?);
        let large = length.checked_sub(IDS + TRAILERS + total * 28)?;
        if !fanout.is_sorted() || !large.is_multiple_of(8) || large / 8 > total {
            return None;
        }
        let mut pack_checksum = [0; 20];
        read_exact(&file, length - TRAILERS, &mut pack_checksum)?;
        let buckets = (0..256).map(|_| OnceLock::new()).collect();
        Some(PackIndex { file, fanout, buckets, large: large / 8, pack_checksum })
    }

    /// Returns the number of objects in the pack.
    pub fn object_count(&self) -> u32 {
        self.fanout.last().copied().unwrap_or(0)
    }

    /// Returns the offset of the object in the pack.
    pub fn find_offset(&self, id: &[u8; 20]) -> Option<u64> {
        let bucket =
            self.buckets[usize::from(id[0])].get_or_init(|| self.load_bucket(id[0])).as_ref()?;
        let offset = u32::from_be_bytes(bucket.find_entry(id)?.offset);
        if offset & LARGE == 0 {
            return Some(u64::from(offset));
        }
        let at = u64::from(offset & !LARGE);
        let mut large = [0; 8];
        read_exact(
            &self.file,
            (at < self.large).then(|| self.table_start(28) + at * 8)?,
            &mut large,
        )?;
        Some(u64::from_be_bytes(large))
    }

    /// Returns the start of the table that follows `bytes_before` bytes per object.
    fn table_start(&self, bytes_before: u64) -> u64 {
        IDS + u64::from(self.object_count()) * bytes_before
    }

    fn load_bucket(&self, first: u8) -> Option<PackIndexBucket> {
        let start = first.checked_sub(1).map_or(0, |before| self.fanout[usize::from(before)]);
        let count = self.fanout[usize::from(first)] - start;
        let table = |at: u64, width: u32| {
            // `open` checked that the tables fit into the file, which bounds these sizes.
            let mut bytes = vec![0; usize::try_from(u64::from(count) * u64::from(width)).ok()?];
            read_exact(&self.file, at + u64::from(start) * u64::from(width), &mut bytes)?;
            Some(bytes.into_boxed_slice())
        };
        Some(PackIndexBucket::new(&table(IDS, 20)?, &table(self.table_start(24), 4)?))
    }
}

impl PackIndexBucket {
    /// Combines ids (20 bytes each) and offsets (4 bytes each).
    fn new(ids: &[u8], offsets: &[u8]) -> Self {
        let both = ids.as_chunks::<20>().0.iter().zip(offsets.as_chunks::<4>().0);
        let objects: Box<[PackIndexEntry]> =
            both.map(|(id, offset)| PackIndexEntry { id: *id, offset: *offset }).collect();
        let start =
            |byte: usize| objects.partition_point(|object| usize::from(object.id[1]) < byte);
        let starts = (0..=256).map(|byte| u32::try_from(start(byte)).unwrap_or(u32::MAX)).collect();
        PackIndexBucket { objects, starts }
    }

    fn find_entry(&self, id: &[u8; 20]) -> Option<&PackIndexEntry> {
        let second = usize::from(id[1]);
        let (start, end) =
            (*self.starts.get(second)? as usize, *self.starts.get(second + 1)? as usize);
        let near = self.objects.get(start..end)?;
        near.get(search_position(near, id)?)
    }
}

/// Returns the position of an id in a sorted list of objects whose ids share their first two bytes.
/// Ids are evenly distributed, so an interpolated guess is close. After a few guesses, bisection
/// bounds the search for any distribution.
fn search_position(objects: &[PackIndexEntry], id: &[u8; 20]) -> Option<usize> {
    const GUESSES: usize = 4;
    // Nearly all ids differ in the first eight bytes, and integers compare faster.
    let word = |id: &[u8; 20]| id.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    let wanted = word(id);
    let value = |word: u64| (word >> 16) & 0xffff_ffff;
    let (mut low, mut high) = (0, objects.len());
    let (mut low_value, mut high_value) = (0, 1 << 32);
    let mut guesses = 0;
    while low < high {
        let span = high - low;
        let step = match u64::checked_sub(high_value, low_value) {
            Some(range @ 1..) if guesses < GUESSES => {
                value(wanted).saturating_sub(low_value) * span as u64 / range
            }
            _ => span as u64 / 2,
        };
        let at = low + usize::try_from(step).map_or(span - 1, |step| step.min(span - 1));
        let here = word(&objects[at].id);
        match here.cmp(&wanted).then_with(|| objects[at].id.cmp(id)) {
            Ordering::Equal => return Some(at),
            Ordering::Less => (low, low_value) = (at + 1, value(here)),
            Ordering::Greater => (high, high_value) = (at, value(here)),
        }
        guesses += 1;
    }
    None
}

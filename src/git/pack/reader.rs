//! Per-thread reader of packs.

use super::blocks::{BlockCache, PackStream};
use super::delta::apply_delta;
use super::delta_bases::{DeltaBaseCache, PackObject, PackPosition};
use super::entry::{PackEntry, PackEntryKind};
use super::inflate::Inflater;
use super::{MAX_OBJECT, PackSet};
use git2::{ObjectType, Oid};
use std::rc::Rc;
use std::sync::Arc;

/// Longer delta chains are left to libgit2. Git writes none longer (`core.deltaDepth`, at most
/// 4095), and a cycle of deltas never ends.
const MAX_CHAIN: usize = 4096;

/// Reads objects from packs.
pub(in crate::git) struct PackReader {
    packs: Arc<PackSet>,
    /// The pack of the last object found, searched first for the next one.
    last: usize,
    blocks: BlockCache,
    inflate: Inflater,
    bases: DeltaBaseCache,
    /// Buffer for the result of a delta.
    made: Vec<u8>,
}

/// A delta on the way to its base.
struct DeltaLink {
    place: PackPosition,
    /// Offset of the compressed delta.
    data: u64,
    size: usize,
}

impl PackReader {
    pub fn new(packs: Arc<PackSet>) -> Self {
        PackReader {
            packs,
            last: 0,
            blocks: BlockCache::new(),
            inflate: Inflater::new(),
            bases: DeltaBaseCache::default(),
            made: Vec::new(),
        }
    }

    /// Returns kind and bytes of an object.
    pub fn read_object(&mut self, id: Oid) -> Option<(ObjectType, Rc<[u8]>)> {
        let place = self.find_object(id)?;
        self.load_object(place).map(|object| (object.kind, object.bytes))
    }

    /// Returns the first bytes of an object of this kind that is not a delta: a few hundred, or all
    /// of them. This saves unpacking messages and signatures, but skips the checksum that follows
    /// them.
    pub fn read_front(&mut self, id: Oid, kind: ObjectType) -> Option<&[u8]> {
        let place = self.find_object(id)?;
        let (entry, data) = self.read_entry(place)?;
        matches!(entry.content, PackEntryKind::Whole(found) if found == kind).then_some(())?;
        let file = &self.packs.0[place.0].file;
        self.inflate.inflate_front(PackStream {
            blocks: &mut self.blocks,
            pack: place.0,
            file,
            start: data,
        })
    }

    /// True if a pack's index lists the object at an impossible position. libgit2 must not be asked
    /// for such an object: it follows the offset out of the file, and returns kinds of objects that
    /// do not exist.
    pub fn is_spoiled(&mut self, id: Oid) -> bool {
        let Some(mut at) = self.find_object(id) else { return false };
        for _ in 0..=MAX_CHAIN {
            let Some((entry, _)) = self.read_entry(at) else { return true };
            match self.find_base(at, &entry.content) {
                Some(DeltaBase::At(base)) => at = base,
                Some(DeltaBase::None(_)) => return false,
                None => return true,
            }
        }
        false
    }

    fn find_object(&mut self, id: Oid) -> Option<PackPosition> {
        let id = id.as_bytes().first_chunk()?;
        let (before, after) = self.packs.0.split_at(self.last);
        let mut nearest =
            after.iter().chain(before).map(|pack| pack.index.find_offset(id)).enumerate();
        let (ahead, offset) = nearest.find_map(|(ahead, offset)| Some((ahead, offset?)))?;
        self.last = (self.last + ahead) % self.packs.0.len();
        Some((self.last, offset))
    }

    fn load_object(&mut self, place: PackPosition) -> Option<PackObject> {
        let mut links = Vec::new();
        let mut at = place;
        let mut object = loop {
            if let Some(object) = self.bases.get(at) {
                break object;
            }
            let (entry, data) = self.read_entry(at)?;
            let size = usize::try_from(entry.size).ok().filter(|size| *size <= MAX_OBJECT)?;
            match self.find_base(at, &entry.content)? {
                DeltaBase::At(base) => {
                    links.push(DeltaLink { place: at, data, size });
                    at = base;
                }
                DeltaBase::None(kind) => {
                    let object = PackObject { kind, bytes: self.unpack(at.0, data, size)?.into() };
                    self.bases.insert(at, &object);
                    break object;
                }
            }
            if links.len() > MAX_CHAIN {
                return None;
            }
        };
        for link in links.into_iter().rev() {
            let mut made = std::mem::take(&mut self.made);
            let delta = self.unpack(link.place.0, link.data, link.size);
            let applied = delta.and_then(|delta| apply_delta(&object.bytes, delta, &mut made));
            object.bytes = made.as_slice().into();
            self.made = made;
            applied?;
            self.bases.insert(link.place, &object);
        }
        Some(object)
    }

    /// Reads the header at a position; returns it with the offset of its data.
    fn read_entry(&mut self, place: PackPosition) -> Option<(PackEntry, u64)> {
        let (pack, offset) = place;
        let found = &self.packs.0[pack];
        let inside = offset < found.length.saturating_sub(20);
        let entry = PackEntry::parse(self.blocks.bytes_at(
            pack,
            &found.file,
            inside.then_some(offset)?,
        )?)?;
        let data = offset + entry.header as u64;
        Some((entry, data))
    }

    fn find_base(
        &self,
        (pack, offset): PackPosition,
        content: &PackEntryKind,
    ) -> Option<DeltaBase> {
        match content {
            PackEntryKind::Whole(kind) => Some(DeltaBase::None(*kind)),
            PackEntryKind::OffsetDelta(0) => None,
            PackEntryKind::OffsetDelta(distance) => {
                Some(DeltaBase::At((pack, offset.checked_sub(*distance)?)))
            }
            PackEntryKind::IdDelta(id) => {
                Some(DeltaBase::At((pack, self.packs.0[pack].index.find_offset(id)?)))
            }
        }
    }

    fn unpack(&mut self, pack: usize, data: u64, size: usize) -> Option<&[u8]> {
        let file = &self.packs.0[pack].file;
        self.inflate
            .inflate_all(size, PackStream { blocks: &mut self.blocks, pack, file, start: data })
    }
}

/// The base of an entry.
enum DeltaBase {
    None(ObjectType),
    At(PackPosition),
}

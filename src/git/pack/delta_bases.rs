//! Cache of recently unpacked objects, which serve as bases of deltas.

use crate::git::tree::IdHasher;
use git2::ObjectType;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

/// An unpacked object.
#[derive(Clone)]
pub(super) struct PackObject {
    pub kind: ObjectType,
    pub bytes: Rc<[u8]>,
}

/// Pack and offset.
pub(super) type PackPosition = (usize, u64);

/// Bytes of a generation; two generations are kept.
const GENERATION: usize = 2 << 20;

/// Objects by position. Objects not requested while a whole generation fills are dropped.
#[derive(Default)]
pub(super) struct DeltaBaseCache {
    young: HashMap<PackPosition, PackObject, BuildHasherDefault<IdHasher>>,
    old: HashMap<PackPosition, PackObject, BuildHasherDefault<IdHasher>>,
    young_bytes: usize,
}

impl DeltaBaseCache {
    pub fn get(&mut self, place: PackPosition) -> Option<PackObject> {
        if let Some(object) = self.young.get(&place) {
            return Some(object.clone());
        }
        let object = self.old.remove(&place)?;
        self.insert(place, &object);
        Some(object)
    }

    pub fn insert(&mut self, place: PackPosition, object: &PackObject) {
        // Estimated overhead of the map and the allocation.
        let bytes = object.bytes.len() + 100;
        if bytes > GENERATION / 4 {
            return;
        }
        if self.young_bytes + bytes > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        self.young.insert(place, object.clone());
    }
}

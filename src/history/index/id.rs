//! Serde functions for object ids as twenty bytes.

use crate::git::Oid;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn oid_bytes(id: Oid) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&id.as_bytes()[..20]);
    bytes
}

fn id<E: serde::de::Error>(bytes: [u8; 20]) -> Result<Oid, E> {
    Oid::from_bytes(&bytes).map_err(E::custom)
}

pub fn serialize<S: Serializer>(id: &Oid, to: S) -> Result<S::Ok, S::Error> {
    oid_bytes(*id).serialize(to)
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Oid, D::Error> {
    id(<[u8; 20]>::deserialize(from)?)
}

/// Serde functions for optional ids.
pub mod option {
    use super::{Deserialize, Deserializer, Oid, Serialize, Serializer};

    pub fn serialize<S: Serializer>(id: &Option<Oid>, to: S) -> Result<S::Ok, S::Error> {
        id.map(super::oid_bytes).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Oid>, D::Error> {
        Option::<[u8; 20]>::deserialize(from)?.map(super::id).transpose()
    }
}

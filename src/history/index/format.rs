//! The file format: a mark, the format version, checksum and length of the body, and the body.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// First bytes of every index.
const MARK: [u8; 12] = *b"towpath idx\n";

/// Incremented whenever the stored data changes, or the result of a walk over the same commits.
pub(super) const FORMAT: u32 = 9;

/// Header length: mark, format, checksum, length.
const HEAD: usize = MARK.len() + 4 + 4 + 8;

/// Reason why an index cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexDamage {
    #[error("not an index of this version")]
    Foreign,
    #[error("incomplete file")]
    Cut,
    #[error("wrong checksum")]
    Changed,
    #[error("inconsistent data")]
    Inconsistent,
    #[error("made for another repository or configuration")]
    OtherKey,
    #[error("cannot be read")]
    Unreadable,
    #[error("it is not a plain file of yours, or others may write to it or its folder")]
    Untrusted,
}

#[derive(Serialize, Deserialize)]
struct KeyedRecord<K, R> {
    /// The full key: file names hold only a hash of it.
    key: K,
    record: R,
}

/// Encodes a file. `None` if a value cannot be serialized, which no value of ours is.
pub(super) fn encode<R: Serialize>(key: &str, record: &R) -> Option<Vec<u8>> {
    let mut bytes = vec![0; HEAD];
    bytes = postcard::to_extend(&KeyedRecord { key, record }, bytes).ok()?;
    let (head, body) = bytes.split_at_mut(HEAD);
    let length = (body.len() as u64).to_le_bytes();
    let sum = crc32fast::hash(body).to_le_bytes();
    head.copy_from_slice(&[&MARK[..], &FORMAT.to_le_bytes(), &sum, &length].concat());
    Some(bytes)
}

/// Decodes and checks a file.
///
/// # Errors
/// [`IndexDamage`], for any bytes that are not a complete index with this key.
pub(super) fn decode<R: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<R, IndexDamage> {
    let (head, body) = bytes.split_at_checked(HEAD).ok_or(IndexDamage::Cut)?;
    let (mark, rest) = head.split_at(MARK.len());
    let (format, rest) = rest.split_at(4);
    let (sum, length) = rest.split_at(4);
    if mark != MARK || format != FORMAT.to_le_bytes() {
        return Err(IndexDamage::Foreign);
    }
    if length != (body.len() as u64).to_le_bytes() {
        return Err(IndexDamage::Cut);
    }
    if sum != crc32fast::hash(body).to_le_bytes() {
        return Err(IndexDamage::Changed);
    }
    let (keyed, rest) = postcard::take_from_bytes::<KeyedRecord<String, R>>(body)
        .ok()
        .ok_or(IndexDamage::Inconsistent)?;
    match keyed {
        _ if !rest.is_empty() => Err(IndexDamage::Inconsistent),
        KeyedRecord { key: found, .. } if found != key => Err(IndexDamage::OtherKey),
        KeyedRecord { record, .. } => Ok(record),
    }
}

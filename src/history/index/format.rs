//! The file: a mark, the version of the format, length and checksum of the rest, and the rest.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What every index begins with.
const MARK: [u8; 12] = *b"towpath idx\n";

/// Counted up whenever what is written changes, or what a walk makes of the same commits.
pub(super) const FORMAT: u32 = 2;

/// Mark, format, checksum, length.
const HEAD: usize = MARK.len() + 4 + 4 + 8;

/// Why an index cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexDamage {
    #[error("it is no index of this version")]
    Foreign,
    #[error("it is not complete")]
    Cut,
    #[error("its checksum is wrong")]
    Changed,
    #[error("it contradicts itself")]
    Inconsistent,
    #[error("it is about something else")]
    OtherKey,
    #[error("it cannot be read")]
    Unreadable,
}

#[derive(Serialize, Deserialize)]
struct KeyedRecord<K, R> {
    /// The names of files are short; this is what they stand for.
    key: K,
    record: R,
}

/// The bytes of a file. `None` when something cannot be written, which nothing in it is.
pub(super) fn encode<R: Serialize>(key: &str, record: &R) -> Option<Vec<u8>> {
    let mut bytes = vec![0; HEAD];
    bytes = postcard::to_extend(&KeyedRecord { key, record }, bytes).ok()?;
    let (head, body) = bytes.split_at_mut(HEAD);
    let length = (body.len() as u64).to_le_bytes();
    let sum = crc32fast::hash(body).to_le_bytes();
    head.copy_from_slice(&[&MARK[..], &FORMAT.to_le_bytes(), &sum, &length].concat());
    Some(bytes)
}

/// What the bytes of a file say.
///
/// # Errors
/// [`Damage`], whatever they are.
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

//! The header of a pack entry: its kind and length (git's `gitformat-pack`).

use git2::ObjectType;

/// An entry of a pack.
pub(super) struct PackEntry {
    pub content: PackEntryKind,
    /// Unpacked size of the data, in bytes.
    pub size: u64,
    /// Length of the header, in bytes.
    pub header: usize,
}

pub(super) enum PackEntryKind {
    Whole(ObjectType),
    /// A delta whose base starts this many bytes before this entry.
    OffsetDelta(u64),
    /// A delta whose base has this id.
    IdDelta([u8; 20]),
}

impl PackEntry {
    /// Parses a header; `None` if it is invalid.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let mut size = u64::from(first & 0x0f);
        let mut at = 1;
        let mut more = first & 0x80 != 0;
        while more {
            let byte = *bytes.get(at)?;
            // Four bits, then seven in each further byte: more than eight further bytes overflow 64
            // bits.
            if at > 8 {
                return None;
            }
            size |= u64::from(byte & 0x7f) << (7 * at - 3);
            at += 1;
            more = byte & 0x80 != 0;
        }
        let content = match (first >> 4) & 7 {
            1 => PackEntryKind::Whole(ObjectType::Commit),
            2 => PackEntryKind::Whole(ObjectType::Tree),
            3 => PackEntryKind::Whole(ObjectType::Blob),
            4 => PackEntryKind::Whole(ObjectType::Tag),
            6 => {
                let (distance, length) = read_distance(bytes.get(at..)?)?;
                at += length;
                PackEntryKind::OffsetDelta(distance)
            }
            7 => {
                let id = *bytes.get(at..)?.first_chunk()?;
                at += 20;
                PackEntryKind::IdDelta(id)
            }
            _ => return None,
        };
        Some(PackEntry { content, size, header: at })
    }
}

/// Reads a distance (seven bits a byte, highest first, adding one for each further byte) and its
/// length in bytes.
fn read_distance(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut distance: u64 = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        distance = (distance << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((distance, at + 1));
        }
        distance += 1;
    }
    None
}

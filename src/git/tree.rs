//! Tree objects as raw bytes: scanned, never parsed into a structure.

use git2::Oid;

/// One line of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeEntry<'a> {
    pub mode: u32,
    pub name: &'a [u8],
    pub id: Oid,
}

pub(super) const MODE_TREE: u32 = 0o040_000;
pub(super) const MODE_LINK: u32 = 0o120_000;
pub(super) const MODE_SUBMODULE: u32 = 0o160_000;

/// The entries of a tree object's bytes: `mode SP name NUL id`, again and again. A malformed rest
/// ends the iteration.
pub(super) fn entries(mut bytes: &[u8]) -> impl Iterator<Item = TreeEntry<'_>> {
    std::iter::from_fn(move || {
        let space = bytes.iter().position(|b| *b == b' ')?;
        let mode = bytes[..space].iter().try_fold(0u32, |mode, digit| {
            (b'0'..=b'7').contains(digit).then(|| (mode << 3) | u32::from(digit - b'0'))
        })?;
        let nul = space + 1 + bytes[space + 1..].iter().position(|b| *b == 0)?;
        let id = Oid::from_bytes(bytes.get(nul + 1..nul + 21)?).ok()?;
        let entry = TreeEntry { mode, name: &bytes[space + 1..nul], id };
        bytes = &bytes[nul + 21..];
        Some(entry)
    })
}

//! The files of the work tree. Symbolic links are never followed.

use super::path::folder_of;
use super::snapshot_file::{FileKind, MAX_FILE_BYTES, ReadError, SnapshotFile};
use super::tree::MAX_DEPTH;
use git2::{ObjectType, Oid};
use std::path::Path;

/// Lists the files below a directory, without those of nested repositories.
pub(super) fn list_disk(
    top: &Path,
    directory: &str,
    depth: usize,
    out: &mut Vec<SnapshotFile>,
) -> Result<(), ReadError> {
    if depth > MAX_DEPTH || !no_links(top, directory) {
        return Ok(());
    }
    let here = top.join(directory);
    if here.is_file() {
        out.extend(disk_file(top, directory));
        return Ok(());
    }
    let Ok(listing) = std::fs::read_dir(&here) else { return Ok(()) };
    let mut names: Vec<String> =
        listing.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    for name in names.iter().filter(|name| *name != ".git") {
        let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
        let Ok(meta) = std::fs::symlink_metadata(top.join(&path)) else { continue };
        if !meta.is_dir() {
            out.extend(disk_file(top, &path));
        } else if top.join(&path).join(".git").exists() {
            out.push(SnapshotFile { path, id: Oid::ZERO_SHA1, kind: FileKind::Submodule });
        } else {
            list_disk(top, &path, depth + 1, out)?;
        }
    }
    Ok(())
}

/// Returns the file on disk if it is a regular file or a link. Its id is the hash that git would
/// give it, so that equal contents share one parse.
pub(super) fn disk_file(top: &Path, path: &str) -> Option<SnapshotFile> {
    if !no_links(top, folder_of(path)) {
        return None;
    }
    let full = top.join(path);
    let meta = std::fs::symlink_metadata(&full).ok()?;
    if meta.is_symlink() {
        return Some(SnapshotFile {
            path: path.to_owned(),
            id: Oid::ZERO_SHA1,
            kind: FileKind::Symlink,
        });
    }
    let fits = meta.is_file() && usize::try_from(meta.len()).is_ok_and(|len| len <= MAX_FILE_BYTES);
    let id = if fits { Oid::hash_file(ObjectType::Blob, &full).ok()? } else { Oid::ZERO_SHA1 };
    meta.is_file().then(|| SnapshotFile { path: path.to_owned(), id, kind: FileKind::File })
}

/// True if no component of the path is a symbolic link or `..`.
pub(super) fn no_links(top: &Path, path: &str) -> bool {
    let mut here = top.to_path_buf();
    path.split('/').filter(|part| !part.is_empty()).all(|part| {
        here.push(part);
        part != ".." && std::fs::symlink_metadata(&here).is_ok_and(|meta| !meta.is_symlink())
    })
}

//! Answers on disk: contents by digest, which never change, and tag lists with the time at which
//! they were read. A file that cannot be read or written is no error, but one answer less.

use super::digest::{has_digest, sha256_digest, split_digest};
use super::place::ImageRepository;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Longer files are not read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The folder with the answers of registries; without one, nothing is kept.
#[derive(Debug, Default)]
pub struct RegistryCache {
    folder: Option<PathBuf>,
    is_writable: bool,
    /// Digests of tags, by place, until they are stored.
    digests: Mutex<BTreeMap<String, StoredDigests>>,
}

/// The tags of a repository, and when they were read, in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTags {
    pub read_at: i64,
    pub tags: Vec<String>,
}

/// The digest of each tag, and when it was read.
type StoredDigests = BTreeMap<String, (String, i64)>;

impl RegistryCache {
    /// A cache in a folder, which is created when something is stored.
    pub fn new(folder: Option<&Path>, is_writable: bool) -> Self {
        let folder = folder.map(|folder| folder.join("registry"));
        RegistryCache { folder, is_writable, digests: Mutex::default() }
    }

    /// The content with this digest. Bytes that do not have it count as missing.
    pub(super) fn content(&self, digest: &str) -> Option<Vec<u8>> {
        let bytes = read_file(&self.content_path(digest)?)?;
        has_digest(&bytes, digest).then_some(bytes)
    }

    pub(super) fn store_content(&self, digest: &str, bytes: &[u8]) {
        if let Some(path) = self.content_path(digest) {
            self.store(&path, bytes);
        }
    }

    pub(super) fn tags(&self, place: &ImageRepository) -> Option<StoredTags> {
        serde_json::from_slice(&read_file(&self.place_path("tags", place)?)?).ok()
    }

    pub(super) fn store_tags(&self, place: &ImageRepository, tags: &StoredTags) {
        let path = self.place_path("tags", place);
        if let (Some(path), Ok(bytes)) = (path, serde_json::to_vec(tags)) {
            self.store(&path, &bytes);
        }
    }

    /// The digest that a tag had, if it was read after `oldest`.
    pub fn digest_of_tag(&self, place: &ImageRepository, tag: &str, oldest: i64) -> Option<String> {
        self.with_digests(place, |known| {
            known.get(tag).filter(|(_, at)| *at >= oldest).map(|(digest, _)| digest.clone())
        })
    }

    /// Notes the digests of tags.
    pub fn store_digests(&self, place: &ImageRepository, found: &[(String, String)], now: i64) {
        if found.is_empty() {
            return;
        }
        let bytes = self.with_digests(place, |known| {
            known.extend(found.iter().map(|(tag, digest)| (tag.clone(), (digest.clone(), now))));
            serde_json::to_vec(known).ok()
        });
        if let (Some(path), Some(bytes)) = (self.place_path("digests", place), bytes) {
            self.store(&path, &bytes);
        }
    }

    /// The known digests of a repository, which are read once.
    fn with_digests<R>(
        &self,
        place: &ImageRepository,
        act: impl FnOnce(&mut StoredDigests) -> R,
    ) -> R {
        let mut all = match self.digests.lock() {
            Ok(all) => all,
            Err(poisoned) => poisoned.into_inner(),
        };
        let known = all.entry(place.to_string()).or_insert_with(|| {
            let bytes = self.place_path("digests", place).and_then(|path| read_file(&path));
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
        });
        act(known)
    }

    fn content_path(&self, digest: &str) -> Option<PathBuf> {
        let (algorithm, hex) = split_digest(digest)?;
        Some(self.folder.as_ref()?.join(algorithm).join(hex))
    }

    /// The file about a repository. Its name is a digest, as a host and a path are not file names.
    fn place_path(&self, kind: &str, place: &ImageRepository) -> Option<PathBuf> {
        let name = sha256_digest(place.to_string().as_bytes()).replace(':', "-");
        Some(self.folder.as_ref()?.join(kind).join(name))
    }

    /// Writes a whole file or none.
    fn store(&self, path: &Path, bytes: &[u8]) {
        if !self.is_writable {
            return;
        }
        let Some(folder) = path.parent() else { return };
        let _ = std::fs::create_dir_all(folder);
        let file = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(folder);
        if let Ok(mut file) = file
            && file.write_all(bytes).is_ok()
        {
            let _ = file.persist(path);
        }
    }
}

fn read_file(path: &Path) -> Option<Vec<u8>> {
    let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    if length > MAX_FILE {
        return None;
    }
    std::fs::read(path).ok()
}

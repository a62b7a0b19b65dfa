//! Index files on disk: one per repository and configuration.

use super::format;
use super::format::{IndexDamage, decode, encode};
use crate::model::fingerprint;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::Metadata;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Number of indexes kept per repository; older ones are removed.
const KEPT: usize = 4;

/// Age after which an unfinished file of another process is removed.
const WRITING: Duration = Duration::from_secs(60 * 60);

/// Name prefix of files that are being written.
const UNFINISHED: &str = ".writing-";

/// Location of one index.
#[derive(Debug, Clone)]
pub struct CacheFile {
    folder: PathBuf,
    /// Name prefix of this repository's indexes.
    repository: String,
    key: String,
}

impl CacheFile {
    /// The index in `folder` for the repository at a path. `ways` are the settings that change what
    /// is read; each combination has a file of its own.
    pub fn new(folder: PathBuf, repository: &Path, ways: &[&str]) -> Self {
        let path = repository.canonicalize().unwrap_or_else(|_| repository.to_path_buf());
        let path = path.as_os_str().as_encoded_bytes();
        let ways = ways.iter().map(|way| format!("{}:{way}", way.len()));
        let key = [
            format::FORMAT.to_string(),
            env!("CARGO_PKG_VERSION").to_owned(),
            path.escape_ascii().to_string(),
        ];
        let key = key.into_iter().chain(ways).collect::<Vec<_>>().join("\n");
        CacheFile { folder, repository: format!("{:016x}-", fingerprint(path)), key }
    }

    /// Reads the index; `None` if there is none.
    ///
    /// # Errors
    /// [`IndexDamage`] if the file exists but cannot be used.
    pub fn read<R: DeserializeOwned>(&self) -> Result<Option<R>, IndexDamage> {
        let path = self.path();
        // A pipe or a device is not even opened, and a link is not followed.
        match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(file) if file.is_file() && is_private(&file) && is_private_folder(&self.folder) => {}
            Ok(_) => return Err(IndexDamage::Untrusted),
            Err(_) => return Err(IndexDamage::Unreadable),
        }
        match std::fs::read(&path) {
            Ok(bytes) => decode(&self.key, &bytes).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(_) => Err(IndexDamage::Unreadable),
        }
    }

    /// Writes a record atomically; of two writers the last one wins.
    ///
    /// # Errors
    /// The I/O error of the operating system.
    pub fn write<R: Serialize>(&self, record: &R) -> io::Result<()> {
        let bytes = encode(&self.key, record).ok_or(ErrorKind::InvalidData)?;
        std::fs::create_dir_all(&self.folder)?;
        make_private(&self.folder);
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.persist(self.path())?;
        self.remove_old_files();
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!(
            "{}{:016x}.index",
            self.repository,
            fingerprint(self.key.as_bytes())
        ))
    }

    /// Removes this repository's oldest indexes and abandoned unfinished files. Failures to remove
    /// are ignored.
    fn remove_old_files(&self) {
        let all = std::fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok);
        let mut own: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in all {
            let (name, changed) =
                (entry.file_name(), entry.metadata().and_then(|about| about.modified()));
            let (name, Ok(changed)) = (name.to_string_lossy(), changed) else { continue };
            if name.starts_with(&self.repository) {
                own.push((changed, entry.path()));
            } else if name.starts_with(UNFINISHED)
                && changed.elapsed().is_ok_and(|age| age > WRITING)
            {
                drop(std::fs::remove_file(entry.path()));
            }
        }
        own.sort();
        own.iter().rev().skip(KEPT).for_each(|(_, path)| drop(std::fs::remove_file(path)));
    }
}

fn is_private_folder(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|about| about.is_dir() && is_private(&about))
}

/// True for a file or folder of this user that nobody else may write to: whoever can write an index
/// can make up a history.
#[cfg(unix)]
fn is_private(about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.uid() == rustix::process::geteuid().as_raw() && about.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

/// Takes away others' permission to write to an own folder.
#[cfg(unix)]
fn make_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(about) = std::fs::metadata(folder) else { return };
    let mode = about.permissions().mode();
    if mode & 0o022 != 0 {
        // If it is not this user's, the index is not used either.
        drop(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode & !0o022)));
    }
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}

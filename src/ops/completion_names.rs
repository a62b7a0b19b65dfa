//! A cache of app and stage names for shell completion.

use crate::git::Repository;
use crate::model::Mapping;
use crate::model::fingerprint;
use crate::ops::session::Session;
use crate::report::display_names;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The names that completion offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionNames {
    pub stages: Vec<String>,
    pub apps: BTreeSet<String>,
}

impl CompletionNames {
    /// The names of a mapping.
    pub fn from_mapping(mapping: &Mapping) -> Self {
        CompletionNames {
            stages: mapping.stages.iter().map(ToString::to_string).collect(),
            apps: display_names(&mapping.entries).into_values().collect(),
        }
    }
}

/// Stores the names for the next completion. A failure is ignored.
pub fn store_names(session: &Session, repository: &Repository, names: &CompletionNames) {
    let Some(cache) = session.writable_cache() else { return };
    if load_names(cache, repository).as_ref() != Some(names) {
        let _ = write_file(&cache_path(cache, repository), names);
    }
}

/// Loads the stored names.
pub fn load_names(cache: &Path, repository: &Repository) -> Option<CompletionNames> {
    serde_json::from_slice(&std::fs::read(cache_path(cache, repository)).ok()?).ok()
}

fn write_file(path: &Path, names: &CompletionNames) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, names)?;
    file.flush()?;
    file.persist(path)?;
    Ok(())
}

fn cache_path(cache: &Path, repository: &Repository) -> PathBuf {
    let git_dir = repository.git_dir();
    let path = git_dir.canonicalize().unwrap_or_else(|_| git_dir.to_path_buf());
    cache
        .join("names")
        .join(format!("{:016x}.json", fingerprint(path.as_os_str().as_encoded_bytes())))
}

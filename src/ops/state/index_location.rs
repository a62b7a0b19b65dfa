//! The location of the history index of a repository.

use crate::git::Repository;
use crate::history::index::{CacheFile, IndexRecord, StatusRecord};
use crate::ops::session::Session;
use crate::ops::state::effective_config::ConfigFile;

/// The cache file for flags of commits, which do not depend on the configuration.
pub fn of_commits(session: &Session, repository: &Repository) -> Option<CacheFile> {
    let folder = session.options.cache.as_deref().filter(|_| !session.options.no_index)?;
    Some(CacheFile::new(folder.join("commits"), repository.common_dir(), &[]))
}

/// Paths of the index and of the last status for a repository and configuration; `None` disables
/// them.
pub struct IndexLocation {
    history: Option<CacheFile>,
    status: Option<CacheFile>,
}

impl IndexLocation {
    /// The location of the index for these settings.
    pub fn new(
        session: &Session,
        repository: &Repository,
        branch: Option<&str>,
        stated: Option<&ConfigFile>,
    ) -> Self {
        let folder = session.options.cache.as_deref().filter(|_| !session.options.no_index);
        let shallow = repository
            .shallow_commits()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ");
        let (name, text) =
            stated.map_or(("", ""), |stated| (stated.name.as_str(), stated.text.as_str()));
        let ways = [branch.unwrap_or_default(), &shallow, name, text];
        let file = |kind: &str| {
            folder.map(|folder| CacheFile::new(folder.join(kind), repository.common_dir(), &ways))
        };
        IndexLocation { history: file("index"), status: file("status") }
    }

    /// No location: no index is read or written.
    pub fn none() -> Self {
        IndexLocation { history: None, status: None }
    }

    /// Loads the index. An unusable index is ignored and rebuilt.
    pub fn load_record(&self, session: &Session) -> Option<IndexRecord> {
        self.history.as_ref()?.read().unwrap_or_else(|damage| {
            session.detail(&format!("rebuilding the index: {damage}"));
            None
        })
    }

    /// Loads what the last status found. An unusable file is ignored and written anew.
    pub fn load_status(&self, session: &Session) -> Option<StatusRecord> {
        self.status.as_ref()?.read().unwrap_or_else(|damage| {
            session.detail(&format!("ignoring the last status: {damage}"));
            None
        })
    }

    /// Stores what a status found, unless nothing may be written. A failure is only a detail.
    pub fn store_status(&self, session: &Session, record: &StatusRecord) {
        let file = self.status.as_ref().filter(|_| session.writable_cache().is_some());
        if let Some(Err(error)) = file.map(|file| file.write(record)) {
            session.detail(&format!("cannot store the status: {error}"));
        }
    }

    /// Stores a record, unless nothing may be written. A failure is only a detail.
    pub fn store_record(&self, session: &Session, record: &IndexRecord) {
        let shelf = self
            .history
            .as_ref()
            .filter(|_| session.writable_cache().is_some() && record.is_whole());
        if let Some(Err(error)) = shelf.map(|shelf| shelf.write(record)) {
            session.detail(&format!("cannot store the index: {error}"));
        }
    }
}

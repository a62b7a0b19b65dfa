//! The location of the history index of a repository.

use crate::git::Repository;
use crate::history::index::{CacheFile, IndexRecord};
use crate::ops::session::Session;
use crate::ops::state::effective_config::ConfigFile;

/// The cache file for flags of commits, which do not depend on the configuration.
pub fn of_commits(session: &Session, repository: &Repository) -> Option<CacheFile> {
    let folder = session.options.cache.as_deref().filter(|_| !session.options.no_index)?;
    Some(CacheFile::new(folder.join("commits"), repository.common_dir(), &[]))
}

/// Path of the index file for a repository and configuration; `None` disables the index.
pub struct IndexLocation(Option<CacheFile>);

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
        IndexLocation(
            folder
                .map(|folder| CacheFile::new(folder.join("index"), repository.common_dir(), &ways)),
        )
    }

    /// No location: no index is read or written.
    pub fn none() -> Self {
        IndexLocation(None)
    }

    /// Loads the index. An unusable index is ignored and rebuilt.
    pub fn load_record(&self, session: &Session) -> Option<IndexRecord> {
        self.0.as_ref()?.read().unwrap_or_else(|damage| {
            session.detail(&format!("rebuilding the index: {damage}"));
            None
        })
    }

    /// Stores a record, unless nothing may be written. A failure is only a detail.
    pub fn store_record(&self, session: &Session, record: &IndexRecord) {
        let shelf =
            self.0.as_ref().filter(|_| session.writable_cache().is_some() && record.is_whole());
        if let Some(Err(error)) = shelf.map(|shelf| shelf.write(record)) {
            session.detail(&format!("cannot store the index: {error}"));
        }
    }
}

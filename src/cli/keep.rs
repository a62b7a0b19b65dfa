//! Where the index of a repository is kept, if one may be.

use super::context::CommandContext;
use super::settings::ConfigFile;
use crate::git::Repository;
use crate::history::index::{CacheFile, IndexRecord};

/// The place of what is known of single commits, in whatever way a repository is read.
pub fn of_commits(context: &CommandContext, repository: &Repository) -> Option<CacheFile> {
    let folder = context.environment.cache.as_deref().filter(|_| !context.globals.no_index)?;
    Some(CacheFile::new(folder.join("commits"), repository.common_dir(), &[]))
}

/// The place of the index, for one way of reading a repository.
pub struct IndexLocation(Option<CacheFile>);

impl IndexLocation {
    /// The place for what is read with these settings.
    pub fn new(
        context: &CommandContext,
        repository: &Repository,
        branch: Option<&str>,
        stated: Option<&ConfigFile>,
    ) -> Self {
        let folder = context.environment.cache.as_deref().filter(|_| !context.globals.no_index);
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

    /// No place: nothing is kept.
    pub fn none() -> Self {
        IndexLocation(None)
    }

    /// What the index says. One that cannot be used is passed over, for it is made anew.
    pub fn load_record(&self, context: &CommandContext) -> Option<IndexRecord> {
        self.0.as_ref()?.read().unwrap_or_else(|damage| {
            context.ui.print_detail(&format!("the index is not used: {damage}; it is made anew"));
            None
        })
    }

    /// Keeps a record, unless nothing may be written. That this fails is no reason to fail.
    pub fn store_record(&self, context: &CommandContext, record: &IndexRecord) {
        let shelf =
            self.0.as_ref().filter(|_| context.writable_cache().is_some() && record.is_whole());
        if let Some(Err(error)) = shelf.map(|shelf| shelf.write(record)) {
            context.ui.print_detail(&format!("the index cannot be kept: {error}"));
        }
    }
}

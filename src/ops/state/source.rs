//! The source of a repository state: its snapshot, its configuration file and its branch.

use crate::git::{Repository, Snapshot};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::effective_config;
use crate::ops::state::effective_config::ConfigFile;
use crate::ops::state::{RevisionSelector, open_snapshot};
use crate::source::{ParseCache, SnapshotReader};

pub(super) struct StateSource<'r> {
    pub snapshot: Snapshot<'r>,
    /// The configuration file, if there is one.
    pub stated: Option<ConfigFile>,
    pub branch: Option<String>,
}

impl<'r> StateSource<'r> {
    /// Opens the branch that the user names, else the one in the configuration, else HEAD.
    pub fn load(
        session: &Session,
        repository: &'r Repository,
        when: RevisionSelector<'_>,
        cache: &ParseCache,
    ) -> Result<Self, Failure> {
        let asked = session.options.branch.as_deref();
        let snapshot = open_snapshot(session, repository, when, asked)?;
        let stated =
            find_config_file(session, repository, when, &SnapshotReader::new(&snapshot, cache))?;
        let branch = asked.map(str::to_owned).or_else(|| repository.head_branch());
        let start = StateSource { snapshot, stated, branch };
        if asked.is_some() {
            Ok(start)
        } else {
            start.on_its_branch(session, repository, when, cache)
        }
    }

    /// Switches to the branch that the configuration names. A configuration with sources applies
    /// there too; otherwise that branch may have its own.
    fn on_its_branch(
        self,
        session: &Session,
        repository: &'r Repository,
        when: RevisionSelector<'_>,
        cache: &ParseCache,
    ) -> Result<Self, Failure> {
        let named = self.stated.as_ref().and_then(|stated| stated.config.branch.clone());
        let Some(named) = named.filter(|named| self.branch.as_ref() != Some(named)) else {
            return Ok(self);
        };
        let snapshot = open_snapshot(session, repository, when, Some(&named))?;
        let is_complete =
            self.stated.as_ref().is_some_and(|stated| !stated.config.rules.is_empty());
        let stated = if is_complete {
            self.stated
        } else {
            find_config_file(session, repository, when, &SnapshotReader::new(&snapshot, cache))?
        };
        Ok(StateSource { snapshot, stated, branch: Some(named) })
    }
}

/// The configuration file for this state.
pub(super) fn find_config_file(
    session: &Session,
    repository: &Repository,
    when: RevisionSelector<'_>,
    reader: &SnapshotReader<'_>,
) -> Result<Option<ConfigFile>, Failure> {
    if when.is_alone {
        effective_config::find_own_config(session, reader)
    } else {
        effective_config::find_config_file(session, repository, reader)
    }
}

//! Where a state begins: the snapshot that is meant, the configuration file that counts there, and
//! the branch that it is of.

use super::deployed_branch::usual_branch;
use super::effective_config::{self, ConfigFile};
use super::selector::{RevisionSelector, open_snapshot};
use crate::git::{Repository, Snapshot};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::source::{ParseCache, SnapshotReader};

/// A snapshot, the configuration file that counts for it, and its branch.
pub struct StateSource<'r> {
    pub snapshot: Snapshot<'r>,
    pub config_file: Option<ConfigFile>,
    pub branch: Option<String>,
}

/// The snapshot of a branch; `None` is the commit that is checked out.
type SnapshotOf<'s, 'r> = &'s dyn Fn(Option<&str>) -> Result<Snapshot<'r>, Failure>;

/// The configuration file that counts for a snapshot.
type ConfigOf<'s> = &'s dyn Fn(&SnapshotReader<'_>) -> Result<Option<ConfigFile>, Failure>;

impl<'r> StateSource<'r> {
    /// The source of the state that is asked for.
    ///
    /// # Errors
    /// When there is no such state, or its configuration is wrong.
    pub fn load(
        session: &Session,
        repository: &'r Repository,
        when: RevisionSelector<'_>,
        cache: &ParseCache,
    ) -> Result<Self, Failure> {
        let snapshot_of = |branch: Option<&str>| open_snapshot(session, repository, when, branch);
        let config_of = |reader: &SnapshotReader<'_>| {
            if when.is_alone {
                effective_config::find_own_config(session, reader)
            } else {
                effective_config::find_config_file(session, repository, reader)
            }
        };
        StateSource::locate(session, repository, &snapshot_of, &config_of, cache)
    }

    /// The one rule for which branch and which configuration count: the branch that the user names,
    /// else the one that the configuration of the usual branch names. The configuration of that
    /// branch counts, and where it has none, a complete one of the usual branch.
    ///
    /// # Errors
    /// Those of the two functions.
    pub fn locate(
        session: &Session,
        repository: &Repository,
        snapshot_of: SnapshotOf<'_, 'r>,
        config_of: ConfigOf<'_>,
        cache: &ParseCache,
    ) -> Result<Self, Failure> {
        let branch = usual_branch(session, repository);
        let snapshot = snapshot_of(branch.as_deref())?;
        let config_file = config_of(&SnapshotReader::new(&snapshot, cache))?;
        let configured = config_file.as_ref().and_then(|file| file.config.branch.clone());
        let is_named = session.options.branch.is_some();
        let Some(named) = configured.filter(|named| !is_named && branch.as_ref() != Some(named))
        else {
            return Ok(StateSource { snapshot, config_file, branch });
        };
        let snapshot = snapshot_of(Some(&named))?;
        // The checked-out commit may be anybody's pull request, so the rules are those of the
        // branch; a complete configuration elsewhere counts where the branch has none.
        let own = config_of(&SnapshotReader::new(&snapshot, cache))?;
        let complete = config_file.filter(|file| !file.config.rules.is_empty());
        let config_file = match own {
            Some(own) if !own.config.rules.is_empty() || complete.is_none() => Some(own),
            own => complete.or(own),
        };
        Ok(StateSource { snapshot, config_file, branch: Some(named) })
    }
}

//! One state of a repository: its mapping, the configuration that counts, and its branch.

use super::assumption::{assumption_text, nothing_found_text};
use super::branches::tip_at;
use super::effective_config::{self, EffectiveConfig};
use super::index_location::IndexLocation;
use super::indexed_history::IndexedHistory;
use super::loader::StateLoader;
use super::owned_readings::OwnedReadings;
use super::selector::RevisionSelector;
use crate::config::ConfigOrigin;
use crate::git::{Oid, Repository};
use crate::history::index::{StatusRecord, VersionArrival};
use crate::model::{Mapping, MappingEntry, StageName};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::source::ParseCache;
use jiff::Timestamp;
use std::cell::RefCell;

/// The state of a repository: configuration, mapping, branch and commit.
pub struct RepositoryState {
    pub settings: EffectiveConfig,
    pub mapping: Mapping,
    pub branch: Option<String>,
    /// The commit that was read, or `None` for the files on disk.
    pub commit: Option<Oid>,
    pub time: Option<Timestamp>,
    /// The parsed files, for the history walk.
    pub(in crate::ops) cache: ParseCache,
    /// The claim readings at the tip, until the history walk takes them.
    pub(super) readings: RefCell<OwnedReadings>,
    /// The number of threads that read history, if the user set it.
    pub(super) threads: Option<usize>,
    /// The time of the state, if it is not now. Branches of stages are read up to it.
    pub(super) moment: Option<Timestamp>,
    pub(in crate::ops) keep: IndexLocation,
    /// The record from the index, until it is used.
    pub(in crate::ops) archive: RefCell<Option<IndexedHistory>>,
}

impl RepositoryState {
    /// Reads one state of a repository, from the index if it is current.
    ///
    /// # Errors
    /// When the state does not exist or the configuration is wrong. A file that cannot be read is a
    /// warning of the mapping.
    pub fn load(
        session: &Session,
        repository: &Repository,
        when: RevisionSelector<'_>,
    ) -> Result<Self, Failure> {
        RepositoryState::load_from(session, StateLoader::new(session, repository, when)?)
    }

    fn load_from(session: &Session, loader: StateLoader<'_>) -> Result<Self, Failure> {
        let record = loader.commit().and_then(|_| loader.index.load_record(session));
        let restored = record.as_ref().filter(|record| loader.is_current(record));
        let settings = restored.and_then(|record| {
            let config_file = loader.source.config_file.clone();
            effective_config::restore_config(session, config_file, record.found.as_ref())
        });
        match (settings, record) {
            (Some(settings), Some(record)) => Ok(loader.restore(settings, record)),
            (_, record) => loader.read(record),
        }
    }

    /// Reads the newest state, from the last status if that is current. Also returns the commits
    /// that brought the versions, where the last status has found them.
    ///
    /// # Errors
    /// Those of [`RepositoryState::load`].
    pub fn load_with_arrivals(
        session: &Session,
        repository: &Repository,
    ) -> Result<(Self, Option<Vec<VersionArrival>>), Failure> {
        let loader = StateLoader::new(session, repository, RevisionSelector::default())?;
        let status = loader.index.load_status(session);
        let status = status.filter(|status| loader.is_current_status(status));
        let settings = status.as_ref().and_then(|status| {
            let config_file = loader.source.config_file.clone();
            effective_config::restore_config(session, config_file, status.found.as_ref())
        });
        match (settings, status) {
            (Some(settings), Some(StatusRecord { mapping, arrivals, .. })) => {
                Ok((loader.restore_status(settings, mapping), Some(arrivals)))
            }
            _ => Ok((RepositoryState::load_from(session, loader)?, None)),
        }
    }

    /// The commit that this state has of a stage: the newest one of the stage's own branch, if it
    /// has one. `None` means the files on disk, or that the branch had no commit yet.
    ///
    /// # Errors
    /// When the branch does not exist.
    pub fn commit_of_stage(
        &self,
        session: &Session,
        repository: &Repository,
        stage: Option<&StageName>,
    ) -> Result<Option<Oid>, Failure> {
        let stage = stage.and_then(|stage| self.settings.config.stage(stage.as_str()));
        match stage.and_then(|stage| stage.branch.as_deref()) {
            Some(branch) => Ok(tip_at(session, repository, branch, self.moment)?),
            None => Ok(self.commit),
        }
    }

    /// Notes what was assumed, and how to save it.
    pub fn note_assumption(&self, session: &Session) {
        if let Some(note) = &self.settings.note {
            session.note(note);
        }
        if let Some(proposal) = &self.settings.assumed {
            session.note(&assumption_text(proposal, &self.settings.config, &self.mapping));
            for (sure, rules) in
                [("assumed", &proposal.config.rules), ("unsure", &proposal.unsure.rules)]
            {
                for rule in rules {
                    session.detail(&format!("{sure}: {} {}", rule.kind, rule.path.as_str()));
                }
            }
        } else if self.mapping.entries.is_empty() {
            session.note(&nothing_found_text(&self.mapping));
        }
    }

    /// The origin of an entry in words: the line of the configuration, or the discovered path.
    pub fn entry_origin(&self, entry: &MappingEntry) -> String {
        let Some(rule) = self.settings.config.rules.get(entry.rule) else { return String::new() };
        match (&self.settings.config.origin, rule.line) {
            (ConfigOrigin::File(name), Some(line)) => format!("{name}:{line}"),
            _ => format!("discovered in {}", rule.path.as_str()),
        }
    }
}

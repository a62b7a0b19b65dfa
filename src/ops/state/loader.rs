//! Reads a state from its files, or takes it from an index that knows the same commits.

use super::branches::{branch_time, tip_at};
use super::deployed_branch::{note_divergence, note_other_branch, note_unknown_branch};
use super::effective_config::{self, EffectiveConfig};
use super::index_location::IndexLocation;
use super::indexed_history::IndexedHistory;
use super::mapping::assemble_mapping;
use super::owned_readings::OwnedReadings;
use super::repository_state::RepositoryState;
use super::selector::RevisionSelector;
use super::source::StateSource;
use crate::git::{GitError, Oid, Repository};
use crate::history::index::{IndexRecord, StatusRecord};
use crate::model::{Mapping, StageName};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::source::{ParseCache, SnapshotReader, read_claims};
use jiff::Timestamp;
use std::cell::RefCell;

/// Everything that is known before the first mapped file is read.
pub(super) struct StateLoader<'r> {
    session: &'r Session,
    repository: &'r Repository,
    when: RevisionSelector<'r>,
    pub source: StateSource<'r>,
    pub index: IndexLocation,
    moment: Option<Timestamp>,
    cache: ParseCache,
}

impl<'r> StateLoader<'r> {
    pub fn new(
        session: &'r Session,
        repository: &'r Repository,
        when: RevisionSelector<'r>,
    ) -> Result<Self, Failure> {
        let cache = ParseCache::default();
        let source = StateSource::load(session, repository, when, &cache)?;
        let branch = source.branch.as_deref();
        if when.at.is_none() && !when.work_tree {
            note_other_branch(session, repository, branch);
            note_unknown_branch(session, repository, branch);
            note_divergence(session, repository, branch);
        }
        let moment = branch_time(session, repository, when, branch, &source.snapshot);
        let index = IndexLocation::new(session, repository, branch, source.config_file.as_ref());
        Ok(StateLoader { session, repository, when, source, index, moment, cache })
    }

    pub fn commit(&self) -> Option<Oid> {
        self.source.snapshot.commit()
    }

    /// True where the record is about the newest commits of all branches that count.
    pub fn is_current(&self, record: &IndexRecord) -> bool {
        self.covers_tips(|tips| record.is_of(tips))
    }

    /// True where the last status was about the newest commits of all branches that count.
    pub fn is_current_status(&self, record: &StatusRecord) -> bool {
        self.covers_tips(|tips| record.is_of(tips))
    }

    fn covers_tips(&self, is_of: impl Fn(&[(Option<&StageName>, Oid)]) -> bool) -> bool {
        let Some(commit) = self.commit() else { return false };
        let config_file = self.source.config_file.as_ref();
        let branches = config_file.into_iter().flat_map(|file| file.config.stage_branches());
        let tips = branches.filter_map(|(stage, branch)| {
            let tip = tip_at(self.session, self.repository, branch, self.moment).transpose()?;
            Some(tip.map(|tip| (Some(stage), tip)))
        });
        let tips: Result<Vec<_>, GitError> = [Ok((None, commit))].into_iter().chain(tips).collect();
        tips.is_ok_and(|tips| is_of(&tips))
    }

    /// The state as an index has it.
    pub fn restore(self, settings: EffectiveConfig, mut record: IndexRecord) -> RepositoryState {
        let mapping = std::mem::take(&mut record.mapping);
        self.finish(
            settings,
            mapping,
            OwnedReadings::default(),
            Some(IndexedHistory::Current(record)),
        )
    }

    /// The state as the last status found it. Nobody asks it for more of the past.
    pub fn restore_status(self, settings: EffectiveConfig, mapping: Mapping) -> RepositoryState {
        self.finish(settings, mapping, OwnedReadings::default(), None)
    }

    /// The state as its files have it; an older record is kept for the walk of the past.
    pub fn read(mut self, record: Option<IndexRecord>) -> Result<RepositoryState, Failure> {
        let (session, repository) = (self.session, self.repository);
        let reader = SnapshotReader::new(&self.source.snapshot, &self.cache);
        let config_file = self.source.config_file.take();
        let settings = effective_config::load(session, repository, config_file, &reader);
        let readings = read_claims(&settings.config, &reader, None);
        let counts = (&settings.config, self.moment);
        let mut mapping =
            assemble_mapping(session, repository, counts, (&reader, &readings), &self.cache)?;
        let readings = OwnedReadings::from_readings(readings);
        drop(reader);
        if let Some(proposal) = &settings.assumed {
            mapping.warnings.extend(proposal.unreadable.iter().cloned());
            mapping.warnings.sort();
            mapping.warnings.dedup();
        }
        if !settings.follow_from_a_commit() || self.when.is_ahead {
            self.index = IndexLocation::none();
        }
        let is_newest = self.when.at.is_none() || self.when.is_ahead;
        let record = record.filter(|_| is_newest).map(IndexedHistory::Older);
        Ok(self.finish(settings, mapping, readings, record))
    }

    fn finish(
        self,
        settings: EffectiveConfig,
        mapping: Mapping,
        readings: OwnedReadings,
        archive: Option<IndexedHistory>,
    ) -> RepositoryState {
        let snapshot = &self.source.snapshot;
        RepositoryState {
            settings,
            mapping,
            commit: snapshot.commit(),
            time: snapshot.time().and_then(|seconds| Timestamp::from_second(seconds).ok()),
            branch: self.source.branch.clone(),
            cache: self.cache,
            readings: RefCell::new(readings),
            threads: self.session.options.threads,
            moment: self.moment,
            keep: self.index,
            archive: RefCell::new(archive),
        }
    }
}

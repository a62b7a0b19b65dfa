//! The past of a state: walked, or taken from an index.

use super::branches::tip_at;
use super::effective_config;
use super::indexed_history::IndexedHistory;
use super::repository_state::RepositoryState;
use super::since_lookup::SinceLookup;
use crate::git::{GitError, Oid, Repository, Snapshot, WalkEnd, WalkProgress};
use crate::history::index::{
    BranchHistory, BranchTip, IndexRecord, RefreshRequest, StatusRecord, VersionArrival,
    introductions_from_timeline, refresh_history,
};
use crate::history::{
    self, IntroducingCommit, IntroducingCommits, WalkOptions, load_introducing_commit,
};
use crate::model::{CellKey, MappingEntry, StageName};
use crate::ops::notice::{ProgressKind, TaskProgress};
use crate::ops::session::Session;
use crate::source::{self, Claim, ClaimReading, ParseCache, SnapshotReader};
use std::collections::{HashMap, HashSet};

/// `status` updates an index that is at most this number of commits behind. Beyond, searching the
/// history for the present versions is quicker.
const NEAR: usize = 5_000;

impl RepositoryState {
    /// Since when each of these entries runs what it runs. Files on disk have no past.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn find_introducing_commits(
        &self,
        session: &Session,
        repository: &Repository,
        entries: Vec<MappingEntry>,
    ) -> Result<SinceLookup, GitError> {
        let mut past = SinceLookup::default();
        let Some(tip) = self.commit else { return Ok(past) };
        self.answer_from_index(session, repository, &entries, &mut past)?;
        let config = &self.settings.config;
        let branch_of = |cell: &CellKey| {
            config.stage(cell.stage.as_str()).and_then(|stage| stage.branch.as_deref())
        };
        let open = entries.iter().map(|entry| (entry.cell(), entry.version.clone()));
        let cells = open.filter(|key| !past.found.contains_key(key)).map(|(cell, _)| cell);
        let (elsewhere, here): (HashSet<CellKey>, HashSet<CellKey>) =
            cells.partition(|cell| branch_of(cell).is_some());
        past.add(self.search_mainline(repository, tip, None, &here)?);
        for (stage, branch) in config.stage_branches() {
            let cells = elsewhere.iter().filter(|cell| cell.stage == *stage).cloned().collect();
            if let Some(tip) = tip_at(session, repository, branch, self.moment)? {
                past.add(self.search_mainline(repository, tip, Some(stage), &cells)?);
            }
        }
        Ok(past)
    }

    /// Stores the mapping and the commits that brought its versions, so that the next status reads
    /// neither files nor history. What a shallow or partial clone may still learn is not stored.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn store_arrivals(
        &self,
        session: &Session,
        repository: &Repository,
        past: &SinceLookup,
    ) -> Result<(), GitError> {
        if self.commit.is_none() || past.shallow || past.partial {
            return Ok(());
        }
        let tips = self.branch_tips(session, repository)?.into_iter();
        let tips = tips.map(|(stage, commit)| BranchTip { stage: stage.cloned(), commit });
        let arrivals = past.found.iter().map(|((cell, version), since)| VersionArrival {
            cell: cell.clone(),
            version: version.clone(),
            commit: since.commit,
        });
        let record = StatusRecord {
            tips: tips.collect(),
            mapping: self.mapping.clone(),
            found: self.settings.assumed.as_ref().map(effective_config::discovery_record),
            arrivals: arrivals.collect(),
        };
        self.keep.store_status(session, &record);
        Ok(())
    }

    /// The commits that the last status found.
    ///
    /// # Errors
    /// When the clone lacks one of them.
    pub fn load_arrivals(
        repository: &Repository,
        arrivals: Vec<VersionArrival>,
    ) -> Result<SinceLookup, GitError> {
        let mut known: HashMap<Oid, IntroducingCommit> = HashMap::new();
        let mut past = SinceLookup::default();
        for VersionArrival { cell, version, commit } in arrivals {
            let since = match known.get(&commit) {
                Some(since) => since.clone(),
                None => load_introducing_commit(repository, commit)?,
            };
            known.insert(commit, since.clone());
            past.found.insert((cell, version), since);
        }
        Ok(past)
    }

    fn search_mainline(
        &self,
        repository: &Repository,
        tip: Oid,
        branch_stage: Option<&StageName>,
        cells: &HashSet<CellKey>,
    ) -> Result<IntroducingCommits, GitError> {
        if cells.is_empty() {
            return Ok(IntroducingCommits {
                found: HashMap::new(),
                stopped: WalkEnd::Done,
                is_partial: false,
            });
        }
        let question = self.walk_options(repository, tip, branch_stage);
        history::find_introducing_commits(
            question,
            self.branch_readings(repository, tip, branch_stage, &self.cache)?,
            cells,
        )
    }

    pub(in crate::ops) fn walk_options<'a>(
        &'a self,
        repository: &'a Repository,
        tip: Oid,
        branch_stage: Option<&'a StageName>,
    ) -> WalkOptions<'a> {
        let (config, cache) = (&self.settings.config, &self.cache);
        WalkOptions {
            repository,
            config,
            tip,
            branch_stage,
            cache,
            until: None,
            threads: self.threads,
        }
    }

    /// Loads the history of each branch, and tells whether the index lacks it.
    ///
    /// # Errors
    /// When the clone lacks objects, or the branch of a stage is missing.
    pub fn load_index_record(
        &self,
        session: &Session,
        repository: &Repository,
    ) -> Result<(IndexRecord, bool), GitError> {
        let older = match self.archive.take() {
            Some(IndexedHistory::Current(record)) => {
                self.keep_history(session, &record);
                return Ok((record, false));
            }
            Some(IndexedHistory::Older(record)) => Some(record),
            None => None,
        };
        let found = self.settings.assumed.as_ref().map(effective_config::discovery_record);
        let reads_alike = |record: &IndexRecord| match (&record.found, &found) {
            (Some(then), Some(now)) => then.reads_like(now),
            (None, None) => true,
            _ => false,
        };
        let known = older.filter(reads_alike).map(|record| record.parts).unwrap_or_default();
        let bar = session.progress(ProgressKind::Delayed, "Reading the history");
        let mut parts = Vec::new();
        for (stage, tip) in self.branch_tips(session, repository)? {
            let known = known.iter().find(|part| part.stage.as_ref() == stage);
            parts.push(self.load_branch_history(repository, tip, stage, known, bar.as_ref())?);
        }
        let record = IndexRecord { mapping: self.mapping.clone(), found, parts, judged: None };
        self.keep_history(session, &record);
        Ok((record, true))
    }

    /// Keeps a copy of the history for the next question, where there will be one.
    fn keep_history(&self, session: &Session, record: &IndexRecord) {
        if session.options.keep_history {
            self.archive.replace(Some(IndexedHistory::Current(record.clone())));
        }
    }

    /// The newest commits of the deployed branch, then of each branch that is a stage.
    fn branch_tips(
        &self,
        session: &Session,
        repository: &Repository,
    ) -> Result<Vec<(Option<&StageName>, Oid)>, GitError> {
        let branches = self.settings.config.stage_branches();
        let branches = branches
            .map(|(stage, branch)| Ok((Some(stage), session.branch_tip(repository, branch)?)));
        self.commit.map(|tip| Ok((None, tip))).into_iter().chain(branches).collect()
    }

    fn load_branch_history(
        &self,
        repository: &Repository,
        tip: Oid,
        stage: Option<&StageName>,
        known: Option<&BranchHistory>,
        bar: &dyn TaskProgress,
    ) -> Result<BranchHistory, GitError> {
        let spare = ParseCache::default();
        let readings = |cache| self.branch_readings(repository, tip, stage, cache);
        let asked = RefreshRequest {
            question: self.walk_options(repository, tip, stage),
            tip: readings,
            spare: &spare,
        };
        refresh_history(&asked, known, |WalkProgress { done, total }| {
            bar.set_progress(done, total.unwrap_or(0))
        })
    }

    /// Looks up the introducing commits of entries in the index, if it is up to date or near.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn answer_from_index(
        &self,
        session: &Session,
        repository: &Repository,
        entries: &[MappingEntry],
        past: &mut SinceLookup,
    ) -> Result<(), GitError> {
        if !self.is_near(repository)? {
            return Ok(());
        }
        let (record, is_new) = self.load_index_record(session, repository)?;
        let config = &self.settings.config;
        let mut known: HashMap<Oid, IntroducingCommit> = HashMap::new();
        for part in &record.parts {
            let branch = |entry: &&MappingEntry| {
                config.stage(entry.stage.as_str()).and_then(|stage| stage.branch.as_ref())
            };
            let is_here = |entry: &&MappingEntry| match &part.stage {
                Some(stage) => entry.stage == *stage,
                None => branch(entry).is_none(),
            };
            let here: Vec<MappingEntry> = entries.iter().filter(is_here).cloned().collect();
            for (key, commit) in introductions_from_timeline(&part.timeline, &here) {
                let since = match known.get(&commit) {
                    Some(since) => IntroducingCommit::clone(since),
                    None => load_introducing_commit(repository, commit)?,
                };
                known.insert(commit, since.clone());
                past.found.insert(key, since);
            }
        }
        if is_new {
            self.keep.store_record(session, &record);
        }
        Ok(())
    }

    /// True where there is an index that is quick to update.
    pub fn is_near(&self, repository: &Repository) -> Result<bool, GitError> {
        let archive = self.archive.borrow();
        let (tip, record) = match (&*archive, self.commit) {
            (Some(IndexedHistory::Current(_)), _) => return Ok(true),
            (Some(IndexedHistory::Older(record)), Some(tip)) => (tip, record),
            _ => return Ok(false),
        };
        let Some(known) = record.parts.first().map(|part| part.tip) else { return Ok(false) };
        let mut seen = 0;
        let met = repository.find_on_mainline(tip, |id, _| {
            seen += 1;
            id == known || seen > NEAR
        })?;
        Ok(met == Some(known))
    }

    /// The claim readings at the newest commit of a branch.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn branch_readings<'a>(
        &'a self,
        repository: &Repository,
        tip: Oid,
        branch_stage: Option<&StageName>,
        cache: &'a ParseCache,
    ) -> Result<Vec<(Claim<'a>, ClaimReading)>, GitError> {
        let readings = self.readings.take();
        // Without the builds that belong to them, a walk would not know what a change can matter
        // to.
        let is_of_tip = branch_stage.is_none() && self.commit == Some(tip);
        if is_of_tip
            && !readings.is_empty()
            && std::ptr::eq(cache, &self.cache)
            && cache.has_builds_of(tip)
        {
            return Ok(readings.into_claims(&self.settings.config));
        }
        let snapshot = Snapshot::of_commit(repository, tip)?;
        Ok(source::read_claims(
            &self.settings.config,
            &SnapshotReader::new(&snapshot, cache),
            branch_stage,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::TestRepository;
    use crate::ops::session::Options;
    use crate::ops::state::RevisionSelector;
    use std::sync::Arc;

    #[test]
    fn a_second_question_to_the_same_state_walks_nothing() {
        let mut test = TestRepository::new();
        test.commit("one", &[("dev/web.yaml", Some("image: web:v1\n"))]);
        test.commit("two", &[("dev/web.yaml", Some("image: web:v2\n"))]);
        let repository = test.open();
        let clock = || jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
        let session = Session::new(Options::default(), Arc::new(clock));
        let selector = RevisionSelector::default();
        let state = RepositoryState::load(&session, &repository, selector).expect("a state");
        let ask = || state.load_index_record(&session, &repository).expect("a history");
        let (first, is_first_new) = ask();
        let (second, is_second_new) = ask();
        assert_eq!((is_first_new, is_second_new), (true, false));
        assert_eq!(first.parts[0].timeline.len(), second.parts[0].timeline.len());
    }
}

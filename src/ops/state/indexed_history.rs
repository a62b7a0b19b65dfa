//! Reads the history of a repository state with the index, and updates the index.

use crate::config::Config;
use crate::git::{GitError, Oid, Repository, WalkProgress};
use crate::history::index::{
    BranchHistory, IndexRecord, RefreshRequest, introductions_from_timeline, refresh_history,
};
use crate::history::{Deployment, IntroducingCommit, Timeline, load_introducing_commit};
use crate::model::{MappingEntry, StageName};
use crate::ops::notice::{ProgressKind, TaskProgress};
use crate::ops::session::Session;
use crate::ops::state::effective_config;
use crate::ops::state::{RepositoryState, SinceLookup};
use crate::source::ParseCache;
use std::collections::{HashMap, VecDeque};

/// `status` updates an index that is at most this number of commits behind. Beyond, searching the
/// history for the present versions is quicker.
const NEAR: usize = 5_000;

/// A record from the index.
pub enum IndexedHistory {
    /// A record for the present commits. Its mapping has moved into the repository state.
    Current(IndexRecord),
    /// A record for other commits.
    Older(IndexRecord),
}

impl RepositoryState {
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
            Some(IndexedHistory::Current(record)) => return Ok((record, false)),
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
        Ok((IndexRecord { mapping: self.mapping.clone(), found, parts, judged: None }, true))
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
}

/// The timeline of all branches. The timeline of a single branch is moved out of its part.
pub fn take_timeline(parts: &mut [BranchHistory], config: &Config) -> Timeline {
    match parts {
        [part] => std::mem::take(&mut part.timeline),
        parts => merge_timelines(parts, &|stage| {
            config.stage(stage.as_str()).is_some_and(|stage| stage.branch.is_some())
        }),
    }
}

/// Merges timelines by time. Each branch keeps its own order, even where clocks ran backwards. Each
/// stage branch contributes its stage, and the main branch the others.
fn merge_timelines(parts: &[BranchHistory], is_elsewhere: &dyn Fn(&StageName) -> bool) -> Timeline {
    let counts = |part: &BranchHistory, stage: &StageName| match &part.stage {
        Some(branch) => branch == stage,
        None => !is_elsewhere(stage),
    };
    let mut rest: Vec<VecDeque<Deployment<'_>>> = Vec::new();
    for part in parts {
        let deployments = part.timeline.deployments();
        rest.push(deployments.filter(|deployment| counts(part, &deployment.slot.stage)).collect());
    }
    let mut out = Timeline::default();
    let time = |part: &VecDeque<Deployment<'_>>| part.front().map(|deployment| deployment.time);
    while let Some(newest) = rest.iter_mut().max_by_key(|part| time(part))
        && let Some(deployment) = newest.pop_front()
    {
        let commit = (deployment.commit, deployment.time);
        out.push(commit, deployment.slot, deployment.from, deployment.to, deployment.path);
    }
    out
}

//! The deployments of a repository, each with its kind of change.

pub mod filter;
pub mod recent;
pub mod selection;

use crate::config::Config;
use crate::git::{Oid, Repository, Snapshot, short_id};
use crate::history;
use crate::history::MERGE_TOLERANCE;
use crate::history::index::IndexRecord;
use crate::history::{CommitDetails, CommitDetailsReader, Deployment, StageComparison, Timeline};
use crate::model::{AppName, CellKey, MappingEntry, StageName, short_commit};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::ops::state::indexed_history;
use crate::pipeline::HistoryLimit;
use crate::report::{DeploymentReport, names_over_time};
use crate::source::claims_on;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// All deployments of a repository, with display names and commit details.
pub struct DeploymentHistory<'r> {
    pub timeline: Timeline,
    /// The configured stages, and stages that exist only in the past.
    pub stages: Vec<StageName>,
    comparison: Option<StageComparison>,
    /// The last commits of a shallow clone; older history is unknown.
    ends_at: Vec<Oid>,
    /// Files whose older contents a partial clone lacks.
    lost: BTreeSet<String>,
    /// Merges of a branch's own remote state, newest first, with their second parents.
    pulled: Vec<(String, String)>,
    /// True where some files in the oldest commits could not be read.
    hidden: bool,
    /// The present cells.
    standing: Vec<CellKey>,
    names: BTreeMap<(AppName, Option<String>), String>,
    accounts: RefCell<CommitDetailsReader<'r>>,
}

/// Limits of the merges that are looked into, of the commits behind each, and of those named.
const MAX_PULLED: usize = 10;
const MAX_HIDDEN: usize = 50;
const MAX_NAMED: usize = 5;

/// Commits behind the second parent of a merge, but not behind the first, that changed a file with
/// versions; newest first.
fn hidden_deployments(
    repository: &Repository,
    config: &Config,
    merge: Oid,
    other: Oid,
) -> Vec<(Oid, String)> {
    let first = repository.commit_parents(merge).ok().and_then(|parents| parents.first().copied());
    let ahead = first.and_then(|first| repository.commits_ahead(first, other, MAX_HIDDEN).ok());
    let deploys = |commit: &Oid| -> Option<bool> {
        let parents = repository.commit_parents(*commit).ok()?;
        let before = Snapshot::of_commit(repository, *parents.first()?).ok()?;
        let after = Snapshot::of_commit(repository, *commit).ok()?;
        let changed = before.differences_to(&after).ok()?;
        let mut paths = changed.changes.iter().map(|change| change.path.as_str());
        Some(paths.any(|path| !claims_on(config, path).is_empty()))
    };
    let commits = ahead.flatten().unwrap_or_default().into_iter();
    let deploying = commits.filter(|commit| deploys(commit).unwrap_or(false));
    let subject = |commit: Oid| Some((commit, repository.commit_info(commit).ok()?.subject));
    deploying.filter_map(subject).collect()
}

/// Writes the index record, and returns the timeline. A record of one branch is written with the
/// timeline in it.
fn store_record(
    record: &mut IndexRecord,
    timeline: Timeline,
    tolerance: i64,
    write: &dyn Fn(&IndexRecord),
) -> Timeline {
    let [part] = record.parts.as_mut_slice() else {
        write(record);
        return timeline;
    };
    part.timeline = timeline;
    record.judged = Some(tolerance);
    write(record);
    std::mem::take(&mut record.parts[0].timeline)
}

impl<'r> DeploymentHistory<'r> {
    /// Reads the deployments of a repository state. Merges may overtake each other by `tolerance`
    /// seconds.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn load(
        session: &Session,
        repository: &'r Repository,
        survey: &RepositoryState,
        tolerance: i64,
    ) -> Result<Self, Failure> {
        let (mut record, is_new) = survey.load_index_record(session, repository)?;
        let config = &survey.settings.config;
        let mut timeline = indexed_history::take_timeline(&mut record.parts, config);
        let comparison = match record.judged {
            Some(judged) if judged == tolerance => None,
            _ => Some(history::classify(&mut timeline, config, tolerance)),
        };
        if is_new
            || (tolerance == MERGE_TOLERANCE && comparison.is_some() && record.parts.len() == 1)
        {
            record.mapping.clone_from(&survey.mapping);
            timeline = store_record(&mut record, timeline, tolerance, &|record| {
                survey.keep.store_record(session, record)
            });
        }
        let names = names_over_time(&survey.mapping.entries, timeline.cells());
        let standing = survey.mapping.entries.iter().map(MappingEntry::cell).collect();
        let accounts = RefCell::new(CommitDetailsReader::new(repository));
        let stages = history::stages(&timeline, config);
        let ends_at = record.parts.iter().filter_map(|part| part.edge).collect();
        let lost = record.parts.iter().flat_map(|part| part.lost.clone()).collect();
        let hidden = record.parts.iter().any(|part| part.pending);
        let pulled = record.parts.iter().flat_map(|part| part.pulled.clone()).collect();
        Ok(DeploymentHistory {
            timeline,
            stages,
            comparison,
            ends_at,
            lost,
            pulled,
            hidden,
            standing,
            names,
            accounts,
        })
    }

    /// The history of a repository state from a timeline with only its newest part.
    pub fn of_part(
        repository: &'r Repository,
        survey: &RepositoryState,
        mut timeline: Timeline,
    ) -> Self {
        let config = &survey.settings.config;
        let comparison = Some(history::classify(&mut timeline, config, MERGE_TOLERANCE));
        DeploymentHistory {
            stages: history::stages(&timeline, config),
            comparison,
            ends_at: Vec::new(),
            lost: BTreeSet::new(),
            pulled: Vec::new(),
            hidden: false,
            standing: survey.mapping.entries.iter().map(MappingEntry::cell).collect(),
            names: names_over_time(&survey.mapping.entries, timeline.cells()),
            accounts: RefCell::new(CommitDetailsReader::new(repository)),
            timeline,
        }
    }

    /// The display name of the app of a cell.
    pub fn name<'s>(&'s self, cell: &'s CellKey) -> &'s str {
        self.names
            .get(&(cell.app.clone(), cell.component.clone()))
            .map_or(cell.app.as_str(), String::as_str)
    }

    /// All cells, past and present, including cells without deployments in the known history.
    pub fn cells(&self) -> impl Iterator<Item = &CellKey> {
        self.timeline.cells().iter().chain(&self.standing)
    }

    /// The names that the app of a cell is known by.
    pub fn app_words(&self, cell: &CellKey) -> BTreeSet<String> {
        let own = [self.name(cell).to_owned(), cell.app.to_string()];
        own.into_iter().chain(cell.component.clone()).chain(cell.full_name()).collect()
    }

    /// True where the clone has the whole history.
    pub fn is_complete(&self) -> bool {
        self.ends_at.is_empty() && self.lost.is_empty()
    }

    /// The end of the known history, if the clone lacks older history.
    pub fn history_limit(&self, repository: &Repository, now: i64) -> Option<HistoryLimit> {
        if !self.lost.is_empty() {
            // The time from which a missing file is known is not recorded.
            return Some(HistoryLimit { since: now, remedy: "git fetch --refetch --no-filter" });
        }
        // With several branches, the shortest known history counts.
        let times = self
            .ends_at
            .iter()
            .map(|end| repository.commit_info(*end).map_or(now, |info| info.time));
        times.max().map(|since| HistoryLimit { since, remedy: "git fetch --unshallow" })
    }

    /// Compares the deployments with those in their previous stages. A comparison from loading is
    /// returned as it is; otherwise merges may overtake each other by `tolerance` seconds.
    pub fn compare_stages(&mut self, config: &Config, tolerance: i64) -> StageComparison {
        let known = self.comparison.take();
        known.unwrap_or_else(|| history::classify(&mut self.timeline, config, tolerance))
    }

    /// Warns about merges of a branch with its own remote state. What was pushed before them is
    /// behind their second parents, and so not on the mainline.
    pub fn tell_pulled(&self, session: &Session, repository: &Repository, config: &Config) {
        let Some((newest, _)) = self.pulled.first() else { return };
        let count = match self.pulled.len() {
            1 => "a merge made by `git pull` hides".to_owned(),
            count => format!("{count} merges made by `git pull` hide"),
        };
        session.caution(&format!(
            "{count} the commits that were pushed before; they are not part of this history \
             (newest: {})",
            short_commit(newest)
        ));
        let ids =
            self.pulled.iter().take(MAX_PULLED).filter_map(|(id, other)| {
                Some((id.parse::<Oid>().ok()?, other.parse::<Oid>().ok()?))
            });
        let hidden =
            ids.flat_map(|(merge, other)| hidden_deployments(repository, config, merge, other));
        for (commit, subject) in hidden.take(MAX_NAMED) {
            session.hint(&format!("not judged: {} {subject}", short_id(commit)));
        }
    }

    /// Warns where the history of a shallow or partial clone ends.
    pub fn tell_edge(&self, session: &Session) {
        if let Some(edge) = self.ends_at.first() {
            let edge = short_id(*edge);
            session.caution(&format!(
                "this clone is shallow, and its history ends at {edge}; `git fetch --unshallow` \
                 fetches the rest"
            ));
        }
        if let Some(first) = self.lost.first() {
            let others = match self.lost.len() - 1 {
                0 => String::new(),
                1 => " and one other file".into(),
                count => format!(" and {count} other files"),
            };
            session.caution(&format!(
                "this clone lacks older contents of {first}{others}; `git fetch --refetch \
                 --no-filter` fetches them"
            ));
        }
        if self.hidden {
            session.detail(
                "some files in the oldest commits could not be read; their versions are left out",
            );
        }
    }

    /// The details of the commit of a deployment.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn commit_details(&self, commit: Oid) -> Result<Rc<CommitDetails>, Failure> {
        Ok(self.accounts.borrow_mut().load(commit)?)
    }

    /// The report of a deployment.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn deployment_report(
        &self,
        deployment: &Deployment<'_>,
    ) -> Result<DeploymentReport, Failure> {
        Ok(DeploymentReport::new(
            self.name(deployment.cell),
            deployment,
            self.commit_details(deployment.commit)?,
        ))
    }
}

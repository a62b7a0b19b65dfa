//! Finds the newest deployments without an index, by reading only the newest part of the history.

use crate::config::Config;
use crate::git::{Repository, WalkControl, WalkEnd};
use crate::history;
use crate::history::{Deployment, DeploymentKind, Timeline, WalkResult};
use crate::model::CellKey;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;

/// The number of further deploying commits that are read after the last wanted deployment, to find
/// out where its version ran before.
const LOOK_BACK: usize = 500;

/// The number of deploying commits after which the search gives up and the whole history is read.
const GIVE_UP: usize = 10_000;

/// A query for a number of deployments to the selected cells.
pub struct RecentQuery<'a> {
    pub count: usize,
    pub is_meant: &'a dyn Fn(&CellKey) -> bool,
}

impl RecentQuery<'_> {
    /// Reads the history as far as necessary. `None` where an index exists, or where the newest
    /// part does not determine the kinds of the wanted deployments.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn load_history<'r>(
        &self,
        session: &Session,
        repository: &'r Repository,
        survey: &RepositoryState,
    ) -> Result<Option<DeploymentHistory<'r>>, Failure> {
        let config = &survey.settings.config;
        if survey.archive.borrow().is_some() {
            return Ok(None);
        }
        let Some(WalkResult { timeline, stopped, .. }) = self.walk(repository, survey)? else {
            return Ok(None);
        };
        let chronicle = DeploymentHistory::of_part(repository, survey, timeline);
        let wanted =
            chronicle.timeline.deployments().filter(|deployment| (self.is_meant)(deployment.cell));
        let wanted: Vec<Deployment<'_>> = wanted.take(self.count).collect();
        let certain = wanted.len() == self.count
            && wanted.iter().all(|deployment| is_certain(deployment, config));
        match stopped {
            WalkEnd::Root => {}
            _ if certain => session.detail("read only the newest commits; `-n 0` reads all"),
            _ => return Ok(None),
        }
        Ok(Some(chronicle))
    }

    fn walk(
        &self,
        repository: &Repository,
        survey: &RepositoryState,
    ) -> Result<Option<WalkResult>, Failure> {
        let (mut seen, mut found, mut commits) = (0, 0, 0);
        let mut last = None;
        let enough = |timeline: &Timeline| {
            commits += 1;
            let new = (seen..timeline.len()).map(|index| timeline.deployment(index));
            found += new.filter(|deployment| (self.is_meant)(deployment.cell)).count();
            seen = timeline.len();
            if found >= self.count {
                last.get_or_insert(commits);
            }
            let done = last.map_or(commits >= GIVE_UP, |last| commits >= last + LOOK_BACK);
            if done { WalkControl::Stop } else { WalkControl::Continue }
        };
        walk_until(repository, survey, enough)
    }
}

/// Reads the history until `enough` stops it, which is called after each deploying commit. `None`
/// where stages are branches, or where the clone lacks objects or history.
///
/// # Errors
/// When the clone lacks objects.
pub fn walk_until(
    repository: &Repository,
    survey: &RepositoryState,
    enough: impl FnMut(&Timeline) -> WalkControl,
) -> Result<Option<WalkResult>, Failure> {
    let branches = survey.settings.config.stage_branches().next().is_some();
    let Some(tip) = survey.commit.filter(|_| !branches) else { return Ok(None) };
    let question = survey.walk_options(repository, tip, None);
    let readings = survey.branch_readings(repository, tip, None, &survey.cache)?;
    let told = history::deployments(question, readings, enough, |_| {})?;
    let is_whole = told.lost.is_empty() && !matches!(told.stopped, WalkEnd::Shallow(_));
    Ok(Some(told).filter(|_| is_whole))
}

/// True where the newest part of the history determines the kind of a deployment. A version that
/// was not found in the previous stage may have run there earlier.
fn is_certain(deployment: &Deployment<'_>, config: &Config) -> bool {
    let first =
        config.stage(deployment.cell.stage.as_str()).is_some_and(|stage| stage.after.is_empty());
    match deployment.kind {
        DeploymentKind::Skip => false,
        DeploymentKind::Deploy => first,
        DeploymentKind::Promote
        | DeploymentKind::Rollback
        | DeploymentKind::Add
        | DeploymentKind::Remove
        | DeploymentKind::Image => true,
    }
}

//! The newest deployments where no index helps: only the newest part of history is read.

use crate::config::Config;
use crate::git::{Repository, WalkControl, WalkEnd};
use crate::history;
use crate::history::{Deployment, DeploymentKind, Timeline, WalkResult};
use crate::model::CellKey;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;

/// After the last wanted deployment, so many more commits that deployed something are read, to see
/// where its version had been before.
const LOOK_BACK: usize = 500;

/// After so many in vain, everything is read.
const GIVE_UP: usize = 10_000;

/// What is wanted: so many deployments to slots that are meant.
pub struct RecentQuery<'a> {
    pub count: usize,
    pub is_meant: &'a dyn Fn(&CellKey) -> bool,
}

impl RecentQuery<'_> {
    /// The past, only as far as it is needed. `None` where an index knows it all, or where the newest
    /// part alone does not tell what kind of deployments the wanted ones are.
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
            chronicle.timeline.deployments().filter(|deployment| (self.is_meant)(deployment.slot));
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
            found += new.filter(|deployment| (self.is_meant)(deployment.slot)).count();
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

/// The past of a survey down to where there is enough of it, which is asked after each commit that
/// deployed something. `None` where several branches have pasts, or this clone lacks what was looked for.
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

/// Does the newest part of history say what kind of deployment this is? One whose version was not
/// met in a stage before may have been there earlier.
fn is_certain(deployment: &Deployment<'_>, config: &Config) -> bool {
    let first =
        config.stage(deployment.slot.stage.as_str()).is_some_and(|stage| stage.after.is_empty());
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

//! Deployments that landed since a target was told last.

use crate::git::{Oid, Repository};
use crate::model::short_commit;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::history::HistoryQuery;
use crate::ops::mirror::deployed_tips;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::report::DeploymentReport;
use std::collections::{BTreeMap, HashSet};

/// The most commits between two runs.
const MAX_COMMITS: usize = 200_000;
/// The name of the commit of a repository without a branch.
const DETACHED: &str = "HEAD";

/// The present state of a repository, from which news are read.
pub(super) struct NewsSource<'r> {
    pub session: &'r Session,
    pub repository: &'r Repository,
    pub state: &'r RepositoryState,
    pub history: &'r DeploymentHistory<'r>,
    /// The commit of each branch that is deployed.
    pub tips: BTreeMap<String, String>,
}

impl<'r> NewsSource<'r> {
    pub fn new(
        session: &'r Session,
        repository: &'r Repository,
        state: &'r RepositoryState,
        history: &'r DeploymentHistory<'r>,
    ) -> Result<Self, Failure> {
        let mut tips: BTreeMap<String, String> = deployed_tips(session, repository, state)?
            .into_iter()
            .map(|(branch, tip)| (branch, tip.to_string()))
            .collect();
        if let (true, Some(commit)) = (tips.is_empty(), state.commit) {
            tips.insert(DETACHED.to_owned(), commit.to_string());
        }
        Ok(NewsSource { session, repository, state, history, tips })
    }

    /// The deployments of a query, oldest first: those that landed after `begun`, or all where it
    /// is `None`.
    pub fn deployments(
        &self,
        query: &HistoryQuery,
        begun: Option<&BTreeMap<String, String>>,
    ) -> Result<Vec<DeploymentReport>, Failure> {
        let filter =
            query.to_filter((self.session, self.repository), (self.state, self.history))?;
        let fresh = begun.map(|begun| self.commits_since(begun)).transpose()?;
        let is_new = |commit: Oid| fresh.as_ref().is_none_or(|fresh| fresh.contains(&commit));
        let deployments = self.history.timeline.deployments();
        let new = deployments.filter(|deployment| is_new(deployment.commit));
        let mut reports: Vec<DeploymentReport> =
            filter.deployment_reports(self.history, new).collect::<Result<_, _>>()?;
        reports.reverse();
        Ok(reports)
    }

    /// The commits of all branches that are not behind the ones where announcements began. Times of
    /// commits do not tell: a commit may land long after it was made.
    fn commits_since(&self, begun: &BTreeMap<String, String>) -> Result<HashSet<Oid>, Failure> {
        let mut fresh = HashSet::new();
        for (branch, tip) in &self.tips {
            let Some(base) = begun.get(branch) else {
                let message = format!("announcements did not begin on the branch `{branch}`");
                return Err(again(Failure::failed(message)));
            };
            let unknown = |why: &dyn std::fmt::Display| {
                let short = short_commit(base);
                let message = format!("announcements began at {short}, which is not here: {why}");
                again(Failure::failed(message).hint("a shallow clone lacks it: fetch the history"))
            };
            let base: Oid = base.parse().map_err(|error| unknown(&error))?;
            let tip: Oid = tip.parse().map_err(|error| unknown(&error))?;
            let ahead = self.repository.commits_ahead(base, tip, MAX_COMMITS);
            match ahead.map_err(|error| unknown(&error))? {
                Some(commits) => fresh.extend(commits),
                None => return Err(unknown(&format!("more than {MAX_COMMITS} commits landed"))),
            }
        }
        Ok(fresh)
    }
}

fn again(failure: Failure) -> Failure {
    failure.hint("`--since TIME` names a new beginning")
}

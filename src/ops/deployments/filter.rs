//! Filters of `towpath history`.

use crate::history::{Deployment, DeploymentKind, Timeline, VersionQuery};
use crate::model::GlobPatterns;
use crate::model::Version;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::CellSelection;
use crate::ops::error::Failure;
use crate::report::DeploymentReport;

/// Selects deployments.
pub struct DeploymentFilter<'a> {
    pub choice: CellSelection,
    /// Start, in seconds since 1970.
    pub since: Option<i64>,
    /// End, not included, in seconds since 1970.
    pub until: Option<i64>,
    /// The kinds; empty means all.
    pub kinds: &'a [DeploymentKind],
    pub version: Option<VersionFilter<'a>>,
    /// Part of the name or address of the author, in lower case.
    pub author: Option<String>,
}

/// Selects versions.
pub enum VersionFilter<'a> {
    Named(VersionQuery<'a>),
    Like(GlobPatterns),
}

impl DeploymentFilter<'_> {
    /// The reports of the selected deployments, with the details of their commits.
    pub fn deployment_reports<'c>(
        &'c self,
        chronicle: &'c DeploymentHistory<'_>,
        deployments: impl Iterator<Item = Deployment<'c>> + 'c,
    ) -> impl Iterator<Item = Result<DeploymentReport, Failure>> + 'c {
        let fitting = deployments.filter(|deployment| self.matches(deployment));
        let changes = fitting.map(|deployment| chronicle.deployment_report(&deployment));
        changes.filter(|change| change.as_ref().map_or(true, |change| self.accepts_author(change)))
    }

    /// The report of a deployment, if it is selected.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn deployment_report(
        &self,
        history: &DeploymentHistory<'_>,
        deployment: &Deployment<'_>,
    ) -> Result<Option<DeploymentReport>, Failure> {
        if !self.matches(deployment) {
            return Ok(None);
        }
        Ok(Some(history.deployment_report(deployment)?)
            .filter(|report| self.accepts_author(report)))
    }

    fn matches(&self, deployment: &Deployment<'_>) -> bool {
        let time = deployment.time;
        self.since.is_none_or(|since| time >= since)
            && self.until.is_none_or(|until| time < until)
            && (self.kinds.is_empty() || self.kinds.contains(&deployment.kind))
            && self
                .version
                .as_ref()
                .is_none_or(|wish| deployment.to.is_some_and(|to| wish.matches(&to.version)))
            && self.choice.contains(deployment.cell)
    }

    fn accepts_author(&self, change: &DeploymentReport) -> bool {
        let Some(author) = &self.author else { return true };
        let people = [&change.account.author, &change.account.who];
        let mut words = people.into_iter().flat_map(|person| [&person.name, &person.email]);
        words.any(|word| word.to_lowercase().contains(author))
    }
}

impl<'a> VersionFilter<'a> {
    /// Parses a pattern, or a version as `trace` accepts it.
    pub fn new(text: &'a str, timeline: &Timeline) -> Self {
        if text.contains(['*', '?']) {
            return VersionFilter::Like(GlobPatterns::new(&[text.to_owned()]));
        }
        VersionFilter::Named(VersionQuery::new(text, timeline.versions()))
    }

    fn matches(&self, version: &Version) -> bool {
        match self {
            VersionFilter::Named(wanted) => wanted.matches(version),
            VersionFilter::Like(patterns) => {
                let whole = version.to_string();
                let parts =
                    [version.tag.as_deref(), version.digest.as_deref(), Some(whole.as_str())];
                patterns.matches_any(parts.into_iter().flatten())
            }
        }
    }
}

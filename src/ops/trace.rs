//! `trace`: follows one version through the stages.

use crate::history::{self, MERGE_TOLERANCE, VersionQuery, VersionTrace};
use crate::model::{CellKey, Version, nearest_name};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{ReportedRunPeriod, TraceReport, VersionTraceReport};
use std::collections::{BTreeSet, HashSet};

/// The path of a version through the stages, and the repository that it was read from.
pub struct TraceAnswer {
    pub report: TraceReport,
    pub repository: String,
}

/// Follows a version through the stages: a tag, a digest, both, or at least six digits of a commit
/// id that is part of one; or `APP@VERSION`.
///
/// # Errors
/// When there is no such version, or the clone lacks objects.
pub fn trace(version: &str, session: &Session) -> Result<TraceAnswer, Failure> {
    let repository = session.open_repository()?;
    let survey = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    survey.note_assumption(session);
    let chronicle = DeploymentHistory::load(session, &repository, &survey, MERGE_TOLERANCE)?;
    let report = TraceBuilder::new(version, &survey, &chronicle).find_trace()?;
    Ok(TraceAnswer { report, repository: session.repository_name(&repository) })
}

struct TraceBuilder<'a> {
    text: &'a str,
    /// The app, if the text names one.
    app: Option<&'a str>,
    version: &'a str,
    survey: &'a RepositoryState,
    chronicle: &'a DeploymentHistory<'a>,
}

impl<'a> TraceBuilder<'a> {
    /// Parses `APP@VERSION` if the app exists, else a version.
    fn new(
        text: &'a str,
        survey: &'a RepositoryState,
        chronicle: &'a DeploymentHistory<'a>,
    ) -> Self {
        let is_app =
            |word: &str| chronicle.cells().any(|cell| chronicle.app_words(cell).contains(word));
        let (app, version) = match text.split_once('@').filter(|(word, _)| is_app(word)) {
            Some((app, version)) => (Some(app), version),
            None => (None, text),
        };
        TraceBuilder { text, app, version, survey, chronicle }
    }

    fn is_meant(&self, cell: &CellKey) -> bool {
        self.app.is_none_or(|app| self.chronicle.app_words(cell).contains(app))
    }

    fn find_trace(&self) -> Result<TraceReport, Failure> {
        let standing = self.survey.mapping.entries.iter().map(|entry| &entry.version);
        let wanted =
            VersionQuery::new(self.version, self.chronicle.timeline.versions().chain(standing));
        let mut voyages = history::trace_versions(&self.chronicle.timeline, &wanted);
        voyages.retain(|voyage| voyage.stays.iter().all(|stay| self.is_meant(stay.cell)));
        let mut ways = voyages
            .iter()
            .map(|voyage| self.build_report(voyage))
            .collect::<Result<Vec<_>, _>>()?;
        self.add_standing(&wanted, &mut ways);
        for way in &mut ways {
            way.visits
                .sort_by_key(|visit| (self.cell_position(&visit.cell), visit.cell.target.clone()));
        }
        if ways.is_empty() {
            Err(self.unknown_version())
        } else {
            Ok(TraceReport { text: self.text.to_owned(), ways })
        }
    }

    fn build_report(&self, voyage: &VersionTrace<'_>) -> Result<VersionTraceReport, Failure> {
        let told = |deployment: &Option<history::Deployment<'_>>| {
            deployment.map(|deployment| self.chronicle.deployment_report(&deployment)).transpose()
        };
        let visits = voyage.stays.iter().map(|stay| {
            Ok(ReportedRunPeriod {
                cell: stay.cell.clone(),
                came: told(&stay.came)?,
                left: told(&stay.left)?,
            })
        });
        let visits: Vec<ReportedRunPeriod> = visits.collect::<Result<_, Failure>>()?;
        let name = visits
            .first()
            .map(|visit| self.chronicle.name(&visit.cell).to_owned())
            .unwrap_or_default();
        let entries = self.survey.mapping.entries.iter();
        let absent = entries.filter(|entry| {
            entry.app == *voyage.app && entry.component.as_deref() == voyage.component
        });
        let absent = absent.map(|entry| (entry.cell(), entry.version.clone()));
        let absent =
            absent.filter(|(cell, _)| visits.iter().all(|visit| visit.cell != *cell)).collect();
        let component = voyage.component.map(str::to_owned);
        Ok(VersionTraceReport { name, component, version: voyage.version.clone(), visits, absent })
    }

    /// Adds cells without deployments in the known history, as in a shallow clone. They have run
    /// their present version since before it.
    fn add_standing(&self, wanted: &VersionQuery<'_>, ways: &mut Vec<VersionTraceReport>) {
        let deployed: HashSet<&CellKey> =
            self.chronicle.timeline.deployments().map(|deployment| deployment.cell).collect();
        for entry in &self.survey.mapping.entries {
            let cell = entry.cell();
            if deployed.contains(&cell) || !self.is_meant(&cell) || !wanted.matches(&entry.version)
            {
                continue;
            }
            let name = self.chronicle.name(&cell);
            let at = ways.iter().position(|way| way.name == name && way.version == entry.version);
            let at = at.unwrap_or_else(|| {
                let (name, component) = (name.to_owned(), cell.component.clone());
                ways.push(VersionTraceReport {
                    name,
                    component,
                    version: entry.version.clone(),
                    visits: Vec::new(),
                    absent: Vec::new(),
                });
                ways.len() - 1
            });
            ways[at].absent.retain(|(absent, _)| *absent != cell);
            ways[at].visits.push(ReportedRunPeriod { cell: cell.clone(), came: None, left: None });
        }
    }

    fn cell_position(&self, cell: &CellKey) -> usize {
        self.survey.settings.config.position(&cell.stage)
    }

    fn unknown_version(&self) -> Failure {
        let timeline = &self.chronicle.timeline;
        let ran = timeline.deployments().filter(|deployment| self.is_meant(deployment.cell));
        let versions: BTreeSet<&Version> =
            ran.filter_map(|deployment| Some(&deployment.to?.version)).collect();
        let tags: BTreeSet<&str> =
            versions.iter().filter_map(|version| version.tag.as_deref()).collect();
        let whose = self.app.map(|app| format!(" of {app}")).unwrap_or_default();
        let failure =
            Failure::usage(format!("version `{}`{whose} was never deployed", self.version));
        match nearest_name(self.version, tags.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure
                .hint("`towpath history` lists deployments; six digits of a commit id are enough"),
        }
    }
}

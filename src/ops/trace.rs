//! `trace`: follows one version through the stages.

use crate::history::{self, MERGE_TOLERANCE, VersionQuery, VersionTrace};
use crate::model::{CellKey, Version};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::ops::suggest::nearest_name;
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
        let is_app = |word: &str| {
            chronicle.cells().any(|slot| chronicle.app_words(slot).any(|name| name == word))
        };
        let (app, version) = match text.split_once('@').filter(|(word, _)| is_app(word)) {
            Some((app, version)) => (Some(app), version),
            None => (None, text),
        };
        TraceBuilder { text, app, version, survey, chronicle }
    }

    fn is_meant(&self, slot: &CellKey) -> bool {
        self.app.is_none_or(|app| self.chronicle.app_words(slot).any(|word| word == app))
    }

    fn find_trace(&self) -> Result<TraceReport, Failure> {
        let standing = self.survey.mapping.entries.iter().map(|entry| &entry.version);
        let wanted =
            VersionQuery::new(self.version, self.chronicle.timeline.versions().chain(standing));
        let mut voyages = history::trace_versions(&self.chronicle.timeline, &wanted);
        voyages.retain(|voyage| voyage.stays.iter().all(|stay| self.is_meant(stay.slot)));
        let mut ways = voyages
            .iter()
            .map(|voyage| self.build_report(voyage))
            .collect::<Result<Vec<_>, _>>()?;
        self.add_standing(&wanted, &mut ways);
        for way in &mut ways {
            way.visits
                .sort_by_key(|visit| (self.cell_position(&visit.slot), visit.slot.target.clone()));
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
                slot: stay.slot.clone(),
                came: told(&stay.came)?,
                left: told(&stay.left)?,
            })
        });
        let visits: Vec<ReportedRunPeriod> = visits.collect::<Result<_, Failure>>()?;
        let name = visits
            .first()
            .map(|visit| self.chronicle.name(&visit.slot).to_owned())
            .unwrap_or_default();
        let entries = self.survey.mapping.entries.iter();
        let absent = entries.filter(|entry| {
            entry.app == *voyage.app && entry.component.as_deref() == voyage.component
        });
        let absent = absent.map(|entry| (entry.slot(), entry.version.clone()));
        let absent =
            absent.filter(|(slot, _)| visits.iter().all(|visit| visit.slot != *slot)).collect();
        let component = voyage.component.map(str::to_owned);
        Ok(VersionTraceReport { name, component, version: voyage.version.clone(), visits, absent })
    }

    /// Adds cells without deployments in the known history, as in a shallow clone. They have run
    /// their present version since before it.
    fn add_standing(&self, wanted: &VersionQuery<'_>, ways: &mut Vec<VersionTraceReport>) {
        let deployed: HashSet<&CellKey> =
            self.chronicle.timeline.deployments().map(|deployment| deployment.slot).collect();
        for entry in &self.survey.mapping.entries {
            let slot = entry.slot();
            if deployed.contains(&slot) || !self.is_meant(&slot) || !wanted.matches(&entry.version)
            {
                continue;
            }
            let name = self.chronicle.name(&slot);
            let at = ways.iter().position(|way| way.name == name && way.version == entry.version);
            let at = at.unwrap_or_else(|| {
                let (name, component) = (name.to_owned(), slot.component.clone());
                ways.push(VersionTraceReport {
                    name,
                    component,
                    version: entry.version.clone(),
                    visits: Vec::new(),
                    absent: Vec::new(),
                });
                ways.len() - 1
            });
            ways[at].absent.retain(|(absent, _)| *absent != slot);
            ways[at].visits.push(ReportedRunPeriod { slot: slot.clone(), came: None, left: None });
        }
    }

    fn cell_position(&self, slot: &CellKey) -> usize {
        self.survey.settings.config.position(&slot.stage)
    }

    fn unknown_version(&self) -> Failure {
        let timeline = &self.chronicle.timeline;
        let ran = timeline.deployments().filter(|deployment| self.is_meant(deployment.slot));
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

//! The evidence that gates judge by: an index of all deployments, built once, queried by app, stage
//! and time.

use super::external_facts::ExternalFacts;
use super::ledger::Ledger;
use super::query::{AppComponent, GateQuery};
use crate::config::Config;
use crate::git::Oid;
use crate::history::{Deployment, ImageVersion, Timeline};
use crate::model::{AppName, CellKey, MappingEntry, StageName, Version};
use std::collections::HashMap;

/// Configuration, history, ledger and external facts, for any number of queries.
pub struct Evidence<'e> {
    pub config: &'e Config,
    pub ledger: &'e Ledger,
    pub facts: &'e ExternalFacts,
    past: &'e DeploymentIndex<'e>,
    /// Deployments with a smaller index are ignored.
    newest: usize,
}

/// Deployments by cell, and versions that run without a recorded deployment.
pub struct DeploymentIndex<'t> {
    timeline: &'t Timeline,
    /// Indexes of a cell's deployments, newest first.
    cells: HashMap<&'t CellKey, Vec<usize>>,
    apps: HashMap<&'t AppName, Vec<&'t CellKey>>,
    /// For each deployment the earliest time of it and all newer ones: sorted, even if clocks ran
    /// backwards, so that a time is found by binary search.
    times: Vec<i64>,
    standing: HashMap<CellKey, Version>,
    edge: Option<HistoryLimit>,
}

/// End of the history known to this clone, if older history exists elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimit {
    /// Earliest time from which all cells are known, in seconds since 1970.
    pub since: i64,
    /// Command that fetches the rest.
    pub remedy: &'static str,
}

/// A version in a cell, from its arrival on.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceRunPeriod<'e> {
    pub cell: &'e CellKey,
    pub version: &'e Version,
    /// `None` if it arrived before the known history.
    pub commit: Option<Oid>,
    /// Arrival, in seconds since 1970.
    pub time: Option<i64>,
    /// Time at which another version replaced it.
    pub left: Option<i64>,
}

impl<'t> DeploymentIndex<'t> {
    /// Indexes a timeline. `standing` is the current mapping.
    pub fn new(timeline: &'t Timeline, standing: &[MappingEntry]) -> Self {
        let mut past = DeploymentIndex {
            timeline,
            cells: HashMap::new(),
            apps: HashMap::new(),
            times: Vec::with_capacity(timeline.len()),
            standing: standing.iter().map(|entry| (entry.cell(), entry.version.clone())).collect(),
            edge: None,
        };
        for cell in timeline.cells() {
            past.apps.entry(&cell.app).or_default().push(cell);
        }
        let mut earliest = i64::MAX;
        for deployment in timeline.deployments() {
            earliest = earliest.min(deployment.time);
            past.times.push(earliest);
            past.cells.entry(deployment.cell).or_default().push(deployment.index);
        }
        past
    }

    /// Sets the limit of a clone without older history.
    #[must_use]
    pub fn ending_at(self, edge: Option<HistoryLimit>) -> Self {
        DeploymentIndex { edge, ..self }
    }

    /// Index of the newest deployment at that time.
    fn newest_index_at(&self, end: Option<i64>) -> usize {
        end.map_or(0, |end| self.times.partition_point(|time| *time > end))
    }
}

impl<'e> Evidence<'e> {
    /// Combines the sources of evidence.
    pub fn new(
        config: &'e Config,
        past: &'e DeploymentIndex<'e>,
        ledger: &'e Ledger,
        facts: &'e ExternalFacts,
    ) -> Self {
        Evidence { config, ledger, facts, past, newest: 0 }
    }

    /// True if an app ran this image in any of its cells.
    pub fn app_ran_image(&self, app: &str, image: &str) -> bool {
        let cells = self.past.apps.iter().filter(|(known, _)| known.as_str() == app);
        let deployments = cells
            .flat_map(|(_, cells)| cells)
            .filter_map(|cell| self.past.cells.get(*cell))
            .flatten()
            .map(|index| self.past.timeline.deployment(*index));
        let has_image =
            |pin: Option<&ImageVersion>| pin.is_some_and(|pin| pin.image.as_deref() == Some(image));
        deployments.into_iter().any(|one| has_image(one.to) || has_image(one.from))
    }

    /// Returns a copy with other facts.
    #[must_use]
    pub fn with_facts(&self, facts: &'e ExternalFacts) -> Self {
        Evidence { facts, ..*self }
    }

    /// Returns the evidence as it was before a commit landed. Ignores all deployments of that
    /// commit (given by the index of one of them) and all newer ones, whatever the clock said.
    #[must_use]
    pub fn before_landing(&self, index: usize) -> Self {
        let commit = self.past.timeline.deployment(index).commit;
        let is_older = |index: &usize| self.past.timeline.deployment(*index).commit != commit;
        let newest =
            (index..self.past.timeline.len()).find(is_older).unwrap_or(self.past.timeline.len());
        Evidence { newest, ..*self }
    }

    /// All runs of a cell until `end`, newest first.
    pub fn run_periods(&self, cell: &'e CellKey, end: Option<i64>) -> Vec<EvidenceRunPeriod<'e>> {
        let past = self.past;
        let cut = past.newest_index_at(end).max(self.newest);
        let Some(all) = past.cells.get(cell) else {
            return self.run_without_deployment(cell).into_iter().collect();
        };
        let known = &all[all.partition_point(|index| *index < cut)..];
        let mut out = Vec::new();
        let mut left = None;
        let deployments = known.iter().map(|index| past.timeline.deployment(*index));
        for deployment in deployments.filter(changes_version) {
            let (commit, time) = (Some(deployment.commit), Some(deployment.time));
            if let Some(to) = deployment.to {
                out.push(EvidenceRunPeriod { cell, version: &to.version, commit, time, left });
            }
            left = time;
        }
        // The version before the first known deployment.
        let first = all.last().map(|index| past.timeline.deployment(*index));
        if let Some(before) = first.and_then(|first| first.from) {
            out.push(EvidenceRunPeriod {
                cell,
                version: &before.version,
                commit: None,
                time: None,
                left,
            });
        }
        out
    }

    fn run_without_deployment(&self, cell: &'e CellKey) -> Option<EvidenceRunPeriod<'e>> {
        let version = self.past.standing.get(cell)?;
        Some(EvidenceRunPeriod { cell, version, commit: None, time: None, left: None })
    }

    /// The run of a cell at that time.
    pub fn current_run(
        &self,
        cell: &'e CellKey,
        end: Option<i64>,
    ) -> Option<EvidenceRunPeriod<'e>> {
        self.run_periods(cell, end).into_iter().next().filter(|landing| landing.left.is_none())
    }

    /// End of the known history, if there is older history.
    pub fn history_limit(&self) -> Option<HistoryLimit> {
        self.past.edge
    }

    /// The history limit, if a version arrived before it: its time and author are unknown.
    pub fn limit_before(&self, landing: &EvidenceRunPeriod<'_>) -> Option<HistoryLimit> {
        self.history_limit().filter(|_| landing.commit.is_none())
    }

    /// Cells of an app in all stages.
    pub fn cells_of_app(&self, subject: &AppComponent) -> Vec<&'e CellKey> {
        let past = self.past;
        let deployed = past.apps.get(&subject.app).into_iter().flatten().copied();
        let standing = past
            .standing
            .keys()
            .filter(|cell| cell.app == subject.app && !past.cells.contains_key(cell));
        let mut cells: Vec<&CellKey> =
            deployed.chain(standing).filter(|cell| subject.matches_cell(cell)).collect();
        cells.sort_by_key(|cell| (&cell.component, &cell.target));
        cells
    }

    /// Cells that a query is about.
    pub fn queried_cells(&self, question: &GateQuery<'_>) -> Vec<&'e CellKey> {
        self.cells_of_app(question.subject)
            .into_iter()
            .filter(|cell| question.moves_cell(cell))
            .collect()
    }

    /// Cells of a stage.
    pub fn of_stage(&self, stage: &StageName) -> Vec<&'e CellKey> {
        let past = self.past;
        let deployed = past.timeline.cells().iter();
        let standing = past.standing.keys().filter(|cell| !past.cells.contains_key(cell));
        let mut cells: Vec<&CellKey> =
            deployed.chain(standing).filter(|cell| cell.stage == *stage).collect();
        cells.sort_by_key(|cell| (&cell.app, &cell.component, &cell.target));
        cells
    }

    /// Nearest previous stages that run the app.
    pub fn previous_stages(&self, question: &GateQuery<'_>) -> Vec<StageName> {
        let cells = self.cells_of_app(question.subject);
        self.config.nearest_previous(question.stage, &|stage| {
            cells.iter().any(|cell| {
                cell.stage == *stage && !self.run_periods(cell, question.history_end()).is_empty()
            })
        })
    }

    /// Cells that the version comes from: those of the queried targets, if the stage has them, or
    /// else all.
    pub fn source_cells(&self, question: &GateQuery<'_>, stage: &StageName) -> Vec<&'e CellKey> {
        let cells: Vec<&CellKey> = self
            .cells_of_app(question.subject)
            .into_iter()
            .filter(|cell| cell.stage == *stage)
            .collect();
        let is_there = |cell: &&CellKey| self.current_run(cell, question.history_end()).is_some();
        let same: Vec<&CellKey> = cells
            .iter()
            .copied()
            .filter(|cell| question.names_target(cell) && is_there(cell))
            .collect();
        if same.is_empty() { cells } else { same }
    }

    /// Cells of the waves before those that would move.
    pub fn wave_before(&self, question: &GateQuery<'_>) -> Vec<&'e CellKey> {
        super::waves::previous_waves(self, question)
            .into_iter()
            .flat_map(|before| before.cells)
            .collect()
    }

    /// The cells that a gate about what ran before asks: those of the named stages, else of the
    /// previous ones and of the wave before.
    pub fn asked_cells(&self, named: &[StageName], question: &GateQuery<'_>) -> Vec<&'e CellKey> {
        let before = self.previous_stages(question);
        let stages = if named.is_empty() { &before } else { named };
        let waves = if named.is_empty() { self.wave_before(question) } else { Vec::new() };
        stages.iter().flat_map(|stage| self.source_cells(question, stage)).chain(waves).collect()
    }

    /// True if the deployment landed before the first outcome of the ledger, or if there was none
    /// until `end`.
    pub fn is_before_outcomes(&self, landing: &EvidenceRunPeriod<'_>, end: Option<i64>) -> bool {
        let begins = self.ledger.first_outcome_time();
        let begins = begins.filter(|begins| end.is_none_or(|end| *begins <= end));
        landing.time.is_none_or(|time| begins.is_none_or(|begins| time < begins))
    }
}

/// A new name of the same image is no deployment.
fn changes_version(deployment: &Deployment<'_>) -> bool {
    deployment.from.map(|from| &from.version) != deployment.to.map(|to| &to.version)
}

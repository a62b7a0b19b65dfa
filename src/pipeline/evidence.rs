//! The past as the gates look at it: an index over all deployments, made once and asked by app, stage
//! and moment.

use super::external_facts::ExternalFacts;
use super::ledger::Ledger;
use super::query::{AppComponent, GateQuery};
use crate::config::Config;
use crate::git::Oid;
use crate::history::{Deployment, Timeline};
use crate::model::{AppName, CellKey, MappingEntry, StageName, Version};
use std::collections::HashMap;

/// Everything that is known, for any number of questions.
pub struct Evidence<'e> {
    pub config: &'e Config,
    pub ledger: &'e Ledger,
    pub facts: &'e ExternalFacts,
    past: &'e DeploymentIndex<'e>,
    /// Deployments below this index are not looked at.
    newest: usize,
}

/// All deployments by slot, and what stands there without one.
pub struct DeploymentIndex<'t> {
    timeline: &'t Timeline,
    /// The indices of a slot's deployments, newest first.
    slots: HashMap<&'t CellKey, Vec<usize>>,
    apps: HashMap<&'t AppName, Vec<&'t CellKey>>,
    /// Of each deployment the earliest time of it and all newer ones, so that a moment is found by
    /// halving where clocks ran backwards, too.
    times: Vec<i64>,
    standing: HashMap<CellKey, Version>,
    edge: Option<HistoryLimit>,
    /// Was this commit made by towpath?
    is_ours: Box<dyn Fn(Oid) -> bool + 't>,
}

/// Where the past ends that this clone knows, though there is more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimit {
    /// The oldest moment at which all places are known, in seconds since 1970.
    pub since: i64,
    /// The command that brings the rest.
    pub remedy: &'static str,
}

/// A version in a slot, since it came there.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceRunPeriod<'e> {
    pub slot: &'e CellKey,
    pub version: &'e Version,
    /// `None`: it was there before all that is known.
    pub commit: Option<Oid>,
    /// In seconds since 1970.
    pub time: Option<i64>,
    /// When something else took its place.
    pub left: Option<i64>,
}

impl<'t> DeploymentIndex<'t> {
    /// Indexes a timeline. `standing` is what runs now; `is_ours` says which commits towpath made.
    pub fn new(
        timeline: &'t Timeline,
        standing: &[MappingEntry],
        is_ours: Box<dyn Fn(Oid) -> bool + 't>,
    ) -> Self {
        let mut past = DeploymentIndex {
            timeline,
            slots: HashMap::new(),
            apps: HashMap::new(),
            times: Vec::with_capacity(timeline.len()),
            standing: standing.iter().map(|entry| (entry.slot(), entry.version.clone())).collect(),
            edge: None,
            is_ours,
        };
        for slot in timeline.cells() {
            past.apps.entry(&slot.app).or_default().push(slot);
        }
        let mut earliest = i64::MAX;
        for deployment in timeline.deployments() {
            earliest = earliest.min(deployment.time);
            past.times.push(earliest);
            past.slots.entry(deployment.slot).or_default().push(deployment.index);
        }
        past
    }

    /// The same of a clone that lacks what is older.
    #[must_use]
    pub fn ending_at(self, edge: Option<HistoryLimit>) -> Self {
        DeploymentIndex { edge, ..self }
    }

    /// The newest deployment that had happened by then, as an index.
    fn newest_index_at(&self, end: Option<i64>) -> usize {
        end.map_or(0, |end| self.times.partition_point(|time| *time > end))
    }
}

impl<'e> Evidence<'e> {
    /// Puts together what is known.
    pub fn new(
        config: &'e Config,
        past: &'e DeploymentIndex<'e>,
        ledger: &'e Ledger,
        facts: &'e ExternalFacts,
    ) -> Self {
        Evidence { config, ledger, facts, past, newest: 0 }
    }

    /// The same with more facts.
    #[must_use]
    pub fn with_facts(&self, facts: &'e ExternalFacts) -> Self {
        Evidence { facts, ..*self }
    }

    /// The same as it was before a commit of the timeline landed, wherever the clock stood: a deployment of
    /// it, by its index, and all that is newer are left out.
    #[must_use]
    pub fn before_landing(&self, index: usize) -> Self {
        let commit = self.past.timeline.deployment(index).commit;
        let is_older = |index: &usize| self.past.timeline.deployment(*index).commit != commit;
        let newest =
            (index..self.past.timeline.len()).find(is_older).unwrap_or(self.past.timeline.len());
        Evidence { newest, ..*self }
    }

    /// Everything a slot ever ran until `end`, newest first.
    pub fn run_periods(&self, slot: &'e CellKey, end: Option<i64>) -> Vec<EvidenceRunPeriod<'e>> {
        let past = self.past;
        let cut = past.newest_index_at(end).max(self.newest);
        let Some(all) = past.slots.get(slot) else {
            return self.run_without_deployment(slot).into_iter().collect();
        };
        let known = &all[all.partition_point(|index| *index < cut)..];
        let mut out = Vec::new();
        let mut left = None;
        let deployments = known.iter().map(|index| past.timeline.deployment(*index));
        for deployment in deployments.filter(changes_version) {
            let (commit, time) = (Some(deployment.commit), Some(deployment.time));
            if let Some(to) = deployment.to {
                out.push(EvidenceRunPeriod { slot, version: &to.version, commit, time, left });
            }
            left = time;
        }
        // What ran before the first deployment that is known.
        let first = all.last().map(|index| past.timeline.deployment(*index));
        if let Some(before) = first.and_then(|first| first.from) {
            out.push(EvidenceRunPeriod {
                slot,
                version: &before.version,
                commit: None,
                time: None,
                left,
            });
        }
        out
    }

    fn run_without_deployment(&self, slot: &'e CellKey) -> Option<EvidenceRunPeriod<'e>> {
        let version = self.past.standing.get(slot)?;
        Some(EvidenceRunPeriod { slot, version, commit: None, time: None, left: None })
    }

    /// What a slot ran at that time, and since when.
    pub fn current_run(
        &self,
        slot: &'e CellKey,
        end: Option<i64>,
    ) -> Option<EvidenceRunPeriod<'e>> {
        self.run_periods(slot, end).into_iter().next().filter(|landing| landing.left.is_none())
    }

    /// Where the past ends that is known, if there is more.
    pub fn history_limit(&self) -> Option<HistoryLimit> {
        self.past.edge
    }

    /// The same, if a version came to its slot beyond it: it is not known when, and by whom.
    pub fn limit_before(&self, landing: &EvidenceRunPeriod<'_>) -> Option<HistoryLimit> {
        self.history_limit().filter(|_| landing.commit.is_none())
    }

    /// The slots of an app, in all stages.
    pub fn cells_of_app(&self, subject: &AppComponent) -> Vec<&'e CellKey> {
        let past = self.past;
        let deployed = past.apps.get(&subject.app).into_iter().flatten().copied();
        let standing = past
            .standing
            .keys()
            .filter(|slot| slot.app == subject.app && !past.slots.contains_key(slot));
        let mut slots: Vec<&CellKey> =
            deployed.chain(standing).filter(|slot| subject.matches_cell(slot)).collect();
        slots.sort_by_key(|slot| (&slot.component, &slot.target));
        slots
    }

    /// The slots that a question is about.
    pub fn queried_cells(&self, question: &GateQuery<'_>) -> Vec<&'e CellKey> {
        self.cells_of_app(question.subject)
            .into_iter()
            .filter(|slot| question.moves_cell(slot))
            .collect()
    }

    /// Every slot of a stage.
    pub fn of_stage(&self, stage: &StageName) -> Vec<&'e CellKey> {
        let past = self.past;
        let deployed = past.timeline.cells().iter();
        let standing = past.standing.keys().filter(|slot| !past.slots.contains_key(slot));
        let mut slots: Vec<&CellKey> =
            deployed.chain(standing).filter(|slot| slot.stage == *stage).collect();
        slots.sort_by_key(|slot| (&slot.app, &slot.component, &slot.target));
        slots
    }

    /// The stages right before one in which the app is, further up where it is not.
    pub fn previous_stages(&self, question: &GateQuery<'_>) -> Vec<StageName> {
        let slots = self.cells_of_app(question.subject);
        let mut open: Vec<&StageName> = self.configured_previous(question.stage);
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        while let Some(stage) = open.pop() {
            if seen.contains(&stage) {
                continue;
            }
            seen.push(stage);
            if slots.iter().any(|slot| {
                slot.stage == *stage && !self.run_periods(slot, question.history_end()).is_empty()
            }) {
                found.push(stage.clone());
            } else {
                open.extend(self.configured_previous(stage));
            }
        }
        found.sort_by_key(|stage| self.config.position(stage));
        found
    }

    fn configured_previous(&self, stage: &StageName) -> Vec<&'e StageName> {
        self.config
            .stage(stage.as_str())
            .map(|stage| stage.after.iter().collect())
            .unwrap_or_default()
    }

    /// The slots that a version comes from: of the same targets, where the stage has them.
    pub fn source_cells(&self, question: &GateQuery<'_>, stage: &StageName) -> Vec<&'e CellKey> {
        let slots: Vec<&CellKey> = self
            .cells_of_app(question.subject)
            .into_iter()
            .filter(|slot| slot.stage == *stage)
            .collect();
        let is_there = |slot: &&CellKey| self.current_run(slot, question.history_end()).is_some();
        let same: Vec<&CellKey> = slots
            .iter()
            .copied()
            .filter(|slot| question.names_target(slot) && is_there(slot))
            .collect();
        if same.is_empty() { slots } else { same }
    }

    /// The slots of the waves right before those that would move.
    pub fn wave_before(&self, question: &GateQuery<'_>) -> Vec<&'e CellKey> {
        super::waves::previous_waves(self, question)
            .into_iter()
            .flat_map(|before| before.slots)
            .collect()
    }

    /// Did this landing happen before the pipeline was watched: before the ledger begins, and not by
    /// towpath?
    pub fn is_from_before(&self, landing: &EvidenceRunPeriod<'_>) -> bool {
        let begins = self.ledger.start_time();
        let is_watched =
            landing.time.is_some_and(|time| begins.is_some_and(|begins| time >= begins));
        !is_watched && !landing.commit.is_some_and(|commit| (self.past.is_ours)(commit))
    }
}

/// A new name of the same image is no landing.
fn changes_version(deployment: &Deployment<'_>) -> bool {
    deployment.from.map(|from| &from.version) != deployment.to.map(|to| &to.version)
}

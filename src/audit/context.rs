//! Data that the audit rules read.

use super::{CommitConvention, LiveSighting, RegistryAnswers, gates};
use crate::config::Config;
use crate::config::gates::GateKind;
use crate::git::Oid;
use crate::history::{
    CommitDetails, CommitFlags, Deployment, DeploymentKind, StageComparison, StageLink, TimeWindow,
    Timeline,
};
use crate::model::{CellKey, MappingEntry, StageName, Version};
use crate::pipeline::ledger::LedgerEvent;
use crate::pipeline::{Evidence, EvidenceRunPeriod, GateAnswer};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Minimum number of deploying commits for a convention. Nine in ten of them have to follow it.
const ENOUGH: usize = 20;

/// History and current state of a repository, and the part of it to audit.
pub struct AuditContext<'s> {
    pub timeline: &'s Timeline,
    pub comparison: &'s StageComparison,
    pub config: &'s Config,
    pub evidence: &'s Evidence<'s>,
    /// The current mapping.
    pub entries: &'s [MappingEntry],
    pub window: TimeWindow,
    /// Commits that changed files of the mapping, whether or not a version moved. Loaded only if
    /// there are permissions to check.
    pub touches: &'s [MappedFileChange],
    /// In seconds since 1970.
    pub now: i64,
    /// Selects the cells to audit.
    pub wanted: &'s dyn Fn(&CellKey) -> bool,
    /// Loads the details of a commit; `None` if the clone lacks it.
    pub tells: &'s dyn Fn(Oid) -> Option<Rc<CommitDetails>>,
    /// Returns the flags of a commit, cheaply; `None` if the clone lacks it.
    pub marks: &'s dyn Fn(Oid) -> Option<CommitFlags>,
    /// The sightings of witnesses; `None` if the audit asks none.
    pub live: Option<&'s [LiveSighting]>,
    /// The answers of registries; `None` if the audit asks none.
    pub registry: Option<&'s RegistryAnswers>,
    pub known: AuditCache,
}

/// A mainline commit that changed a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedFileChange {
    pub commit: Oid,
    /// Committer time, in seconds since 1970.
    pub time: i64,
    pub path: String,
}

/// Results shared by all rules.
#[derive(Default)]
pub struct AuditCache {
    accounts: RefCell<HashMap<Oid, Option<Rc<CommitDetails>>>>,
    /// Commits that follow each convention, by its name; `None` if there is no such convention.
    customs: RefCell<HashMap<&'static str, Option<Rc<HashSet<Oid>>>>>,
    closed: OnceCell<Vec<(usize, GateAnswer)>>,
}

/// Entries of one image of an app in one stage, over all targets.
pub type EntriesByStage<'s> =
    BTreeMap<(&'s str, Option<&'s str>, &'s StageName), Vec<&'s MappingEntry>>;

impl<'s> AuditContext<'s> {
    /// Deployments to audit, newest first, including removals.
    pub fn all_deployments(&self) -> impl Iterator<Item = Deployment<'s>> + '_ {
        let timeline = self.timeline;
        timeline.deployments().filter(|deployment| self.is_meant(deployment))
    }

    /// Deployments to audit, newest first, without removals.
    pub fn deployments(&self) -> impl Iterator<Item = Deployment<'s>> + '_ {
        self.all_deployments().filter(|deployment| deployment.kind != DeploymentKind::Remove)
    }

    /// True if the cell is to be audited at this time.
    pub fn is_wanted(&self, cell: &CellKey, time: i64) -> bool {
        (self.window.since..self.window.until).contains(&time) && (self.wanted)(cell)
    }

    fn is_meant(&self, deployment: &Deployment<'_>) -> bool {
        self.is_wanted(deployment.cell, deployment.time)
    }

    /// Deployments to audit, each linked to a stage before it. Leaves out stages that do not write
    /// versions alike, and new cells.
    pub fn stage_links(&self) -> impl Iterator<Item = (&'s StageLink, Deployment<'s>)> + '_ {
        let seen =
            self.comparison.links.iter().map(|link| (link, self.timeline.deployment(link.index)));
        seen.filter(|(link, deployment)| {
            deployment.kind != DeploymentKind::Add
                && self.is_meant(deployment)
                && self.is_comparable(link)
        })
    }

    /// True if both stages of a link write versions alike.
    pub fn is_comparable(&self, link: &StageLink) -> bool {
        self.comparison.pair(link.before, link.stage).is_none_or(|pair| pair.is_comparable())
    }

    /// Links of one deployment. Links are in order of time and indexes count back, hence the
    /// comparison.
    pub fn links_of(&self, index: usize) -> impl Iterator<Item = &'s StageLink> {
        let links = &self.comparison.links;
        let first = links.partition_point(|link| link.index > index);
        links[first..].iter().take_while(move |link| link.index == index)
    }

    /// Ledger events to audit, with their cells. Events without app and stage are always included;
    /// events about unknown cells only if all cells are audited.
    pub fn ledger_events(&self) -> impl Iterator<Item = (&'s LedgerEvent, Vec<CellKey>)> + '_ {
        let in_time = |event: &&LedgerEvent| {
            (self.window.since..self.window.until).contains(&event.time.as_second())
        };
        let events = self.evidence.ledger.events().iter().filter(in_time);
        events.filter_map(|event| {
            let named: Vec<&CellKey> = self.cells().filter(|cell| is_about(event, cell)).collect();
            let is_meant = if named.is_empty() {
                self.cells().all(|cell| (self.wanted)(cell))
            } else {
                named.iter().any(|cell| (self.wanted)(cell))
            };
            is_meant.then(|| {
                (event, named.into_iter().filter(|cell| (self.wanted)(cell)).cloned().collect())
            })
        })
    }

    /// True if the repository said a version for a cell at any time.
    pub fn has_run(&self, cell: &CellKey, version: &Version) -> bool {
        let mut deployments = self.timeline.deployments().filter(|one| one.cell == cell);
        deployments.any(|one| one.to.is_some_and(|to| to.version.is_same(version)))
    }

    /// Every cell in the history.
    fn cells(&self) -> impl Iterator<Item = &'s CellKey> {
        self.timeline.cells().iter()
    }

    /// The earlier stage of a link.
    pub fn previous_stage(&self, link: &StageLink) -> &'s StageName {
        &self.comparison.stages[link.before]
    }

    /// Current entries to audit.
    pub fn entries(&self) -> impl Iterator<Item = &'s MappingEntry> + '_ {
        self.entries.iter().filter(|entry| (self.wanted)(&entry.cell()))
    }

    /// Current entries to audit, grouped over their targets.
    pub fn entries_by_stage(&self) -> EntriesByStage<'s> {
        let mut out = EntriesByStage::new();
        for entry in self.entries() {
            let key = (entry.app.as_str(), entry.component.as_deref(), &entry.stage);
            out.entry(key).or_default().push(entry);
        }
        out
    }

    /// True if another stage comes before this one.
    pub fn is_later(&self, stage: &StageName) -> bool {
        self.config.stage(stage.as_str()).is_some_and(|stage| !stage.after.is_empty())
    }

    /// All runs of a cell, newest first.
    pub fn run_periods(&self, cell: &CellKey) -> Vec<EvidenceRunPeriod<'s>> {
        let known = self.timeline.cells().iter().find(|known| *known == cell);
        known.map(|cell| self.evidence.run_periods(cell, None)).unwrap_or_default()
    }

    /// Returns the details of a commit.
    pub fn commit_details(&self, commit: Oid) -> Option<Rc<CommitDetails>> {
        let mut known = self.known.accounts.borrow_mut();
        known.entry(commit).or_insert_with(|| (self.tells)(commit)).clone()
    }

    /// Deployments whose commits break a convention that nearly all commits follow; empty without
    /// such a convention.
    pub fn convention_breakers(&self, custom: &'static CommitConvention) -> Vec<Deployment<'s>> {
        let Some(keepers) = self.convention_keepers(custom) else { return Vec::new() };
        self.deployments().filter(|deployment| !keepers.contains(&deployment.commit)).collect()
    }

    /// Deploying commits that follow a convention; `None` if too few do.
    pub(super) fn convention_keepers(
        &self,
        custom: &'static CommitConvention,
    ) -> Option<Rc<HashSet<Oid>>> {
        let mut known = self.known.customs.borrow_mut();
        known.entry(custom.name).or_insert_with(|| self.count_keepers(custom).map(Rc::new)).clone()
    }

    fn count_keepers(&self, custom: &CommitConvention) -> Option<HashSet<Oid>> {
        let mut seen = HashSet::new();
        // Commits are read fastest in the order of history.
        let commits = self.deployments().map(|deployment| deployment.commit);
        let commits: Vec<Oid> = commits.filter(|commit| seen.insert(*commit)).collect();
        let mut keepers = HashSet::new();
        for (read, commit) in commits.iter().enumerate() {
            if (self.marks)(*commit).is_none_or(custom.does) {
                keepers.insert(*commit);
            } else if (read + 1 - keepers.len()) * 10 > commits.len() {
                return None;
            }
        }
        (commits.len() >= ENOUGH).then_some(keepers)
    }

    /// Gates that were not open when a deployment landed, with its index. Overridden deployments
    /// are left out.
    pub fn closed_gates(&self) -> &[(usize, GateAnswer)] {
        self.known.closed.get_or_init(|| gates::find_closed_gates(self))
    }

    /// Deployments that landed while `gate` was not open.
    pub fn closed_by(&self, gate: GateKind) -> Vec<(Deployment<'s>, &GateAnswer)> {
        let fitting = self.closed_gates().iter().filter(|(_, answer)| answer.gate == gate);
        fitting.map(|(index, answer)| (self.timeline.deployment(*index), answer)).collect()
    }
}

/// True if an event names this cell. Apps are named as in `towpath status`: `web`, or `api/nginx`.
fn is_about(event: &LedgerEvent, cell: &CellKey) -> bool {
    let image = || cell.component.as_ref().map(|component| format!("{}/{component}", cell.app));
    let is_app = |app: &str| app == cell.app.as_str() || image().is_some_and(|image| app == image);
    event.what.app().is_none_or(is_app)
        && event.what.stage().is_none_or(|stage| *stage == cell.stage)
}

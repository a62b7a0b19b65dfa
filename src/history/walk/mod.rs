//! Walks down the mainline with the mapping in hand. Claims on files that a commit changed are read
//! before and after it; each difference is a deployment.
//!
//! Self-contained files are read on the worker threads of the walk; kustomize builds, which depend
//! on many files, are read in order. The state in memory is always that of the commit the walk has
//! reached.

mod claim_index;
mod claim_memo;
mod claim_state;
mod deployment_matching;
mod options;
mod place_owners;
mod segments;

pub use options::{IntroducedVersions, TimedCommit, WalkOptions, WalkResult};
pub use segments::in_legs;

use super::timeline::{DeployingCommit, DeploymentRow, NOTHING, Timeline};
use crate::git::{
    CommitChanges, GitError, MainlineWalk, Oid, PathScope, Repository, Snapshot, WalkControl,
    WalkEnd, WalkProgress,
};
use crate::model::{CellKey, Version};
use crate::source::{Claim, ClaimReading, FileChangeKind, SnapshotReader, claims_on};
use claim_index::ClaimIndex;
use claim_state::{ClaimReader, ClaimState, PriorClaimState, is_local};
use deployment_matching::{CellTransition, ClaimedVersion, match_versions};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

/// Limit for claims read to find where moved files came from, over the whole walk.
const MAX_SEARCHED: usize = 5_000;

/// Walks from the tip back and returns every deployment. `enough` is called after each commit that
/// deployed something and may stop the walk.
///
/// # Errors
/// [`GitError::MissingObject`] if a partial clone lacks a commit or tree.
pub fn deployments<'a>(
    question: WalkOptions<'a>,
    tip: Vec<(Claim<'a>, ClaimReading)>,
    enough: impl FnMut(&Timeline) -> WalkControl,
    reached: impl FnMut(WalkProgress),
) -> Result<WalkResult, GitError> {
    let mut replay = HistoryReplay::new(question, None);
    replay.add_tip_claims(tip)?;
    let stopped = replay.run(enough, reached)?;
    Ok(replay.into_result(stopped))
}

/// Finds the commits that introduced the versions at the tip; the walk ends when all are found. A
/// version written in several places counts from the first of them.
///
/// # Errors
/// As [`deployments`].
pub fn find_introductions<'a>(
    question: WalkOptions<'a>,
    tip: Vec<(Claim<'a>, ClaimReading)>,
    asked: impl Fn(&CellKey) -> bool,
) -> Result<(IntroducedVersions, WalkEnd), GitError> {
    let mut replay = HistoryReplay::new(question, Some(IntroductionSearch::default()));
    replay.add_tip_claims(tip)?;
    replay.search_cells(asked);
    let stopped = replay.run(|_| WalkControl::Continue, |_| {})?;
    Ok((replay.into_introductions(), stopped))
}

/// State of a search for introducing commits.
#[derive(Default)]
struct IntroductionSearch {
    /// Introducing commit by cell and version.
    found: HashMap<(u32, u32), u32>,
    /// Number of places still searched.
    waiting: usize,
    /// Files that can still matter.
    interest: RwLock<HashSet<String>>,
    /// Claims read so far to find where moved files came from.
    searched: usize,
}

struct HistoryReplay<'a> {
    question: WalkOptions<'a>,
    claims: ClaimIndex<'a>,
    timeline: Timeline,
    search: Option<IntroductionSearch>,
    lost: Vec<String>,
    /// True if any rule reads kustomize builds.
    builds: bool,
    /// The commit whose builds are in the cache.
    built: Oid,
}

impl<'a> HistoryReplay<'a> {
    fn new(question: WalkOptions<'a>, search: Option<IntroductionSearch>) -> Self {
        let claims = ClaimIndex::new(question.config.rules.len());
        let builds = question.config.rules.iter().any(|rule| !is_local(rule.kind));
        let (timeline, lost) = (Timeline::default(), Vec::new());
        HistoryReplay { question, claims, timeline, search, lost, builds, built: question.tip }
    }

    /// Sets the state of each claim at the tip.
    fn add_tip_claims(&mut self, tip: Vec<(Claim<'a>, ClaimReading)>) -> Result<(), GitError> {
        let mut moved = BTreeSet::new();
        for (claim, reading) in tip {
            let look = ClaimState::from_reading(&claim, reading);
            let number = self.add_claim(claim);
            self.claims.update_claim(number, Some(look), None, &mut self.timeline, &mut moved);
        }
        // Keeps what was built for the tip in the cache from here on.
        let snapshot = Snapshot::of_commit(self.question.repository, self.question.tip)?;
        drop(SnapshotReader::of_versions(&snapshot, self.question.cache));
        for number in moved {
            let shown = self.claims.effective_versions(number);
            self.claims.set_effective(number, shown);
        }
        Ok(())
    }

    /// Marks the versions in these cells whose introducing commit is searched.
    fn search_cells(&mut self, asked: impl Fn(&CellKey) -> bool) {
        let Some(search) = &mut self.search else { return };
        let mut interest = HashSet::new();
        for number in 0..self.claims.len() {
            let mut shown = self.claims.get(number).shown.clone();
            for held in &mut shown {
                held.asked = self.timeline.slots.get(held.slot).is_some_and(&asked);
                search.waiting += usize::from(held.asked);
            }
            if shown.iter().any(|held| held.asked) {
                interest.insert(self.claims.get(number).claim.path.clone());
            }
            self.claims.set_effective(number, shown);
        }
        search.interest = RwLock::new(interest);
    }

    fn run(
        &mut self,
        mut enough: impl FnMut(&Timeline) -> WalkControl,
        reached: impl FnMut(WalkProgress),
    ) -> Result<WalkEnd, GitError> {
        if self.search.as_ref().is_some_and(|search| search.waiting == 0) {
            return Ok(WalkEnd::Done);
        }
        let question = self.question;
        let mut walk = MainlineWalk::new(question.repository, question.tip, self.diff_scope())
            .until(question.until);
        if let Some(threads) = question.threads {
            walk = walk.threads(threads);
        }
        let interest = self.search.as_mut().map(|search| std::mem::take(&mut search.interest));
        let interest = interest.as_ref();
        let wanted = |path: &str| {
            interest.is_none_or(|paths| {
                paths.read().unwrap_or_else(PoisonError::into_inner).contains(path)
            })
        };
        let worker = || {
            let mut looker = ClaimReader::new(question.config, question.branch_stage);
            move |repository: &Repository, step: &CommitChanges| {
                looker.states_before(repository, step, wanted)
            }
        };
        let visit = |step: CommitChanges, locals| {
            let deployed = self.apply_step(&step, locals, interest);
            let answered = self.search.as_ref().is_some_and(|search| search.waiting == 0);
            if answered || (deployed && enough(&self.timeline) == WalkControl::Stop) {
                WalkControl::Stop
            } else {
                WalkControl::Continue
            }
        };
        walk.run(worker, visit, reached)
    }

    /// Paths to compare: the prefixes of the rules, or the whole tree if other files were read.
    fn diff_scope(&self) -> PathScope {
        let rules = &self.question.config.rules;
        let prefixes = rules.iter().map(|rule| rule.path.literal_prefix().to_owned());
        let scope = PathScope::of(prefixes);
        let inside = rules.iter().all(|rule| is_local(rule.kind))
            && self
                .claims
                .watched_paths()
                .all(|path| self.timeline.paths.get(path).is_none_or(|path| scope.covers(path)));
        if inside { scope } else { PathScope::whole() }
    }

    /// Goes from a commit to its parent. Returns true if the commit deployed something.
    fn apply_step(
        &mut self,
        step: &CommitChanges,
        locals: Vec<PriorClaimState>,
        interest: Option<&RwLock<HashSet<String>>>,
    ) -> bool {
        let (mut looks, unread) = self.affected_claims(step, locals);
        self.read_claims(step, unread, &mut looks);
        if looks.is_empty() {
            return false;
        }
        let landing = DeployingCommit { id: step.commit, time: step.time };
        let commit = self.timeline.add_commit(landing);
        let mut moved = BTreeSet::new();
        for (number, look) in looks {
            self.claims.update_claim(number, look, Some(commit), &mut self.timeline, &mut moved);
            if self.claims.is_lost(number) {
                self.mark_lost(number);
            }
        }
        let found = self.collect_transitions(moved, interest);
        let deployed = !found.is_empty();
        found.into_iter().for_each(|pair| self.deploy(commit, &pair));
        deployed
    }

    /// Claims affected by a step: the states already read by worker threads, and the claims still
    /// to be read.
    fn affected_claims(
        &mut self,
        step: &CommitChanges,
        locals: Vec<PriorClaimState>,
    ) -> (BTreeMap<usize, Option<ClaimState>>, BTreeSet<usize>) {
        let mut looks: BTreeMap<usize, Option<ClaimState>> = BTreeMap::new();
        for local in locals {
            let path = &step.changes[local.change].path;
            if let Some(number) = self.number(path, local.rule) {
                looks.insert(number, Some(local.look));
            }
        }
        let mut unread = self.rebuilt_claims(step);
        for change in &step.changes {
            if self.builds && self.search.is_none() && change.before.is_some() {
                unread.extend(self.built_on(&change.path));
            }
            let Some(path) = self.timeline.paths.find(change.path.as_str()) else { continue };
            for number in self.claims.claims_on(path) {
                match change.before {
                    Some(_) => drop(unread.insert(*number)),
                    None => drop(looks.insert(*number, None)),
                }
            }
            unread.extend(self.claims.claims_watching(path));
        }
        unread.retain(|number| !looks.contains_key(number));
        if self.search.is_some() {
            let asked =
                |number: &usize| self.claims.get(*number).shown.iter().any(|held| held.asked);
            let new = looks.iter().any(|(number, look)| look.is_none() && asked(number));
            looks.retain(|number, _| asked(number));
            unread.retain(asked);
            if new {
                unread.extend(
                    self.left_behind(step).into_iter().filter(|number| !looks.contains_key(number)),
                );
            }
        }
        (looks, unread)
    }

    /// Returns the number of a rule's claim on a path, adding it if new.
    fn number(&mut self, path: &str, rule: usize) -> Option<usize> {
        let number = self.timeline.paths.number_of(path);
        if let Some(known) = self.claims.find_claim(number, rule) {
            return Some(known);
        }
        let claim =
            claims_on(self.question.config, path).into_iter().find(|claim| claim.index == rule)?;
        Some(self.claims.number(claim, number))
    }

    /// Claims on a path that worker threads do not read.
    fn built_on(&mut self, path: &str) -> Vec<usize> {
        let claims = claims_on(self.question.config, path)
            .into_iter()
            .filter(|claim| !is_local(claim.rule.kind));
        let claims: Vec<Claim<'a>> = claims.collect();
        claims.into_iter().map(|claim| self.add_claim(claim)).collect()
    }

    /// Claims whose builds may differ before the step.
    fn rebuilt_claims(&mut self, step: &CommitChanges) -> BTreeSet<usize> {
        let Some(parent) = step.parent.filter(|_| self.builds) else { return BTreeSet::new() };
        let changes = step.changes.iter().map(|change| {
            let going_back = match (change.before, change.after) {
                (None, _) => FileChangeKind::Removed,
                (_, None) => FileChangeKind::Added,
                _ => FileChangeKind::Modified,
            };
            (change.path.as_str(), going_back)
        });
        let from = std::mem::replace(&mut self.built, parent);
        match self.question.cache.apply_changes(from, parent, changes) {
            Some(folders) => {
                folders.iter().flat_map(|folder| self.claims.built_in(folder)).copied().collect()
            }
            None => self.claims.built_claims().collect(),
        }
    }

    fn add_claim(&mut self, claim: Claim<'a>) -> usize {
        let path = self.timeline.paths.number(&claim.path);
        self.claims.number(claim, path)
    }

    /// Claims on files that the commit changed or removed: versions of a new file may come from
    /// there.
    fn left_behind(&mut self, step: &CommitChanges) -> Vec<usize> {
        let mut out = Vec::new();
        for change in step.changes.iter().filter(|change| change.before.is_some()) {
            for claim in claims_on(self.question.config, &change.path) {
                let Some(search) =
                    self.search.as_mut().filter(|search| search.searched < MAX_SEARCHED)
                else {
                    return out;
                };
                search.searched += 1;
                out.push(self.add_claim(claim));
            }
        }
        out
    }

    /// Reads claims at the commit's parent.
    fn read_claims(
        &mut self,
        step: &CommitChanges,
        unread: BTreeSet<usize>,
        looks: &mut BTreeMap<usize, Option<ClaimState>>,
    ) {
        if unread.is_empty() {
            return;
        }
        let question = self.question;
        let Some(snapshot) = step.snapshot_before(question.repository) else {
            return looks.extend(unread.into_iter().map(|number| (number, None)));
        };
        let reader = SnapshotReader::of_versions(&snapshot, question.cache);
        for number in unread {
            let claim = &self.claims.get(number).claim;
            let there = snapshot.find_file(&claim.path).is_some();
            let look = there
                .then(|| ClaimState::read(question.config, claim, &reader, question.branch_stage));
            looks.insert(number, look);
        }
    }

    /// Gives up on a claim whose older contents are missing in this clone.
    fn mark_lost(&mut self, number: usize) {
        self.lost.push(self.claims.get(number).claim.path.clone());
        let mut shown = self.claims.get(number).shown.clone();
        for held in &mut shown {
            if let Some(search) = self.search.as_mut().filter(|_| held.asked) {
                search.waiting -= 1;
            }
            held.asked = false;
        }
        self.claims.set_effective(number, shown);
    }

    /// Pairs the versions of these claims before and after a commit, then sets the state to the one
    /// before.
    fn collect_transitions(
        &mut self,
        moved: BTreeSet<usize>,
        interest: Option<&RwLock<HashSet<String>>>,
    ) -> Vec<CellTransition> {
        let moved: Vec<usize> =
            moved.into_iter().filter(|number| !self.claims.is_lost(*number)).collect();
        let after: Vec<ClaimedVersion> =
            moved.iter().flat_map(|number| self.claims.get(*number).shown.clone()).collect();
        let mut before: Vec<ClaimedVersion> =
            moved.iter().flat_map(|number| self.claims.effective_versions(*number)).collect();
        let found = match_versions(&mut before, &after, &self.timeline.pins);
        let mut shown: BTreeMap<usize, Vec<ClaimedVersion>> =
            moved.into_iter().map(|number| (number, Vec::new())).collect();
        for held in before {
            shown.entry(held.claim).or_default().push(held);
        }
        for (number, shown) in shown {
            if let Some(interest) = interest {
                let mut paths = interest.write().unwrap_or_else(PoisonError::into_inner);
                let path = &self.claims.get(number).claim.path;
                if shown.iter().any(|held| held.asked) {
                    paths.insert(path.clone());
                } else if self.claims.get(number).shown.iter().any(|held| held.asked) {
                    paths.remove(path);
                }
            }
            self.claims.set_effective(number, shown);
        }
        found
    }

    fn deploy(&mut self, commit: u32, pair: &CellTransition) {
        let Some(held) = pair.to.as_ref().or(pair.from.as_ref()) else { return };
        let commit = pair.to.as_ref().and_then(|to| to.pending).unwrap_or(commit);
        let Some(search) = &mut self.search else {
            let pin =
                |side: &Option<ClaimedVersion>| side.as_ref().map_or(NOTHING, |held| held.pin);
            let row =
                DeploymentRow::new(held.slot, pin(&pair.from), pin(&pair.to), commit, held.path);
            return self.timeline.rows.push(row);
        };
        if let Some(to) = pair.to.as_ref().filter(|to| to.asked) {
            search.waiting -= 1;
            search.found.insert((to.slot, to.pin), commit);
        }
    }

    fn into_result(mut self, stopped: WalkEnd) -> WalkResult {
        self.timeline.sort();
        let pending = self.claims.any_pending();
        WalkResult { timeline: self.timeline, stopped, lost: self.lost, pending }
    }

    fn into_introductions(self) -> IntroducedVersions {
        let mut out: HashMap<(CellKey, Version), (u32, TimedCommit)> = HashMap::new();
        for ((slot, pin), commit) in self.search.map(|search| search.found).unwrap_or_default() {
            let landing = self.timeline.commits[commit as usize];
            let (Some(slot), Some(pin)) =
                (self.timeline.slots.get(slot), self.timeline.pins.get(pin))
            else {
                continue;
            };
            let known = out
                .entry((slot.clone(), pin.version.clone()))
                .or_insert((commit, (landing.id, landing.time)));
            if known.0 < commit {
                *known = (commit, (landing.id, landing.time));
            }
        }
        out.into_iter().map(|(key, (_, arrival))| (key, arrival)).collect()
    }
}

//! Walks down the mainline with the mapping in hand. Claims on files that a commit changed are read
//! before and after it; each difference is a deployment.
//!
//! Self-contained files are read on the worker threads of the walk; kustomize builds, which depend
//! on many files, are read in order. The state in memory is always that of the commit the walk has
//! reached.

mod affected_claims;
mod claim_index;
mod claim_memo;
mod claim_state;
mod deployment_matching;
mod introduction_search;
mod layer_index;
mod moved_cells;
mod options;
mod place_owners;
mod segments;

pub use options::{IntroducedVersions, WalkOptions, WalkResult};
pub use segments::in_legs;

use super::timeline::{DeployingCommit, DeploymentRow, NOTHING, Timeline};
use crate::git::{
    CommitChanges, GitError, MainlineWalk, Oid, PathScope, Repository, Snapshot, WalkControl,
    WalkEnd, WalkProgress,
};
use crate::model::CellKey;
use crate::source::{Claim, ClaimReading, SnapshotReader};
use claim_index::ClaimIndex;
use claim_state::{ClaimReader, ClaimState, PriorClaimState, is_local};
use deployment_matching::{CellTransition, ClaimedVersion, match_versions};
use introduction_search::IntroductionSearch;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{PoisonError, RwLock};

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
) -> Result<Introductions, GitError> {
    let mut replay = HistoryReplay::new(question, Some(IntroductionSearch::default()));
    replay.add_tip_claims(tip)?;
    replay.search_cells(asked);
    let stopped = replay.run(|_| WalkControl::Continue, |_| {})?;
    let search = replay.search.take().unwrap_or_default();
    let versions = search.into_versions(&replay.timeline);
    Ok(Introductions { versions, stopped, is_partial: !replay.lost.is_empty() })
}

/// The result of [`find_introductions`].
pub struct Introductions {
    pub versions: IntroducedVersions,
    pub stopped: WalkEnd,
    /// True if the clone lacks older contents of a file.
    pub is_partial: bool,
}

struct HistoryReplay<'a> {
    question: WalkOptions<'a>,
    claims: ClaimIndex<'a>,
    timeline: Timeline,
    search: Option<IntroductionSearch>,
    lost: Vec<String>,
    pulled: Vec<(Oid, Oid)>,
    /// True if any rule reads kustomize builds.
    builds: bool,
    /// The commit whose builds are in the cache.
    built: Oid,
}

impl<'a> HistoryReplay<'a> {
    fn new(question: WalkOptions<'a>, search: Option<IntroductionSearch>) -> Self {
        let claims = ClaimIndex::new(question.config.rules.len());
        let builds = question.config.rules.iter().any(|rule| !is_local(rule.kind));
        let (timeline, lost, pulled) = (Timeline::default(), Vec::new(), Vec::new());
        let built = question.tip;
        HistoryReplay { question, claims, timeline, search, lost, pulled, builds, built }
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
                held.asked = self.timeline.cells.get(held.cell).is_some_and(&asked);
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
        let end = walk.run(worker, visit, reached);
        self.pulled = walk.into_pulled();
        end
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

    fn add_claim(&mut self, claim: Claim<'a>) -> usize {
        let path = self.timeline.paths.number(&claim.path);
        self.claims.number(claim, path)
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
        let found = self.follow_renamed_cells(found, &mut before, &after);
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
                DeploymentRow::new(held.cell, pin(&pair.from), pin(&pair.to), commit, held.path);
            return self.timeline.rows.push(row);
        };
        if let Some(to) = pair.to.as_ref().filter(|to| to.asked) {
            search.waiting -= 1;
            search.found.insert((to.cell, to.pin), commit);
        }
    }

    fn into_result(mut self, stopped: WalkEnd) -> WalkResult {
        self.timeline.sort();
        let pending = self.claims.any_pending();
        self.timeline.set_renamed(self.claims.into_renamed());
        let (lost, pulled) = (self.lost, self.pulled);
        WalkResult { timeline: self.timeline, stopped, lost, pulled, pending }
    }
}

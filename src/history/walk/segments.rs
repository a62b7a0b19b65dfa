//! A long mainline in legs, each of them walked on a thread of its own.
//!
//! What is built from many files is built in the order of the commits, so one walk keeps one thread
//! busy. A leg begins like every walk, with all that its first commit says, and ends where the next
//! one begins. Where a file was broken or is missing at such a place, legs do not fit together.

use super::{WalkOptions, WalkResult, deployments, is_local};
use crate::config::Config;
use crate::git::{GitError, Oid, RepositoryHandle, Snapshot, WalkControl, WalkEnd, WalkProgress};
use crate::model::StageName;
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader, read_claims};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// As [`deployments`], where it is worth it in a few legs: no more than there are threads, and none
/// shorter than so many commits. `None`: the legs do not fit together, and one walk has to tell.
///
/// # Errors
/// As [`deployments`].
pub fn in_legs<'a>(
    question: WalkOptions<'a>,
    tip: Vec<(Claim<'a>, ClaimReading)>,
    shortest: usize,
    mut reached: impl FnMut(WalkProgress),
) -> Result<Option<WalkResult>, GitError> {
    let chain = if is_built(question.config) { mainline_commits(&question)? } else { Vec::new() };
    let cuts = segment_starts(&chain, question.threads.unwrap_or_else(thread_count), shortest);
    let Some(first) = cuts.first() else {
        return deployments(question, tip, |_| WalkControl::Continue, reached).map(Some);
    };
    let total = Some(chain.len() as u64);
    thread::scope(|scope| {
        let (progress, elsewhere) = channel();
        let legs = older_segments(&question, &cuts, &progress).into_iter();
        let legs: Vec<_> = legs.map(|leg| scope.spawn(move || leg.walk())).collect();
        drop(progress);
        let (mut here, mut there) = (0, 0);
        let newest = WalkOptions { until: Some(*first), threads: Some(1), ..question };
        let newest = deployments(
            newest,
            tip,
            |_| WalkControl::Continue,
            |WalkProgress { done, .. }| {
                here = done;
                there += elsewhere.try_iter().sum::<u64>();
                reached(WalkProgress { done: here + there, total });
            },
        )?;
        for more in elsewhere {
            there += more;
            reached(WalkProgress { done: here + there, total });
        }
        let mut older = legs.into_iter().map(|leg| leg.join().ok().flatten());
        Ok(older.try_fold(newest, |newer, older| join_results(newer, older?)))
    })
}

/// All legs but the newest.
fn older_segments<'c>(
    question: &WalkOptions<'c>,
    cuts: &[Oid],
    progress: &Sender<u64>,
) -> Vec<WalkSegment<'c>> {
    let ends = cuts.iter().skip(1).copied().map(Some).chain([question.until]);
    let leg = |(tip, until): (&Oid, Option<Oid>)| WalkSegment {
        door: question.repository.handle(),
        config: question.config,
        branch_stage: question.branch_stage,
        tip: *tip,
        until,
        progress: progress.clone(),
    };
    cuts.iter().zip(ends).map(leg).collect()
}

/// Is anything built from many files?
fn is_built(config: &Config) -> bool {
    config.rules.iter().any(|rule| !is_local(rule.kind))
}

fn thread_count() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The commits in question, newest first.
fn mainline_commits(question: &WalkOptions<'_>) -> Result<Vec<Oid>, GitError> {
    let mut chain = Vec::new();
    question.repository.find_on_mainline(question.tip, |id, _| {
        chain.push(id);
        question.until == Some(id)
    })?;
    Ok(chain)
}

/// Each leg holds what it builds, some 35 MiB of a repository of a thousand overlays.
const MOST: usize = 4;

/// A repository grows, and what a commit costs with it: all that happened until half of the commits
/// were there cost less than half. Between a repository that never grows (1) and one that does
/// steadily (2); measured on one of 9,000 commits.
const GROWTH: f64 = 1.4;

/// Where all legs but the newest begin: those that lie further back are longer.
fn segment_starts(chain: &[Oid], threads: usize, shortest: usize) -> Vec<Oid> {
    let legs = threads.min(MOST).min(chain.len() / shortest.max(1));
    let age = |leg: usize| {
        let share = ((legs - leg) as f64 / legs as f64).powf(1.0 / GROWTH);
        chain.len() - (chain.len() as f64 * share) as usize
    };
    (1..legs).filter_map(|leg| chain.get(age(leg)).copied()).collect()
}

/// What a thread needs to walk a part of the mainline by itself.
struct WalkSegment<'c> {
    door: RepositoryHandle,
    config: &'c Config,
    branch_stage: Option<&'c StageName>,
    tip: Oid,
    until: Option<Oid>,
    /// Takes how many commits more were looked at.
    progress: Sender<u64>,
}

impl WalkSegment<'_> {
    /// What the leg tells; `None` where its first commit cannot be read whole.
    fn walk(&self) -> Option<WalkResult> {
        let (repository, cache) = (self.door.open().ok()?, ParseCache::default());
        let snapshot = Snapshot::of_commit(&repository, self.tip).ok()?;
        let tip =
            read_claims(self.config, &SnapshotReader::new(&snapshot, &cache), self.branch_stage);
        if tip.iter().any(|(_, reading)| {
            reading.warnings.iter().any(|warning| warning.code == "missing-object")
        }) {
            return None;
        }
        let question = WalkOptions {
            repository: &repository,
            config: self.config,
            tip: self.tip,
            branch_stage: self.branch_stage,
            cache: &cache,
            until: self.until,
            threads: Some(1),
        };
        let mut known = 0;
        let reached = |WalkProgress { done, .. }| {
            // Nobody listens any more where the newest leg has failed.
            let _ = self.progress.send(done - known);
            known = done;
        };
        deployments(question, tip, |_| WalkControl::Continue, reached).ok()
    }
}

/// Two neighbours as one; `None` where the newer one left something open.
fn join_results(mut newer: WalkResult, older: WalkResult) -> Option<WalkResult> {
    let fits = newer.stopped == WalkEnd::Done && !newer.pending && newer.lost.is_empty();
    newer.timeline.append(&older.timeline);
    fits.then_some(WalkResult { timeline: newer.timeline, ..older })
}

#[cfg(test)]
#[path = "segments_tests.rs"]
mod tests;

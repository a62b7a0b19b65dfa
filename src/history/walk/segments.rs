//! Splits a long mainline into segments, each walked on a thread of its own.
//!
//! Kustomize builds are read in the order of the commits, so a walk keeps one thread busy. A
//! segment starts by reading all claims at its first commit, and ends where the next one begins. If
//! a file is broken or missing at a boundary, the segments do not fit together.

use super::{WalkOptions, WalkResult, deployments, is_local};
use crate::config::Config;
use crate::git::{GitError, Oid, RepositoryHandle, Snapshot, WalkControl, WalkEnd, WalkProgress};
use crate::model::StageName;
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader, read_claims};
use std::sync::mpsc::{Sender, channel};
use std::thread;

/// Runs [`deployments`] in segments: at most one per thread, each of at least `shortest` commits.
/// Returns `None` if the segments do not fit together; then a single walk is needed.
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

/// All segments but the newest.
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

/// True if any rule reads kustomize builds.
fn is_built(config: &Config) -> bool {
    config.rules.iter().any(|rule| !is_local(rule.kind))
}

fn thread_count() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Commits from the tip to `until`, newest first.
fn mainline_commits(question: &WalkOptions<'_>) -> Result<Vec<Oid>, GitError> {
    let mut chain = Vec::new();
    question.repository.find_on_mainline(question.tip, |id, _| {
        chain.push(id);
        question.until == Some(id)
    })?;
    Ok(chain)
}

/// Limit on segments: each holds its builds, about 35 MiB in a repository of a thousand overlays.
const MOST: usize = 4;

/// Exponent of the cost of history. Repositories grow, so older commits are cheaper: 1 would be a
/// repository that never grows, 2 one that grows steadily. Measured on a repository of 9,000
/// commits.
const GROWTH: f64 = 1.4;

/// First commits of all segments but the newest. Older segments have more commits, as these are
/// cheaper.
fn segment_starts(chain: &[Oid], threads: usize, shortest: usize) -> Vec<Oid> {
    let legs = threads.min(MOST).min(chain.len() / shortest.max(1));
    let age = |leg: usize| {
        let share = ((legs - leg) as f64 / legs as f64).powf(1.0 / GROWTH);
        chain.len() - (chain.len() as f64 * share) as usize
    };
    (1..legs).filter_map(|leg| chain.get(age(leg)).copied()).collect()
}

/// A part of the mainline, with all that a thread needs to walk it.
struct WalkSegment<'c> {
    door: RepositoryHandle,
    config: &'c Config,
    branch_stage: Option<&'c StageName>,
    tip: Oid,
    until: Option<Oid>,
    /// Receives the number of further commits walked.
    progress: Sender<u64>,
}

impl WalkSegment<'_> {
    /// Walks the segment; `None` if its first commcannot be read completely.
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
            // The receiver is gone if the newest segment has failed.
            let _ = self.progress.send(done - known);
            known = done;
        };
        deployments(question, tip, |_| WalkControl::Continue, reached).ok()
    }
}

/// Joins two neighbouring results; `None` if the newer one left something unresolved.
fn join_results(mut newer: WalkResult, older: WalkResult) -> Option<WalkResult> {
    let fits = newer.stopped == WalkEnd::Done && !newer.pending && newer.lost.is_empty();
    newer.timeline.append(&older.timeline);
    newer.pulled.extend(&older.pulled);
    fits.then_some(WalkResult { timeline: newer.timeline, pulled: newer.pulled, ..older })
}

#[cfg(test)]
#[path = "segments_tests.rs"]
mod tests;

//! Extends the history of an older tip to a new one.

use super::BranchHistory;
use crate::git::{GitError, Oid, WalkControl, WalkEnd, WalkProgress};
use crate::history::walk::{WalkOptions, WalkResult, deployments, in_legs};
use crate::source::{Claim, ClaimReading, ParseCache};

/// Minimum commits per segment: reading all claims at a commit costs about as much as walking this
/// many.
const SHORTEST: usize = 1000;

/// Options of the walk, and a function that reads each claim at the tip with a cache.
pub struct RefreshRequest<
    'a,
    F: Fn(&'a ParseCache) -> Result<Vec<(Claim<'a>, ClaimReading)>, GitError>,
> {
    pub question: WalkOptions<'a>,
    pub tip: F,
    /// A fresh cache for a second, complete walk, if the result of the first one cannot be used.
    pub spare: &'a ParseCache,
}

/// Walks from the tip to the start of `known`. Walks the whole history if that commit is no longer
/// on the mainline or the two parts do not fit together.
///
/// # Errors
/// [`GitError::MissingObject`] if a partial clone lacks a commit or tree.
pub fn refresh_history<
    'a,
    F: Fn(&'a ParseCache) -> Result<Vec<(Claim<'a>, ClaimReading)>, GitError>,
>(
    asked: &RefreshRequest<'a, F>,
    known: Option<&BranchHistory>,
    mut reached: impl FnMut(WalkProgress),
) -> Result<BranchHistory, GitError> {
    let question = asked.question;
    if let Some(known) = known.filter(|known| known.tip == question.tip) {
        return Ok(known.clone());
    }
    let nearer = WalkOptions { until: known.map(|known| known.tip), ..question };
    let told = in_legs(nearer, (asked.tip)(question.cache)?, SHORTEST, &mut reached)?;
    if let Some(told) = told.and_then(|told| join_histories(&question, told, known)) {
        return Ok(told);
    }
    let again = WalkOptions { cache: asked.spare, ..question };
    let told = deployments(again, (asked.tip)(asked.spare)?, |_| WalkControl::Continue, reached)?;
    Ok(branch_history(&question, told))
}

/// Joins the new part and the known one, if they fit together.
fn join_histories(
    question: &WalkOptions<'_>,
    mut told: WalkResult,
    known: Option<&BranchHistory>,
) -> Option<BranchHistory> {
    if told.stopped != WalkEnd::Done {
        return Some(branch_history(question, told));
    }
    let known = known.filter(|_| !told.pending && told.lost.is_empty())?;
    told.timeline.append(&known.timeline);
    let new = branch_history(question, told);
    let pulled = new.pulled.iter().chain(&known.pulled).cloned().collect();
    Some(BranchHistory { edge: known.edge, pending: known.pending, pulled, ..new })
}

fn branch_history(question: &WalkOptions<'_>, told: WalkResult) -> BranchHistory {
    BranchHistory {
        stage: question.branch_stage.cloned(),
        tip: question.tip,
        timeline: told.timeline,
        edge: history_end(told.stopped),
        pending: told.pending,
        pulled: told.pulled.iter().map(|(id, other)| (id.to_string(), other.to_string())).collect(),
        lost: told.lost,
    }
}

fn history_end(stopped: WalkEnd) -> Option<Oid> {
    match stopped {
        WalkEnd::Shallow(edge) => Some(edge),
        WalkEnd::Done | WalkEnd::Root => None,
    }
}

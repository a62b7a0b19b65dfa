//! The past of a tip, out of what is known of an older one.

use super::Part;
use crate::git::{Flow, GitError, Oid, Reached, Stopped};
use crate::history::walk::{Question, Told, deployments, in_legs};
use crate::source::{Cache, Claim, Reading};

/// To read all claims at a commit costs about as much as to walk so many.
const SHORTEST: usize = 1000;

/// What is asked: the question, and what each claim says at its tip, read with a cache.
pub struct Asked<'a, F: Fn(&'a Cache) -> Result<Vec<(Claim<'a>, Reading)>, GitError>> {
    pub question: Question<'a>,
    pub tip: F,
    /// For a second look, where the first one is in doubt.
    pub spare: &'a Cache,
}

/// Walks from the tip to where `known` begins; or all the way, where that is not on the mainline any
/// more or the two do not fit.
///
/// # Errors
/// [`GitError::MissingObject`] where a partial clone lacks a commit or tree.
pub fn refreshed<'a, F: Fn(&'a Cache) -> Result<Vec<(Claim<'a>, Reading)>, GitError>>(
    asked: &Asked<'a, F>,
    known: Option<&Part>,
    mut reached: impl FnMut(Reached),
) -> Result<Part, GitError> {
    let question = asked.question;
    if let Some(known) = known.filter(|known| known.tip == question.tip) {
        return Ok(known.clone());
    }
    let nearer = Question { until: known.map(|known| known.tip), ..question };
    let told = in_legs(nearer, (asked.tip)(question.cache)?, SHORTEST, &mut reached)?;
    if let Some(told) = told.and_then(|told| fitting(&question, told, known)) {
        return Ok(told);
    }
    let again = Question { cache: asked.spare, ..question };
    let told = deployments(again, (asked.tip)(asked.spare)?, |_| Flow::Continue, reached)?;
    Ok(part(&question, told))
}

/// The new and what is known, if the two fit.
fn fitting(question: &Question<'_>, mut told: Told, known: Option<&Part>) -> Option<Part> {
    if told.stopped != Stopped::Done {
        return Some(part(question, told));
    }
    let known = known.filter(|_| !told.pending && told.lost.is_empty())?;
    told.timeline.append(&known.timeline);
    Some(Part { edge: known.edge, pending: known.pending, ..part(question, told) })
}

fn part(question: &Question<'_>, told: Told) -> Part {
    Part {
        stage: question.branch_stage.cloned(),
        tip: question.tip,
        timeline: told.timeline,
        edge: edge(told.stopped),
        pending: told.pending,
        lost: told.lost,
    }
}

fn edge(stopped: Stopped) -> Option<Oid> {
    match stopped {
        Stopped::Shallow(edge) => Some(edge),
        Stopped::Done | Stopped::Root => None,
    }
}

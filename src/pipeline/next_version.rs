//! Finds the next version for a stage: newer in a previous stage, and new to this one.

use super::evidence::Evidence;
use super::judge::judge;
use super::query::GateQuery;
use super::verdict::{Judgement, Verdict};
use crate::config::gates::GateKind;
use crate::model::{CellKey, Version};

/// A version that may go next, with its judgement.
#[derive(Debug, Clone)]
pub struct NextVersion {
    pub version: Version,
    pub judgement: Judgement,
}

/// Versions that came to `sources` after any version of the destination, newest first.
pub fn find_candidates(
    evidence: &Evidence<'_>,
    question: &GateQuery<'_>,
    sources: &[&CellKey],
) -> Vec<Version> {
    let end = question.history_end();
    let here = evidence
        .queried_cells(question)
        .into_iter()
        .flat_map(|cell| evidence.run_periods(cell, end));
    let had: Vec<&Version> = here.map(|landing| landing.version).collect();
    let mut out: Vec<Version> = Vec::new();
    for cell in sources {
        let course = evidence.run_periods(cell, end).into_iter();
        let newer = course
            .take_while(|landing| !had.iter().any(|version| version.is_same(landing.version)));
        for landing in newer {
            if !out.iter().any(|known| known.is_same(landing.version)) {
                out.push(landing.version.clone());
            }
        }
    }
    out
}

/// Picks a candidate: the newest that all gates allow, or else the newest that may be proposed, or
/// else the newest. With `each` it is the oldest that can still go.
pub fn pick_next(
    evidence: &Evidence<'_>,
    question: &GateQuery<'_>,
    candidates: &[Version],
    each: bool,
) -> Option<NextVersion> {
    let judged = |version: &Version| {
        let judgement = judge(evidence, &GateQuery { version, ..*question });
        NextVersion { version: version.clone(), judgement }
    };
    if each {
        let all = || candidates.iter().rev().map(judged);
        return all().find(|next| !is_out(evidence, question, next)).or_else(|| all().next());
    }
    let all: Vec<NextVersion> = candidates.iter().map(judged).collect();
    let find = |fits: &dyn Fn(&Judgement) -> bool| all.iter().find(|next| fits(&next.judgement));
    find(&Judgement::is_allowed)
        .or_else(|| find(&Judgement::allows_proposal))
        .or(all.first())
        .cloned()
}

/// True for a version that can no longer go, so that a queue does not wait for it: it was rejected
/// or failed, or it was replaced in the previous stages before it had passed or baked there.
fn is_out(evidence: &Evidence<'_>, question: &GateQuery<'_>, next: &NextVersion) -> bool {
    let question = GateQuery { version: &next.version, ..*question };
    let still_runs = || {
        let stages = evidence.previous_stages(&question);
        let cells = stages.iter().flat_map(|stage| evidence.source_cells(&question, stage));
        cells
            .filter_map(|cell| evidence.current_run(cell, question.history_end()))
            .any(|run| run.version.is_same(&next.version))
    };
    next.judgement.closed_gates().any(|answer| match answer.gate {
        GateKind::Rejected => true,
        GateKind::Verified | GateKind::Bake => answer.verdict == Verdict::Shut && !still_runs(),
        _ => false,
    })
}

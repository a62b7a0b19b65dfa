//! The history that an index knows, and the deployments of several branches as one.

use crate::config::Config;
use crate::history::index::{BranchHistory, IndexRecord};
use crate::history::{Deployment, Timeline};
use crate::model::StageName;
use std::collections::VecDeque;

/// A record from the index.
pub enum IndexedHistory {
    /// A record for the present commits. Its mapping has moved into the repository state.
    Current(IndexRecord),
    /// A record for other commits.
    Older(IndexRecord),
}

/// The deployments of all branches as one past. That of a single branch is taken out of its part.
pub fn take_timeline(parts: &mut [BranchHistory], config: &Config) -> Timeline {
    match parts {
        [part] => std::mem::take(&mut part.timeline),
        parts => merge_timelines(parts, &|stage| {
            config.stage(stage.as_str()).is_some_and(|stage| stage.branch.is_some())
        }),
    }
}

/// Merges timelines by time. Each branch keeps its own order, even where clocks ran backwards. Each
/// stage branch contributes its stage, and the main branch the others.
fn merge_timelines(parts: &[BranchHistory], is_elsewhere: &dyn Fn(&StageName) -> bool) -> Timeline {
    let counts = |part: &BranchHistory, stage: &StageName| match &part.stage {
        Some(branch) => branch == stage,
        None => !is_elsewhere(stage),
    };
    let mut rest: Vec<VecDeque<Deployment<'_>>> = Vec::new();
    for part in parts {
        let deployments = part.timeline.deployments();
        rest.push(deployments.filter(|deployment| counts(part, &deployment.cell.stage)).collect());
    }
    let mut out = Timeline::default();
    let time = |part: &VecDeque<Deployment<'_>>| part.front().map(|deployment| deployment.time);
    while let Some(newest) = rest.iter_mut().max_by_key(|part| time(part))
        && let Some(deployment) = newest.pop_front()
    {
        let commit = (deployment.commit, deployment.time);
        out.push(commit, deployment.cell, deployment.from, deployment.to, deployment.path);
    }
    out
}

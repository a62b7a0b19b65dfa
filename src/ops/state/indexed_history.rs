//! The history that an index knows, and the deployments of several branches as one.

use crate::config::Config;
use crate::history::index::{BranchHistory, IndexRecord};
use crate::history::{Deployment, Timeline};
use crate::model::StageName;
use std::collections::VecDeque;

/// What an index says.
pub enum IndexedHistory {
    /// Of the very commits that were surveyed. The mapping is the survey's.
    Current(IndexRecord),
    /// Of others.
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

/// By time, and each branch in its own order, also where clocks ran backwards. Each branch has its own
/// stage, the main one the rest.
fn merge_timelines(parts: &[BranchHistory], is_elsewhere: &dyn Fn(&StageName) -> bool) -> Timeline {
    let counts = |part: &BranchHistory, stage: &StageName| match &part.stage {
        Some(branch) => branch == stage,
        None => !is_elsewhere(stage),
    };
    let mut rest: Vec<VecDeque<Deployment<'_>>> = Vec::new();
    for part in parts {
        let deployments = part.timeline.deployments();
        rest.push(deployments.filter(|deployment| counts(part, &deployment.slot.stage)).collect());
    }
    let mut out = Timeline::default();
    let time = |part: &VecDeque<Deployment<'_>>| part.front().map(|deployment| deployment.time);
    while let Some(newest) = rest.iter_mut().max_by_key(|part| time(part))
        && let Some(deployment) = newest.pop_front()
    {
        let commit = (deployment.commit, deployment.time);
        out.push(commit, deployment.slot, deployment.from, deployment.to, deployment.path);
    }
    out
}

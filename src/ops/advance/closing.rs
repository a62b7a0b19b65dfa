//! Closes proposals whose version the stage already runs.

use crate::config::Stage;
use crate::config::gates::StageWaves;
use crate::forge::Proposal;
use crate::git::Oid;
use crate::model::{MappingEntry, TargetName, Version};
use crate::ops::advance::{AdvanceRequest, AdvanceStep, StepExecutor};
use crate::ops::change::base::PlanBase;
use crate::ops::error::Failure;
use crate::promotion::{branch_name, branch_of, is_to_stage};
use std::collections::{BTreeMap, BTreeSet};

/// Closes towpath's open proposals whose version the stage already runs; returns their number.
pub fn close(
    hand: &StepExecutor<'_>,
    tick: &AdvanceRequest<'_>,
    steps: &[AdvanceStep],
    plan_base: &PlanBase<'_>,
) -> Result<usize, Failure> {
    let config = &plan_base.settings.config;
    let wanted: Vec<String> = steps.iter().flat_map(step_branches).collect();
    let is_meant = |stage: &&Stage| {
        tick.stage.is_none_or(|word| config.stage(word).is_some_and(|at| at.name == stage.name))
    };
    let mut closed = 0;
    for stage in config.stages.iter().filter(is_meant) {
        let there = plan_base.for_stage(&stage.name);
        let base = there.require_branch()?;
        let is_late = |one: &&Proposal| {
            is_to_stage(&one.head, &stage.name)
                && one.base == base
                && !one.from_fork
                && !wanted.contains(&one.head)
        };
        for proposal in hand.open.iter().filter(is_late) {
            if is_deployed(hand, proposal, stage, &there)? {
                hand.forge.close_proposal(proposal.number)?;
                hand.log.report(&format!(
                    "closed {}: the stage already runs its version",
                    proposal.url
                ))?;
                closed += 1;
            }
        }
    }
    Ok(closed)
}

pub fn step_branches(step: &AdvanceStep) -> Vec<String> {
    let to = &step.planned.plan.to;
    step.planned.plan.items.iter().map(|item| branch_name(item, to)).collect()
}

/// True where the stage runs the version in the trailers of the proposal's head.
fn is_deployed(
    hand: &StepExecutor<'_>,
    proposal: &Proposal,
    stage: &Stage,
    plan_base: &PlanBase<'_>,
) -> Result<bool, Failure> {
    let Some(ProposedVersion { app, version, .. }) = read_proposed_version(hand, proposal)? else {
        return Ok(false);
    };
    let app = app.as_str();
    let mapping = plan_base.load_edit_base()?.to_mapping();
    let name = |component: &Option<String>, app: &str| {
        component.as_ref().map(|component| format!("{app}/{component}"))
    };
    let here = mapping.entries.iter().filter(|entry| {
        let whole = name(&entry.component, entry.app.as_str());
        entry.stage == stage.name && (entry.app.as_str() == app || whole.as_deref() == Some(app))
    });
    let here: Vec<&MappingEntry> = here.collect();
    let named = branch_targets(
        &here,
        plan_base.settings.config.pipeline.waves_of(&stage.name),
        &|targets| branch_of(app, &stage.name, targets) == proposal.head,
    );
    let mut meant = here
        .iter()
        .filter(|entry| named.is_empty() || entry.target.iter().any(|at| named.contains(at)));
    Ok(!here.is_empty() && meant.all(|entry| entry.version.is_same(&version)))
}

/// The version that a proposal would deploy, by the trailers of its head.
pub struct ProposedVersion {
    pub head: Oid,
    pub app: String,
    pub version: Version,
}

/// Reads the proposed version; `None` where the branch is gone or has no trailers.
pub fn read_proposed_version(
    hand: &StepExecutor<'_>,
    proposal: &Proposal,
) -> Result<Option<ProposedVersion>, Failure> {
    let heads: BTreeMap<String, Oid> = hand.workspace.remote_heads(&[&proposal.head])?;
    let Some(head) = heads.get(&proposal.head).copied() else { return Ok(None) };
    hand.workspace.fetch_branches(&heads)?;
    let info = hand.workspace.repository().commit_info(head)?;
    let (app, version) = (info.trailers("App").next(), info.trailers("To-Version").next());
    let both = app.zip(version.map(Version::parse));
    Ok(both.map(|(app, version)| ProposedVersion { head, app: app.to_owned(), version }))
}

/// The targets in the name of a branch: those of a wave, or a single one. Empty means all.
fn branch_targets(
    here: &[&MappingEntry],
    waves: Option<&StageWaves>,
    is_it: &dyn Fn(&[TargetName]) -> bool,
) -> Vec<TargetName> {
    let mut sets: BTreeMap<Option<usize>, BTreeSet<TargetName>> = BTreeMap::new();
    for entry in here {
        let index = waves.map(|waves| waves.wave_index(entry.target.as_ref()));
        sets.entry(index).or_default().extend(entry.target.clone());
    }
    let waves = sets.into_values().map(|targets| targets.into_iter().collect::<Vec<_>>());
    let single = here.iter().filter_map(|entry| Some(vec![entry.target.clone()?]));
    waves.chain(single).find(|targets| !targets.is_empty() && is_it(targets)).unwrap_or_default()
}

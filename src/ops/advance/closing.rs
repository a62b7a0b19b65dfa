//! Closes proposals that are no longer meant: the stage already runs their version, or the stage
//! before went back to the version that the stage runs.

use crate::config::Stage;
use crate::config::gates::StageWaves;
use crate::forge::Proposal;
use crate::git::Oid;
use crate::model::{MappingEntry, StageName, TargetName, Version, matches_app};
use crate::ops::advance::executor::StepExecutor;
use crate::ops::advance::step::{AdvanceRequest, AdvanceStep};
use crate::ops::change::base::PlanBase;
use crate::ops::change::branch_status::newest_own_commit;
use crate::ops::change::superseded::withdraw_proposal;
use crate::ops::error::Failure;
use crate::promotion::{branch_name, branch_of, is_to_stage};
use crate::report::AdvanceLine;
use std::collections::{BTreeMap, BTreeSet};

/// Closes towpath's open proposals that are no longer meant; returns their number.
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
            if let Some(why) = closing_reason(hand, tick, proposal, stage, &there)? {
                withdraw_proposal(hand.forge, proposal)?;
                let line = format!("closed {}: {why}", proposal.url);
                hand.log.report(AdvanceLine::from_text(line))?;
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

/// Why a proposal is no longer meant, by the version in the trailers of its head; `None` where it
/// stays.
fn closing_reason(
    hand: &StepExecutor<'_>,
    tick: &AdvanceRequest<'_>,
    proposal: &Proposal,
    stage: &Stage,
    plan_base: &PlanBase<'_>,
) -> Result<Option<String>, Failure> {
    let Some(proposed) = read_proposed_version(hand, proposal)? else { return Ok(None) };
    let app = proposed.app.as_str();
    let mapping = plan_base.load_edit_base()?.to_mapping();
    let here = entries_of(&mapping.entries, app, &stage.name);
    let waves = plan_base.settings.config.pipeline.waves_of(&stage.name);
    let is_its = |targets: &[TargetName]| branch_of(app, &stage.name, targets) == proposal.head;
    let named = branch_targets(&here, waves, &is_its);
    let mut meant = here
        .iter()
        .filter(|entry| named.is_empty() || entry.target.iter().any(|at| named.contains(at)));
    if !here.is_empty() && meant.all(|entry| entry.version.is_same(&proposed.version)) {
        return Ok(Some("the stage already runs its version".to_owned()));
    }
    let is_other_app = tick.app.is_some_and(|only| !matches_app(only, app));
    let Some(before) = proposed.from.as_ref().filter(|_| !is_other_app) else { return Ok(None) };
    let there = plan_base.for_stage(before).load_edit_base()?.to_mapping();
    let sources = entries_of(&there.entries, app, before);
    // The stage before has another version that is not newer than what the stage runs.
    let is_back =
        |source: &&MappingEntry| here.iter().any(|entry| entry.version.is_same(&source.version));
    let went_back = !sources.is_empty() && sources.iter().all(is_back);
    Ok(went_back.then(|| {
        let versions: BTreeSet<String> =
            sources.iter().map(|entry| entry.version.to_string()).collect();
        let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
        format!("{before} went back to {versions}")
    }))
}

/// The entries of an app, `web` or `api/nginx`, in a stage.
fn entries_of<'m>(
    entries: &'m [MappingEntry],
    app: &str,
    stage: &StageName,
) -> Vec<&'m MappingEntry> {
    let is_it = |entry: &&MappingEntry| {
        let component = entry.component.as_ref();
        let whole = component.map(|component| format!("{}/{component}", entry.app.as_str()));
        entry.stage == *stage && (entry.app.as_str() == app || whole.as_deref() == Some(app))
    };
    entries.iter().filter(is_it).collect()
}

/// The version that a proposal would deploy, by the trailers of its head.
pub struct ProposedVersion {
    pub head: Oid,
    pub app: String,
    pub version: Version,
    /// The stage that it was promoted from.
    pub from: Option<StageName>,
}

/// Reads the proposed version; `None` where the branch is gone or has no trailers.
pub fn read_proposed_version(
    hand: &StepExecutor<'_>,
    proposal: &Proposal,
) -> Result<Option<ProposedVersion>, Failure> {
    let heads: BTreeMap<String, Oid> = hand.workspace.remote_heads(&[&proposal.head])?;
    let Some(head) = heads.get(&proposal.head).copied() else { return Ok(None) };
    hand.workspace.fetch_branches(&heads)?;
    let base: BTreeMap<String, Oid> = hand.workspace.remote_heads(&[&proposal.base])?;
    hand.workspace.fetch_branches(&base)?;
    // A merge of the base may be on top of towpath's commit.
    let own = match base.get(&proposal.base) {
        Some(base) => newest_own_commit(hand.workspace, head, *base)?,
        None => None,
    };
    let info = match own {
        Some(own) => own,
        None => hand.workspace.repository().commit_info(head)?,
    };
    let word = |key: &str| info.trailers(key).next().map(str::to_owned);
    let from = word("Promoted-From").map(|from| StageName::from(from.as_str()));
    let both = word("App").zip(word("To-Version"));
    Ok(both.map(|(app, version)| ProposedVersion {
        head,
        app,
        version: Version::parse(&version),
        from,
    }))
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

//! Asks the gates about a merge: about the versions that it would change, on the tip of its base
//! and by the rules there, as for every other change.

use super::merge::merge_failure;
use crate::forge::{ForgeError, ForgeKind, Proposal};
use crate::git::{ExpectedRef, MergePreview, MergeWitness, Oid, Workspace};
use crate::guard::ChangeQuery;
use crate::ops::change::base::PlanBase;
use crate::ops::change::remote_tip;
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::gates::plan::{answer_requests, gate_obstacle};
use crate::ops::guard::RenderRequest;
use crate::ops::guard::comparison::BaseHeadComparison;
use crate::ops::guard::gates::build_queries;
use crate::ops::ledger;
use crate::ops::session::Session;
use crate::pipeline::ExternalFacts;
use crate::promotion::PlanObstacle;
use crate::report::GateReport;

/// Asks the gates about a merge; returns the refs that the answers depend on. Empty where the base
/// is not a deployed branch, or the merge changes nothing.
///
/// # Errors
/// A refusal (exit code 3) when a gate is not open or cannot be asked, and a failure when the
/// branches conflict.
pub fn judge_merge(
    found: &Proposal,
    kind: ForgeKind,
    workspace: &Workspace<'_>,
    session: &Session,
) -> Result<Vec<ExpectedRef>, Failure> {
    let repository = workspace.repository();
    let (head_name, base_name) = (head_ref(found, kind), format!("refs/heads/{}", found.base));
    let names: Vec<String> = head_name.iter().chain([&base_name]).cloned().collect();
    let refs = workspace.remote_refs(&names)?;
    let Some(base) = refs.get(&base_name).copied() else { return Ok(Vec::new()) };
    workspace.fetch_refs(&refs)?;
    let plan_base =
        PlanBase::load(session, repository, &|_, branch| remote_tip(workspace, branch))?;
    if !is_deployed(&found.base, &plan_base) {
        return Ok(Vec::new());
    }
    plan_base.settings.check_stages_are_written(session, "a merge")?;
    let head = merge_head(found, kind, head_name.and_then(|name| refs.get(&name).copied()))?;
    let premerge = repository.preview_merge(base, head, MergeWitness::Git)?;
    if !check_mergeable(&premerge, found)? {
        return Ok(Vec::new());
    }
    let ledger = ledger::fetch(session, repository, &plan_base.settings.config)?.there;
    let seeing = session.on_branch(Some(&found.base), base);
    let sides = BaseHeadComparison::load(
        &seeing,
        repository,
        (base, head),
        &premerge,
        Some(&found.base),
        RenderRequest::Never,
    )?;
    match first_obstacle(&sides, &GateContext::load_at(session, &plan_base)?) {
        Some(PlanObstacle { reason, hint, .. }) => {
            let failure =
                Failure::refused(format!("pull request {} is not merged: {reason}", found.number));
            Err(hint.into_iter().fold(failure, Failure::hint))
        }
        None => Ok(vec![ExpectedRef { name: base_name, at: Some(base) }, ledger]),
    }
}

/// Fails if the branches conflict; false if the merge changes nothing.
fn check_mergeable(premerge: &MergePreview, found: &Proposal) -> Result<bool, Failure> {
    let why = match premerge {
        MergePreview::Forward(_) | MergePreview::Tree(_) => return Ok(true),
        MergePreview::Nothing => return Ok(false),
        MergePreview::Unrelated => format!("it has no common commit with `{}`", found.base),
        MergePreview::Conflict(paths) => {
            format!("`{}` has changed the same lines of {}", found.base, paths.join(", "))
        }
        MergePreview::Uncertain(paths) => format!(
            "`{}` has changed {} too, and programs merge the changes differently",
            found.base,
            paths.join(", ")
        ),
    };
    Err(merge_failure(&ForgeError::NotMergeable { number: found.number, why }, found))
}

/// The full name of the ref with the commits of a proposal; `None` where a fork has none.
pub fn head_ref(found: &Proposal, kind: ForgeKind) -> Option<String> {
    if found.from_fork {
        kind.head_ref(found.number)
    } else {
        Some(format!("refs/heads/{}", found.head))
    }
}

/// The head commit of the proposal. It is the commit that the forge merges and the gates judge.
fn merge_head(found: &Proposal, kind: ForgeKind, fetched: Option<Oid>) -> Result<Oid, Failure> {
    let Some(head) = fetched else {
        let why = match kind {
            ForgeKind::Bitbucket | ForgeKind::Azure if found.from_fork => {
                format!("it comes from a fork, and {} does not serve its commits", kind.as_str())
            }
            _ => "its commits cannot be fetched from the remote".to_owned(),
        };
        return Err(gates_not_asked(found, &why));
    };
    let is_seen = found.head_commit.as_ref().is_none_or(|seen| head.to_string().starts_with(seen));
    if is_seen {
        return Ok(head);
    }
    let failure =
        Failure::failed(format!("pull request {} has changed since it was shown", found.number));
    Err(failure.hint("run it again; nothing was changed"))
}

fn gates_not_asked(found: &Proposal, why: &str) -> Failure {
    let message =
        format!("pull request {} is not merged: cannot ask the gates, because {why}", found.number);
    Failure::refused(message).hint("`towpath guard` judges it in a checkout of its commits")
}

/// True where this is the deployed branch, or the branch of a stage.
fn is_deployed(branch: &str, plan_base: &PlanBase<'_>) -> bool {
    let is_it = |plan_base: &PlanBase<'_>| plan_base.require_branch().is_ok_and(|at| at == branch);
    is_it(plan_base)
        || plan_base
            .settings
            .config
            .stages
            .iter()
            .any(|stage| is_it(&plan_base.for_stage(&stage.name)))
}

/// The first answer that stops the merge. Removals have fewer gates to pass.
fn first_obstacle(
    sides: &BaseHeadComparison<'_>,
    inquiry: &GateContext<'_>,
) -> Option<PlanObstacle> {
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let (asked, owned) = build_queries(&sides.cell_changes(), sides, inquiry, &evidence);
    let judged = answer_requests(&owned, inquiry);
    let first = asked.queries.iter().zip(&judged).find(|(query, one)| is_stopped(query, one));
    first.map(|(_, one)| gate_obstacle(one))
}

fn is_stopped(query: &ChangeQuery, judged: &GateReport) -> bool {
    !judged.is_allowed()
        && judged.judgement.closed_gates().any(|answer| query.need.includes(answer.gate))
}

//! One tick of the pipeline: everything that may go on is proposed, and what is open is kept up to date.

mod closing;
mod next;
mod renewing;

use super::args::DeliveryArgs;
use super::group::{PlannedCommit, planned_commits};
use super::propose::{DeliveredProposal, ProposalWriter};
use super::remote_tip;
use crate::cli::backoff;
use crate::cli::book;
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::forge::{self, ForgeLocation};
use crate::cli::forge_args::ForgeArgs;
use crate::cli::inquiry::{GateContext, GateRequest};
use crate::cli::scene::{PlanBase, known_tip};
use crate::config::MergeMode;
use crate::forge::{CheckState, CommitCheck, Forge, ForgeError, Proposal, ProposalMerge};
use crate::git::{ExpectedRef, Oid, Repository, Workspace};
use crate::pipeline::Verdict;
use crate::report::{GateReport, PlanReport};
use crate::ui::escape_for_terminal;
use next::{AdvanceStep, AdvanceSteps, StepFinder};
use std::time::Instant;

/// What is asked of a tick.
#[derive(Debug, Clone, Copy)]
pub struct AdvanceRequest<'a> {
    pub stage: Option<&'a str>,
    pub app: Option<&'a str>,
    pub dry_run: bool,
}

/// The name of the status on the heads of proposals.
const STATUS: &str = "towpath/gates";

/// Does all that may be done, and tells of the rest. What fails for one app does not stop the others.
pub fn advance(
    tick: &AdvanceRequest<'_>,
    forge: &ForgeArgs,
    repository: &Repository,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    let args = DeliveryArgs::for_proposals(forge.clone());
    if tick.dry_run {
        let scene = PlanBase::load(context, repository, &known_tip)?;
        let steps = StepFinder { tick, args: &args, scene: &scene, context }.find_steps()?;
        print_refusals(&steps, context)?;
        for step in &steps.all {
            let what = if may_be_proposed(step) { "would be proposed" } else { "stays" };
            print_step(context, step, &format!("{what}: {}", waiting_reason(step)))?;
        }
        return print_nothing_to_do(&steps, context);
    }
    forge::origin(repository).map_err(|failure| failure.hint("--dry-run says what could go on"))?;
    let workspace = context.open_workspace(repository, None)?;
    let scene = PlanBase::load(context, repository, &|_, branch| remote_tip(&workspace, branch))?;
    book::fetch(context, repository, &scene.settings.config)?;
    let steps = StepFinder { tick, args: &args, scene: &scene, context }.find_steps()?;
    print_refusals(&steps, context)?;
    let ours = workspace.remote_heads(&["towpath/*"])?;
    if !steps.all.iter().any(may_be_proposed) && ours.is_empty() {
        steps.all.iter().try_for_each(|step| {
            print_step(context, step, &format!("stays: {}", waiting_reason(step)))
        })?;
        return print_nothing_to_do(&steps, context);
    }
    let home = forge::locate_forge(args.forge.to_options(&scene.settings.config), repository)?;
    let forge = forge::open_forge(&home, repository, None, context)?;
    let open = forge.open_proposals()?;
    let hand = StepExecutor {
        args: &args,
        workspace: &workspace,
        forge: forge.as_ref(),
        home: &home,
        open: &open,
        context,
    };
    let mut failed = false;
    for step in &steps.all {
        if let Err(failure) = hand.execute_step(step, &scene) {
            failed = true;
            print_step(
                context,
                step,
                &format!("failed: {}", failure.message().unwrap_or_default()),
            )?;
        }
    }
    let closed = closing::close(&hand, tick, &steps.all, &scene)?;
    if closed == 0 {
        print_nothing_to_do(&steps, context)?;
    }
    Ok(if failed { ExitKind::Failed } else { ExitKind::Done })
}

fn may_be_proposed(step: &AdvanceStep) -> bool {
    step.judged.iter().all(GateReport::allows_proposal)
}

fn print_refusals(steps: &AdvanceSteps, context: &CommandContext) -> Result<(), Failure> {
    steps.refused.iter().try_for_each(|line| {
        Ok(context.ui.write_part(&format!("{}\n", escape_for_terminal(line)))?)
    })
}

fn print_nothing_to_do(
    steps: &AdvanceSteps,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    if steps.all.is_empty() && steps.refused.is_empty() {
        context.ui.print_note("nothing to do");
    }
    Ok(ExitKind::Done)
}

/// What acts.
struct StepExecutor<'a> {
    args: &'a DeliveryArgs,
    workspace: &'a Workspace<'a>,
    forge: &'a dyn Forge,
    home: &'a ForgeLocation,
    /// As they were when the tick began.
    open: &'a [Proposal],
    context: &'a CommandContext,
}

impl StepExecutor<'_> {
    /// Proposes one step, and merges it where that is wanted and allowed.
    fn execute_step(&self, step: &AdvanceStep, scene: &PlanBase<'_>) -> Result<(), Failure> {
        if !may_be_proposed(step) {
            return renewing::report_waiting(self, step, scene);
        }
        let scene = &scene.for_stage(&step.planned.plan.to);
        let terms = scene.settings.config.proposals.options_for(&step.planned.plan.to);
        let is_auto = terms.merge == Some(MergeMode::Auto);
        let (workspace, forge, home, context) =
            (self.workspace, self.forge, self.home, self.context);
        let desk =
            ProposalWriter { scene, workspace, forge, home, terms, open: Some(self.open), context };
        for group in planned_commits(&step.planned, self.args, scene, &workspace.author()?)? {
            let proposed = desk.propose(&group)?;
            if proposed.done != "nothing to do:" {
                self.set_status(&proposed.proposal, proposed.head, &step.judged);
            }
            let is_open =
                step.judged.iter().all(GateReport::is_allowed) && !proposed.proposal.draft;
            let closed = if is_auto && is_open {
                self.merge_proposal(step, &desk, &group, &proposed)?
            } else {
                Some(waiting_reason(step))
            };
            match closed {
                None => print_step(context, step, &format!("merged {}", proposed.proposal.url))?,
                Some(why) => {
                    let done = if proposed.done == "nothing to do:" {
                        "is proposed"
                    } else {
                        proposed.done
                    };
                    print_step(context, step, &format!("{done} {}: {why}", proposed.proposal.url))?;
                }
            }
        }
        Ok(())
    }

    /// Merges, if the gates are still open on the tip that it goes to: others, or this very tick, may have
    /// landed or said something. What stands in the way, if so. Where git is the forge, nothing comes
    /// between that question and the merge.
    fn merge_proposal(
        &self,
        step: &AdvanceStep,
        desk: &ProposalWriter<'_>,
        group: &PlannedCommit,
        proposed: &DeliveredProposal,
    ) -> Result<Option<String>, Failure> {
        let started = Instant::now();
        loop {
            let begun = Instant::now();
            let (judged, if_still) = self.judged_again(step)?;
            if !judged.iter().all(GateReport::is_allowed) {
                return Ok(Some(closed_gate_reasons(&judged)));
            }
            let how = ProposalMerge { if_still, ..desk.way_to_merge(group, proposed) };
            match self.forge.merge_proposal(proposed.proposal.number, &how) {
                Err(ForgeError::Outdated { .. })
                    if backoff::goes_on(started, begun.elapsed(), 1) => {}
                merged => return Ok(merged.map(|_| None)?),
            }
        }
    }

    /// What the gates say now, and the refs that they said it of.
    fn judged_again(
        &self,
        step: &AdvanceStep,
    ) -> Result<(Vec<GateReport>, Vec<ExpectedRef>), Failure> {
        let repository = self.workspace.repository();
        let scene = PlanBase::load(self.context, repository, &|_, branch| {
            remote_tip(self.workspace, branch)
        })?;
        let ledger = book::fetch(self.context, repository, &scene.settings.config)?.there;
        let inquiry = GateContext::load_at(self.context, &scene)?;
        let asked: Vec<GateRequest> = step.judged.iter().map(GateRequest::from).collect();
        let there = scene.for_stage(&step.planned.plan.to);
        let base = ExpectedRef {
            name: format!("refs/heads/{}", there.require_branch()?),
            at: Some(there.tip),
        };
        Ok((super::gates::answer_requests(&asked, &inquiry), vec![base, ledger]))
    }

    /// The status on the head. A forge without statuses is no reason to stop.
    fn set_status(&self, proposal: &Proposal, head: Oid, judged: &[GateReport]) {
        let worst =
            judged.iter().map(|one| &one.judgement.verdict).find(|verdict| !verdict.is_open());
        let state = match worst {
            None => CheckState::Passed,
            Some(Verdict::Shut) => CheckState::Failed,
            Some(_) => CheckState::Pending,
        };
        let url = Some(proposal.url.clone());
        let check = CommitCheck {
            name: STATUS.into(),
            state,
            description: closed_gate_reasons(judged),
            url,
        };
        if let Err(error) = self.forge.set_check(&head.to_string(), &check) {
            self.context
                .ui
                .print_detail(&format!("the status of {} is not set: {error}", proposal.url));
        }
    }
}

impl From<&GateReport> for GateRequest {
    fn from(one: &GateReport) -> Self {
        GateRequest {
            subject: one.subject.clone(),
            stage: one.stage.clone(),
            targets: one.targets.clone(),
            version: one.version.clone(),
            purpose: crate::pipeline::MoveDirection::Forward,
        }
    }
}

/// What stands in the way, in one line.
fn waiting_reason(step: &AdvanceStep) -> String {
    closed_gate_reasons(&step.judged)
}

fn closed_gate_reasons(judged: &[GateReport]) -> String {
    let closed = judged.iter().flat_map(|one| one.judgement.closed_gates());
    let mut reasons: Vec<String> = Vec::new();
    for answer in closed {
        let reason = format!("{}: {}", answer.gate, answer.reason);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { "every gate is open".into() } else { reasons.join("; ") }
}

fn print_step(context: &CommandContext, step: &AdvanceStep, what: &str) -> Result<(), Failure> {
    let line = format!("{}: {what}", name(&step.planned));
    Ok(context.ui.write_part(&format!("{}\n", escape_for_terminal(&line)))?)
}

/// `web v2 to prod`, or `web v2 to prod (eu, us)`.
fn name(planned: &PlanReport) -> String {
    let Some((item, moves)) = planned.plan.moving_items().next() else {
        return format!("nothing to {}", planned.plan.to);
    };
    let mut versions: Vec<String> = moves.steps.iter().map(|step| step.to.to_string()).collect();
    versions.dedup();
    let targets: Vec<&str> = item.targets.iter().map(|target| target.as_str()).collect();
    let place =
        if targets.is_empty() { String::new() } else { format!(" ({})", targets.join(", ")) };
    format!("{} {} to {}{place}", item.name(), versions.join(", "), planned.plan.to)
}

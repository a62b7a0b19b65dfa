//! `advance`: proposes the next promotion of every app, and updates, merges and closes open
//! proposals.

mod closing;
mod next;
mod renewing;
mod stage_sources;

use crate::config::MergeMode;
use crate::forge::{CheckState, CommitCheck, Forge, ForgeError, Proposal, ProposalMerge};
use crate::git::{ExpectedRef, Oid, Repository, Workspace};
use crate::ops::advance::next::{AdvanceStep, AdvanceSteps, StepFinder};
use crate::ops::change::DeliveryOptions;
use crate::ops::change::base::{PlanBase, known_tip};
use crate::ops::change::commits::{PlannedCommit, planned_commits};
use crate::ops::change::propose::{DeliveredProposal, ProposalWriter};
use crate::ops::change::remote_tip;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::forge::ForgeLocation;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::ledger;
use crate::ops::retry;
use crate::ops::session::ForgeChoice;
use crate::ops::session::Session;
use crate::pipeline::Verdict;
use crate::report::{GateReport, PlanReport};
use std::cell::RefCell;
use std::time::Instant;

/// The part of the pipeline that `advance` works on.
#[derive(Clone, Copy)]
pub struct AdvanceRequest<'a> {
    pub stage: Option<&'a str>,
    pub app: Option<&'a str>,
    pub dry_run: bool,
    pub forge: &'a ForgeChoice,
    /// Receives each line of the report as it comes.
    pub observer: &'a dyn Fn(&str) -> Result<(), Failure>,
}

/// The steps that `advance` took, and the steps that it held back.
#[derive(Debug, Clone, Default)]
pub struct AdvanceReport {
    /// One line for each step that was taken, and one with the reason for each that was not.
    pub lines: Vec<String>,
    /// True where a step failed; the others were taken.
    pub has_failures: bool,
}

/// Collects the lines of the report and passes them on.
struct AdvanceLog<'a> {
    observer: &'a dyn Fn(&str) -> Result<(), Failure>,
    lines: RefCell<Vec<String>>,
}

impl AdvanceLog<'_> {
    fn report(&self, line: &str) -> Result<(), Failure> {
        self.lines.borrow_mut().push(line.to_owned());
        (self.observer)(line)
    }

    fn into_report(self, has_failures: bool) -> AdvanceReport {
        AdvanceReport { lines: self.lines.into_inner(), has_failures }
    }
}

/// Name of the commit status on the heads of proposals.
const STATUS: &str = "towpath/gates";

/// Takes every step that the gates allow, and reports the others. A failure of one app does not
/// stop the others.
pub fn advance(tick: &AdvanceRequest<'_>, session: &Session) -> Result<AdvanceReport, Failure> {
    let repository = &session.open_repository()?;
    let options = DeliveryOptions::proposing(tick.forge.clone());
    let log = AdvanceLog { observer: tick.observer, lines: RefCell::default() };
    let has_failures = if tick.dry_run {
        preview_steps(tick, &options, repository, &log, session)?;
        false
    } else {
        take_steps(tick, &options, repository, &log, session)?
    };
    Ok(log.into_report(has_failures))
}

/// Reports what could be proposed.
fn preview_steps(
    tick: &AdvanceRequest<'_>,
    options: &DeliveryOptions,
    repository: &Repository,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<(), Failure> {
    let plan_base = PlanBase::load(session, repository, &known_tip)?;
    let steps = StepFinder { tick, options, plan_base: &plan_base, session }.find_steps()?;
    report_refusals(&steps, log)?;
    report_untaken(&steps, log, session)
}

/// Takes the steps on the newest commit of the remote; true if some failed.
fn take_steps(
    tick: &AdvanceRequest<'_>,
    options: &DeliveryOptions,
    repository: &Repository,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<bool, Failure> {
    forge::origin(repository).map_err(|failure| {
        failure.hint("`towpath advance --dry-run` shows what could be promoted")
    })?;
    let workspace = &session.open_workspace(repository, None)?;
    let plan_base =
        PlanBase::load(session, repository, &|_, branch| remote_tip(workspace, branch))?;
    plan_base.settings.check_stages_are_written(session, "advance")?;
    ledger::fetch(session, repository, &plan_base.settings.config)?;
    let steps = StepFinder { tick, options, plan_base: &plan_base, session }.find_steps()?;
    report_refusals(&steps, log)?;
    let ours = workspace.remote_heads(&["towpath/*"])?;
    if !steps.all.iter().any(may_be_proposed) && ours.is_empty() {
        report_untaken(&steps, log, session)?;
        return Ok(false);
    }
    let home =
        forge::locate_forge(options.forge.to_options(&plan_base.settings.config), repository)?;
    let forge = forge::open_forge(&home, repository, None, session)?;
    let (forge, home, open) = (forge.as_ref(), &home, &forge.open_proposals()?);
    let hand = StepExecutor { options, workspace, forge, home, open, session, log };
    let has_failures = hand.execute_steps(&steps.all, &plan_base)?;
    let closed = closing::close(&hand, tick, &steps.all, &plan_base)?;
    if closed == 0 {
        note_nothing_to_do(&steps, session);
    }
    Ok(has_failures)
}

/// Reports every step without taking it.
fn report_untaken(
    steps: &AdvanceSteps,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<(), Failure> {
    for step in &steps.all {
        let what = if may_be_proposed(step) { "would be proposed" } else { "not proposed" };
        report_step(log, step, &format!("{what}: {}", waiting_reason(step)))?;
    }
    note_nothing_to_do(steps, session);
    Ok(())
}

fn may_be_proposed(step: &AdvanceStep) -> bool {
    step.judged.iter().all(GateReport::allows_proposal)
}

fn report_refusals(steps: &AdvanceSteps, log: &AdvanceLog<'_>) -> Result<(), Failure> {
    steps.refused.iter().try_for_each(|line| log.report(line))
}

fn note_nothing_to_do(steps: &AdvanceSteps, session: &Session) {
    if steps.all.is_empty() && steps.refused.is_empty() {
        session.note("nothing to do");
    }
}

/// Takes the steps: proposes, updates and merges.
struct StepExecutor<'a> {
    options: &'a DeliveryOptions,
    workspace: &'a Workspace<'a>,
    forge: &'a dyn Forge,
    home: &'a ForgeLocation,
    /// The open proposals when the run began.
    open: &'a [Proposal],
    session: &'a Session,
    log: &'a AdvanceLog<'a>,
}

impl StepExecutor<'_> {
    /// Takes every step, and reports those that fail; true if some failed.
    fn execute_steps(
        &self,
        steps: &[AdvanceStep],
        plan_base: &PlanBase<'_>,
    ) -> Result<bool, Failure> {
        let mut has_failures = false;
        for step in steps {
            if let Err(failure) = self.execute_step(step, plan_base) {
                has_failures = true;
                report_step(self.log, step, &format!("failed: {}", failure.message()))?;
            }
        }
        Ok(has_failures)
    }

    /// Proposes one step, and merges it where the stage has `merge: auto` and all gates are open.
    fn execute_step(&self, step: &AdvanceStep, plan_base: &PlanBase<'_>) -> Result<(), Failure> {
        if !may_be_proposed(step) {
            return renewing::report_waiting(self, step, plan_base);
        }
        let plan_base = &plan_base.for_stage(&step.planned.plan.to);
        let terms = plan_base.settings.config.proposals.options_for(&step.planned.plan.to);
        let is_auto = terms.merge == Some(MergeMode::Auto);
        let (workspace, forge, home, session) =
            (self.workspace, self.forge, self.home, self.session);
        let desk = ProposalWriter {
            plan_base,
            workspace,
            forge,
            home,
            terms,
            open: Some(self.open),
            session,
        };
        for group in planned_commits(&step.planned, self.options, plan_base, &workspace.author()?)?
        {
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
            self.report_outcome(step, &proposed, closed)?;
        }
        Ok(())
    }

    /// Reports a proposal that was merged, or the reason why it was not.
    fn report_outcome(
        &self,
        step: &AdvanceStep,
        proposed: &DeliveredProposal,
        closed: Option<String>,
    ) -> Result<(), Failure> {
        let url = &proposed.proposal.url;
        let Some(why) = closed else {
            return report_step(self.log, step, &format!("merged {url}"));
        };
        let is_old = proposed.done == "nothing to do:";
        let done = if is_old { "already proposed" } else { proposed.done };
        report_step(self.log, step, &format!("{done} {url}: {why}"))
    }

    /// Merges a proposal, if the gates are still open on the newest commit; returns the reasons if
    /// not. Others, or this very run, may have landed something in the meantime. Without a forge,
    /// the merge fails if the branch or the ledger has moved since the gates answered.
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
                Err(ForgeError::Outdated { .. }) if retry::goes_on(started, begun.elapsed(), 1) => {
                }
                merged => return Ok(merged.map(|_| None)?),
            }
        }
    }

    /// The present answers of the gates, and the refs that the answers depend on.
    fn judged_again(
        &self,
        step: &AdvanceStep,
    ) -> Result<(Vec<GateReport>, Vec<ExpectedRef>), Failure> {
        let repository = self.workspace.repository();
        let plan_base = PlanBase::load(self.session, repository, &|_, branch| {
            remote_tip(self.workspace, branch)
        })?;
        let ledger = ledger::fetch(self.session, repository, &plan_base.settings.config)?.there;
        let inquiry = GateContext::load_at(self.session, &plan_base)?;
        let asked: Vec<GateRequest> = step.judged.iter().map(GateRequest::from).collect();
        let there = plan_base.for_stage(&step.planned.plan.to);
        let base = ExpectedRef {
            name: format!("refs/heads/{}", there.require_branch()?),
            at: Some(there.tip),
        };
        Ok((crate::ops::gates::plan::answer_requests(&asked, &inquiry), vec![base, ledger]))
    }

    /// Sets the status on the head. A failure, as on a forge without statuses, is only a detail.
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
            self.session.detail(&format!("cannot set the status of {}: {error}", proposal.url));
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

/// The reasons of the gates that are not open, in one line.
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

fn report_step(log: &AdvanceLog<'_>, step: &AdvanceStep, what: &str) -> Result<(), Failure> {
    log.report(&format!("{}: {what}", name(&step.planned)))
}

/// The name of a step: `web v2 to prod`, or `web v2 to prod (eu, us)`.
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

//! Takes the steps: proposes, updates and merges.

use super::renewing;
use super::step::{AdvanceLog, AdvanceStep, may_be_proposed, report_step, waiting_reason};
use crate::config::MergeMode;
use crate::forge::{Forge, ForgeError, MergeBlock, Proposal, ProposalMerge, ProposalState};
use crate::git::{ExpectedRef, Workspace};
use crate::ops::change::DeliveryOptions;
use crate::ops::change::base::PlanBase;
use crate::ops::change::commits::{PlannedCommit, planned_commits};
use crate::ops::change::gate_status::{closed_gate_reasons, set_gate_status};
use crate::ops::change::proposal_search::closed_text;
use crate::ops::change::proposal_writer::{
    DeliveredProposal, ProposalWriter, ProposeOutcome, ReopenMode,
};
use crate::ops::change::remote_tip;
use crate::ops::change::renewal::{renew_branch, wait_for_head};
use crate::ops::error::Failure;
use crate::ops::forge::ForgeLocation;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::ledger;
use crate::ops::retry;
use crate::ops::session::Session;
use crate::report::GateReport;
use std::time::Instant;

/// Takes the steps of one run.
pub(super) struct StepExecutor<'a> {
    pub options: &'a DeliveryOptions,
    pub workspace: &'a Workspace<'a>,
    pub forge: &'a dyn Forge,
    pub home: &'a ForgeLocation,
    /// The open proposals when the run began.
    pub open: &'a [Proposal],
    pub session: &'a Session,
    pub log: &'a AdvanceLog<'a>,
}

/// What became of the proposal of a step.
enum StepOutcome {
    Merged,
    /// The merge queue of the forge has it.
    Queued,
    /// It stays open, for this reason. `may_land` is true where only the forge holds it.
    Waits {
        why: String,
        may_land: bool,
    },
    /// Its branch must be brought up to date first.
    Behind,
}

/// A step whose branch must be brought up to date.
struct BehindStep<'s> {
    step: &'s AdvanceStep,
    group: PlannedCommit,
    proposed: DeliveredProposal,
}

/// The progress of one run.
#[derive(Default)]
struct StepProgress<'s> {
    has_failures: bool,
    behind: Vec<BehindStep<'s>>,
    /// True where a proposal is up to date and waits for the forge only. Others are not renewed
    /// then: they would be behind again once it lands.
    is_one_landing: bool,
}

impl StepExecutor<'_> {
    /// Takes every step, and reports those that fail; true if some failed. Branches that must be up
    /// to date are renewed at the end, one after the other, until one of them has to wait.
    pub fn execute_steps(
        &self,
        steps: &[AdvanceStep],
        plan_base: &PlanBase<'_>,
    ) -> Result<bool, Failure> {
        let mut progress = StepProgress::default();
        for step in steps {
            if let Err(failure) = self.execute_step(step, plan_base, &mut progress) {
                self.report_failure(step, &failure, &mut progress)?;
            }
        }
        for mut behind in std::mem::take(&mut progress.behind) {
            if let Err(failure) = self.renew_step(&mut behind, plan_base, &mut progress) {
                self.report_failure(behind.step, &failure, &mut progress)?;
            }
        }
        Ok(progress.has_failures)
    }

    fn report_failure(
        &self,
        step: &AdvanceStep,
        failure: &Failure,
        progress: &mut StepProgress<'_>,
    ) -> Result<(), Failure> {
        progress.has_failures = true;
        report_step(self.log, step, &format!("failed: {}", failure.message()))
    }

    fn proposal_writer<'w>(
        &'w self,
        step: &AdvanceStep,
        plan_base: &'w PlanBase<'w>,
    ) -> ProposalWriter<'w> {
        let config = &plan_base.settings.config;
        ProposalWriter {
            reopen: ReopenMode::OtherVersion,
            plan_base,
            workspace: self.workspace,
            forge: self.forge,
            home: self.home,
            terms: config.proposals.options_for(&step.planned.plan.to),
            open: Some(self.open),
            session: self.session,
        }
    }

    /// Proposes one step, and merges it where the stage has `merge: auto` and all gates are open.
    fn execute_step<'s>(
        &self,
        step: &'s AdvanceStep,
        plan_base: &PlanBase<'_>,
        progress: &mut StepProgress<'s>,
    ) -> Result<(), Failure> {
        if !may_be_proposed(step) {
            return renewing::report_waiting(self, step, plan_base);
        }
        let plan_base = &plan_base.for_stage(&step.planned.plan.to);
        let desk = self.proposal_writer(step, plan_base);
        let author = self.workspace.author()?;
        for group in planned_commits(&step.planned, self.options, plan_base, &author)? {
            let mut proposed = match desk.propose(&group)? {
                ProposeOutcome::Open(proposed) => *proposed,
                other => {
                    report_step(self.log, step, &unopened_text(step, &other))?;
                    continue;
                }
            };
            for trouble in std::mem::take(&mut proposed.troubles) {
                self.report_failure(step, &trouble, progress)?;
            }
            let outcome = self.merge_step(step, &desk, &group, &proposed)?;
            if matches!(outcome, StepOutcome::Behind) {
                progress.behind.push(BehindStep { step, group, proposed });
                continue;
            }
            self.report_outcome(step, &proposed, &outcome, progress)?;
        }
        Ok(())
    }

    /// Brings the branch of a step up to date, and merges it where it may be merged.
    fn renew_step(
        &self,
        behind: &mut BehindStep<'_>,
        plan_base: &PlanBase<'_>,
        progress: &mut StepProgress<'_>,
    ) -> Result<(), Failure> {
        let BehindStep { step, group, proposed } = behind;
        let base = proposed.proposal.base.clone();
        let wait = |why: &str| StepOutcome::Waits { why: why.to_owned(), may_land: false };
        if progress.is_one_landing {
            let why =
                format!("its branch is behind `{base}`, and another pull request lands first");
            return self.report_outcome(step, proposed, &wait(&why), progress);
        }
        let Some(head) = renew_branch(self.workspace, &proposed.proposal)? else {
            let why = format!("its branch is behind `{base}`, and towpath cannot renew it");
            return self.report_outcome(step, proposed, &wait(&why), progress);
        };
        (proposed.head, proposed.done, proposed.is_behind) = (head, "updated", false);
        set_gate_status(self.forge, &proposed.proposal, head, &step.judged, self.session);
        if !wait_for_head(self.forge, proposed.proposal.number, head)? {
            progress.is_one_landing = true;
            let why = "the forge does not know its renewed branch yet";
            return self.report_outcome(step, proposed, &wait(why), progress);
        }
        let plan_base = &plan_base.for_stage(&step.planned.plan.to);
        let desk = self.proposal_writer(step, plan_base);
        let outcome = match self.merge_step(step, &desk, group, proposed)? {
            StepOutcome::Behind => wait("its branch is behind again"),
            outcome => outcome,
        };
        // One that a person merges is up to date now; the next one has its turn after it.
        progress.is_one_landing |= matches!(outcome, StepOutcome::Waits { .. });
        self.report_outcome(step, proposed, &outcome, progress)
    }

    /// Merges the proposal of a step, if that is wanted and allowed.
    fn merge_step(
        &self,
        step: &AdvanceStep,
        desk: &ProposalWriter<'_>,
        group: &PlannedCommit,
        proposed: &DeliveredProposal,
    ) -> Result<StepOutcome, Failure> {
        let is_open = step.judged.iter().all(GateReport::is_allowed) && !proposed.proposal.draft;
        if desk.terms.merge == Some(MergeMode::Auto) && is_open && !proposed.is_behind {
            return self.merge_proposal(step, desk, group, proposed);
        }
        if proposed.is_behind && is_open {
            return Ok(StepOutcome::Behind);
        }
        Ok(StepOutcome::Waits { why: waiting_reason(step), may_land: false })
    }

    /// Reports a proposal that was merged, or the reason why it was not.
    fn report_outcome(
        &self,
        step: &AdvanceStep,
        proposed: &DeliveredProposal,
        outcome: &StepOutcome,
        progress: &mut StepProgress<'_>,
    ) -> Result<(), Failure> {
        let url = &proposed.proposal.url;
        let is_old = proposed.done == "nothing to do:";
        let done = if is_old { "already proposed" } else { proposed.done };
        let line = match outcome {
            StepOutcome::Merged => format!("merged {url}"),
            StepOutcome::Queued => format!("{done} {url}: it is in the merge queue"),
            StepOutcome::Waits { why, may_land } => {
                progress.is_one_landing |= may_land;
                format!("{done} {url}: {why}")
            }
            StepOutcome::Behind => format!("{done} {url}: its branch is behind"),
        };
        report_step(self.log, step, &line)
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
    ) -> Result<StepOutcome, Failure> {
        let started = Instant::now();
        loop {
            let begun = Instant::now();
            let (judged, if_still) = self.judged_again(step)?;
            if !judged.iter().all(GateReport::is_allowed) {
                let why = closed_gate_reasons(&judged);
                return Ok(StepOutcome::Waits { why, may_land: false });
            }
            let how = ProposalMerge { if_still, ..desk.way_to_merge(group, proposed) };
            let merged = match self.forge.merge_proposal(proposed.proposal.number, &how) {
                Err(ForgeError::Outdated { .. }) if retry::goes_on(started, begun.elapsed(), 1) => {
                    continue;
                }
                merged => merged,
            };
            return match merged {
                Ok(now) if now.state == ProposalState::Merged => Ok(StepOutcome::Merged),
                Ok(_) => Ok(StepOutcome::Queued),
                Err(error) => match error.merge_block() {
                    Some(MergeBlock::Behind) => Ok(StepOutcome::Behind),
                    Some(MergeBlock::Pending) => {
                        let why =
                            format!("the forge does not merge it yet: {}", merge_words(&error));
                        Ok(StepOutcome::Waits { why, may_land: true })
                    }
                    _ => Err(error.into()),
                },
            };
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
}

/// Why a step has no proposal of its own.
fn unopened_text(step: &AdvanceStep, outcome: &ProposeOutcome) -> String {
    match outcome {
        ProposeOutcome::Open(proposed) => format!("{} {}", proposed.done, proposed.proposal.url),
        ProposeOutcome::Landed => "landed in the meantime".to_owned(),
        ProposeOutcome::Joint(joint) => format!("already proposed {}, with others", joint.url),
        ProposeOutcome::Rejected(closed) => {
            format!("not proposed, and rejected: {}", closed_text(closed))
        }
        ProposeOutcome::Closed(closed) => {
            let app = step.planned.plan.items.first().map(|item| item.name()).unwrap_or_default();
            format!(
                "not proposed: {}; `towpath promote {app} --to {}` opens it again",
                closed_text(closed),
                step.planned.plan.to
            )
        }
    }
}

/// The words of the forge about a merge.
fn merge_words(error: &ForgeError) -> String {
    match error {
        ForgeError::NotMergeable { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

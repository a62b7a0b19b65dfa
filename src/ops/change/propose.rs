//! Delivery by pull request: one branch for each commit, and one open proposal for each branch.
//! Another run updates both.

use crate::config::{MergeMode, ProposalMergeMethod, ProposalOptions};
use crate::forge::{
    DraftState, Forge, ForgeFeature, NewProposal, Proposal, ProposalMerge, ProposalUpdate,
};
use crate::git::{BranchPush, Oid, PushMode, PushOutcome, Repository, Workspace};
use crate::ops::change::base::PlanBase;
use crate::ops::change::branch_status::{BranchStatus, foreign_branch};
use crate::ops::change::commits::{PlannedCommit, planned_commits};
use crate::ops::change::delivery::JudgedPlan;
use crate::ops::change::sources;
use crate::ops::change::wait;
use crate::ops::change::{
    DeliveryEvent, DeliveryReport, DeliveryRequest, confirm_plan, remote_tip, report,
};
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::forge::ForgeLocation;
use crate::ops::gates::{break_glass, plan};
use crate::ops::session::Session;
use crate::ops::state::assumption::assumed_stages_text;
use crate::promotion::{GATES, with_section};
use crate::report::{GateReport, PlanReport};
use std::collections::BTreeMap;

/// The number of attempts to push a branch that other processes change too.
const ATTEMPTS: u32 = 4;

/// Plans, asks, pushes branches and opens or updates their proposals. A failure of one app does not
/// stop the others.
pub fn run(
    request: &DeliveryRequest<'_>,
    repository: &Repository,
) -> Result<DeliveryReport, Failure> {
    let DeliveryRequest { intent, options, session, .. } = *request;
    forge::origin(repository).map_err(|failure| failure.hint(forge::WITHOUT))?;
    let workspace = &session.open_workspace(repository, options.author())?;
    let plan_base =
        PlanBase::load(session, repository, &|_, branch| remote_tip(workspace, branch))?;
    let config = &plan_base.settings.config;
    let home = forge::locate_forge(options.forge.to_options(config), repository)
        .map_err(|failure| failure.hint(forge::WITHOUT))?;
    let Some(JudgedPlan { planned, .. }) = confirm_plan(request, &plan_base)? else {
        return Ok(DeliveryReport::nothing());
    };
    let plan_base = &plan_base.for_stage(&planned.plan.to);
    if planned.plan.moving_items().next().is_none() {
        return Ok(report(planned, intent));
    }
    let forge = forge::open_forge(&home, repository, options.author(), session)?;
    let _is_written = break_glass::write_events(&planned, request, plan_base);
    let terms = config.proposals.options_for(&planned.plan.to);
    let (forge, home) = (forge.as_ref(), &home);
    let desk = ProposalWriter { plan_base, workspace, forge, home, terms, open: None, session };
    let (opened, mut failures) = desk.deliver_plan(&planned, request)?;
    if let Some(limit) = options.wait
        && let Err(failure) = wait::wait_for_merge(forge, opened, limit, session)
    {
        failures.push(failure);
    }
    report_failures(failures, request)?;
    Ok(report(planned, intent))
}

/// Reports all failures but the last one, which is returned.
fn report_failures(
    mut failures: Vec<Failure>,
    request: &DeliveryRequest<'_>,
) -> Result<(), Failure> {
    let last = failures.pop();
    for failure in failures {
        (request.observer)(DeliveryEvent::Failed(&failure))?;
    }
    last.map_or(Ok(()), Err)
}

/// Opens and updates the proposals for one stage.
pub struct ProposalWriter<'a> {
    pub plan_base: &'a PlanBase<'a>,
    pub workspace: &'a Workspace<'a>,
    pub forge: &'a dyn Forge,
    pub home: &'a ForgeLocation,
    pub terms: ProposalOptions,
    /// The open proposals, if they are already loaded.
    pub open: Option<&'a [Proposal]>,
    pub session: &'a Session,
}

/// A proposal that is open and up to date.
pub struct DeliveredProposal {
    pub proposal: Proposal,
    pub head: Oid,
    /// `opened`, `updated`, or `nothing to do:`.
    pub done: &'static str,
}

impl DeliveredProposal {
    fn report(&self, group: &PlannedCommit, request: &DeliveryRequest<'_>) -> Result<(), Failure> {
        (request.observer)(DeliveryEvent::Proposed { url: &self.proposal.url })?;
        request.session.note(&format!(
            "{} pull request {}: {}",
            self.done, self.proposal.number, group.message.subject
        ));
        Ok(())
    }
}

impl ProposalWriter<'_> {
    /// Proposes every commit of a plan; returns the proposals and the failures.
    fn deliver_plan(
        &self,
        planned: &PlanReport,
        request: &DeliveryRequest<'_>,
    ) -> Result<(Vec<Proposal>, Vec<Failure>), Failure> {
        let (mut opened, mut failures) = (Vec::new(), Vec::new());
        let author = self.workspace.author()?;
        for group in planned_commits(planned, request.options, self.plan_base, &author)? {
            match self.propose(&group) {
                Ok(proposed) => {
                    proposed.report(&group, request)?;
                    self.merge_by_itself(&group, &proposed);
                    opened.push(proposed.proposal);
                }
                Err(failure) => failures.push(failure),
            }
        }
        Ok((opened, failures))
    }

    /// Pushes the branch, and opens or updates its proposal.
    ///
    /// # Errors
    /// When the branch has commits by others, or the forge refuses.
    pub fn propose(&self, group: &PlannedCommit) -> Result<DeliveredProposal, Failure> {
        let (head, pushed) = self.push_branch(group)?;
        let brought = sources::app_changelogs(
            &group.message,
            &self.plan_base.settings.config,
            self.home,
            self.session,
        );
        let settings = &self.plan_base.settings;
        let mut text = group.message.render_body(&brought);
        if settings.stages_are_assumed {
            text.push_str(&assumed_stages_text(&settings.config));
        }
        let body = with_section(&text, GATES, &plan::gate_section(&group.judged));
        let (proposal, done) = match self.find_open_proposal(&group.branch)? {
            Some(open) => self.update_proposal(group, body, open, pushed)?,
            None => (self.forge.create_proposal(&self.new_proposal(group, body)?)?, "opened"),
        };
        Ok(DeliveredProposal { proposal, head, done })
    }

    fn find_open_proposal(&self, branch: &str) -> Result<Option<Proposal>, Failure> {
        match self.open {
            Some(open) => Ok(open.iter().find(|one| one.head == branch && !one.from_fork).cloned()),
            None => Ok(self.forge.find_proposal(branch)?),
        }
    }

    /// Pushes the branch unless it is up to date; returns its head, and whether it was pushed.
    fn push_branch(&self, group: &PlannedCommit) -> Result<(Oid, bool), Failure> {
        let branch = group.branch.as_str();
        let repository = self.plan_base.repository;
        for _ in 0..ATTEMPTS {
            let heads: BTreeMap<_, _> = self.workspace.remote_heads(&[branch])?;
            self.workspace.fetch_branches(&heads)?;
            let head = heads.get(branch).copied();
            match BranchStatus::check(self.workspace, repository, group, head, self.plan_base.tip)?
            {
                BranchStatus::Foreign => return Err(foreign_branch(branch)),
                BranchStatus::Same(head) => return Ok((head, false)),
                BranchStatus::Absent | BranchStatus::Older(_) => {
                    let text = group.message.commit();
                    let commit =
                        self.workspace.write_commit(&group.commit(self.plan_base, &text))?;
                    let push =
                        BranchPush { branch, commit, way: PushMode::Replace(head), if_still: &[] };
                    if self.workspace.push_branch(&push)? == PushOutcome::Done {
                        return Ok((commit, true));
                    }
                }
            }
        }
        Err(Failure::failed(format!("others keep changing branch `{branch}`")).hint("run it again"))
    }

    fn new_proposal(&self, group: &PlannedCommit, body: String) -> Result<NewProposal, Failure> {
        Ok(NewProposal {
            head: group.branch.clone(),
            base: self.plan_base.require_branch()?.to_owned(),
            title: group.message.subject.clone(),
            body,
            draft: if self.is_draft() { DraftState::Yes } else { DraftState::No },
            labels: self.proposal_labels(group),
            reviewers: self.terms.reviewers.clone().unwrap_or_default(),
        })
    }

    /// Updates title, text and labels. Settings of people stay: labels are only added, a draft
    /// stays a draft, and reviewers are not asked again.
    fn update_proposal(
        &self,
        group: &PlannedCommit,
        body: String,
        open: Proposal,
        pushed: bool,
    ) -> Result<(Proposal, &'static str), Failure> {
        // Forges may change line ends.
        let there = open.body_text();
        let has_labels = !self.forge.missing_features().contains(&ForgeFeature::Labels);
        let mut add_labels = if has_labels { self.proposal_labels(group) } else { Vec::new() };
        add_labels.retain(|label| !open.labels.contains(label));
        let is_worded = open.title == group.message.subject && there.trim() == body.trim();
        if is_worded && add_labels.is_empty() {
            return Ok((open, if pushed { "updated" } else { "nothing to do:" }));
        }
        let title = Some(group.message.subject.clone());
        let change =
            ProposalUpdate { title, body: Some(body), add_labels, ..ProposalUpdate::default() };
        Ok((self.forge.update_proposal(open.number, &change)?, "updated"))
    }

    fn proposal_labels(&self, group: &PlannedCommit) -> Vec<String> {
        let broken = group.is_broken().then(|| plan::LABEL.to_owned());
        self.terms.labels.iter().flatten().cloned().chain(broken).collect()
    }

    fn is_draft(&self) -> bool {
        self.terms.draft == Some(true)
    }

    /// The merge of the proposal, on condition that its head is still the judged commit.
    pub fn way_to_merge(
        &self,
        group: &PlannedCommit,
        proposed: &DeliveredProposal,
    ) -> ProposalMerge {
        let number = forge::proposal_reference(self.forge.kind(), proposed.proposal.number);
        merge_request(self.terms.method.unwrap_or_default(), group, &number, proposed.head)
    }

    /// Turns on automatic merging on the forge, if the configuration asks for it. A refusal is only
    /// a caution.
    fn merge_by_itself(&self, group: &PlannedCommit, proposed: &DeliveredProposal) {
        let proposal = &proposed.proposal;
        // If a gate is not open, `towpath advance` merges the proposal once all are.
        let is_open = group.judged.iter().all(GateReport::is_allowed);
        if self.terms.merge != Some(MergeMode::Auto)
            || !is_open
            || proposal.draft
            || proposal.auto_merge
        {
            return;
        }
        let how = self.way_to_merge(group, proposed);
        match self.forge.auto_merge(proposal.number, &how) {
            Ok(()) => self.session.note("the forge merges it once its own conditions are met"),
            Err(error) => {
                self.session.caution(&format!(
                    "cannot turn on automatic merging of pull request {}: {error}",
                    proposal.number
                ));
                if let Some(hint) = error.hint() {
                    self.session.hint(&hint);
                }
            }
        }
    }
}

/// The merge request. A squashed commit gets the message of its commit; a merge keeps that of the
/// forge.
fn merge_request(
    method: ProposalMergeMethod,
    group: &PlannedCommit,
    number: &str,
    head: Oid,
) -> ProposalMerge {
    let is_squash = method == ProposalMergeMethod::Squash;
    ProposalMerge {
        method: forge::method(method),
        expect: head.to_string(),
        if_still: Vec::new(),
        title: is_squash.then(|| format!("{} ({number})", group.message.subject)),
        message: is_squash.then(|| group.message.below_the_subject()),
    }
}

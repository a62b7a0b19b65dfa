//! Delivery by pull request: one branch for each commit, and one open proposal for each branch.
//! Another run updates both.

use crate::config::{MergeMode, ProposalMergeMethod};
use crate::forge::{CreatedProposal, DraftState, ForgeError, ForgeKind, NewProposal};
use crate::forge::{Proposal, ProposalMerge};
use crate::git::{Oid, Repository};
use crate::ops::change::base::PlanBase;
use crate::ops::change::commits::{PlannedCommit, planned_commits};
use crate::ops::change::delivery::JudgedPlan;
use crate::ops::change::desired_proposal::{DesiredProposal, repair_proposal};
use crate::ops::change::gate_status::set_gate_status;
use crate::ops::change::left_over::note_left_over;
use crate::ops::change::proposal_branch::PushedBranch;
use crate::ops::change::proposal_search::closed_text;
use crate::ops::change::proposal_writer::{
    DeliveredProposal, ProposalWriter, ProposeOutcome, ReopenMode,
};
use crate::ops::change::renewal;
use crate::ops::change::sources;
use crate::ops::change::wait;
use crate::ops::change::{
    ChangeRequest, DeliveryEvent, DeliveryReport, DeliveryRequest, SelectionMode, confirm_plan,
    remote_tip, report,
};
use crate::ops::ci_run::run_address;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::gates::section::{gate_section, gate_section_limit};
use crate::ops::gates::{break_glass, plan};
use crate::ops::state::assumption::assumed_stages_text;
use crate::promotion::{
    AppChangelog, ProposalPage, RUN, VersionSighting, find_section, foreign_length, with_own_text,
    with_ticks,
};
use crate::report::{GateReport, PlanReport};

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
    let home = forge::locate_forge(options.forge.to_options(config), repository, session)
        .map_err(|failure| failure.hint(forge::WITHOUT))?;
    let Some(JudgedPlan { planned, .. }) = confirm_plan(request, &plan_base)? else {
        return Ok(DeliveryReport::declined());
    };
    let plan_base = &plan_base.for_stage(&planned.plan.to);
    if planned.plan.moving_items().next().is_none() {
        note_left_over(&planned, intent, workspace, plan_base.tip, session)?;
        return Ok(report(planned, intent));
    }
    let forge = forge::open_forge(&home, repository, options.author(), session)?;
    let _is_written = break_glass::write_events(&planned, request, plan_base);
    let terms = config.proposals.options_for(&planned.plan.to);
    let (forge, home) = (forge.as_ref(), &home);
    let is_named = !matches!(intent, ChangeRequest::Promote { apps, .. } if apps.is_empty())
        || request.selection == SelectionMode::Asked;
    let reopen = if is_named { ReopenMode::Always } else { ReopenMode::OtherVersion };
    let desk =
        ProposalWriter { reopen, plan_base, workspace, forge, home, terms, open: None, session };
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
    /// Proposes every commit of a plan; returns the proposals and the failures. At most one branch
    /// is brought up to date, so that the proposals do not chase each other.
    fn deliver_plan(
        &self,
        planned: &PlanReport,
        request: &DeliveryRequest<'_>,
    ) -> Result<(Vec<Proposal>, Vec<Failure>), Failure> {
        let (mut opened, mut failures) = (Vec::new(), Vec::new());
        let author = self.workspace.author()?;
        let mut may_renew = true;
        for group in planned_commits(planned, request.options, self.plan_base, &author)? {
            match self.propose(&group) {
                Ok(ProposeOutcome::Open(mut proposed)) => {
                    if proposed.is_behind {
                        self.renew(&group, &mut proposed, &mut may_renew)?;
                    }
                    proposed.report(&group, request)?;
                    self.merge_by_itself(&group, &proposed);
                    failures.append(&mut proposed.troubles);
                    opened.push(proposed.proposal);
                }
                Ok(ProposeOutcome::Landed) => {
                    self.session.note(&format!("landed already: {}", group.message.subject));
                }
                Ok(ProposeOutcome::Closed(closed)) => {
                    self.session.note(&closed_text(&closed));
                    self.session.hint(&format!(
                        "name the app to open it again: `towpath promote APP --to {}`",
                        planned.plan.to
                    ));
                }
                Ok(ProposeOutcome::Rejected(closed)) => {
                    let subject = &group.message.subject;
                    self.session.note(&format!("rejected, {}: {subject}", closed_text(&closed)));
                }
                Ok(ProposeOutcome::Joint(joint)) => {
                    (request.observer)(DeliveryEvent::Proposed { url: &joint.url })?;
                    let (number, subject) = (joint.number, &group.message.subject);
                    self.session.note(&format!("pull request {number} contains it: {subject}"));
                    opened.push(*joint);
                }
                Err(failure) => failures.push(failure),
            }
        }
        Ok((opened, failures))
    }

    /// Brings a branch up to date, unless another one was.
    fn renew(
        &self,
        group: &PlannedCommit,
        proposed: &mut DeliveredProposal,
        may_renew: &mut bool,
    ) -> Result<(), Failure> {
        let (number, base) = (proposed.proposal.number, &proposed.proposal.base);
        if !*may_renew {
            self.session.note(&format!(
                "pull request {number} is behind `{base}`; towpath brings one branch up to date at \
                 a time"
            ));
            return Ok(());
        }
        if let Some(head) = renewal::renew_branch(self.workspace, &proposed.proposal)? {
            *may_renew = false;
            (proposed.head, proposed.done) = (head, "updated");
            let (forge, judged) = (self.forge, &group.judged);
            set_gate_status(forge, &proposed.proposal, head, judged, self.session);
        }
        Ok(())
    }

    /// Pushes the branch, opens its proposal or repairs it, and sets the status of the gates.
    ///
    /// # Errors
    /// When the branch has commits by others, or the forge refuses.
    pub fn propose(&self, group: &PlannedCommit) -> Result<ProposeOutcome, Failure> {
        let open = self.find_open_proposal(&group.branch)?;
        if open.is_none() {
            if let Some(joint) = self.find_joint_proposal(group)? {
                return Ok(ProposeOutcome::Joint(Box::new(joint)));
            }
            if self.reopen == ReopenMode::OtherVersion
                && let Some(closed) = self.find_closed_proposal(group)?
            {
                return self.refuse_closed(group, closed);
            }
        }
        let PushedBranch { head, is_pushed } = self.push_branch(group)?;
        let config = &self.plan_base.settings.config;
        let brought = sources::app_changelogs(
            &group.message,
            config,
            (self.plan_base.repository, self.home),
            self.session,
        );
        let (found, is_new) = match open {
            Some(open) => (open, false),
            None => {
                let wanted = self.desired_proposal(group, &brought, "");
                match self.create(&self.new_proposal(group, &wanted)?) {
                    Ok(created) => (created.proposal, created.is_new),
                    Err(error @ ForgeError::NothingToPropose { .. }) => {
                        return match self.has_landed(group, head)? {
                            true => Ok(ProposeOutcome::Landed),
                            false => Err(error.into()),
                        };
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        let (reviewers, assignees) = self.people(group);
        let wanted = self.desired_proposal(group, &brought, &found.body_text());
        let wanted = DesiredProposal { reviewers, assignees, ..wanted };
        let repaired = repair_proposal(self.forge, found, &wanted, self.session);
        set_gate_status(self.forge, &repaired.proposal, head, &group.judged, self.session);
        self.close_single_proposals(group, &repaired.proposal)?;
        let done = match (is_new, is_pushed || repaired.is_changed) {
            (true, _) => "opened",
            (false, true) => "updated",
            (false, false) => "nothing to do:",
        };
        let is_behind = !is_pushed && self.is_behind(&repaired.proposal, head)?;
        let troubles = repaired.troubles.into_iter().map(|error| unfinished(&error)).collect();
        let proposal = repaired.proposal;
        let delivered = DeliveredProposal { proposal, head, done, is_behind, troubles };
        Ok(ProposeOutcome::Open(Box::new(delivered)))
    }

    /// Creates a proposal; no draft where the forge has none for this repository.
    fn create(&self, new: &NewProposal) -> Result<CreatedProposal, ForgeError> {
        match self.forge.create_proposal(new) {
            Err(ForgeError::Refused { why, .. })
                if new.draft == DraftState::Yes && why.to_ascii_lowercase().contains("draft") =>
            {
                self.session.caution(&format!("the forge has no drafts here: {why}"));
                self.forge.create_proposal(&NewProposal { draft: DraftState::No, ..new.clone() })
            }
            created => created,
        }
    }

    /// True where the deployed branch has the change: others have merged it in the meantime.
    fn has_landed(&self, group: &PlannedCommit, head: Oid) -> Result<bool, Failure> {
        let tip = remote_tip(self.workspace, self.plan_base.branch.as_deref())?;
        Ok(self.workspace.contains_changes(tip, head)?
            || self.workspace.has_contents(tip, &group.files()))
    }

    /// True where the forge says that the branch must be up to date, and is not. It is asked only
    /// where the base has new commits.
    fn is_behind(&self, proposal: &Proposal, head: Oid) -> Result<bool, Failure> {
        if self.forge.kind() == ForgeKind::Plain
            || self.workspace.contains_changes(head, self.plan_base.tip)?
        {
            return Ok(false);
        }
        Ok(proposal.is_behind
            || self.forge.get_proposal(proposal.number)?.is_behind
            || self.forge.requires_up_to_date(&proposal.base)?)
    }

    fn new_proposal(
        &self,
        group: &PlannedCommit,
        wanted: &DesiredProposal,
    ) -> Result<NewProposal, Failure> {
        Ok(NewProposal {
            head: group.branch.clone(),
            base: self.plan_base.require_branch()?.to_owned(),
            title: wanted.title.clone(),
            body: wanted.body.clone(),
            draft: if self.terms.draft == Some(true) { DraftState::Yes } else { DraftState::No },
        })
    }

    /// The wanted state of the proposal, whose text is `there` now.
    fn desired_proposal(
        &self,
        group: &PlannedCommit,
        brought: &[AppChangelog],
        there: &str,
    ) -> DesiredProposal {
        let limits = self.forge.kind().text_limits();
        let settings = &self.plan_base.settings;
        let sightings: Vec<VersionSighting> =
            group.judged.iter().flat_map(|one| one.sightings.iter().cloned()).collect();
        let is_assumed = settings.stages_are_assumed;
        let notes = if is_assumed { assumed_stages_text(&settings.config) } else { String::new() };
        // The run that opened the proposal stays the one that is named.
        let run = run_address(self.session).map(|run| format!("Opened by [this run]({run})."));
        let run = find_section(there, RUN).map(str::to_owned).or(run.filter(|_| there.is_empty()));
        let page = ProposalPage {
            brought,
            sightings: &sightings,
            gates: &gate_section(&group.judged, gate_section_limit(self.forge.kind())),
            run: run.as_deref(),
            notes: &notes,
            template: settings.config.proposals.body.as_ref(),
            closing: self.terms.closing.unwrap_or_default(),
            limit: limits.body.saturating_sub(foreign_length(there)).max(limits.body / 2),
        };
        let title = group.message.title(limits.title);
        let own = group.message.render_body(&title, &page);
        let body = with_own_text(there, &with_ticks(there, &own));
        let broken = group.is_broken().then(|| plan::LABEL.to_owned());
        let labels = self.terms.labels.iter().flatten().cloned().chain(broken).collect();
        DesiredProposal { title, body, labels, reviewers: Vec::new(), assignees: Vec::new() }
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
                self.session.hint(
                    "`towpath advance` merges it once every gate is open and the forge allows it",
                );
            }
        }
    }
}

/// The failure for a part of a proposal that could not be set now.
fn unfinished(error: &ForgeError) -> Failure {
    Failure::failed(format!("the pull request is open, but not complete: {error}"))
        .hint("run it again; it completes what is missing")
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

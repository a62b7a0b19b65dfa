//! Pull requests: a branch of our own for each commit, and one open proposal for each branch. Running
//! again updates what is there.

use super::group::{PlannedCommit, groups};
use super::sources;
use super::standing::{BranchStatus, foreign};
use super::wait;
use super::{DeliveryRequest, JudgedPlan, agreed, ending, gates, glass, remote_tip};
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::forge::{self, ForgeLocation};
use crate::cli::scene::PlanBase;
use crate::config::{MergeMode, ProposalMergeMethod, ProposalOptions};
use crate::forge::{
    DraftState, Forge, ForgeFeature, NewProposal, Proposal, ProposalMerge, ProposalUpdate,
};
use crate::git::{BranchPush, Oid, PushMode, PushOutcome, Repository, Workspace};
use crate::promotion::{GATES, with_section};
use crate::report::GateReport;
use std::collections::BTreeMap;

/// So often a branch is looked at again when another process was faster.
const ATTEMPTS: u32 = 4;

/// Plans, asks, pushes branches and opens or updates their proposals. What fails for one app does not
/// stop the others.
pub fn run(errand: &DeliveryRequest<'_>, repository: &Repository) -> Result<ExitKind, Failure> {
    let DeliveryRequest { intent, args, context, .. } = *errand;
    forge::origin(repository).map_err(|failure| failure.hint(forge::WITHOUT))?;
    let workspace = context.workspace(repository, args.author())?;
    let scene = PlanBase::read(context, repository, &|_, branch| remote_tip(&workspace, branch))?;
    let config = &scene.settings.config;
    let home = forge::home(args.forge.said(config), repository)
        .map_err(|failure| failure.hint(forge::WITHOUT))?;
    let Some(JudgedPlan { planned, .. }) = agreed(errand, &scene)? else {
        return Ok(ExitKind::Done);
    };
    let scene = scene.of(&planned.plan.to);
    if planned.plan.moving().next().is_none() {
        return Ok(ending(&planned, intent));
    }
    let forge = forge::open(&home, repository, args.author(), context)?;
    let _is_written = glass::record(&planned, errand, &scene);
    let terms = config.proposals.of(&planned.plan.to);
    let (forge, home) = (forge.as_ref(), &home);
    let desk = ProposalWriter {
        scene: &scene,
        workspace: &workspace,
        forge,
        home,
        terms,
        open: None,
        context,
    };
    let (mut failures, mut opened) = (Vec::new(), Vec::new());
    for group in groups(&planned, args, &scene, &workspace.author()?)? {
        match desk.propose(&group) {
            Ok(proposed) => {
                proposed.tell(&group, context)?;
                desk.merge_by_itself(&group, &proposed);
                opened.push(proposed.proposal);
            }
            Err(failure) => failures.push(failure),
        }
    }
    if let Some(limit) = args.wait
        && let Err(failure) = wait::follow(forge, opened, limit, context)
    {
        failures.push(failure);
    }
    let last = failures.pop();
    for failure in failures {
        context.ui.failure(
            failure.message().unwrap_or_default(),
            failure.causes(),
            failure.hints(),
        );
    }
    last.map_or_else(|| Ok(ending(&planned, intent)), Err)
}

/// All that is needed to propose something for one stage.
pub(super) struct ProposalWriter<'a> {
    pub scene: &'a PlanBase<'a>,
    pub workspace: &'a Workspace<'a>,
    pub forge: &'a dyn Forge,
    pub home: &'a ForgeLocation,
    pub terms: ProposalOptions,
    /// The open proposals, where they are known already.
    pub open: Option<&'a [Proposal]>,
    pub context: &'a CommandContext,
}

/// A proposal that is as it should be.
pub(super) struct DeliveredProposal {
    pub proposal: Proposal,
    pub head: Oid,
    /// `opened`, `updated`, or `nothing to do:`.
    pub done: &'static str,
}

impl DeliveredProposal {
    fn tell(&self, group: &PlannedCommit, context: &CommandContext) -> Result<(), Failure> {
        context.ui.answer(&self.proposal.url)?;
        context.ui.note(&format!(
            "{} pull request {}: {}",
            self.done, self.proposal.number, group.message.subject
        ));
        Ok(())
    }
}

impl ProposalWriter<'_> {
    /// Brings branch and proposal to where they should be.
    ///
    /// # Errors
    /// When the branch is somebody else's, or the forge refuses.
    pub fn propose(&self, group: &PlannedCommit) -> Result<DeliveredProposal, Failure> {
        let (head, pushed) = self.brought(group)?;
        let brought =
            sources::brought(&group.message, &self.scene.settings.config, self.home, self.context);
        let body =
            with_section(&group.message.proposal(&brought), GATES, &gates::section(&group.judged));
        let (proposal, done) = match self.found(&group.branch)? {
            Some(open) => self.updated(group, body, open, pushed)?,
            None => (self.forge.create(&self.wanted(group, body)?)?, "opened"),
        };
        Ok(DeliveredProposal { proposal, head, done })
    }

    fn found(&self, branch: &str) -> Result<Option<Proposal>, Failure> {
        match self.open {
            Some(open) => Ok(open.iter().find(|one| one.head == branch && !one.from_fork).cloned()),
            None => Ok(self.forge.find(branch)?),
        }
    }

    /// Brings the branch to where it should be; says where that is, and whether it had to be changed.
    fn brought(&self, group: &PlannedCommit) -> Result<(Oid, bool), Failure> {
        let branch = group.branch.as_str();
        let repository = self.scene.repository;
        for _ in 0..ATTEMPTS {
            let heads: BTreeMap<_, _> = self.workspace.remote_heads(&[branch])?;
            self.workspace.fetch(&heads)?;
            let head = heads.get(branch).copied();
            match BranchStatus::of(self.workspace, repository, group, head, self.scene.tip)? {
                BranchStatus::Foreign => return Err(foreign(branch)),
                BranchStatus::Same(head) => return Ok((head, false)),
                BranchStatus::Absent | BranchStatus::Older(_) => {
                    let text = group.message.commit();
                    let commit = self.workspace.commit(&group.commit(self.scene, &text))?;
                    let push =
                        BranchPush { branch, commit, way: PushMode::Replace(head), if_still: &[] };
                    if self.workspace.push(&push)? == PushOutcome::Done {
                        return Ok((commit, true));
                    }
                }
            }
        }
        Err(Failure::failed(format!("branch `{branch}` is being changed by others"))
            .hint("run it again"))
    }

    fn wanted(&self, group: &PlannedCommit, body: String) -> Result<NewProposal, Failure> {
        Ok(NewProposal {
            head: group.branch.clone(),
            base: self.scene.branch()?.to_owned(),
            title: group.message.subject.clone(),
            body,
            draft: if self.is_draft() { DraftState::Yes } else { DraftState::No },
            labels: self.labels(group),
            reviewers: self.terms.reviewers.clone().unwrap_or_default(),
        })
    }

    /// What people have set stays: labels are only added, a draft is left as it is, and who has reviewed
    /// is not asked again.
    fn updated(
        &self,
        group: &PlannedCommit,
        body: String,
        open: Proposal,
        pushed: bool,
    ) -> Result<(Proposal, &'static str), Failure> {
        // Forges write line ends of their own.
        let there = open.text();
        let has_labels = !self.forge.lacks().contains(&ForgeFeature::Labels);
        let mut add_labels = if has_labels { self.labels(group) } else { Vec::new() };
        add_labels.retain(|label| !open.labels.contains(label));
        let is_worded = open.title == group.message.subject && there.trim() == body.trim();
        if is_worded && add_labels.is_empty() {
            return Ok((open, if pushed { "updated" } else { "nothing to do:" }));
        }
        let title = Some(group.message.subject.clone());
        let change =
            ProposalUpdate { title, body: Some(body), add_labels, ..ProposalUpdate::default() };
        Ok((self.forge.update(open.number, &change)?, "updated"))
    }

    fn labels(&self, group: &PlannedCommit) -> Vec<String> {
        let broken = group.is_broken().then(|| gates::LABEL.to_owned());
        self.terms.labels.iter().flatten().cloned().chain(broken).collect()
    }

    fn is_draft(&self) -> bool {
        self.terms.draft == Some(true)
    }

    /// How it is merged, if it is still what was judged.
    pub fn way_to_merge(
        &self,
        group: &PlannedCommit,
        proposed: &DeliveredProposal,
    ) -> ProposalMerge {
        let number = forge::reference(self.forge.kind(), proposed.proposal.number);
        how(self.terms.method.unwrap_or_default(), group, &number, proposed.head)
    }

    /// Asks the forge to merge by itself, where the configuration wants that. The proposal stands,
    /// whatever the forge says to it.
    fn merge_by_itself(&self, group: &PlannedCommit, proposed: &DeliveredProposal) {
        let proposal = &proposed.proposal;
        // While a gate is not open, `towpath advance` merges it when they all are.
        let is_open = group.judged.iter().all(GateReport::allows);
        if self.terms.merge != Some(MergeMode::Auto)
            || !is_open
            || proposal.draft
            || proposal.auto_merge
        {
            return;
        }
        let how = self.way_to_merge(group, proposed);
        match self.forge.auto_merge(proposal.number, &how) {
            Ok(()) => self.context.ui.note("it will be merged as soon as the forge allows"),
            Err(error) => {
                self.context.ui.caution(&format!(
                    "pull request {} does not merge by itself: {error}",
                    proposal.number
                ));
                if let Some(hint) = error.hint() {
                    self.context.ui.hint(&hint);
                }
            }
        }
    }
}

/// A squashed commit gets the words of the one that it is made of; a merge keeps those of the forge.
fn how(
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

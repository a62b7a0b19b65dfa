//! The commits of a plan: one for each app, or one for all.

use crate::git::{GitIdentity, NewCommit};
use crate::ops::change::base::PlanBase;
use crate::ops::change::options::{DeliveryMode, DeliveryOptions};
use crate::ops::error::Failure;
use crate::ops::gates::break_glass;
use crate::promotion::{
    CommitMessage, EDITS, FileEdits, MessagePart, PlanItem, PlannedMoves, branch_name,
    edit_fingerprint, joint_branch_name,
};
use crate::report::{GateReport, PlanReport};

/// A commit that is planned but not written.
pub struct PlannedCommit {
    pub branch: String,
    pub message: CommitMessage,
    pub edits: FileEdits,
    /// The answers of the gates for its apps.
    pub judged: Vec<GateReport>,
    /// For a commit with several apps: the branches that its apps would have on their own.
    pub single_branches: Vec<String>,
}

impl PlannedCommit {
    /// True where a break glass overrides the gates of this commit.
    pub fn is_broken(&self) -> bool {
        self.judged.iter().any(break_glass::is_broken)
    }

    /// The commit on top of the base.
    pub fn commit<'g>(&'g self, plan_base: &PlanBase<'_>, text: &'g str) -> NewCommit<'g> {
        NewCommit { parent: plan_base.tip, message: text, files: self.files() }
    }

    /// The new contents of the files, by path.
    pub fn files(&self) -> Vec<(&str, &str)> {
        self.edits.files.iter().map(|file| (file.path.as_str(), file.after.as_str())).collect()
    }
}

/// The commits that a plan makes.
///
/// # Errors
/// When the edits of several apps cannot be combined in one commit.
pub fn planned_commits(
    planned: &PlanReport,
    options: &DeliveryOptions,
    plan_base: &PlanBase<'_>,
    by: &GitIdentity,
) -> Result<Vec<PlannedCommit>, Failure> {
    let moving: Vec<(&PlanItem, &PlannedMoves)> = planned.plan.moving_items().collect();
    if !options.is_joint() || moving.len() < 2 {
        return Ok(moving
            .into_iter()
            .map(|one| single_app_commit(planned, one, by, plan_base))
            .map(|commit| break_glass::add_trailers(with_fingerprint(commit, options)))
            .collect());
    }
    let edit_base = plan_base.load_edit_base()?;
    let edits = planned.plan.combined_edits(&edit_base, options.consent).map_err(|refusal| {
        let failure = Failure::failed(format!("cannot edit the apps in one commit: {refusal}"));
        failure.hint("promote the apps one by one, without --one-pr")
    })?;
    let names: Vec<String> = moving.iter().map(|(item, _)| item.name()).collect();
    let parts = moving
        .iter()
        .zip(&names)
        .map(|((_, moves), name)| MessagePart { name, steps: &moves.steps });
    let message = CommitMessage::compose(
        planned.purpose(),
        &planned.plan.to,
        &parts.collect::<Vec<_>>(),
        &format_person(by),
        plan_base.subject(),
    );
    let branch = joint_branch_name(&planned.plan.to);
    let judged = planned.gates.iter().filter(|one| one.allows_proposal()).cloned().collect();
    let single_branches =
        moving.iter().map(|(item, _)| branch_name(item, &planned.plan.to)).collect();
    let commit = PlannedCommit { branch, message, edits, judged, single_branches };
    Ok(vec![break_glass::add_trailers(with_fingerprint(commit, options))])
}

fn single_app_commit(
    planned: &PlanReport,
    (item, moves): (&PlanItem, &PlannedMoves),
    by: &GitIdentity,
    plan_base: &PlanBase<'_>,
) -> PlannedCommit {
    let name = item.name();
    let to = &planned.plan.to;
    let part = MessagePart { name: &name, steps: &moves.steps };
    let message = CommitMessage::compose(
        planned.purpose(),
        to,
        &[part],
        &format_person(by),
        plan_base.subject(),
    );
    let judged = planned.gates.iter().filter(|one| one.is_about(item)).cloned().collect();
    let (branch, edits) = (branch_name(item, to), moves.edits.clone());
    PlannedCommit { branch, message, edits, judged, single_branches: Vec::new() }
}

/// Adds the fingerprint of the edits, by which a proposal's commit is recognised after a rebase by
/// the forge.
fn with_fingerprint(commit: PlannedCommit, options: &DeliveryOptions) -> PlannedCommit {
    if options.mode != DeliveryMode::Propose {
        return commit;
    }
    let files = commit.edits.files.iter();
    let edits = edit_fingerprint(
        files.map(|file| (file.path.as_str(), file.before.as_str(), file.after.as_str())),
    );
    PlannedCommit { message: commit.message.with_trailers([(EDITS, edits)]), ..commit }
}

/// Formats a person as `Name <address>`.
pub fn format_person(person: &GitIdentity) -> String {
    format!("{} <{}>", person.name, person.email)
}

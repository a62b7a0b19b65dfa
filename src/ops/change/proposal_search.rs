//! Finds the proposal of a planned commit: its own, one for several apps, or one that was closed.

use super::proposal_writer::ProposalWriter;
use crate::forge::{ClosedProposal, ForgeKind, Proposal};
use crate::git::Oid;
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;
use crate::promotion::{is_about_change, is_refused, joint_branch_name};
use std::collections::BTreeMap;

impl ProposalWriter<'_> {
    /// The open proposal of a branch to the base of the plan. Another one of this branch, to
    /// another base, is only noted.
    pub(super) fn find_open_proposal(&self, branch: &str) -> Result<Option<Proposal>, Failure> {
        let base = self.plan_base.require_branch()?;
        let is_its = |one: &&Proposal| one.head == branch && !one.from_fork;
        let all = match self.open {
            Some(open) => open.iter().filter(is_its).cloned().collect(),
            None => self.forge.find_proposals(branch)?,
        };
        for other in all.iter().filter(|other| other.base != base) {
            self.session.note(&format!(
                "pull request {} has the branch `{branch}`, too, but goes to `{}`, not to `{base}`",
                other.number, other.base
            ));
        }
        let found = all.into_iter().find(|one| one.base == base);
        // Their lists cut texts and leave out reviewers.
        let is_short = matches!(self.forge.kind(), ForgeKind::Azure | ForgeKind::Bitbucket);
        match found {
            Some(found) if is_short && self.open.is_some() => {
                Ok(Some(self.forge.get_proposal(found.number)?))
            }
            found => Ok(found),
        }
    }

    /// The open proposal for several apps that contains this change, by the contents of its branch.
    pub(super) fn find_joint_proposal(
        &self,
        group: &PlannedCommit,
    ) -> Result<Option<Proposal>, Failure> {
        let Some(stage) = group.judged.first().map(|one| &one.stage) else { return Ok(None) };
        let joint = joint_branch_name(stage);
        if joint == group.branch {
            return Ok(None);
        }
        let Some(open) = self.find_open_proposal(&joint)? else { return Ok(None) };
        let heads: BTreeMap<String, Oid> = self.workspace.remote_heads(&[&joint])?;
        self.workspace.fetch_branches(&heads)?;
        let has_it = |head: &Oid| self.workspace.has_contents(*head, &group.files());
        Ok(heads.get(&joint).is_some_and(has_it).then_some(open))
    }

    /// The proposal of this very change that somebody closed. Another version does not count.
    pub(super) fn find_closed_proposal(
        &self,
        group: &PlannedCommit,
    ) -> Result<Option<ClosedProposal>, Failure> {
        let base = self.plan_base.require_branch()?;
        let closed = self.forge.find_closed(&group.branch, base)?;
        let change = group.message.change_text();
        let own = closed.filter(|closed| is_about_change(&closed.proposal.body_text(), &change));
        if own.is_some() { Ok(own) } else { self.find_closed_joint(group, base) }
    }

    /// The proposal for several apps with this very change that somebody closed, as long as its
    /// branch is there.
    fn find_closed_joint(
        &self,
        group: &PlannedCommit,
        base: &str,
    ) -> Result<Option<ClosedProposal>, Failure> {
        let Some(stage) = group.judged.first().map(|one| &one.stage) else { return Ok(None) };
        let joint = joint_branch_name(stage);
        if joint == group.branch {
            return Ok(None);
        }
        let closed = self.forge.find_closed(&joint, base)?;
        // One that towpath itself withdrew is no refusal.
        let Some(closed) = closed.filter(|one| is_refused(&one.proposal.body_text())) else {
            return Ok(None);
        };
        let heads: BTreeMap<String, Oid> = self.workspace.remote_heads(&[&joint])?;
        self.workspace.fetch_branches(&heads)?;
        let has_it = |head: &Oid| self.workspace.has_contents(*head, &group.files());
        Ok(heads.get(&joint).is_some_and(has_it).then_some(closed))
    }
}

/// `closed by alice on 2026-08-20: URL`.
pub fn closed_text(closed: &ClosedProposal) -> String {
    let by = closed.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let day = closed.at.as_ref().and_then(|at| at.get(..10));
    let on = day.map(|day| format!(" on {day}")).unwrap_or_default();
    format!("closed{by}{on}: {}", closed.proposal.url)
}

//! Closes proposals of single apps that a proposal for several apps contains.

use super::branch_status::is_only_towpaths;
use super::proposal_writer::ProposalWriter;
use crate::forge::{Forge, Proposal, ProposalUpdate};
use crate::git::Oid;
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;
use crate::promotion::{BRANCHES, without_change};
use std::collections::BTreeMap;

impl ProposalWriter<'_> {
    /// Closes the open proposals of the apps of a joint one, as far as their branches have nobody
    /// else's work.
    pub(super) fn close_single_proposals(
        &self,
        group: &PlannedCommit,
        joint: &Proposal,
    ) -> Result<(), Failure> {
        if group.single_branches.is_empty() {
            return Ok(());
        }
        let mut heads: BTreeMap<String, Oid> =
            self.workspace.remote_heads(&[&format!("{BRANCHES}*")])?;
        heads.retain(|branch, _| group.single_branches.contains(branch));
        if heads.is_empty() {
            return Ok(());
        }
        self.workspace.fetch_branches(&heads)?;
        let open = match self.open {
            Some(open) => open.to_vec(),
            None => self.forge.open_proposals()?,
        };
        let is_single = |one: &&Proposal| {
            !one.from_fork && one.base == joint.base && one.number != joint.number
        };
        for single in open.iter().filter(is_single) {
            let Some(head) = heads.get(&single.head) else { continue };
            if !is_only_towpaths(self.workspace, *head, self.plan_base.tip)? {
                self.session.caution(&format!(
                    "pull request {} stays open, as its branch has commits by others; pull request \
                     {} contains its change",
                    single.number, joint.number
                ));
                continue;
            }
            withdraw_proposal(self.forge, single)?;
            self.session.note(&format!(
                "closed pull request {}: pull request {} contains its change",
                single.number, joint.number
            ));
        }
        Ok(())
    }
}

/// Closes a proposal that is no longer meant. The change is taken out of its text first, so that it
/// can be proposed again later: nobody refused it.
///
/// # Errors
/// When the forge refuses.
pub fn withdraw_proposal(forge: &dyn Forge, proposal: &Proposal) -> Result<(), Failure> {
    let there = forge.get_proposal(proposal.number)?.body_text();
    let body = without_change(&there);
    if body != there {
        let change = ProposalUpdate { body: Some(body), ..ProposalUpdate::default() };
        forge.update_proposal(proposal.number, &change)?;
    }
    forge.close_proposal(proposal.number)?;
    Ok(())
}

//! What follows from a proposal that somebody closed: nothing more, or a rejection of its version.

use super::proposal_search::closed_text;
use super::proposal_writer::{ProposalWriter, ProposeOutcome};
use crate::config::ClosingMode;
use crate::forge::ClosedProposal;
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;
use crate::ops::ledger::{self, LedgerRules, LedgerTarget};
use crate::pipeline::ledger::{EventKind, Ledger};
use crate::report::GateReport;

impl ProposalWriter<'_> {
    /// With `closing: reject`, rejects the version of a proposal that somebody closed, or every
    /// version of one for several apps.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub(super) fn refuse_closed(
        &self,
        group: &PlannedCommit,
        closed: ClosedProposal,
    ) -> Result<ProposeOutcome, Failure> {
        if self.terms.closing != Some(ClosingMode::Reject) {
            return Ok(ProposeOutcome::Closed(Box::new(closed)));
        }
        let (session, base) = (self.session, self.plan_base);
        let config = &base.settings.config;
        let rules = LedgerRules { config, signers_at: Some(base.tip) };
        let book = ledger::load_ledger(session, base.repository, rules)?;
        let mut events: Vec<EventKind> = Vec::new();
        for one in group.judged.iter().filter(|one| !was_rejected_for(&book, one, &closed)) {
            let event = EventKind::Rejected {
                app: one.subject.to_string(),
                version: one.version.to_string(),
                reason: Some(closed_text(&closed)),
            };
            if !events.contains(&event) {
                events.push(event);
            }
        }
        if events.is_empty() {
            return Ok(ProposeOutcome::Closed(Box::new(closed)));
        }
        let mapping = base.load_edit_base()?.to_mapping();
        let events = (events, mapping.entries.as_slice());
        ledger::write_events(session, base.repository, config, events, LedgerTarget::Origin)?;
        Ok(ProposeOutcome::Rejected(Box::new(closed)))
    }
}

/// True where this proposal has led to a rejection before, which somebody then withdrew.
fn was_rejected_for(book: &Ledger, one: &GateReport, closed: &ClosedProposal) -> bool {
    book.events().iter().any(|event| match &event.what {
        EventKind::Rejected { app, version, reason: Some(reason) } => {
            *app == one.subject.to_string()
                && *version == one.version.to_string()
                && reason.ends_with(&closed.proposal.url)
        }
        _ => false,
    })
}

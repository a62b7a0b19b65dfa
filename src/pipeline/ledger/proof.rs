//! Proof of who wrote an event: the signature of its commit.
//!
//! Without `permissions: { ledger: signed }` nobody asks for proof, and an author is whoever the
//! commit names.

use super::{EventAuthor, EventKind, LedgerEvent};
use crate::config::gates::Permission;

/// What the signature of an event's commit says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EventProof {
    /// The configuration demands no signatures.
    #[default]
    NotDemanded,
    /// A good signature by somebody in these files of signers.
    SignedBy { signer: String, lists: Vec<String> },
    /// No signature that counts, for this reason.
    Missing(String),
}

impl EventKind {
    /// True for an event that may open a gate or take back what holds a stage. A lock, a rejection
    /// and a hold can only hold more.
    pub fn needs_proof(&self) -> bool {
        match self {
            EventKind::Approved { .. }
            | EventKind::Outcome { .. }
            | EventKind::Overridden { .. }
            | EventKind::Unlocked { .. }
            | EventKind::Unrejected { .. }
            | EventKind::Released { .. }
            | EventKind::Noted { .. } => true,
            EventKind::Locked { .. }
            | EventKind::Rejected { .. }
            | EventKind::Held { .. }
            | EventKind::AnnouncementsBegun { .. }
            | EventKind::Announcing { .. }
            | EventKind::Announced { .. }
            | EventKind::AnnouncingGivenUp { .. } => false,
        }
    }
}

impl LedgerEvent {
    /// Returns the event with a proof. The signer is its author then, whomever the commit names.
    #[must_use]
    pub fn with_proof(self, proof: EventProof) -> Self {
        let by = match &proof {
            EventProof::SignedBy { signer, .. } => author_of(signer),
            EventProof::NotDemanded | EventProof::Missing(_) => self.by,
        };
        LedgerEvent { proof, by, ..self }
    }

    /// False for an event that needs a proof that is demanded and missing.
    pub fn counts(&self) -> bool {
        self.reason_not_to_count().is_none()
    }

    /// Why the event does not count; `None` if it does.
    pub fn reason_not_to_count(&self) -> Option<&str> {
        match &self.proof {
            EventProof::Missing(reason) if self.what.needs_proof() => Some(reason),
            _ => None,
        }
    }

    /// True if a proof is demanded and missing.
    pub fn lacks_proof(&self) -> bool {
        matches!(self.proof, EventProof::Missing(_))
    }

    /// Returns the entry of a permission that names the author. Whoever is in one of its files of
    /// signers is named, too.
    pub fn entry_in(&self, permission: &Permission) -> Option<String> {
        if let Some(entry) = permission.entry_of(self.by.permission_words()) {
            return Some(entry.to_owned());
        }
        match &self.proof {
            EventProof::SignedBy { signer, lists } => {
                let is_listed = lists.iter().any(|list| permission.signers.contains(list));
                is_listed.then(|| signer.clone())
            }
            EventProof::NotDemanded | EventProof::Missing(_) => None,
        }
    }
}

/// The author that a line of allowed signers names: `ann@example.com`, or several with commas.
fn author_of(signer: &str) -> EventAuthor {
    let mut names = signer.split(',').map(str::trim).filter(|name| !name.is_empty());
    let name = names.next().unwrap_or(signer).to_owned();
    let email = if name.contains('@') {
        name.clone()
    } else {
        names.find(|name| name.contains('@')).unwrap_or_default().to_owned()
    };
    EventAuthor { name, email }
}

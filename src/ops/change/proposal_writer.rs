//! What is needed to open and update the proposals for one stage, and what comes of it.

use crate::config::ProposalOptions;
use crate::forge::{ClosedProposal, Forge, Proposal};
use crate::git::{Oid, Workspace};
use crate::ops::change::base::PlanBase;
use crate::ops::error::Failure;
use crate::ops::forge::ForgeLocation;
use crate::ops::session::Session;

/// What became of a planned commit.
pub enum ProposeOutcome {
    Open(Box<DeliveredProposal>),
    /// The change has landed in the meantime.
    Landed,
    /// Somebody closed the proposal of this change, so that it is not opened again.
    Closed(Box<ClosedProposal>),
    /// Somebody closed the proposal of this change, and its version is rejected now.
    Rejected(Box<ClosedProposal>),
    /// An open proposal for several apps contains the change.
    Joint(Box<Proposal>),
}

/// Whether a proposal that somebody closed is opened again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReopenMode {
    /// A person named the app.
    Always,
    /// Only for another version.
    OtherVersion,
}

/// Opens and updates the proposals for one stage.
pub struct ProposalWriter<'a> {
    pub reopen: ReopenMode,
    pub plan_base: &'a PlanBase<'a>,
    pub workspace: &'a Workspace<'a>,
    pub forge: &'a dyn Forge,
    pub home: &'a ForgeLocation,
    pub terms: ProposalOptions,
    /// The open proposals, if they are already loaded.
    pub open: Option<&'a [Proposal]>,
    pub session: &'a Session,
}

/// A proposal that is open.
pub struct DeliveredProposal {
    pub proposal: Proposal,
    pub head: Oid,
    /// `opened`, `updated`, or `nothing to do:`.
    pub done: &'static str,
    /// True where the forge requires the branch to be up to date, and it is not.
    pub is_behind: bool,
    /// Trouble with parts of it, which may pass.
    pub troubles: Vec<Failure>,
}

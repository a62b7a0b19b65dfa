//! Options for the delivery of a change, as plain values that the command line and `advance` set.

use super::request::PlanOptions;
use crate::git::{GitIdentity, Oid};
use crate::model::TargetName;
use crate::ops::error::Failure;
use crate::ops::session::{ForgeChoice, Session};
use crate::promotion::EditConsent;
use crate::report::PlanReport;
use jiff::SignedDuration;

/// The way in which a plan is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliveryMode {
    /// The plan is returned and nothing is written.
    DryRun,
    /// The commit is written as a mail for `git am`.
    Patch,
    /// A local commit is made on a branch of its own.
    Commit,
    /// The commit is pushed to the deployed branch.
    Push,
    /// A pull request is opened or updated.
    #[default]
    Propose,
}

/// The options of a delivery.
#[derive(Debug, Clone, Default)]
pub struct DeliveryOptions {
    pub mode: DeliveryMode,
    /// All apps share one branch and one pull request.
    pub one_pr: bool,
    /// How long to wait until pull requests are merged or closed; `None` does not wait.
    pub wait: Option<SignedDuration>,
    /// True where the user is not asked for confirmation.
    pub yes: bool,
    pub break_glass: Option<BreakGlass>,
    /// The only target of the stage that changes.
    pub target: Option<TargetName>,
    /// The author of commits, instead of the user in the Git configuration.
    pub author: Option<GitIdentity>,
    pub forge: ForgeChoice,
    pub consent: EditConsent,
    /// Refused and current apps are in the answer only, and not noted.
    pub no_plan_notes: bool,
}

/// An emergency override: the gates do not stop the change, and the ledger records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    pub reason: String,
    pub incident: Option<String>,
    /// How long the gates do not stop this version.
    pub expires: SignedDuration,
}

/// A step of a delivery. It is reported at once, so that the output is complete even if the process
/// is killed.
#[derive(Debug, Clone, Copy)]
pub enum DeliveryEvent<'a> {
    /// The plan that is about to be confirmed and carried out.
    Planned(&'a PlanReport),
    /// A commit as a mail for `git am`.
    Patch(&'a str),
    /// A commit on this local branch.
    Committed { branch: &'a str },
    /// A commit that landed on the deployed branch.
    Pushed { commit: Oid },
    /// A pull request that is open and up to date.
    Proposed { url: &'a str },
    /// An app that failed while others go on.
    Failed(&'a Failure),
}

/// Receives the steps of a delivery.
pub type DeliveryObserver<'a> = &'a dyn Fn(DeliveryEvent<'_>) -> Result<(), Failure>;

impl DeliveryOptions {
    /// Options that open a pull request for each app, without questions.
    pub fn proposing(forge: ForgeChoice) -> Self {
        DeliveryOptions { forge, yes: true, ..DeliveryOptions::default() }
    }

    /// True where one commit contains all apps.
    pub fn is_joint(&self) -> bool {
        self.one_pr || matches!(self.mode, DeliveryMode::Push | DeliveryMode::Patch)
    }

    /// True where the delivery pushes or opens a pull request.
    pub fn writes_elsewhere(&self) -> bool {
        matches!(self.mode, DeliveryMode::Push | DeliveryMode::Propose)
    }

    /// True where a gate that waits or needs an approval does not stop the delivery, as a pull
    /// request can wait.
    pub fn only_proposes(&self) -> bool {
        self.mode != DeliveryMode::Push
    }

    pub fn author(&self) -> Option<&GitIdentity> {
        self.author.as_ref()
    }

    pub fn targets(&self) -> &[TargetName] {
        self.target.as_slice()
    }

    /// The options for making the plan.
    pub fn plan_options(&self, session: &Session) -> PlanOptions<'_> {
        let shows_only = matches!(self.mode, DeliveryMode::DryRun | DeliveryMode::Patch);
        PlanOptions {
            targets: self.targets(),
            at_once: self.break_glass.is_some(),
            consent: self.consent,
            together: self.is_joint(),
            ask: session.can_ask() && !self.yes && !shows_only,
        }
    }
}

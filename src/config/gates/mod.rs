//! Configured gates: the rules for each stage and app.
//!
//! These are settings only; `pipeline` evaluates them.

mod freeze;
pub(super) mod keys;
mod option_reader;
mod options;
mod pipeline;
pub(super) mod read;
mod waves;
mod window_hours;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod waves_tests;

pub use freeze::FreezePeriod;
pub use option_reader::time_span;
pub use pipeline::{AdvancePolicy, BREAK_GLASS, CONFIG, LedgerPlace, Permission, PipelineConfig};
pub use waves::{StageWaves, Wave};
pub use window_hours::WindowHours;

use crate::model::{AppName, StageName};
use regex::Regex;
use std::fmt;

/// Kinds of gates, each a file in `pipeline/gates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GateKind {
    Order,
    Isolation,
    Wave,
    Verified,
    Bake,
    Approval,
    Window,
    Freeze,
    Blocker,
    Lock,
    Rejected,
    Hold,
    Version,
}

impl GateKind {
    /// All kinds, in display order.
    pub const ALL: [GateKind; 13] = [
        GateKind::Order,
        GateKind::Isolation,
        GateKind::Wave,
        GateKind::Verified,
        GateKind::Bake,
        GateKind::Approval,
        GateKind::Window,
        GateKind::Freeze,
        GateKind::Blocker,
        GateKind::Lock,
        GateKind::Rejected,
        GateKind::Hold,
        GateKind::Version,
    ];

    /// The word used in help, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            GateKind::Order => "order",
            GateKind::Isolation => "isolation",
            GateKind::Wave => "wave",
            GateKind::Verified => "verified",
            GateKind::Bake => "bake",
            GateKind::Approval => "approval",
            GateKind::Window => "window",
            GateKind::Freeze => "freeze",
            GateKind::Blocker => "blocker",
            GateKind::Lock => "lock",
            GateKind::Rejected => "rejected",
            GateKind::Hold => "hold",
            GateKind::Version => "version",
        }
    }
}

impl fmt::Display for GateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A gate and its scope.
#[derive(Debug, Clone)]
pub struct GateRule {
    pub gate: Gate,
    /// Empty means all stages.
    pub stages: Vec<StageName>,
    /// Patterns with `*`; empty means all apps.
    pub apps: Vec<String>,
    /// Line of `towpath.yaml`, 1-based.
    pub line: u32,
}

/// A gate with its options.
#[derive(Debug, Clone)]
pub enum Gate {
    /// Cancels earlier rules of this kind.
    Off(GateKind),
    Order(OrderGate),
    Isolation(IsolationScope),
    Verified(VerifiedGate),
    Bake(BakeGate),
    ApprovalAfterFailure,
    /// Number of people who have to approve.
    Approvals(u32),
    Window(Vec<WindowHours>),
    Freeze(FreezePeriod),
    Blocker(BlockerGate),
    Version(VersionGate),
}

impl Gate {
    /// Kind of the gate.
    pub fn kind(&self) -> GateKind {
        match self {
            Gate::Off(kind) => *kind,
            Gate::Order(_) => GateKind::Order,
            Gate::Isolation(_) => GateKind::Isolation,
            Gate::Verified(_) => GateKind::Verified,
            Gate::Bake(_) => GateKind::Bake,
            Gate::ApprovalAfterFailure | Gate::Approvals(_) => GateKind::Approval,
            Gate::Window(_) => GateKind::Window,
            Gate::Freeze(_) => GateKind::Freeze,
            Gate::Blocker(_) => GateKind::Blocker,
            Gate::Version(_) => GateKind::Version,
        }
    }
}

/// Options of `order`: stages may not be skipped.
#[derive(Debug, Clone, Default)]
pub struct OrderGate {
    /// Replacements in tags before they are compared.
    pub rewrites: Vec<(Regex, String)>,
    /// For past deployments: seconds by which the previous stage may be late.
    pub tolerance: i64,
}

/// Scope in which the last deployment needs an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationScope {
    /// The app, in each target.
    Target,
    /// Every app of the stage.
    Stage,
}

/// Options of `verified`: the version has passed before.
#[derive(Debug, Clone)]
pub struct VerifiedGate {
    /// Empty means the previous stages.
    pub stages: Vec<StageName>,
    pub by: VerifiedBy,
}

/// Evidence that a deployment has passed.
#[derive(Debug, Clone)]
pub enum VerifiedBy {
    /// An outcome in the ledger.
    Ledger,
    /// Statuses and check runs of the deployment's commit whose names match this pattern.
    Checks(String),
    /// A command that exits with 0.
    Command(ExternalCommand),
}

/// An external command, never run through a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalCommand {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// In seconds.
    pub timeout: u64,
}

/// Options of `bake`: the version has run for a time.
#[derive(Debug, Clone)]
pub struct BakeGate {
    pub seconds: i64,
    /// Empty means the previous stages.
    pub stages: Vec<StageName>,
    /// True if the time counts from the passed outcome instead of the deployment.
    pub from_outcome: bool,
}

/// Options of `blocker`: an external condition.
#[derive(Debug, Clone)]
pub struct BlockerGate {
    pub by: BlockedBy,
    /// Reason to show if the blocker gives none.
    pub reason: Option<String>,
}

/// Source of the external condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedBy {
    /// Exit code 0 is open, 1 is shut, and any other is no answer.
    Command(ExternalCommand),
    /// Shut while the repository has this file.
    File(String),
    /// Shut while the forge has an open issue with this label.
    Issue(String),
    /// A 2xx status is open; with `expect` (JSON pointer and value) the value has to match too.
    Http { url: String, expect: Option<(String, String)>, timeout: u64 },
}

/// Options of `version`: requirements on the version.
#[derive(Debug, Clone, Default)]
pub struct VersionGate {
    pub pattern: Option<Regex>,
    /// Prefixes, followed by `-`, of which a tag needs one; patterns with `*`.
    pub branches: Vec<String>,
    /// Forbids mutable tags, such as `latest`.
    pub immutable: bool,
    /// Requires a digest.
    pub digest: bool,
    /// Keys beside the version that must not be `false`.
    pub flags: Vec<String>,
}

/// Default keys for `flags`.
pub(super) const FLAGS: [&str; 2] = ["promote_deployment", "automatic_deploys_enabled"];

impl GateRule {
    fn applies_to(&self, stage: &StageName, app: &AppName) -> bool {
        (self.stages.is_empty() || self.stages.contains(stage))
            && (self.apps.is_empty()
                || self.apps.iter().any(|pattern| matches_glob(pattern, app.as_str())))
    }
}

/// True if the text matches a pattern in which `*` stands for any text.
pub fn matches_glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(after) = text.strip_prefix(head) else { return false };
    let mut starts = after.char_indices().map(|(at, _)| at).chain([after.len()]);
    starts.any(|at| matches_glob(rest, &after[at..]))
}

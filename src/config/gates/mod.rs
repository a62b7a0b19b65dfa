//! The gates of the pipeline, as they are configured: which rules hold for which stage and app.
//!
//! What a gate makes of them is said in `pipeline`; here are only the wishes.

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

/// The gates, each one file in `pipeline/gates`.
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
    /// All of them, in the order they are shown.
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

/// One gate, and what it holds for.
#[derive(Debug, Clone)]
pub struct GateRule {
    pub gate: Gate,
    /// Empty: all stages.
    pub stages: Vec<StageName>,
    /// Patterns with `*`; empty: all apps.
    pub apps: Vec<String>,
    /// The line of `towpath.yaml`, 1-based.
    pub line: u32,
}

/// What a gate asks for.
#[derive(Debug, Clone)]
pub enum Gate {
    /// What was said before of gates of this kind does not hold.
    Off(GateKind),
    Order(OrderGate),
    Isolation(IsolationScope),
    Verified(VerifiedGate),
    Bake(BakeGate),
    ApprovalAfterFailure,
    /// So many people have to approve.
    Approvals(u32),
    Window(Vec<WindowHours>),
    Freeze(FreezePeriod),
    Blocker(BlockerGate),
    Version(VersionGate),
}

impl Gate {
    /// Which gate it is.
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

/// Never skip a stage.
#[derive(Debug, Clone, Default)]
pub struct OrderGate {
    /// What is replaced in tags before they are compared, and by what.
    pub rewrites: Vec<(Regex, String)>,
    /// When the past is judged: the stage before may come so many seconds later.
    pub tolerance: i64,
}

/// What the last deployment is looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationScope {
    /// The app, in each target.
    Target,
    /// Every app of the stage.
    Stage,
}

/// The version has passed before.
#[derive(Debug, Clone)]
pub struct VerifiedGate {
    /// Empty: the stages right before.
    pub stages: Vec<StageName>,
    pub by: VerifiedBy,
}

/// What says that a deployment has passed.
#[derive(Debug, Clone)]
pub enum VerifiedBy {
    /// An outcome in the ledger.
    Ledger,
    /// Statuses and check runs of the deployment's commit, by a pattern of their names.
    Checks(String),
    /// A command that ends with 0.
    Command(ExternalCommand),
}

/// A command, never run through a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalCommand {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// In seconds.
    pub timeout: u64,
}

/// The version has run for a time.
#[derive(Debug, Clone)]
pub struct BakeGate {
    pub seconds: i64,
    /// Empty: the stages right before.
    pub stages: Vec<StageName>,
    /// Counted from when it passed, not from when it landed.
    pub from_outcome: bool,
}

/// Something outside that stands in the way.
#[derive(Debug, Clone)]
pub struct BlockerGate {
    pub by: BlockedBy,
    /// Said where it has nothing to say itself.
    pub reason: Option<String>,
}

/// What is asked whether something stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockedBy {
    /// 0 is open, 1 is shut, and anything else no answer.
    Command(ExternalCommand),
    /// Shut while the repository has this file.
    File(String),
    /// Shut while the forge has an open issue with this label.
    Issue(String),
    /// 2xx is open; with a pointer, only where the value is the expected one.
    Http { url: String, expect: Option<(String, String)>, timeout: u64 },
}

/// What a version must look like.
#[derive(Debug, Clone, Default)]
pub struct VersionGate {
    pub pattern: Option<Regex>,
    /// A tag begins with one of these and `-`; patterns with `*`.
    pub branches: Vec<String>,
    /// No tag that moves, such as `latest`.
    pub immutable: bool,
    /// A digest is written with it.
    pub digest: bool,
    /// Keys beside the version that must not be `false`.
    pub flags: Vec<String>,
}

/// The keys beside a version that are heard unless said otherwise.
pub(super) const FLAGS: [&str; 2] = ["promote_deployment", "automatic_deploys_enabled"];

impl GateRule {
    fn applies_to(&self, stage: &StageName, app: &AppName) -> bool {
        (self.stages.is_empty() || self.stages.contains(stage))
            && (self.apps.is_empty()
                || self.apps.iter().any(|pattern| matches_glob(pattern, app.as_str())))
    }
}

/// Does a text fit a pattern, in which `*` stands for any text?
pub fn matches_glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(after) = text.strip_prefix(head) else { return false };
    let mut starts = after.char_indices().map(|(at, _)| at).chain([after.len()]);
    starts.any(|at| matches_glob(rest, &after[at..]))
}

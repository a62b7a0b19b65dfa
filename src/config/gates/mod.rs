//! Configured gates: the rules for each stage and app.
//!
//! These are settings only; `pipeline` evaluates them.

mod approval;
mod attested;
mod bake;
mod blocker;
mod descriptor;
mod freeze;
mod hold;
mod isolation;
pub(super) mod keys;
mod lock;
mod option_reader;
mod order;
mod owners;
pub(super) mod permissions;
mod pipeline;
pub(super) mod read;
mod rejected;
mod verified;
mod version;
mod wave;
mod waves;
mod window;
mod window_hours;

#[cfg(test)]
pub(super) mod registry_tests;
#[cfg(test)]
mod test_only;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod waves_tests;

pub use approval::ApprovalGate;
pub use attested::{AttestedGate, SignatureRequirement, SignedBy, is_media_type};
pub use bake::BakeGate;
pub use blocker::{BlockedBy, BlockerGate};
pub use descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
pub use freeze::FreezePeriod;
pub use isolation::IsolationScope;
pub use option_reader::time_span;
pub use order::OrderGate;
pub use owners::{APPS, OwnerRule, OwnerScope, PATHS};
pub use pipeline::{
    AdvancePolicy, BREAK_GLASS, CONFIG, LEDGER, LedgerPlace, Permission, PipelineConfig,
};
#[cfg(test)]
pub use test_only::TestOnlyGate;
pub use verified::{LiveRequirement, VerifiedBy, VerifiedGate};
pub use version::{DEFAULT_FLAGS, VersionGate};
pub use waves::{StageWaves, Wave};
pub use window_hours::WindowHours;

use crate::model::{AppName, StageName};
use std::fmt;

/// Makes both enums of gates and their mapping to descriptors and settings. A gate needs one line:
/// `Kind(Settings) in file`, without settings if it cannot be configured.
macro_rules! gates {
    ($($(#[cfg($cfg:meta)])? $kind:ident $(($settings:ty))? in $file:ident;)*) => {
        /// Kinds of gates, each a file here and a file in `pipeline/gates`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum GateKind {
            $($(#[cfg($cfg)])? $kind,)*
        }

        impl GateKind {
            /// All kinds, in display order.
            pub const ALL: &'static [GateKind] = &[$($(#[cfg($cfg)])? GateKind::$kind,)*];

            /// Returns the description of the gate.
            pub fn descriptor(self) -> &'static GateDescriptor {
                match self {
                    $($(#[cfg($cfg)])? GateKind::$kind => &$file::GATE,)*
                }
            }
        }

        /// A gate with its options.
        #[derive(Debug, Clone)]
        pub enum Gate {
            /// Cancels earlier rules of this kind.
            Off(GateKind),
            $($(#[cfg($cfg)])? $($kind($settings),)?)*
        }

        impl Gate {
            fn parts(&self) -> (GateKind, Option<&dyn GateSettings>) {
                match self {
                    Gate::Off(kind) => (*kind, None),
                    $($(#[cfg($cfg)])? $(Gate::$kind(settings) => {
                        let settings: &$settings = settings;
                        (GateKind::$kind, Some(settings))
                    })?)*
                }
            }
        }
    };
}

gates! {
    Order(OrderGate) in order;
    Isolation(IsolationScope) in isolation;
    Wave in wave;
    Verified(VerifiedGate) in verified;
    Bake(BakeGate) in bake;
    Approval(ApprovalGate) in approval;
    Window(Vec<WindowHours>) in window;
    Freeze(FreezePeriod) in freeze;
    Blocker(BlockerGate) in blocker;
    Lock in lock;
    Rejected in rejected;
    Hold in hold;
    Version(VersionGate) in version;
    Attested(AttestedGate) in attested;
    #[cfg(test)] TestOnly(TestOnlyGate) in test_only;
}

impl GateKind {
    /// The word used in help, tables and JSON.
    pub fn as_str(self) -> &'static str {
        self.descriptor().name
    }
}

impl fmt::Display for GateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Gate {
    /// Kind of the gate.
    pub fn kind(&self) -> GateKind {
        self.parts().0
    }

    /// Its settings; `None` if it is off.
    pub fn settings(&self) -> Option<&dyn GateSettings> {
        self.parts().1
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

/// An external command, never run through a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalCommand {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// In seconds.
    pub timeout: u64,
}

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

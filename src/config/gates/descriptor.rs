//! What a gate says of itself: its name and keys, what it has to know of the world and of the past, and
//! who asks it. Everything that goes through all gates reads this, so that no list elsewhere has to be
//! remembered. The fields have no defaults: a gate that leaves one out does not compile.

use super::keys::GateKey;
use super::{ExternalCommand, PipelineConfig};
use crate::model::StageName;
use std::fmt;

/// What holds for a gate whatever its settings.
pub struct GateDescriptor {
    /// The word used in help, tables and JSON.
    pub name: &'static str,
    /// How it is written in `towpath.yaml`; empty for a gate that nobody configures.
    pub(in crate::config) keys: &'static [GateKey],
    /// Of several rules that hold for a cell, the last alone counts.
    pub last_rule_counts: bool,
    /// The past that it looks at where no rule of its own holds.
    pub implied_past: fn(&PipelineConfig) -> PastNeed,
    /// The past can tell what it would have answered, so that `audit` asks it.
    pub answers_for_the_past: bool,
    /// It keeps a stage as it is, so that `guard` asks it also where no version arrives.
    pub keeps_a_stage_still: bool,
}

impl fmt::Debug for GateDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What depends on the settings of one gate.
pub trait GateSettings {
    /// What is asked of the world before the gate is.
    fn facts(&self) -> Vec<FactNeed<'_>>;

    /// The past that it looks at.
    fn past(&self) -> PastNeed;
}

/// Something that a gate has to know before it is asked. What a change to the rules is, and which commands
/// may be run, follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactNeed<'g> {
    /// What a command says of one deployment.
    Command(&'g ExternalCommand),
    /// Statuses and check runs of the deployments to these stages; empty: the stages right before.
    Checks(&'g [StageName]),
    /// Reviews of the proposal.
    Reviews,
    /// Whether the repository has this file.
    File(&'g str),
    /// Whether the forge has an open issue with this label.
    Issue(&'g str),
    /// What an address answers; with a pointer and the value that is expected there. The time-out is in
    /// seconds.
    Http { url: &'g str, expect: Option<&'g (String, String)>, timeout: u64 },
    /// The values of these keys beside the version.
    Flags(&'g [String]),
}

impl<'g> FactNeed<'g> {
    /// What may be files of the repository that decide the answer: who changes them changes the rules.
    pub fn rule_paths(self) -> Vec<&'g str> {
        match self {
            FactNeed::Command(call) => call.argv.iter().map(String::as_str).collect(),
            FactNeed::File(path) => vec![path],
            FactNeed::Checks(_)
            | FactNeed::Reviews
            | FactNeed::Issue(_)
            | FactNeed::Http { .. }
            | FactNeed::Flags(_) => Vec::new(),
        }
    }
}

/// How much of the past a gate looks at. The more, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PastNeed {
    /// What runs in the cells that move, and the newest run of the version in the stages right before.
    NewestRuns,
    /// The same, but an older run may open what the newest ones leave shut.
    AllRuns,
    /// Anything.
    WholeHistory,
}

impl PastNeed {
    /// What is named may be any stage; what is not named is the stages right before.
    pub(super) fn of_stages(named: &[StageName], usual: PastNeed) -> PastNeed {
        if named.is_empty() { usual } else { PastNeed::WholeHistory }
    }

    /// For gates that look at nothing but the newest runs, or are not asked without a rule.
    pub(super) fn newest_runs(_: &PipelineConfig) -> PastNeed {
        PastNeed::NewestRuns
    }
}

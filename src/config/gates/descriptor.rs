//! The description of a gate: its name and keys, the external facts and the history it needs, and
//! the commands that ask it. Code that handles all gates reads it, so there are no lists to keep up
//! to date elsewhere. The fields have no defaults: a gate that leaves one out does not compile.

use super::keys::GateKey;
use super::{AttestedGate, ExternalCommand, PipelineConfig};
use crate::model::StageName;
use std::fmt;

/// Properties of a gate that do not depend on its settings.
pub struct GateDescriptor {
    /// The word used in help, tables and JSON.
    pub name: &'static str,
    /// Its keys in `towpath.yaml`; empty if it cannot be configured.
    pub(in crate::config) keys: &'static [GateKey],
    /// True if only the last of several rules for a cell applies.
    pub last_rule_counts: bool,
    /// The history it reads if none of its rules applies.
    pub implied_past: fn(&PipelineConfig) -> PastNeed,
    /// True if the ledger can change its answer, so that it shuts where the ledger was not read.
    pub reads_the_ledger: bool,
    /// True if it can be judged for the past, so that `audit` asks it.
    pub answers_for_the_past: bool,
    /// True if it keeps a stage unchanged, so that `guard` asks it even if no version arrives.
    pub keeps_a_stage_still: bool,
}

impl fmt::Debug for GateDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Properties of a gate that depend on its settings.
pub trait GateSettings {
    /// The facts to collect before the gate is asked.
    fn facts(&self) -> Vec<FactNeed<'_>>;

    /// The history it reads.
    fn past(&self) -> PastNeed;
}

/// A fact that a gate needs before it is asked. It also determines which changes are changes to the
/// rules, and which commands may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactNeed<'g> {
    /// The answer of a command for one deployment.
    Command(&'g ExternalCommand),
    /// Statuses and check runs of the deployments to these stages; empty means the previous stages.
    Checks(&'g [StageName]),
    /// What witnesses see of these stages; empty means the previous stages.
    Live(&'g [StageName]),
    /// Reviews of the proposal.
    Reviews,
    /// Whether the repository has this file.
    File(&'g str),
    /// Whether the forge has an open issue with this label.
    Issue(&'g str),
    /// The answer of a URL; `expect` is a JSON pointer and the value to find there, and `timeout`
    /// is in seconds.
    Http { url: &'g str, expect: Option<&'g (String, String)>, timeout: u64 },
    /// The values of these keys beside the version.
    Flags(&'g [String]),
    /// What the image bears in its registry.
    Attested(&'g AttestedGate),
}

impl<'g> FactNeed<'g> {
    /// Possible files of the repository that decide the answer: changing them changes the rules.
    pub fn rule_paths(self) -> Vec<&'g str> {
        match self {
            FactNeed::Command(call) => call.argv.iter().map(String::as_str).collect(),
            FactNeed::File(path) => vec![path],
            FactNeed::Attested(wanted) => wanted.rule_paths(),
            FactNeed::Checks(_)
            | FactNeed::Live(_)
            | FactNeed::Reviews
            | FactNeed::Issue(_)
            | FactNeed::Http { .. }
            | FactNeed::Flags(_) => Vec::new(),
        }
    }
}

/// How much history a gate reads, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PastNeed {
    /// What runs in the cells that change, and the newest run of the version in the previous
    /// stages.
    NewestRuns,
    /// The present runs of the cells that change, and every run of the version in the previous
    /// stages: an older run can open the gate where the newest one leaves it shut.
    AllRuns,
    /// All of it.
    WholeHistory,
}

impl PastNeed {
    /// The whole history if stages are named, as they may be any; else `usual`.
    pub(super) fn of_stages(named: &[StageName], usual: PastNeed) -> PastNeed {
        if named.is_empty() { usual } else { PastNeed::WholeHistory }
    }

    /// For gates that only read the newest runs, or are not asked without a rule.
    pub(super) fn newest_runs(_: &PipelineConfig) -> PastNeed {
        PastNeed::NewestRuns
    }
}

//! Judges whether a version may go to a stage. Each gate is a file of its own; [`judge`] asks all
//! of them, for every command and for any time in the past.
//!
//! Everything here is a pure value. Answers of programs, addresses and forges are collected before
//! and passed in as [`ExternalFacts`]; the history is passed in as [`Evidence`], an index built
//! once for any number of queries.

mod calendar;
mod evidence;
mod external_facts;
mod gates;
mod judge;
pub mod ledger;
mod live_evidence;
#[cfg(test)]
mod model_tests;
mod next_version;
mod query;
mod returned;
#[cfg(test)]
mod testing;
mod time_text;
mod verdict;
mod waves;

pub use evidence::{DeploymentIndex, Evidence, EvidenceRunPeriod, HistoryLimit};
pub use external_facts::{ExternalAnswer, ExternalFacts};
pub use judge::judge;
pub use live_evidence::{LiveEvidence, LiveTerms, LiveVerdict};
pub use next_version::{NextVersion, find_candidates, pick_next};
pub use query::{AppComponent, GateQuery, MoveDirection};
pub use returned::{LeftVersion, RolledBackRun};
pub use verdict::{BreakGlassOverride, GateAnswer, Judgement, RuleOrigin, Verdict};
pub use waves::targets_by_wave;

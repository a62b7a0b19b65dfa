//! May this version go to that stage now? Gates answer, each in a file of its own, and [`judge`] asks
//! all of them at once: for every command, and for any moment of the past.
//!
//! Everything here is a value in and a value out: what has to be asked of programs, addresses and
//! forges was asked before and comes in as [`Facts`]; the past comes in as [`Evidence`], an index that
//! is made once for any number of questions.

mod calendar;
mod evidence;
mod facts;
mod gates;
mod judge;
pub mod ledger;
#[cfg(test)]
mod model_tests;
mod question;
mod queue;
#[cfg(test)]
mod testing;
mod verdict;
mod waves;
mod words;

pub use evidence::{DeploymentIndex, Evidence, EvidenceRunPeriod, HistoryLimit};
pub use facts::{ExternalAnswer, ExternalFacts};
pub use judge::judge;
pub use question::{AppComponent, GateQuery, MoveDirection};
pub use queue::{NextVersion, find_candidates, pick_next};
pub use verdict::{BreakGlassOverride, GateAnswer, Judgement, RuleOrigin, Verdict};
pub use waves::targets_by_wave;

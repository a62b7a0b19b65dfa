//! May this version go to that stage now? Gates answer, each in a file of its own, and [`judge`] asks
//! all of them at once: for every command, and for any moment of the past.
//!
//! Everything here is a value in and a value out: what has to be asked of programs, addresses and
//! forges was asked before and comes in as [`Facts`]; the past comes in as [`Evidence`], an index that
//! is made once for any number of questions.

mod calendar;
mod evidence;
mod external_facts;
mod gates;
mod judge;
pub mod ledger;
#[cfg(test)]
mod model_tests;
mod next_version;
mod query;
#[cfg(test)]
mod testing;
mod time_text;
mod verdict;
mod waves;

pub use evidence::{DeploymentIndex, Evidence, EvidenceRunPeriod, HistoryLimit};
pub use external_facts::{ExternalAnswer, ExternalFacts};
pub use judge::judge;
pub use next_version::{NextVersion, find_candidates, pick_next};
pub use query::{AppComponent, GateQuery, MoveDirection};
pub use verdict::{BreakGlassOverride, GateAnswer, Judgement, RuleOrigin, Verdict};
pub use waves::targets_by_wave;

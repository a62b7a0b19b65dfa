//! The past of the mapping, read from the mainline: what was deployed when, and which commit put a version where it is.

mod account;
mod classify;
mod compare;
mod comparison;
pub mod index;
mod keys;
mod marks;
mod metrics;
mod mix;
mod pipeline;
mod pull_request;
#[cfg(test)]
mod replay_tests;
mod since;
mod spread;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;
mod trace;
mod walk;

pub use account::{Account, Accounts};
pub use classify::classify;
pub use compare::{Ahead, Courses, Moment};
pub use comparison::{Comparison, Link, Pair, Relation};
pub use marks::{Mark, Marks};
pub use metrics::{Figures, Metrics, PairFigures, Window, metrics};
pub use pipeline::stages;
pub use pull_request::number as pull_request_number;
pub use since::{Arrivals, Since, describe, since};
pub use spread::Spread;
pub use timeline::{Deployment, Kind, Pinned, Timeline};
pub use trace::{Stay, Voyage, Wanted, trace};
pub use walk::{Question, Told, deployments};

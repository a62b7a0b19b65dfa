//! The past of the mapping, read from the mainline: what was deployed when, and which commit put a version where it is.

mod classify;
mod keys;
mod pipeline;
mod pull_request;
mod since;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;

pub use classify::{Comparison, Link, Pair, Relation, classify};
pub use pull_request::number as pull_request_number;
pub use since::{Arrivals, Question, Since, since};
pub use timeline::{Deployment, Kind, Pinned, Timeline};

//! The past of the mapping, read from the mainline: which commit put a version where it is.

mod pull_request;
mod since;

pub use pull_request::number as pull_request_number;
pub use since::{Arrivals, Question, Since, since};

//! The past of the mapping, read from the mainline: what was deployed when, and which commit put a version where it is.

mod pull_request;
mod since;
mod timeline;
mod walk;

pub use pull_request::number as pull_request_number;
pub use since::{Arrivals, Since, since};
pub use timeline::{Deployment, Kind, Pinned, Timeline};
pub use walk::{Question, Told, deployments};

//! The configuration, resolved: stages in order and rules that say where images are written.
//!
//! It comes from `towpath.yaml` or from discovery; the rest of the program cannot tell which.

mod resolved;

pub use resolved::{Config, NameTemplate, Origin, Rule, Stage};

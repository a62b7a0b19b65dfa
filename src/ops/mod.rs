//! Everything towpath can do, as functions over a [`session::Session`]: no command line, no
//! terminal, no environment, no exit codes. A front end such as `cli` resolves options, calls one
//! function and renders the report that it returns.

pub mod advance;
#[cfg(feature = "announce")]
pub mod announcements;
pub mod attest;
pub mod audit;
pub mod calendar;
pub mod change;
pub mod changes;
pub mod ci_files;
pub mod ci_run;
pub mod completion_names;
pub mod config;
pub mod deployments;
pub mod diff;
pub mod error;
pub mod explain;
pub mod follow;
pub mod forge;
pub mod gates;
pub mod guard;
pub mod history;
pub mod init;
pub mod ledger;
mod left_out;
pub mod live;
pub mod measurements;
pub mod metrics;
pub mod mirror;
pub mod notice;
pub mod options;
pub mod plugin;
pub mod proposals;
pub mod publish;
mod random;
pub mod registries;
pub mod retry;
pub mod session;
mod sources;
#[cfg(any(feature = "announce", feature = "serve"))]
pub mod standard_webhook;
pub mod state;
pub mod status;
mod suggest;
#[cfg(test)]
pub(crate) mod testing;
pub mod trace;
pub mod trace_commit;
pub mod versions;

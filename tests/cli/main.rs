//! What a user sees: exit code, stdout and stderr of every command, in repositories made on the spot.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "not every test needs all of the forge")]
#[path = "../forge/fake/mod.rs"]
mod fake;

#[cfg(feature = "announce")]
mod announce;
mod audit;
mod changes;
mod completions;
mod config;
mod delivery;
mod demo;
mod diff;
mod discovery;
mod docs;
mod examples;
mod guard;
mod help;
mod history;
mod hostile;
mod index;
mod init;
mod layouts;
mod live;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod metrics;
#[cfg(unix)]
mod pager;
mod pipeline;
mod plugin;
#[cfg(unix)]
mod progress;
mod proposals;
mod publish;
mod recipes;
mod registry;
mod schema;
#[cfg(feature = "serve")]
mod serve;
mod status;
#[cfg(unix)]
mod terminal;
mod trace;
mod value;

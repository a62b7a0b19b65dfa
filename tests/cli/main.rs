//! What a user sees: exit code, stdout and stderr of every command, in repositories made on the spot.

#[path = "../support/mod.rs"]
mod support;

mod completions;
mod config;
mod demo;
mod diff;
mod discovery;
mod docs;
mod help;
mod history;
mod hostile;
mod index;
mod init;
mod layouts;
mod man;
mod metrics;
mod schema;
mod status;
#[cfg(unix)]
mod terminal;
mod trace;

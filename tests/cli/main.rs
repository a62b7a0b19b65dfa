//! What a user sees: exit code, stdout and stderr of every command, in repositories made on the spot.

#[path = "../support/mod.rs"]
mod support;

mod completions;
mod config;
mod demo;
mod discovery;
mod docs;
mod help;
mod hostile;
mod init;
mod layouts;
mod man;
mod schema;
mod status;
#[cfg(unix)]
mod terminal;

//! What a user sees: exit code, stdout and stderr of every command, in repositories made on the spot.

#[path = "../support/mod.rs"]
mod support;

mod completions;
mod config;
mod help;
mod init;
mod man;
mod status;

//! The web server: the answers of the command line over HTTP, read-only.
//!
//! It parses requests, calls `ops` and lets `ui` render; it computes nothing of its own. Its
//! sessions can make no workspace, so no request can change a repository. Answers are kept in
//! memory for each state of the repository, which a thread refreshes.

mod access;
mod answer;
mod api;
mod connections;
mod events;
#[cfg(test)]
mod events_tests;
mod feeds;
#[cfg(test)]
mod feeds_tests;
mod fleet;
mod grafana;
mod guard;
mod memory;
mod mirror_thread;
mod pages;
#[cfg(test)]
mod pages_tests;
mod parameters;
mod problem;
mod request;
mod router;
#[cfg(test)]
mod router_tests;
mod server;
mod server_state;
mod site;
mod site_folder;
#[cfg(test)]
mod testing;
mod webhook;
mod webhook_route;

pub use access::{AccessRules, AccessToken};
pub use server::{ServeOptions, ServedRepository, serve};
pub use site::write_site;

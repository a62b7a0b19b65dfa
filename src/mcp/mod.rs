//! A Model Context Protocol server: the questions of the command line as tools of an assistant.
//! Read-only: its sessions can make no workspace, and there is no tool that writes.

mod arguments;
mod server;
mod tools;

pub use server::serve_stdio;

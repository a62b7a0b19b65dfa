//! The contract of `Forge`, run for every forge against a fake over HTTP on 127.0.0.1.
//!
//! `tests/real/run` runs the same against the forges' own descriptions and a real emulator.

mod bench;
mod comments;
mod contract;
mod deployments;
mod fake;
mod faults;
mod judged;
mod moments;
mod network;
mod plain;
mod registry;

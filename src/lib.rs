//! towpath reads GitOps deployment repositories: which image runs in which stage.
//!
//! | module | job |
//! | --- | --- |
//! | [`model`] | stage, app, image, location: plain values |
//! | [`yaml`] | YAML with exact text and byte spans |
//! | [`git`] | repositories, snapshots, the mainline |
//! | [`config`] | `towpath.yaml`, resolved |
//! | [`source`] | the ways images are written down |
//! | [`discovery`] | a config for a repository that has none |

pub mod config;
pub mod discovery;
pub mod git;
pub mod model;
pub mod source;
pub mod yaml;

//! towpath reads GitOps deployment repositories: which image runs in which stage.
//!
//! | module | job |
//! | --- | --- |
//! | [`model`] | stage, app, image, location: plain values |
//! | [`yaml`] | YAML with exact text and byte spans |
//! | [`git`] | repositories, snapshots, the mainline |
//! | [`forge`] | proposals, statuses, reviews and issues on any forge |
//! | [`registry`] | tags, manifests and referrers of container registries |
//! | [`config`] | `towpath.yaml`, resolved |
//! | [`source`] | the ways images are written down |
//! | [`discovery`] | a config for a repository that has none |
//! | [`history`] | which commit put what where |
//! | [`pipeline`] | gates, verdicts and the ledger: may this go there now? |
//! | [`audit`] | the rules, asked of the whole past |
//! | [`guard`] | may this identity change this mapping? |
//! | [`process`] | runs a program with limits |
//! | [`renderer`] | builds with kustomize, Helm and Compose themselves |
//! | [`promotion`] | what is wanted of the files: edits, or why not |
//! | [`demo`] | a small repository to try all this on |
//! | [`live`] | witnesses of what really runs |
//! | [`report`] | what an operation has to tell, as plain values |
//! | [`ops`] | everything towpath can do, as functions over a session |
//! | [`ui`] | prints reports; nothing else prints |
//! | `announce` | the targets of announcements (feature `announce`) |
//! | [`cli`] | arguments, environment, clock and terminal |
//! | `mcp` | the same answers as tools of an assistant (feature `mcp`) |
//! | `web` | the same answers as pages and over HTTP (feature `serve`) |

#[cfg(feature = "announce")]
pub mod announce;
pub mod audit;
pub mod cli;
pub mod config;
pub mod demo;
pub mod discovery;
pub mod forge;
pub mod git;
pub mod guard;
pub mod history;
pub mod live;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod model;
pub mod ops;
pub mod pipeline;
pub mod process;
pub mod promotion;
pub mod registry;
pub mod renderer;
pub mod report;
pub mod source;
pub mod ui;
#[cfg(feature = "serve")]
pub mod web;
pub mod yaml;

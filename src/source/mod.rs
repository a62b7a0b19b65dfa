//! Sources: the ways images are written down. One file each, behind one registry.
//!
//! A source turns a claimed file into [`Finding`]s. It never decides what is app, stage or target:
//! path and key templates of the [`Rule`] do, in [`read`](mapping::read).

mod argo;
mod compose;
pub mod convention;
mod dotenv;
mod flux;
mod helm_values;
mod json_keys;
mod keyed;
mod kustomize;
pub mod leaf;
mod line;
mod manifests;
mod mapping;
mod pulumi;
mod reader;
#[cfg(test)]
pub(crate) mod testing;

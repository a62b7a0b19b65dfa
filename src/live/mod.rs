//! Witnesses of what really runs: clusters and their controllers, or a snapshot in a file.
//!
//! They tell what they saw as plain values and know nothing of stages; `ops` compares that with
//! what the repository says. Only reading requests are made.

#[cfg(feature = "live")]
mod cluster;
mod object;
mod snapshot_file;
mod witness;

#[cfg(feature = "live")]
pub use cluster::{ArgoWitness, ClusterAccess, FluxWitness, KubernetesWitness};
pub use object::{
    AppliedRevision, LiveGap, LiveHealth, LiveImage, LiveObject, LiveScope, LiveSnapshot, ObjectId,
    ReplicaCounts, RunningImage, SNAPSHOT_SCHEMA, is_kubernetes_name,
};
pub use snapshot_file::{FileWitness, SnapshotFormError, parse_snapshot};
pub use witness::{LiveError, Witness};

//! The systems that know what really runs.

use std::fmt;

/// A system that knows what really runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WitnessKind {
    /// The workloads and pods of a Kubernetes cluster.
    Kubernetes,
    /// The Applications of Argo CD.
    Argo,
    /// The Kustomizations and HelmReleases of Flux, and their workloads.
    Flux,
    /// A snapshot in a file.
    File,
}

impl WitnessKind {
    /// The word used in `towpath.yaml`, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            WitnessKind::Kubernetes => "kubernetes",
            WitnessKind::Argo => "argo",
            WitnessKind::Flux => "flux",
            WitnessKind::File => "file",
        }
    }
}

impl fmt::Display for WitnessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

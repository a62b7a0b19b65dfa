//! A state of the repository as the guard reads it.

use crate::model::{BlindSpot, BuildRoot, MappingEntry, SourceKind, StageName, Warning};
use std::collections::{BTreeMap, BTreeSet};

/// Mapping of a state, with the files read for it.
#[derive(Debug, Clone, Default)]
pub struct GuardState {
    pub entries: Vec<MappingEntry>,
    /// Paths that were read or looked for.
    pub touched: BTreeSet<String>,
    pub warnings: Vec<Warning>,
    /// Files that rules claim.
    pub claims: BTreeSet<String>,
    pub blind: Vec<ClaimBlindSpot>,
    /// Paths that the builds of protected stages read or look for.
    pub inputs: BTreeMap<String, InputUse>,
    /// The builds of protected stages, by the file that a rule claims; empty where nothing is
    /// rendered.
    pub builds: BTreeMap<String, StageBuild>,
}

/// Something that a program builds for protected stages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageBuild {
    pub root: BuildRoot,
    /// The protected stages that it is for; empty if unknown.
    pub stages: BTreeSet<StageName>,
    /// The owners of its apps: keys below `permissions`.
    pub owners: BTreeSet<String>,
    /// The folders and files that it may read.
    pub reads: BTreeSet<String>,
}

/// How an input is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputUse {
    /// The sources that read it.
    pub kinds: BTreeSet<SourceKind>,
    /// True for a template or a packed chart that Helm renders.
    pub is_template: bool,
    /// The protected stages that it may affect; empty if unknown. Of apps with owners all stages.
    pub stages: BTreeSet<StageName>,
    /// The owners of the apps that it may affect: keys below `permissions`.
    pub owners: BTreeSet<String>,
}

/// What a file is to the build that it is an input of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputPart {
    /// Read by a source of this kind.
    Source(SourceKind),
    /// A template of a chart.
    Template,
}

/// A place that other programs read and the mapping does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimBlindSpot {
    pub spot: BlindSpot,
    /// The claimed file through which it was found.
    pub claim: String,
    /// Stages it affects; empty if unknown.
    pub stages: BTreeSet<StageName>,
    /// The owners of the apps that it affects: keys below `permissions`.
    pub owners: BTreeSet<String>,
}

impl GuardState {
    /// Returns a warning about this file.
    pub fn find_warning(&self, path: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.path.as_deref() == Some(path))
    }
}

impl InputUse {
    /// Adds a use, for these stages and owners.
    pub fn add(
        &mut self,
        part: InputPart,
        stages: &BTreeSet<StageName>,
        owners: &BTreeSet<String>,
    ) {
        match part {
            InputPart::Source(kind) => drop(self.kinds.insert(kind)),
            InputPart::Template => self.is_template = true,
        }
        self.stages.extend(stages.iter().cloned());
        self.owners.extend(owners.iter().cloned());
    }
}

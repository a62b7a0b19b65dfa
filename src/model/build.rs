//! What a program builds from files of the repository, and the images in the result.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a program is pointed at. Paths are from the top of the repository, with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildRoot {
    /// A folder with a kustomization file.
    Kustomization { folder: String },
    /// A chart with values files, the last of which counts most.
    Chart { folder: String, values: Vec<String> },
    /// A Compose project: the files that are merged. None stands for those that Compose finds in
    /// the folder by itself.
    Compose { folder: String, files: Vec<String> },
    /// No program builds it, for this reason.
    NotBuilt { reason: &'static str },
}

impl Default for BuildRoot {
    fn default() -> Self {
        BuildRoot::NotBuilt { reason: "" }
    }
}

/// The place of an image in a built object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerKey {
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    /// The list or key that holds it, and the name in that list: `containers api`.
    pub container: String,
}

/// The images of a build. An object that is built twice may have several in one place.
pub type BuiltImages = BTreeMap<ContainerKey, BTreeSet<String>>;

impl BuildRoot {
    /// The command as one would type it, for messages.
    pub fn command_text(&self) -> Option<String> {
        let shown = |folder: &str| if folder.is_empty() { "." } else { folder }.to_owned();
        match self {
            BuildRoot::Kustomization { folder } => {
                Some(format!("kustomize build {}", shown(folder)))
            }
            BuildRoot::Chart { folder, values } => {
                let values: String = values.iter().map(|path| format!(" -f {path}")).collect();
                Some(format!("helm template {}{values}", shown(folder)))
            }
            BuildRoot::Compose { folder, files } if files.is_empty() => {
                Some(format!("docker compose --project-directory {} config", shown(folder)))
            }
            BuildRoot::Compose { files, .. } => {
                let files: String = files.iter().map(|path| format!(" -f {path}")).collect();
                Some(format!("docker compose{files} config"))
            }
            BuildRoot::NotBuilt { .. } => None,
        }
    }
}

impl fmt::Display for ContainerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}", self.name)?;
        match self.container.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", self.container),
        }
    }
}

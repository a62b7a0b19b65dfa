//! The ways to write images down, and the properties of each that need no file: one row per source.
//! The fields have no defaults: a row that leaves one out does not compile.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Properties of a source that hold for all of its files.
#[derive(Debug)]
pub struct SourceDescriptor {
    /// The word used in config, help and JSON.
    pub name: &'static str,
    /// Description for the schema.
    pub about: &'static str,
    pub form: SourceForm,
    /// Why `tag`, `image`, `digest` and their plurals do not fit; `None` if they do.
    pub no_keys: Option<&'static str>,
    /// True if it has the option `pattern`, which is then required.
    pub has_pattern: bool,
    /// True if it has the option `base`.
    pub has_base: bool,
    /// True if its files are YAML, where programs may read a version as a number.
    pub is_yaml: bool,
    /// True if programs read only one document of its files, even if there are several.
    pub is_one_document: bool,
    /// Where changes matter to it.
    pub change_reach: ChangeReach,
    /// True if a file can override a version that it inherits.
    pub takes_overrides: bool,
}

/// Content of the files of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceForm {
    /// The result of a build over many files.
    Build,
    /// A tree of keys, some of which hold versions.
    KeyTree,
    /// Kubernetes objects.
    Objects,
    /// Kubernetes objects that make a controller deploy something.
    ControllerObjects,
    /// Services with an image each.
    Services,
    /// The values of a stack.
    StackValues,
    /// Values that may be versions by their form alone, which is weak evidence.
    LooseValues,
    /// Matches of a regular expression from the configuration.
    Pattern,
}

/// How far from the files of a source a change may affect what programs read from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeReach {
    /// Anywhere in the repository.
    Anywhere,
    /// In the folders of the files that were read, and below.
    Folders,
    /// Only in the files that were read.
    FilesRead,
}

/// Makes the enum from the rows: a source needs only its row.
macro_rules! source_kinds {
    ($($kind:ident $row:tt)*) => {
        /// A way to write images down; each has its own file in `source/`.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        pub enum SourceKind {
            $($kind,)*
        }

        impl SourceKind {
            /// All kinds, in the order of the documentation.
            pub const ALL: &'static [SourceKind] = &[$(SourceKind::$kind,)*];

            /// Returns the properties of the kind.
            pub fn descriptor(self) -> &'static SourceDescriptor {
                match self {
                    $(SourceKind::$kind => &SourceDescriptor $row,)*
                }
            }
        }
    };
}

source_kinds! {
    Kustomize {
        name: "kustomize",
        about: "Directories with a kustomization file; images are resolved through bases and components.",
        form: SourceForm::Build,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::Folders,
        takes_overrides: true,
    }
    HelmValues {
        name: "helm-values",
        about: "Helm values files.",
        form: SourceForm::KeyTree,
        no_keys: None,
        has_pattern: false,
        has_base: true,
        is_yaml: true,
        is_one_document: true,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Manifests {
        name: "manifests",
        about: "Kubernetes manifests: the images of all containers.",
        form: SourceForm::Objects,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Yaml {
        name: "yaml",
        about: "YAML files, read at the keys of `tag`, `image` and `digest`.",
        form: SourceForm::KeyTree,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: true,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Json {
        name: "json",
        about: "JSON files, read at the keys of `tag`, `image` and `digest`.",
        form: SourceForm::KeyTree,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: false,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Text {
        name: "text",
        about: "Files that hold nothing but the tag.",
        form: SourceForm::LooseValues,
        no_keys: Some("a `text` file holds nothing but the tag"),
        has_pattern: false,
        has_base: false,
        is_yaml: false,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Line {
        name: "line",
        about: "Files of any format, read line by line with `pattern`.",
        form: SourceForm::Pattern,
        no_keys: Some("a `line` source uses the named groups of its `pattern` instead"),
        has_pattern: true,
        has_base: false,
        is_yaml: false,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Dotenv {
        name: "dotenv",
        about: "Files of `KEY=value` lines.",
        form: SourceForm::LooseValues,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: false,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Compose {
        name: "compose",
        about: "Compose files: the images of all services.",
        form: SourceForm::Services,
        no_keys: None,
        has_pattern: false,
        has_base: true,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::Folders,
        takes_overrides: false,
    }
    Argo {
        name: "argo",
        about: "Argo CD Applications and ApplicationSets.",
        form: SourceForm::ControllerObjects,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::Anywhere,
        takes_overrides: false,
    }
    Flux {
        name: "flux",
        about: "Flux HelmReleases and Kustomizations.",
        form: SourceForm::ControllerObjects,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::Anywhere,
        takes_overrides: false,
    }
    Pulumi {
        name: "pulumi",
        about: "Pulumi stack files: `Pulumi.<stack>.yaml`.",
        form: SourceForm::StackValues,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: true,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
    Tfvars {
        name: "tfvars",
        about: "Terraform variable files: `*.tfvars`. In `*.tf`, `*.hcl` and `*.nomad`, also images in blocks.",
        form: SourceForm::LooseValues,
        no_keys: None,
        has_pattern: false,
        has_base: false,
        is_yaml: false,
        is_one_document: false,
        change_reach: ChangeReach::FilesRead,
        takes_overrides: false,
    }
}

impl SourceKind {
    /// Returns the word used in config, help and JSON.
    pub fn as_str(self) -> &'static str {
        self.descriptor().name
    }

    /// True if its versions come from a build over many files, not from one file.
    pub fn is_built(self) -> bool {
        self.descriptor().form == SourceForm::Build
    }

    /// True if the form of a value determines how the source reads it. A build reads other files,
    /// and a regular expression from the configuration may require more.
    pub fn goes_by_looks(self) -> bool {
        match self.descriptor().form {
            SourceForm::Build | SourceForm::Pattern => false,
            SourceForm::KeyTree
            | SourceForm::Objects
            | SourceForm::ControllerObjects
            | SourceForm::Services
            | SourceForm::StackValues
            | SourceForm::LooseValues => true,
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::SourceKind;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_says_what_it_reads() {
        let names: BTreeSet<&str> = SourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), SourceKind::ALL.len());
        assert!(SourceKind::ALL.iter().all(|kind| kind.descriptor().about.ends_with('.')));
    }
}

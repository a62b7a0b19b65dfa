//! The ways of writing images down, and what is known of each without looking into a file: one row a
//! source. The fields have no defaults, so that a row that leaves one out does not compile.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What holds for every file of a source.
#[derive(Debug)]
pub struct SourceDescriptor {
    /// The word used in config, help and JSON.
    pub name: &'static str,
    /// What it reads, for the schema.
    pub about: &'static str,
    pub form: SourceForm,
    /// Why `tag`, `image`, `digest` and their plurals do not fit, where they do not.
    pub no_keys: Option<&'static str>,
    /// It has an option `pattern`, and needs it.
    pub has_pattern: bool,
    /// It has an option `base`.
    pub has_base: bool,
    /// Its files are YAML, in which programs may take a version for a number.
    pub is_yaml: bool,
    /// Programs read one document of its files, though there may be several.
    pub is_one_document: bool,
    /// Where a change may lie that matters to it.
    pub change_reach: ChangeReach,
    /// A version that it inherits can be written over in the file that inherits it.
    pub takes_overrides: bool,
}

/// What the files of a source are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceForm {
    /// What a build over many files comes to.
    Build,
    /// A tree of keys, of which some hold versions.
    KeyTree,
    /// Kubernetes objects.
    Objects,
    /// Kubernetes objects that make a controller deploy something.
    ControllerObjects,
    /// Services with an image each.
    Services,
    /// The values of a stack.
    StackValues,
    /// Values that may be versions by their looks alone, which says little.
    LooseValues,
    /// What an expression of the user finds.
    Pattern,
}

/// How far from the files that a source reads a change may matter to what programs make of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeReach {
    /// Anywhere in the repository.
    Anywhere,
    /// In the folders of the files that were read, and below.
    Folders,
    /// Nowhere else: what it reads is all there is.
    FilesRead,
}

/// Makes the enum of the rows, so that a row is all that a source needs here.
macro_rules! source_kinds {
    ($($kind:ident $row:tt)*) => {
        /// A way of writing images down; one file each in `source/`.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        pub enum SourceKind {
            $($kind,)*
        }

        impl SourceKind {
            /// All kinds, in the order the documentation lists them.
            pub const ALL: &'static [SourceKind] = &[$(SourceKind::$kind,)*];

            /// What is known of the kind.
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
        no_keys: Some("a `line` source says with named groups of its `pattern` what is what"),
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
        about: "Terraform variable files: `*.tfvars`.",
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
    /// The word used in config, help and JSON.
    pub fn as_str(self) -> &'static str {
        self.descriptor().name
    }

    /// True where its versions come from a build over many files, not from one file.
    pub fn is_built(self) -> bool {
        self.descriptor().form == SourceForm::Build
    }

    /// True where the looks of a value tell what the source makes of it. A build looks elsewhere, and an
    /// expression of the user may want more.
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

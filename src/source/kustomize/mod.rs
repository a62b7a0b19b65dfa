//! `kustomization.yaml`: the images of an overlay as kustomize (v5.5.0) builds them.
//!
//! | file | job |
//! | --- | --- |
//! | `file` | a kustomization file as written |
//! | `manifest` | objects, reduced to what can contain an image |
//! | `patch`, `json_patch`, `select` | patches, and the objects they apply to |
//! | `image`, `transform` | entries of `images:`, and the fields they rewrite |
//! | `remote` | versions of other repositories and of charts |
//! | `file_cache`, `objects` | files reduced to the relevant parts, read once |
//! | `build`, `change` | the build, in kustomize's order |
//! | `build_cache`, `build_lookup`, `build_equality`, `dependents` | builds kept across revisions |
//! | `findings` | the images of a build, with their locations |
//! | `set_image` | edits an entry of `images:`, as `kustomize edit set image` does |
//!
//! Nothing is fetched and no plugin is run: remote resources are findings of their own, and the
//! rest are warnings.

mod build;
mod build_cache;
mod build_equality;
mod build_lookup;
mod build_output;
mod change;
mod dependents;
mod file;
mod file_cache;
mod findings;
mod image;
mod json_patch;
mod manifest;
#[cfg(test)]
mod moved_tests;
mod objects;
mod patch;
mod remote;
mod select;
pub mod set_image;
#[cfg(test)]
mod tests;
mod transform;
mod unmatched;
mod yaml_text;

pub(super) use build::is_kustomization;
pub use build_cache::BuildCache;
pub(super) use file::NAMES;
pub use file_cache::{EssenceKind, KustomizeFileCache};

use super::{ChangeScope, Claim, SnapshotReader, Source, VersionFinding, blind_spots};
use crate::git::path::folder_of;
use crate::model::{BlindSpot, OverriddenVersion, SourceKind};
use std::rc::Rc;

/// The source; see the module.
pub struct KustomizeSource;

impl Source for KustomizeSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Kustomize
    }

    /// A kustomization file stands for its directory; templates may name either.
    fn subjects<'p>(&self, path: &'p str) -> Vec<&'p str> {
        if build::is_kustomization(path) { vec![folder_of(path), path] } else { Vec::new() }
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let directory = folder_of(&claim.path);
        // Of several kustomization files in one directory only the first counts.
        if build::file_of(reader, directory).is_none_or(|file| file != claim.path) {
            return Vec::new();
        }
        let mut found = build_lookup::find_in_build(reader, directory, |built, is_whole| {
            findings::of_build(built, directory, is_whole)
        });
        // Targets that share a base of their stage each have their own row.
        if claim.captures.get("target").is_none_or(String::is_empty) {
            override_bases(&mut found, &reader.kustomize.all_bases(directory));
        }
        found
    }

    fn blind_spots(
        &self,
        _claim: &Claim<'_>,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        blind_spots::kustomize::find_blind_spots(sight, reader)
    }
}

/// Marks what a build sets over the builds that it is made of. If one of those is read as well, and
/// has another version, it is no row of its own: what runs is what the outer build makes of it.
fn override_bases(found: &mut [VersionFinding], bases: &[Rc<str>]) {
    for finding in found {
        let Some(name) = &finding.image else { continue };
        let replaced = bases.iter().map(|folder| OverriddenVersion::Built {
            folder: folder.to_string(),
            name: name.clone(),
        });
        finding.overrides.extend(replaced);
    }
}

/// The files that the builds so far took in as resources or patches. What they pin is part of an
/// overlay.
pub fn built_resources(reader: &SnapshotReader<'_>) -> std::collections::HashSet<String> {
    file_cache::built_objects(reader)
}

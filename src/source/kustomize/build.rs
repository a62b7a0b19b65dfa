//! Builds a directory as kustomize does, as far as images are concerned: resources, components,
//! patches, images, in kustomize's order. Only the snapshot is read; anything that would have to be
//! fetched or run is noted and skipped.

use super::build_lookup::BuildFrame;
use super::build_output::BuildOutput;
use super::file::{Kustomization, NAMES};
use super::file_cache;
use super::image::ImageEntry;
use super::remote::{self, RemoteResource};
use crate::git::path::{join, resolve};
use crate::model::{Location, Warning};
use crate::source::SnapshotReader;
use std::collections::HashSet;
use std::rc::Rc;

/// Maximum depth of directories that build on one another.
pub(super) const MAX_DEPTH: usize = 64;

/// Maximum number of objects in a build; diamonds of bases could double them at every level.
const MAX_OBJECTS: usize = 20_000;

/// Maximum number of kustomizations in a build; components count once per use.
const MAX_STEPS: usize = 2_000;

/// Maximum number of fields that configurations declare as images.
pub(super) const MAX_SPECS: usize = 1_000;

/// Returns the kustomization file of a directory.
pub(super) fn file_of(reader: &SnapshotReader<'_>, directory: &str) -> Option<String> {
    let mut found = NAMES
        .iter()
        .map(|name| join(directory, name))
        .filter(|path| reader.find_file(path).is_some());
    let first = found.next()?;
    if found.next().is_some() {
        let message =
            "is one of several kustomization files in its directory; kustomize builds none of them";
        reader.add_warning(Warning::for_file("kustomize-ambiguous", &first, message));
    }
    Some(first)
}

/// True for a file name that kustomize looks for.
pub(in crate::source) fn is_kustomization(path: &str) -> bool {
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

pub(super) struct KustomizeBuilder<'r, 's> {
    pub reader: &'r SnapshotReader<'s>,
    /// The directories being built, outermost first.
    pub open: Vec<String>,
    /// The records of unfinished builds, outermost first.
    pub frames: Vec<BuildFrame>,
    steps: usize,
}

impl<'r, 's> KustomizeBuilder<'r, 's> {
    /// Creates a builder.
    pub fn new(reader: &'r SnapshotReader<'s>) -> Self {
        KustomizeBuilder { reader, open: Vec::new(), frames: Vec::new(), steps: 0 }
    }

    /// Adds a directory to a build. A component can also change what is already there.
    pub(super) fn accumulate(&mut self, directory: &str, into: &mut BuildOutput) {
        let Some(path) = file_of(self.reader, directory) else {
            self.warn(
                "kustomize-missing",
                directory,
                "has no kustomization file, but another kustomization uses it",
            );
            return;
        };
        if self.open.iter().any(|open| open == directory) || self.open.len() >= MAX_DEPTH {
            self.warn("kustomize-cycle", &path, "includes itself, or is nested too deeply");
            self.mark_tangled();
            return;
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.warn(
                "kustomize-size",
                &path,
                "is skipped: the build uses too many kustomizations",
            );
            self.mark_tangled();
            return;
        }
        let Some(file) = file_cache::load_kustomization(self.reader, &path) else { return };
        self.open.push(directory.to_owned());
        self.add_resources(directory, &path, &file, into);
        self.add_generators(directory, &file, into);
        for component in &file.components {
            self.add_component(directory, &path, &component.text, into);
        }
        self.transform_objects(directory, &path, &file, into);
        self.open.pop();
    }

    fn add_resources(
        &mut self,
        directory: &str,
        path: &str,
        file: &Kustomization,
        into: &mut BuildOutput,
    ) {
        into.remotes.extend(file.charts.iter().cloned());
        let mut known = InheritedItems::of(into);
        for item in &file.resources {
            if into.objects.len() >= MAX_OBJECTS {
                self.warn("kustomize-size", path, "builds too many objects; the rest is skipped");
                return;
            }
            let Some(target) = self.resolve_path(directory, path, &item.text) else {
                into.remotes.extend(remote::parse_resource(&item.text, &item.location));
                continue;
            };
            match self.reader.find_file(&target).map(|found| found.kind) {
                Some(_) => self.add_objects(&target, into),
                None if self.reader.is_directory(&target) => {
                    self.add_base(&target, into, &mut known)
                }
                None if remote::is_remote(&item.text) => {
                    into.remotes.extend(remote::parse_resource(&item.text, &item.location));
                }
                None => self.warn(
                    "kustomize-missing",
                    path,
                    format!("names `{}`, which does not exist", item.text),
                ),
            }
        }
    }

    /// Resolves a path in the repository. `None` for a URL, or with a warning for a path outside.
    pub(super) fn resolve_path(&self, directory: &str, path: &str, text: &str) -> Option<String> {
        if text.contains("://") || text.starts_with("git@") {
            return None;
        }
        let inside = resolve(directory, text);
        if inside.is_none() {
            self.warn(
                "kustomize-outside",
                path,
                format!("names `{text}`, which is outside the repository"),
            );
        }
        inside
    }

    fn add_objects(&self, path: &str, into: &mut BuildOutput) {
        if file_cache::is_silent(self.reader, path) {
            into.silent.push(path.to_owned());
        } else {
            self.read_objects(path, into);
        }
    }

    /// Parses the objects that were left aside.
    pub(super) fn read_silent(&self, into: &mut BuildOutput) {
        for path in std::mem::take(&mut into.silent) {
            self.read_objects(&path, into);
        }
    }

    fn read_objects(&self, path: &str, into: &mut BuildOutput) {
        let found = file_cache::objects_of(self.reader, path);
        into.objects.extend(found.iter().flat_map(|objects| objects.all_manifests().cloned()));
    }

    fn add_base(&mut self, directory: &str, into: &mut BuildOutput, known: &mut InheritedItems) {
        let base = self.build_base(directory);
        let room = MAX_OBJECTS.saturating_sub(into.objects.len());
        into.objects.extend(base.objects.iter().take(room).cloned());
        into.silent.extend(
            base.silent.iter().take(MAX_OBJECTS.saturating_sub(into.silent.len())).cloned(),
        );
        known.add_remotes(&base.remotes, into);
        into.unmatched.extend(
            base.unmatched.iter().filter(|entry| known.entries.insert(Rc::as_ptr(entry))).cloned(),
        );
        for spec in &base.specs {
            if into.specs.len() < MAX_SPECS && !into.specs.contains(spec) {
                into.specs.push(spec.clone());
            }
        }
    }

    fn add_component(&mut self, directory: &str, path: &str, text: &str, into: &mut BuildOutput) {
        match self.resolve_path(directory, path, text).filter(|at| self.reader.is_directory(at)) {
            Some(at) => self.accumulate(&at, into),
            None if remote::is_remote(text) => {
                self.warn(
                    "kustomize-remote",
                    path,
                    format!("uses the component `{text}` of another repository"),
                );
            }
            None => self.warn(
                "kustomize-missing",
                path,
                format!("names the component `{text}`, which does not exist"),
            ),
        }
    }

    fn add_generators(&self, directory: &str, file: &Kustomization, into: &mut BuildOutput) {
        for text in &file.generators {
            let Some(path) = resolve(directory, text).filter(|path| self.reader.file_exists(path))
            else {
                continue;
            };
            let Some(found) = file_cache::load_generator(self.reader, &path) else { continue };
            into.remotes.extend(found.charts.iter().cloned());
            if found.plugin {
                self.warn("kustomize-plugin", &path, "needs a plugin, which towpath does not run");
            }
        }
    }

    pub(super) fn warn(&self, code: &'static str, path: &str, message: impl Into<String>) {
        self.reader.add_warning(Warning::for_file(code, path, message));
    }
}

/// Items already inherited from bases, so that those of a shared base are listed once.
struct InheritedItems {
    remotes: HashSet<String>,
    entries: HashSet<*const ImageEntry>,
}

impl InheritedItems {
    fn of(built: &BuildOutput) -> Self {
        InheritedItems {
            remotes: built.remotes.iter().map(place_of).collect(),
            entries: built.unmatched.iter().map(Rc::as_ptr).collect(),
        }
    }

    /// Adds the remotes that other bases did not bring.
    fn add_remotes(&mut self, remotes: &[RemoteResource], into: &mut BuildOutput) {
        let new: Vec<RemoteResource> = remotes
            .iter()
            .filter(|remote| !self.remotes.contains(&place_of(remote)))
            .cloned()
            .collect();
        self.remotes.extend(new.iter().map(place_of));
        into.remotes.extend(new);
    }
}

/// Returns an identity of a remote without its line, which may be that of another revision.
fn place_of(remote: &RemoteResource) -> String {
    let Location { path, key, document, .. } = &remote.location;
    format!("{path}\n{document}\n{key}\n{}\n{}", remote.name, remote.version)
}

//! The changes that a kustomization file makes to the objects of its build: patches, names, images.

use super::build::{KustomizeBuilder, MAX_SPECS};
use super::build_output::BuildOutput;
use super::file::{
    ImageTransformer, Kustomization, KustomizePatch, PatchBody, PatchText, Transformer,
};
use super::file_cache;
use super::image::ImageEntry;
use super::json_patch;
use super::patch::{self, PatchOutcome};
use super::select::is_for;
use super::transform::rewrite_images;
use super::unmatched::UnmatchedEntries;
use crate::git::path::resolve;
use std::rc::Rc;

/// Maximum cost of one JSON patch operation: a copy of ten thousand values.
const MAX_COPY: usize = 640_000;

/// Maximum number of comparisons and copies in all builds of a snapshot (entries with images,
/// patches with objects). Large repositories need a few million.
const MAX_WORK: usize = 50_000_000;

impl KustomizeBuilder<'_, '_> {
    /// Applies all changes to the objects, in kustomize's order.
    pub(super) fn transform_objects(
        &self,
        directory: &str,
        path: &str,
        file: &Kustomization,
        into: &mut BuildOutput,
    ) {
        self.patch_all(directory, path, &file.patches, into);
        rename_objects(file, into);
        self.patch_all(directory, path, &file.late_patches, into);
        self.add_specs(directory, file, into);
        self.apply_images(path, &file.images, into);
        if file.replaces_images || self.replaces_images_by_file(directory, file) {
            self.warn(
                "kustomize-replacements",
                path,
                "has replacements that write into images; they are not applied",
            );
        }
        for transformer in &file.transformers {
            match transformer {
                Transformer::Inline(all) => self.apply_transformers(path, all, into),
                Transformer::File(text) => self.run_transformer(directory, path, text, into),
            }
        }
    }

    fn add_specs(&self, directory: &str, file: &Kustomization, into: &mut BuildOutput) {
        for path in file.configurations.iter().filter_map(|text| resolve(directory, text)) {
            let found = file_cache::load_specs(self.reader, &path);
            let room = MAX_SPECS.saturating_sub(into.specs.len());
            into.specs.extend(found.iter().flat_map(|specs| specs.iter().cloned()).take(room));
        }
        if !into.specs.is_empty() {
            self.read_silent(into);
        }
    }

    fn run_transformer(&self, directory: &str, path: &str, text: &str, into: &mut BuildOutput) {
        match resolve(directory, text).filter(|at| self.reader.file_exists(at)) {
            Some(at) => {
                if let Some(all) = file_cache::load_transformers(self.reader, &at) {
                    self.apply_transformers(path, &all, into);
                }
            }
            None => self.warn(
                "kustomize-transformer",
                path,
                format!("has the transformer `{text}`, which is not run"),
            ),
        }
    }

    /// Applies transformers, each with its own fields besides those of the configuration.
    fn apply_transformers(&self, path: &str, all: &[ImageTransformer], into: &mut BuildOutput) {
        for ImageTransformer { entry, specs } in all {
            let known = into.specs.len();
            into.specs.extend(specs.iter().take(MAX_SPECS.saturating_sub(known)).cloned());
            if !specs.is_empty() {
                self.read_silent(into);
            }
            self.apply_images(path, std::slice::from_ref(entry), into);
            into.specs.truncate(known);
        }
    }

    /// True if replacements in files of their own write into images, or cannot be read.
    fn replaces_images_by_file(&self, directory: &str, file: &Kustomization) -> bool {
        file.replacement_files.iter().any(|name| {
            let at = resolve(directory, name);
            at.and_then(|at| file_cache::replaces_images(self.reader, &at)).unwrap_or(true)
        })
    }

    fn apply_images(&self, path: &str, entries: &[Rc<ImageEntry>], into: &mut BuildOutput) {
        let mut unmatched = UnmatchedEntries::new(std::mem::take(&mut into.unmatched));
        let cells: usize = into.objects.iter().map(|object| object.size()).sum();
        for entry in entries {
            if !entry.is_valid() {
                let message = format!(
                    "has the image name `{}`, which is not a valid regular expression",
                    entry.name
                );
                self.warn("kustomize-pattern", path, message);
            }
            if !self.can_spend(cells, path) {
                break;
            }
            let mut matched = false;
            for object in &mut into.objects {
                matched |= rewrite_images(object, entry, &into.specs);
            }
            unmatched.forget(&entry.name);
            if !matched && entry.says_version() {
                unmatched.add(Rc::clone(entry));
            }
        }
        into.unmatched = unmatched.into_entries();
    }

    /// Charges an amount of work; warns and returns false if the limit is exceeded.
    fn can_spend(&self, work: usize, path: &str) -> bool {
        let spent = self.reader.kustomize.add_work(work);
        if spent > MAX_WORK {
            self.warn(
                "kustomize-size",
                path,
                "has too many images and objects; the rest is skipped",
            );
        }
        spent <= MAX_WORK
    }

    fn patch_all(
        &self,
        directory: &str,
        path: &str,
        patches: &[KustomizePatch],
        into: &mut BuildOutput,
    ) {
        for patch in patches {
            if !self.can_spend(into.objects.len(), path) {
                return;
            }
            match &patch.body {
                PatchBody::Inline(text) => self.patch(path, patch, text, into),
                PatchBody::File(name) => {
                    let Some(at) = self.resolve_path(directory, path, name) else { continue };
                    if let Some(text) = file_cache::patch_text(self.reader, &at) {
                        self.patch(path, patch, &text, into);
                    }
                }
            }
        }
    }

    /// Applies a patch. One with an image may add it to an object that was not parsed yet.
    fn patch(&self, path: &str, patch: &KustomizePatch, text: &PatchText, into: &mut BuildOutput) {
        if text.speaks_of_images && !into.silent.is_empty() && !meets_all(patch, text, into) {
            self.read_silent(into);
        }
        self.apply(path, patch, text, into);
    }

    /// Applies a patch to the objects it selects.
    fn apply(&self, path: &str, patch: &KustomizePatch, text: &PatchText, into: &mut BuildOutput) {
        for change in &text.merges {
            if !self.can_spend(into.objects.len(), path) {
                return;
            }
            into.objects.retain_mut(|object| {
                let meant = match &patch.target {
                    Some(target) => target.matches_object(object),
                    None => is_for(change, object),
                };
                !meant || patch::merge_patch(Rc::make_mut(object), change) == PatchOutcome::Kept
            });
        }
        let Some(target) = patch.target.as_ref().filter(|_| !text.operations.is_empty()) else {
            return;
        };
        for object in into.objects.iter_mut().filter(|object| target.matches_object(object)) {
            let body = Rc::make_mut(&mut Rc::make_mut(object).body);
            for operation in &text.operations {
                // A copy of a copy of a copy doubles the object each time.
                let cost = json_patch::operation_cost(body, operation);
                if cost > MAX_COPY {
                    self.warn(
                        "kustomize-size",
                        path,
                        "has a patch that copies too much; it is skipped",
                    );
                } else if self.can_spend(cost, path) {
                    json_patch::apply_operation(body, operation);
                } else {
                    return;
                }
            }
        }
    }
}

/// True if every object that the patch names was parsed.
fn meets_all(patch: &KustomizePatch, text: &PatchText, into: &BuildOutput) -> bool {
    match &patch.target {
        Some(target) => {
            target.names_one() && into.objects.iter().any(|object| target.matches_object(object))
        }
        None => text
            .merges
            .iter()
            .all(|change| into.objects.iter().any(|object| is_for(change, object))),
    }
}

/// Sets names, labels and annotations on all objects.
fn rename_objects(file: &Kustomization, into: &mut BuildOutput) {
    let nothing = file.prefix.is_empty() && file.suffix.is_empty() && file.namespace.is_none();
    if nothing && file.labels.is_empty() && file.annotations.is_empty() {
        return;
    }
    for object in &mut into.objects {
        let object = Rc::make_mut(object);
        let (name, namespace) = object.ids.last().cloned().unwrap_or_default();
        let id = (
            format!("{}{name}{}", file.prefix, file.suffix),
            file.namespace.clone().unwrap_or(namespace),
        );
        if !object.ids.contains(&id) {
            object.ids.push(id);
        }
        patch::add_texts(&mut object.labels, &file.labels);
        patch::add_texts(&mut object.annotations, &file.annotations);
    }
}

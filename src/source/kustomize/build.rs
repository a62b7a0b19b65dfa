//! Building a directory as kustomize does, as far as images go: resources, components, patches,
//! images, in kustomize's order. Only the snapshot is read; what would have to be fetched or run is
//! noted and left out.

use super::file::{Kustomization, NAMES, Patch, PatchBody, PatchText, Transformer, image_transformers};
use super::image::ImageEntry;
use super::json_patch;
use super::manifest::{Manifest, Reading, objects};
use super::patch::{self, Outcome};
use super::place::Page;
use super::remote::{self, Remote};
use super::select::is_for;
use super::transform::{FieldSpec, rewrite};
use crate::model::Warning;
use crate::source::Reader;
use crate::source::reader::Reduced;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Directories that build on one another deeper than this are cut.
const MAX_DEPTH: usize = 64;

/// A build is cut after this many objects; diamonds of bases could double them at every level.
const MAX_OBJECTS: usize = 20_000;

/// Files as far as they matter here, by path and blob id.
#[derive(Default)]
pub struct Parsed {
    kustomizations: Reduced<Kustomization>,
    objects: Reduced<Vec<Rc<Manifest>>>,
    patches: Reduced<PatchText>,
    transformers: Reduced<Vec<Rc<ImageEntry>>>,
    specs: Reduced<Vec<FieldSpec>>,
    charts: Reduced<Generator>,
}

/// The builds of one snapshot, by directory.
#[derive(Default)]
pub struct Builds(RefCell<HashMap<String, Rc<Built>>>);

/// What a generator's file asks for.
#[derive(Debug, Default)]
struct Generator {
    charts: Vec<Remote>,
    /// Something that only a plugin knows.
    plugin: bool,
}

/// What came out of a directory.
#[derive(Debug, Default, Clone)]
pub(super) struct Built {
    pub objects: Vec<Rc<Manifest>>,
    pub remotes: Vec<Remote>,
    /// Entries of `images` that say a version and matched nothing.
    pub unmatched: Vec<Rc<ImageEntry>>,
    specs: Vec<FieldSpec>,
    touched: BTreeSet<String>,
}

/// The build of a directory; remembered for the snapshot.
pub(super) fn build(reader: &Reader<'_>, directory: &str) -> Rc<Built> {
    Builder { reader, open: Vec::new() }.directory(directory)
}

/// The kustomization file of a directory.
pub(super) fn file_of(reader: &Reader<'_>, directory: &str) -> Option<String> {
    let mut found = NAMES.iter().map(|name| join(directory, name)).filter(|path| reader.find(path).is_some());
    let first = found.next()?;
    if found.next().is_some() {
        let message = "is one of several kustomization files of its directory; kustomize builds none of them";
        reader.warn(Warning::at("kustomize-ambiguous", &first, message));
    }
    Some(first)
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// A path relative to a directory, or `None` when it leads out of the repository.
fn resolve(directory: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

struct Builder<'r, 's> {
    reader: &'r Reader<'s>,
    /// The directories that are being built, outermost first.
    open: Vec<String>,
}

impl Builder<'_, '_> {
    fn directory(&mut self, directory: &str) -> Rc<Built> {
        let known = self.reader.kustomize.0.borrow().get(directory).cloned();
        if let Some(built) = known {
            self.reader.touch(&built.touched);
            return built;
        }
        let before = self.reader.take_touched();
        let mut built = Built::default();
        self.accumulate(directory, &mut built);
        built.touched = self.reader.take_touched();
        self.reader.touch(&before);
        self.reader.touch(&built.touched);
        let built = Rc::new(built);
        self.reader.kustomize.0.borrow_mut().insert(directory.to_owned(), Rc::clone(&built));
        built
    }

    /// Adds what a directory says to what is there; a component changes it, too.
    fn accumulate(&mut self, directory: &str, into: &mut Built) {
        let Some(path) = file_of(self.reader, directory) else {
            self.warn("kustomize-missing", directory, "has no kustomization file, but another one builds on it");
            return;
        };
        if self.open.iter().any(|open| open == directory) || self.open.len() >= MAX_DEPTH {
            self.warn("kustomize-cycle", &path, "is built on itself, or on too many others");
            return;
        }
        let parsed = &self.reader.cache.kustomize;
        let read = |text: &str, stream: &_| Kustomization::read(&path, text, stream);
        let Some(file) = self.reader.reduced(&parsed.kustomizations, &path, read) else { return };
        self.open.push(directory.to_owned());
        self.resources(directory, &path, &file, into);
        self.generators(directory, &file, into);
        for component in &file.components {
            self.component(directory, &path, &component.text, into);
        }
        self.transform(directory, &path, &file, into);
        self.open.pop();
    }

    fn resources(&mut self, directory: &str, path: &str, file: &Kustomization, into: &mut Built) {
        into.remotes.extend(file.charts.iter().cloned());
        for item in &file.resources {
            if into.objects.len() >= MAX_OBJECTS {
                self.warn("kustomize-size", path, "builds more objects than towpath looks at");
                return;
            }
            let Some(target) = self.inside(directory, path, &item.text) else {
                into.remotes.extend(remote::resource(&item.text, &item.location));
                continue;
            };
            match self.reader.find(&target).map(|found| found.kind) {
                Some(_) => self.objects(&target, into),
                None if self.reader.snapshot().is_directory(&target) => self.base(&target, into),
                None if remote::is_remote(&item.text) => {
                    into.remotes.extend(remote::resource(&item.text, &item.location));
                }
                None => self.warn("kustomize-missing", path, format!("names `{}`, which is not there", item.text)),
            }
        }
    }

    /// A path in the repository. `None` for an address, and with a warning for what leads outside.
    fn inside(&self, directory: &str, path: &str, text: &str) -> Option<String> {
        if text.contains("://") || text.starts_with("git@") {
            return None;
        }
        let inside = resolve(directory, text);
        if inside.is_none() {
            self.warn("kustomize-outside", path, format!("names `{text}`, which is outside the repository"));
        }
        inside
    }

    fn objects(&self, path: &str, into: &mut Built) {
        let read = |text: &str, stream: &_| {
            let all = objects(Page::of_file(path, text, 0), stream, Reading::Objects);
            all.into_iter().map(Rc::new).collect::<Vec<_>>()
        };
        let found = self.reader.reduced(&self.reader.cache.kustomize.objects, path, read);
        into.objects.extend(found.iter().flat_map(|objects| objects.iter().cloned()));
    }

    fn base(&mut self, directory: &str, into: &mut Built) {
        let base = self.directory(directory);
        let room = MAX_OBJECTS.saturating_sub(into.objects.len());
        into.objects.extend(base.objects.iter().take(room).cloned());
        for remote in base.remotes.iter().filter(|remote| !into.remotes.contains(remote)).collect::<Vec<_>>() {
            into.remotes.push(remote.clone());
        }
        for entry in &base.unmatched {
            if !into.unmatched.iter().any(|known| Rc::ptr_eq(known, entry)) {
                into.unmatched.push(Rc::clone(entry));
            }
        }
        for spec in &base.specs {
            if !into.specs.contains(spec) {
                into.specs.push(spec.clone());
            }
        }
    }

    fn component(&mut self, directory: &str, path: &str, text: &str, into: &mut Built) {
        match self.inside(directory, path, text).filter(|at| self.reader.snapshot().is_directory(at)) {
            Some(at) => self.accumulate(&at, into),
            None if remote::is_remote(text) => {
                self.warn("kustomize-remote", path, format!("uses the component `{text}` of another repository"));
            }
            None => self.warn("kustomize-missing", path, format!("names the component `{text}`, which is not there")),
        }
    }

    fn generators(&self, directory: &str, file: &Kustomization, into: &mut Built) {
        for text in &file.generators {
            let Some(path) = resolve(directory, text).filter(|path| self.reader.exists(path)) else { continue };
            let read = |text: &str, stream: &_| generator(Page::of_file(&path, text, 0), stream);
            let Some(found) = self.reader.reduced(&self.reader.cache.kustomize.charts, &path, read) else { continue };
            into.remotes.extend(found.charts.iter().cloned());
            if found.plugin {
                self.warn("kustomize-plugin", &path, "is made by a plugin, which towpath does not run");
            }
        }
    }

    fn transform(&self, directory: &str, path: &str, file: &Kustomization, into: &mut Built) {
        self.patch_all(directory, path, &file.patches, into);
        rename(file, into);
        self.patch_all(directory, path, &file.late_patches, into);
        self.specs(directory, file, into);
        self.images(path, &file.images, into);
        if file.replaces_images {
            self.warn("kustomize-replacements", path, "has replacements that write into images; they are not computed");
        }
        for transformer in &file.transformers {
            match transformer {
                Transformer::Inline(entries) => self.images(path, entries, into),
                Transformer::File(text) => self.transformer(directory, path, text, into),
            }
        }
    }

    fn specs(&self, directory: &str, file: &Kustomization, into: &mut Built) {
        for path in file.configurations.iter().filter_map(|text| resolve(directory, text)) {
            let read = |_: &str, stream: &_| FieldSpec::read_all(stream);
            let found = self.reader.reduced(&self.reader.cache.kustomize.specs, &path, read);
            into.specs.extend(found.iter().flat_map(|specs| specs.iter().cloned()));
        }
    }

    fn transformer(&self, directory: &str, path: &str, text: &str, into: &mut Built) {
        match resolve(directory, text).filter(|at| self.reader.exists(at)) {
            Some(at) => {
                let read = |text: &str, stream: &_| image_transformers(Page::of_file(&at, text, 0), stream);
                if let Some(entries) = self.reader.reduced(&self.reader.cache.kustomize.transformers, &at, read) {
                    self.images(path, &entries, into);
                }
            }
            None => self.warn("kustomize-transformer", path, format!("has the transformer `{text}`, which is not run")),
        }
    }

    fn images(&self, path: &str, entries: &[Rc<ImageEntry>], into: &mut Built) {
        for entry in entries {
            if !entry.is_valid() {
                let message = format!("has the image name `{}`, which is no regular expression", entry.name);
                self.warn("kustomize-pattern", path, message);
            }
            let mut matched = false;
            for object in &mut into.objects {
                matched |= rewrite(object, entry, &into.specs);
            }
            let name = entry.reference().name;
            into.unmatched.retain(|known| known.name != entry.name && known.reference().name != entry.name);
            if !matched && entry.says_version() && !into.unmatched.iter().any(|known| known.reference().name == name) {
                into.unmatched.push(Rc::clone(entry));
            }
        }
    }

    fn patch_all(&self, directory: &str, path: &str, patches: &[Patch], into: &mut Built) {
        for patch in patches {
            match &patch.body {
                PatchBody::Inline(text) => apply(patch, text, into),
                PatchBody::File(name) => {
                    let Some(at) = self.inside(directory, path, name) else { continue };
                    let read = |text: &str, stream: &_| PatchText::read(Page::of_file(&at, text, 0), stream);
                    if let Some(text) = self.reader.reduced(&self.reader.cache.kustomize.patches, &at, read) {
                        apply(patch, &text, into);
                    }
                }
            }
        }
    }

    fn warn(&self, code: &'static str, path: &str, message: impl Into<String>) {
        self.reader.warn(Warning::at(code, path, message));
    }
}

/// Applies a patch to the objects it is for.
fn apply(patch: &Patch, text: &PatchText, into: &mut Built) {
    for change in &text.merges {
        into.objects.retain_mut(|object| {
            let meant = match &patch.target {
                Some(target) => target.fits(object),
                None => is_for(change, object),
            };
            !meant || patch::merge(Rc::make_mut(object), change) == Outcome::Kept
        });
    }
    let Some(target) = patch.target.as_ref().filter(|_| !text.operations.is_empty()) else { return };
    for object in into.objects.iter_mut().filter(|object| target.fits(object)) {
        let body = Rc::make_mut(&mut Rc::make_mut(object).body);
        for operation in &text.operations {
            json_patch::apply(body, operation);
        }
    }
}

/// Gives all objects the names, labels and annotations that the file asks for.
fn rename(file: &Kustomization, into: &mut Built) {
    let nothing = file.prefix.is_empty() && file.suffix.is_empty() && file.namespace.is_none();
    if nothing && file.labels.is_empty() && file.annotations.is_empty() {
        return;
    }
    for object in &mut into.objects {
        let object = Rc::make_mut(object);
        let (name, namespace) = object.ids.last().cloned().unwrap_or_default();
        let id = (format!("{}{name}{}", file.prefix, file.suffix), file.namespace.clone().unwrap_or(namespace));
        if !object.ids.contains(&id) {
            object.ids.push(id);
        }
        patch::add_texts(&mut object.labels, &file.labels);
        patch::add_texts(&mut object.annotations, &file.annotations);
    }
}

/// Reads a generator's file: charts are versions, maps and secrets hold no images.
fn generator(page: Page<'_>, stream: &crate::yaml::Stream) -> Generator {
    let mut out = Generator::default();
    for root in stream.documents.iter().filter_map(crate::yaml::Document::root) {
        match root.str_at(&["kind"]).unwrap_or_default() {
            "HelmChartInflationGenerator" => out.charts.extend(remote::chart(page, "charts", root)),
            "ConfigMapGenerator" | "SecretGenerator" => {}
            _ => out.plugin = true,
        }
    }
    out
}

/// Is it a plain file or link of one of the names kustomize looks for?
pub(super) fn is_kustomization(path: &str) -> bool {
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

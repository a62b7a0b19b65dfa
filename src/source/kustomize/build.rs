//! Building a directory as kustomize does, as far as images go: resources, components, patches,
//! images, in kustomize's order. Only the snapshot is read; what would have to be fetched or run is
//! noted and left out.

use super::essence;
use super::file::{Kustomization, NAMES, Patch, PatchBody, PatchText, Transformer, image_transformers};
use super::image::ImageEntry;
use super::json_patch;
use super::manifest::{Manifest, Reading, objects};
use super::patch::{self, Outcome};
use super::place::Page;
use super::remote::{self, Remote};
use super::select::is_for;
use super::transform::{FieldSpec, rewrite};
use super::unmatched::Unmatched;
use crate::model::Warning;
use crate::source::Touched;
use crate::source::essence::Essence;
use crate::source::folder::join;
use crate::source::reader::Reduced;
use crate::source::{Finding, Reader};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Directories that build on one another deeper than this are cut.
const MAX_DEPTH: usize = 64;

/// A build is cut after this many objects; diamonds of bases could double them at every level.
const MAX_OBJECTS: usize = 20_000;

/// Kustomizations that one build goes through, components once for each use.
const MAX_STEPS: usize = 2_000;

/// Fields that configurations may call images.
const MAX_SPECS: usize = 1_000;

/// What one operation of a JSON patch may cost: a copy of ten thousand values.
const MAX_COPY: usize = 640_000;

/// Comparisons and copies that all builds of a snapshot may make: entries with images, patches with
/// objects. Large repositories need a few million.
const MAX_WORK: usize = 50_000_000;

/// Files as far as they matter here, by path and blob id.
#[derive(Default)]
pub struct Parsed {
    kustomizations: Reduced<Kustomization>,
    objects: Reduced<Vec<Rc<Manifest>>>,
    /// Whether a file of objects ever speaks of an image.
    speaking: Reduced<bool>,
    /// What counts in a file of objects, and the objects of some revision that agree in it.
    agreeing: RefCell<HashMap<String, (Rc<Essence>, Objects)>>,
    essences: Reduced<Essence>,
    patches: Reduced<PatchText>,
    transformers: Reduced<Vec<Rc<ImageEntry>>>,
    specs: Reduced<Vec<FieldSpec>>,
    charts: Reduced<Generator>,
}

/// The objects of a file.
type Objects = Rc<Vec<Rc<Manifest>>>;

/// The files of objects that some build took in.
pub(super) fn built_objects(reader: &Reader<'_>) -> HashSet<String> {
    reader.cache.kustomize.speaking.borrow().keys().cloned().collect()
}

/// The builds of one snapshot, by directory.
#[derive(Default)]
pub struct Builds {
    built: RefCell<HashMap<String, Rc<Built>>>,
    seen: RefCell<HashMap<String, Rc<Seen>>>,
    work: Cell<usize>,
}

/// What was seen in a build.
struct Seen {
    findings: Vec<Finding>,
    touched: Rc<Touched>,
    warnings: Vec<Warning>,
}

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
    /// Files of objects that never speak of an image: read only when a patch may give them one.
    silent: Vec<String>,
    pub remotes: Vec<Remote>,
    /// Entries of `images` that say a version and matched nothing.
    pub unmatched: Vec<Rc<ImageEntry>>,
    specs: Vec<FieldSpec>,
    touched: Rc<Touched>,
    warnings: Vec<Warning>,
}

/// What `look` sees in the build of a directory. That is remembered for the snapshot; the build only
/// if others build on it, because a thousand overlays with their objects take much memory.
pub(super) fn see(reader: &Reader<'_>, directory: &str, look: impl FnOnce(&Built) -> Vec<Finding>) -> Vec<Finding> {
    let known = reader.kustomize.seen.borrow().get(directory).cloned();
    let seen = known.unwrap_or_else(|| {
        let mut builder = Builder { reader, open: Vec::new(), steps: 0 };
        let built = builder.known(directory).unwrap_or_else(|| Rc::new(builder.fresh(directory)));
        let seen = Rc::new(Seen {
            findings: look(&built),
            touched: Rc::clone(&built.touched),
            warnings: built.warnings.clone(),
        });
        reader.kustomize.seen.borrow_mut().insert(directory.to_owned(), Rc::clone(&seen));
        seen
    });
    reader.touch(&seen.touched);
    seen.warnings.iter().for_each(|warning| reader.warn(warning.clone()));
    seen.findings.clone()
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
    steps: usize,
}

impl Builder<'_, '_> {
    /// The build of a base.
    fn directory(&mut self, directory: &str) -> Rc<Built> {
        if let Some(built) = self.known(directory) {
            self.reader.touch(&built.touched);
            built.warnings.iter().for_each(|warning| self.reader.warn(warning.clone()));
            return built;
        }
        let built = Rc::new(self.fresh(directory));
        self.reader.kustomize.built.borrow_mut().insert(directory.to_owned(), Rc::clone(&built));
        built
    }

    fn known(&self, directory: &str) -> Option<Rc<Built>> {
        self.reader.kustomize.built.borrow().get(directory).cloned()
    }

    fn fresh(&mut self, directory: &str) -> Built {
        let (warned, _) = self.reader.warned_since(usize::MAX);
        let before = self.reader.take_touched();
        let mut built = Built::default();
        self.accumulate(directory, &mut built);
        built.touched = Rc::new(self.reader.take_touched());
        self.reader.resume_touched(before);
        self.reader.touch(&built.touched);
        built.warnings = self.reader.warned_since(warned).1;
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
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.warn("kustomize-size", &path, "is used more often than towpath follows");
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
        let mut known = Known::of(into);
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
                None if self.reader.snapshot().is_directory(&target) => self.base(&target, into, &mut known),
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
        let speaks = self.reader.reduced_text(&self.reader.cache.kustomize.speaking, path, speaks_of_images);
        if speaks.as_deref() == Some(&false) {
            into.silent.push(path.to_owned());
        } else {
            self.read_objects(path, into);
        }
    }

    /// Reads the objects that were left aside.
    fn read_silent(&self, into: &mut Built) {
        for path in std::mem::take(&mut into.silent) {
            self.read_objects(&path, into);
        }
    }

    fn read_objects(&self, path: &str, into: &mut Built) {
        let found =
            if self.reader.is_versions_only() { self.objects_of_any_revision(path) } else { self.objects_of(path) };
        into.objects.extend(found.iter().flat_map(|objects| objects.iter().cloned()));
    }

    /// The objects, or those of another revision that has the same images: reading a rendered manifest
    /// of thousands of lines is what takes the time.
    fn objects_of_any_revision(&self, path: &str) -> Option<Objects> {
        let parsed = &self.reader.cache.kustomize;
        let essence = self.reader.reduced_text(&parsed.essences, path, |text| essence::of(path, text.as_bytes()))?;
        if let Some((_, objects)) = parsed.agreeing.borrow().get(path).filter(|(known, _)| *known == essence) {
            return Some(Rc::clone(objects));
        }
        let objects = self.objects_of(path)?;
        parsed.agreeing.borrow_mut().insert(path.to_owned(), (essence, Rc::clone(&objects)));
        Some(objects)
    }

    fn objects_of(&self, path: &str) -> Option<Objects> {
        let read = |text: &str, stream: &_| {
            let all = objects(Page::of_file(path, text, 0), stream, Reading::Objects);
            all.into_iter().map(Rc::new).collect::<Vec<_>>()
        };
        self.reader.reduced(&self.reader.cache.kustomize.objects, path, read)
    }

    fn base(&mut self, directory: &str, into: &mut Built, known: &mut Known) {
        let base = self.directory(directory);
        let room = MAX_OBJECTS.saturating_sub(into.objects.len());
        into.objects.extend(base.objects.iter().take(room).cloned());
        into.silent.extend(base.silent.iter().take(MAX_OBJECTS.saturating_sub(into.silent.len())).cloned());
        into.remotes.extend(base.remotes.iter().filter(|remote| known.remotes.insert((*remote).clone())).cloned());
        into.unmatched.extend(base.unmatched.iter().filter(|entry| known.entries.insert(Rc::as_ptr(entry))).cloned());
        for spec in &base.specs {
            if into.specs.len() < MAX_SPECS && !into.specs.contains(spec) {
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
            let room = MAX_SPECS.saturating_sub(into.specs.len());
            into.specs.extend(found.iter().flat_map(|specs| specs.iter().cloned()).take(room));
        }
        if !into.specs.is_empty() {
            self.read_silent(into);
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
        let mut unmatched = Unmatched::new(std::mem::take(&mut into.unmatched));
        let cells: usize = into.objects.iter().map(|object| object.size()).sum();
        for entry in entries {
            if !entry.is_valid() {
                let message = format!("has the image name `{}`, which is no regular expression to use", entry.name);
                self.warn("kustomize-pattern", path, message);
            }
            if !self.can_spend(cells, path) {
                break;
            }
            let mut matched = false;
            for object in &mut into.objects {
                matched |= rewrite(object, entry, &into.specs);
            }
            unmatched.forget(&entry.name);
            if !matched && entry.says_version() {
                unmatched.add(Rc::clone(entry));
            }
        }
        into.unmatched = unmatched.left();
    }

    /// Takes from the work that is left; warns when nothing is.
    fn can_spend(&self, work: usize, path: &str) -> bool {
        let spent = self.reader.kustomize.work.get().saturating_add(work);
        self.reader.kustomize.work.set(spent);
        if spent > MAX_WORK {
            self.warn("kustomize-size", path, "compares more images and objects than towpath does");
        }
        spent <= MAX_WORK
    }

    fn patch_all(&self, directory: &str, path: &str, patches: &[Patch], into: &mut Built) {
        for patch in patches {
            if !self.can_spend(into.objects.len(), path) {
                return;
            }
            match &patch.body {
                PatchBody::Inline(text) => self.patch(path, patch, text, into),
                PatchBody::File(name) => {
                    let Some(at) = self.inside(directory, path, name) else { continue };
                    let read = |text: &str, stream: &_| PatchText::read(Page::of_file(&at, text, 0), text, stream);
                    if let Some(text) = self.reader.reduced(&self.reader.cache.kustomize.patches, &at, read) {
                        self.patch(path, patch, &text, into);
                    }
                }
            }
        }
    }

    /// A patch with an image may be for an object that has none yet.
    fn patch(&self, path: &str, patch: &Patch, text: &PatchText, into: &mut Built) {
        if text.speaks_of_images && !into.silent.is_empty() && !meets_all(patch, text, into) {
            self.read_silent(into);
        }
        self.apply(path, patch, text, into);
    }

    /// Applies a patch to the objects it is for.
    fn apply(&self, path: &str, patch: &Patch, text: &PatchText, into: &mut Built) {
        for change in &text.merges {
            if !self.can_spend(into.objects.len(), path) {
                return;
            }
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
                // A copy of a copy of a copy doubles the object each time.
                let cost = json_patch::cost(body, operation);
                if cost > MAX_COPY {
                    self.warn("kustomize-size", path, "copies more than towpath does");
                } else if self.can_spend(cost, path) {
                    json_patch::apply(body, operation);
                } else {
                    return;
                }
            }
        }
    }

    fn warn(&self, code: &'static str, path: &str, message: impl Into<String>) {
        self.reader.warn(Warning::at(code, path, message));
    }
}

/// Can a text hold an image, or a field called one?
pub(super) fn speaks_of_images(text: &str) -> bool {
    text.contains("mage")
}

/// Is everything that the patch names among the objects that were read?
fn meets_all(patch: &Patch, text: &PatchText, into: &Built) -> bool {
    match &patch.target {
        Some(target) => target.names_one() && into.objects.iter().any(|object| target.fits(object)),
        None => text.merges.iter().all(|change| into.objects.iter().any(|object| is_for(change, object))),
    }
}

/// What a build has from its bases already, so that two that share a base name it once.
struct Known {
    remotes: HashSet<Remote>,
    entries: HashSet<*const ImageEntry>,
}

impl Known {
    fn of(built: &Built) -> Self {
        Known {
            remotes: built.remotes.iter().cloned().collect(),
            entries: built.unmatched.iter().map(Rc::as_ptr).collect(),
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

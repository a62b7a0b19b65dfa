//! The files of builds, read once and kept as far as they matter here.

use super::file::{Kustomization, PatchText, image_transformers};
use super::image::ImageEntry;
use super::objects::{self, Objects};
use super::place::Page;
use super::remote::{self, Remote};
use super::transform::FieldSpec;
use crate::source::Reader;
use crate::source::reader::Reduced;
use crate::yaml::{Document, Stream};
use std::collections::HashSet;
use std::rc::Rc;

/// Files as far as they matter here, by path and blob id.
#[derive(Default)]
pub struct Parsed {
    kustomizations: Reduced<Kustomization>,
    objects: Reduced<Objects>,
    /// Whether a file of objects ever speaks of an image.
    speaking: Reduced<bool>,
    patches: Reduced<PatchText>,
    transformers: Reduced<Vec<Rc<ImageEntry>>>,
    specs: Reduced<Vec<FieldSpec>>,
    charts: Reduced<Generator>,
}

/// What a generator's file asks for.
#[derive(Debug, Default)]
pub(super) struct Generator {
    pub charts: Vec<Remote>,
    /// Something that only a plugin knows.
    pub plugin: bool,
}

impl Parsed {
    /// Forgets a file that no build looks at any more.
    pub fn forget(&self, path: &str) {
        self.kustomizations.borrow_mut().remove(path);
        self.objects.borrow_mut().remove(path);
        self.speaking.borrow_mut().remove(path);
        self.patches.borrow_mut().remove(path);
        self.transformers.borrow_mut().remove(path);
        self.specs.borrow_mut().remove(path);
        self.charts.borrow_mut().remove(path);
    }
}

/// The objects of a file.
pub(super) fn objects_of(reader: &Reader<'_>, path: &str) -> Option<Rc<Objects>> {
    objects::read(reader, &reader.cache.kustomize.objects, path)
}

/// The files of objects that some build took in.
pub(super) fn built_objects(reader: &Reader<'_>) -> HashSet<String> {
    reader.cache.kustomize.speaking.borrow().keys().cloned().collect()
}

/// Can a text hold an image, or a field called one?
pub(super) fn speaks_of_images(text: &str) -> bool {
    text.contains("mage")
}

/// Is a file of objects without a word about images?
pub(super) fn is_silent(reader: &Reader<'_>, path: &str) -> bool {
    let speaks = reader.reduced_text(&reader.cache.kustomize.speaking, path, speaks_of_images);
    speaks.as_deref() == Some(&false)
}

/// A kustomization file.
pub(super) fn kustomization(reader: &Reader<'_>, path: &str) -> Option<Rc<Kustomization>> {
    let read = |text: &str, stream: &_| Kustomization::read(path, text, stream);
    reader.reduced(&reader.cache.kustomize.kustomizations, path, read)
}

/// A file of patches.
pub(super) fn patch_text(reader: &Reader<'_>, path: &str) -> Option<Rc<PatchText>> {
    let read = |text: &str, stream: &_| PatchText::read(Page::of_file(path, text, 0), text, stream);
    reader.reduced(&reader.cache.kustomize.patches, path, read)
}

/// A file of transformers.
pub(super) fn transformers(reader: &Reader<'_>, path: &str) -> Option<Rc<Vec<Rc<ImageEntry>>>> {
    let read = |text: &str, stream: &_| image_transformers(Page::of_file(path, text, 0), stream);
    reader.reduced(&reader.cache.kustomize.transformers, path, read)
}

/// A file that says which fields are images.
pub(super) fn specs(reader: &Reader<'_>, path: &str) -> Option<Rc<Vec<FieldSpec>>> {
    let read = |_: &str, stream: &_| FieldSpec::read_all(stream);
    reader.reduced(&reader.cache.kustomize.specs, path, read)
}

/// A file of generators.
pub(super) fn generator(reader: &Reader<'_>, path: &str) -> Option<Rc<Generator>> {
    let read = |text: &str, stream: &_| Generator::read(Page::of_file(path, text, 0), stream);
    reader.reduced(&reader.cache.kustomize.charts, path, read)
}

impl Generator {
    /// Charts are versions; maps and secrets hold no images.
    fn read(page: Page<'_>, stream: &Stream) -> Self {
        let mut out = Generator::default();
        for root in stream.documents.iter().filter_map(Document::root) {
            match root.str_at(&["kind"]).unwrap_or_default() {
                "HelmChartInflationGenerator" => out.charts.extend(remote::chart(page, "charts", root)),
                "ConfigMapGenerator" | "SecretGenerator" => {}
                _ => out.plugin = true,
            }
        }
        out
    }
}

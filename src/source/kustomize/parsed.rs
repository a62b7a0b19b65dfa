//! The files of builds, read once and kept as far as they matter here.

use super::file::{Kustomization, PatchText, image_transformers};
use super::image::ImageEntry;
use super::objects::{self, Objects};
use super::place::Page;
use super::remote::{self, Remote};
use super::transform::FieldSpec;
use crate::model::Warning;
use crate::source::Reader;
use crate::source::reader::{is_template, not_yaml};
use crate::source::reduced::{Reduced, Stamp};
use crate::yaml::{self, Document, Stream};
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
    generators: Reduced<Generator>,
}

/// What is made of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    Kustomization,
    Objects,
    Speaking,
    Patch,
    Transformers,
    Specs,
    Generator,
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
        self.kustomizations.forget(path);
        self.objects.forget(path);
        self.speaking.forget(path);
        self.patches.forget(path);
        self.transformers.forget(path);
        self.specs.forget(path);
        self.generators.forget(path);
    }
}

/// Which value is made of a file in this snapshot; `None` where nothing can be.
pub(super) fn stamp(reader: &Reader<'_>, made: Made, path: &str) -> Option<Stamp> {
    let known = &reader.cache.kustomize;
    match made {
        Made::Kustomization => reader.stamp_of(&known.kustomizations, path, read_kustomization),
        Made::Objects => reader.stamp_of(&known.objects, path, |path, text| {
            objects::read(reader, &known.objects, path, text)
        }),
        Made::Speaking => reader.stamp_of(&known.speaking, path, read_speaking),
        Made::Patch => reader.stamp_of(&known.patches, path, read_patch),
        Made::Transformers => reader.stamp_of(&known.transformers, path, read_transformers),
        Made::Specs => reader.stamp_of(&known.specs, path, read_specs),
        Made::Generator => reader.stamp_of(&known.generators, path, read_generator),
    }
}

/// The files of objects that some build took in.
pub(super) fn built_objects(reader: &Reader<'_>) -> HashSet<String> {
    reader.cache.kustomize.speaking.paths()
}

/// A kustomization file.
pub(super) fn kustomization(reader: &Reader<'_>, path: &str) -> Option<Rc<Kustomization>> {
    reader.remembered(
        (&reader.cache.kustomize.kustomizations, Made::Kustomization),
        path,
        read_kustomization,
    )
}

fn read_kustomization(path: &str, text: &str) -> Result<Kustomization, Warning> {
    of_yaml(path, text, |stream| Kustomization::read(path, text, stream))
}

/// The objects of a file.
pub(super) fn objects_of(reader: &Reader<'_>, path: &str) -> Option<Rc<Objects>> {
    let known = &reader.cache.kustomize.objects;
    objects::forget_inexact(reader, known, path);
    reader.remembered((known, Made::Objects), path, |path, text| {
        objects::read(reader, known, path, text)
    })
}

/// Is a file of objects without a word about images?
pub(super) fn is_silent(reader: &Reader<'_>, path: &str) -> bool {
    let speaks =
        reader.remembered((&reader.cache.kustomize.speaking, Made::Speaking), path, read_speaking);
    speaks.as_deref() == Some(&false)
}

fn read_speaking(_: &str, text: &str) -> Result<bool, Warning> {
    Ok(speaks_of_images(text))
}

/// Can a text hold an image, or a field called one?
pub(super) fn speaks_of_images(text: &str) -> bool {
    text.contains("mage")
}

/// A file of patches.
pub(super) fn patch_text(reader: &Reader<'_>, path: &str) -> Option<Rc<PatchText>> {
    reader.remembered((&reader.cache.kustomize.patches, Made::Patch), path, read_patch)
}

fn read_patch(path: &str, text: &str) -> Result<PatchText, Warning> {
    of_yaml(path, text, |stream| PatchText::read(Page::of_file(path, text, 0), text, stream))
}

/// A file of transformers.
pub(super) fn transformers(reader: &Reader<'_>, path: &str) -> Option<Rc<Vec<Rc<ImageEntry>>>> {
    reader.remembered(
        (&reader.cache.kustomize.transformers, Made::Transformers),
        path,
        read_transformers,
    )
}

fn read_transformers(path: &str, text: &str) -> Result<Vec<Rc<ImageEntry>>, Warning> {
    of_yaml(path, text, |stream| image_transformers(Page::of_file(path, text, 0), stream))
}

/// A file that says which fields are images.
pub(super) fn specs(reader: &Reader<'_>, path: &str) -> Option<Rc<Vec<FieldSpec>>> {
    reader.remembered((&reader.cache.kustomize.specs, Made::Specs), path, read_specs)
}

fn read_specs(path: &str, text: &str) -> Result<Vec<FieldSpec>, Warning> {
    of_yaml(path, text, FieldSpec::read_all)
}

/// A file of generators.
pub(super) fn generator(reader: &Reader<'_>, path: &str) -> Option<Rc<Generator>> {
    reader.remembered((&reader.cache.kustomize.generators, Made::Generator), path, read_generator)
}

fn read_generator(path: &str, text: &str) -> Result<Generator, Warning> {
    of_yaml(path, text, |stream| Generator::read(Page::of_file(path, text, 0), stream))
}

fn of_yaml<T>(path: &str, text: &str, reduce: impl FnOnce(&Stream) -> T) -> Result<T, Warning> {
    match yaml::parse(text) {
        Ok(stream) => Ok(reduce(&stream)),
        Err(error) => Err(not_yaml(path, &error, is_template(text))),
    }
}

impl Generator {
    /// Charts are versions; maps and secrets hold no images.
    fn read(page: Page<'_>, stream: &Stream) -> Self {
        let mut out = Generator::default();
        for root in stream.documents.iter().filter_map(Document::root) {
            match root.str_at(&["kind"]).unwrap_or_default() {
                "HelmChartInflationGenerator" => {
                    out.charts.extend(remote::chart(page, "charts", root))
                }
                "ConfigMapGenerator" | "SecretGenerator" => {}
                _ => out.plugin = true,
            }
        }
        out
    }
}

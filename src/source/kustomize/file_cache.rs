//! The files of builds, read once and kept as far as they matter here.

use super::file::{Kustomization, PatchText, image_transformers};
use super::image::ImageEntry;
use super::objects::{self, FileObjects};
use super::remote::{self, RemoteResource};
use super::transform::FieldSpec;
use super::yaml_text::YamlText;
use crate::model::Warning;
use crate::source::SnapshotReader;
use crate::source::essence_cache::{EssenceCache, EssenceStamp};
use crate::source::reader::{is_template, not_yaml};
use crate::yaml::{self, YamlDocument, YamlStream};
use std::collections::HashSet;
use std::rc::Rc;

/// Files as far as they matter here, by path and blob id.
#[derive(Default)]
pub struct KustomizeFileCache {
    kustomizations: EssenceCache<Kustomization>,
    objects: EssenceCache<FileObjects>,
    /// Whether a file of objects ever speaks of an image.
    speaking: EssenceCache<bool>,
    patches: EssenceCache<PatchText>,
    transformers: EssenceCache<Vec<Rc<ImageEntry>>>,
    specs: EssenceCache<Vec<FieldSpec>>,
    generators: EssenceCache<Generator>,
}

/// What is made of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EssenceKind {
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
    pub charts: Vec<RemoteResource>,
    /// Something that only a plugin knows.
    pub plugin: bool,
}

impl KustomizeFileCache {
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
pub(super) fn essence_stamp(
    reader: &SnapshotReader<'_>,
    made: EssenceKind,
    path: &str,
) -> Option<EssenceStamp> {
    let known = &reader.cache.kustomize;
    match made {
        EssenceKind::Kustomization => {
            reader.stamp_of(&known.kustomizations, path, read_kustomization)
        }
        EssenceKind::Objects => reader.stamp_of(&known.objects, path, |path, text| {
            objects::read_objects(reader, &known.objects, path, text)
        }),
        EssenceKind::Speaking => reader.stamp_of(&known.speaking, path, read_speaking),
        EssenceKind::Patch => reader.stamp_of(&known.patches, path, read_patch),
        EssenceKind::Transformers => reader.stamp_of(&known.transformers, path, read_transformers),
        EssenceKind::Specs => reader.stamp_of(&known.specs, path, read_specs),
        EssenceKind::Generator => reader.stamp_of(&known.generators, path, read_generator),
    }
}

/// The files of objects that some build took in.
pub(super) fn built_objects(reader: &SnapshotReader<'_>) -> HashSet<String> {
    reader.cache.kustomize.speaking.paths()
}

/// A kustomization file.
pub(super) fn load_kustomization(
    reader: &SnapshotReader<'_>,
    path: &str,
) -> Option<Rc<Kustomization>> {
    reader.reduce_file(
        (&reader.cache.kustomize.kustomizations, EssenceKind::Kustomization),
        path,
        read_kustomization,
    )
}

fn read_kustomization(path: &str, text: &str) -> Result<Kustomization, Warning> {
    of_yaml(path, text, |stream| Kustomization::read(path, text, stream))
}

/// The objects of a file.
pub(super) fn objects_of(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<FileObjects>> {
    let known = &reader.cache.kustomize.objects;
    objects::forget_inexact(reader, known, path);
    reader.reduce_file((known, EssenceKind::Objects), path, |path, text| {
        objects::read_objects(reader, known, path, text)
    })
}

/// Is a file of objects without a word about images?
pub(super) fn is_silent(reader: &SnapshotReader<'_>, path: &str) -> bool {
    let speaks = reader.reduce_file(
        (&reader.cache.kustomize.speaking, EssenceKind::Speaking),
        path,
        read_speaking,
    );
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
pub(super) fn patch_text(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<PatchText>> {
    reader.reduce_file((&reader.cache.kustomize.patches, EssenceKind::Patch), path, read_patch)
}

fn read_patch(path: &str, text: &str) -> Result<PatchText, Warning> {
    of_yaml(path, text, |stream| PatchText::read(YamlText::of_file(path, text, 0), text, stream))
}

/// A file of transformers.
pub(super) fn load_transformers(
    reader: &SnapshotReader<'_>,
    path: &str,
) -> Option<Rc<Vec<Rc<ImageEntry>>>> {
    reader.reduce_file(
        (&reader.cache.kustomize.transformers, EssenceKind::Transformers),
        path,
        read_transformers,
    )
}

fn read_transformers(path: &str, text: &str) -> Result<Vec<Rc<ImageEntry>>, Warning> {
    of_yaml(path, text, |stream| image_transformers(YamlText::of_file(path, text, 0), stream))
}

/// A file that says which fields are images.
pub(super) fn load_specs(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<Vec<FieldSpec>>> {
    reader.reduce_file((&reader.cache.kustomize.specs, EssenceKind::Specs), path, read_specs)
}

fn read_specs(path: &str, text: &str) -> Result<Vec<FieldSpec>, Warning> {
    of_yaml(path, text, FieldSpec::read_all)
}

/// A file of generators.
pub(super) fn load_generator(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<Generator>> {
    reader.reduce_file(
        (&reader.cache.kustomize.generators, EssenceKind::Generator),
        path,
        read_generator,
    )
}

fn read_generator(path: &str, text: &str) -> Result<Generator, Warning> {
    of_yaml(path, text, |stream| Generator::read(YamlText::of_file(path, text, 0), stream))
}

fn of_yaml<T>(path: &str, text: &str, reduce: impl FnOnce(&YamlStream) -> T) -> Result<T, Warning> {
    match yaml::parse(text) {
        Ok(stream) => Ok(reduce(&stream)),
        Err(error) => Err(not_yaml(path, &error, is_template(text))),
    }
}

impl Generator {
    /// Charts are versions; maps and secrets hold no images.
    fn read(page: YamlText<'_>, stream: &YamlStream) -> Self {
        let mut out = Generator::default();
        for root in stream.documents.iter().filter_map(YamlDocument::root) {
            match root.str_at(&["kind"]).unwrap_or_default() {
                "HelmChartInflationGenerator" => {
                    out.charts.extend(remote::parse_chart(page, "charts", root))
                }
                "ConfigMapGenerator" | "SecretGenerator" => {}
                _ => out.plugin = true,
            }
        }
        out
    }
}

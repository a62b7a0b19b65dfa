//! The files of builds, reduced to the relevant parts and cached.

use super::file::{ImageTransformer, Kustomization, PatchText, image_transformers, writes_images};
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

/// Reduced files, by path and blob id.
#[derive(Default)]
pub struct KustomizeFileCache {
    kustomizations: EssenceCache<Kustomization>,
    objects: EssenceCache<FileObjects>,
    /// Whether a file of objects mentions images.
    speaking: EssenceCache<bool>,
    patches: EssenceCache<PatchText>,
    transformers: EssenceCache<Vec<ImageTransformer>>,
    specs: EssenceCache<Vec<FieldSpec>>,
    generators: EssenceCache<Generator>,
    /// Whether a file of replacements writes into images.
    replacements: EssenceCache<bool>,
}

/// The kind of essence derived from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EssenceKind {
    Kustomization,
    Objects,
    Speaking,
    Patch,
    Transformers,
    Specs,
    Generator,
    Replacements,
}

/// The relevant parts of a generator's file.
#[derive(Debug, Default)]
pub(super) struct Generator {
    pub charts: Vec<RemoteResource>,
    /// True if a generator needs a plugin.
    pub plugin: bool,
}

impl KustomizeFileCache {
    /// Removes a file that no build uses any more.
    pub fn forget(&self, path: &str) {
        self.kustomizations.forget(path);
        self.objects.forget(path);
        self.speaking.forget(path);
        self.patches.forget(path);
        self.transformers.forget(path);
        self.specs.forget(path);
        self.generators.forget(path);
        self.replacements.forget(path);
    }
}

/// Returns the stamp of a file's essence in this snapshot; `None` if it has none.
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
        EssenceKind::Replacements => reader.stamp_of(&known.replacements, path, read_replacements),
    }
}

/// Returns the files of objects and patches that some build used.
pub(super) fn built_objects(reader: &SnapshotReader<'_>) -> HashSet<String> {
    let known = &reader.cache.kustomize;
    known.speaking.paths().into_iter().chain(known.patches.paths()).collect()
}

/// Loads a kustomization file.
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

/// Loads the objects of a file.
pub(super) fn objects_of(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<FileObjects>> {
    let known = &reader.cache.kustomize.objects;
    objects::forget_inexact(reader, known, path);
    reader.reduce_file((known, EssenceKind::Objects), path, |path, text| {
        objects::read_objects(reader, known, path, text)
    })
}

/// True for a file of objects that does not mention images.
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

/// True if a text can contain an image or a field named so.
pub(super) fn speaks_of_images(text: &str) -> bool {
    text.contains("mage")
}

/// Loads a file of patches.
pub(super) fn patch_text(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<PatchText>> {
    reader.reduce_file((&reader.cache.kustomize.patches, EssenceKind::Patch), path, read_patch)
}

fn read_patch(path: &str, text: &str) -> Result<PatchText, Warning> {
    of_yaml(path, text, |stream| PatchText::read(YamlText::of_file(path, text, 0), text, stream))
}

/// Loads a file of transformers.
pub(super) fn load_transformers(
    reader: &SnapshotReader<'_>,
    path: &str,
) -> Option<Rc<Vec<ImageTransformer>>> {
    reader.reduce_file(
        (&reader.cache.kustomize.transformers, EssenceKind::Transformers),
        path,
        read_transformers,
    )
}

fn read_transformers(path: &str, text: &str) -> Result<Vec<ImageTransformer>, Warning> {
    of_yaml(path, text, |stream| image_transformers(YamlText::of_file(path, text, 0), stream))
}

/// Tells whether a file of replacements writes into images; `None` if it cannot be read.
pub(super) fn replaces_images(reader: &SnapshotReader<'_>, path: &str) -> Option<bool> {
    let known = (&reader.cache.kustomize.replacements, EssenceKind::Replacements);
    reader.reduce_file(known, path, read_replacements).map(|writes| *writes)
}

fn read_replacements(path: &str, text: &str) -> Result<bool, Warning> {
    of_yaml(path, text, |stream| {
        let mut roots = stream.documents.iter().filter_map(yaml::YamlDocument::root);
        roots.any(|root| match root.is_sequence() {
            true => root.items().any(writes_images),
            false => writes_images(root),
        })
    })
}

/// Loads a configuration file that declares which fields are images.
pub(super) fn load_specs(reader: &SnapshotReader<'_>, path: &str) -> Option<Rc<Vec<FieldSpec>>> {
    reader.reduce_file((&reader.cache.kustomize.specs, EssenceKind::Specs), path, read_specs)
}

fn read_specs(path: &str, text: &str) -> Result<Vec<FieldSpec>, Warning> {
    of_yaml(path, text, FieldSpec::read_all)
}

/// Loads a file of generators.
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
    /// Reads charts, which have versions. Generated config maps and secrets contain no images.
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

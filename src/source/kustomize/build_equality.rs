//! Equality of builds and of file essences for versions: the images, and the files and keys that
//! determine them, but not the lines.

use super::build_output::BuildOutput;
use super::file::{
    ImageTransformer, Kustomization, KustomizePatch, PatchBody, PatchText, ResourceReference,
    Transformer,
};
use super::file_cache::Generator;
use super::image::{ImageEntry, LocatedValue};
use super::json_patch::PatchOperation;
use super::manifest::{ImageText, Manifest, ManifestNode};
use super::objects::FileObjects;
use super::remote::RemoteResource;
use super::transform::FieldSpec;
use crate::model::Location;
use crate::source::essence_cache::SameEssence;
use std::rc::Rc;

impl SameEssence for Kustomization {
    fn is_same_essence(&self, other: &Self) -> bool {
        all_same(&self.resources, &other.resources, same_named)
            && all_same(&self.components, &other.components, same_named)
            && all_same(&self.patches, &other.patches, same_patch)
            && all_same(&self.late_patches, &other.late_patches, same_patch)
            && all_same(&self.images, &other.images, same_entry)
            && all_same(&self.transformers, &other.transformers, same_transformer)
            && all_same(&self.charts, &other.charts, same_remote)
            && (&self.configurations, &self.generators)
                == (&other.configurations, &other.generators)
            && (&self.namespace, &self.prefix, &self.suffix)
                == (&other.namespace, &other.prefix, &other.suffix)
            && (&self.labels, &self.annotations) == (&other.labels, &other.annotations)
            && (self.replaces_images, &self.replacement_files)
                == (other.replaces_images, &other.replacement_files)
    }
}

impl SameEssence for FileObjects {
    fn is_same_essence(&self, other: &Self) -> bool {
        self.all_manifests().count() == other.all_manifests().count()
            && self
                .all_manifests()
                .zip(other.all_manifests())
                .all(|(a, b)| Rc::ptr_eq(a, b) || same_object(a, b))
    }
}

impl SameEssence for PatchText {
    fn is_same_essence(&self, other: &Self) -> bool {
        all_same(&self.merges, &other.merges, same_object)
            && all_same(&self.operations, &other.operations, same_operation)
            && self.speaks_of_images == other.speaks_of_images
    }
}

impl SameEssence for Vec<ImageTransformer> {
    fn is_same_essence(&self, other: &Self) -> bool {
        all_same(self, other, |a, b| same_entry(&a.entry, &b.entry) && a.specs == b.specs)
    }
}

impl SameEssence for Generator {
    fn is_same_essence(&self, other: &Self) -> bool {
        all_same(&self.charts, &other.charts, same_remote) && self.plugin == other.plugin
    }
}

impl SameEssence for Vec<FieldSpec> {
    fn is_same_essence(&self, other: &Self) -> bool {
        self == other
    }
}

impl SameEssence for bool {
    fn is_same_essence(&self, other: &Self) -> bool {
        self == other
    }
}

fn same_named(a: &ResourceReference, b: &ResourceReference) -> bool {
    a.text == b.text && same_place(&a.location, &b.location)
}

fn same_patch(a: &KustomizePatch, b: &KustomizePatch) -> bool {
    a.target == b.target
        && match (&a.body, &b.body) {
            (PatchBody::File(a), PatchBody::File(b)) => a == b,
            (PatchBody::Inline(a), PatchBody::Inline(b)) => a.is_same_essence(b),
            _ => false,
        }
}

fn same_transformer(a: &Transformer, b: &Transformer) -> bool {
    match (a, b) {
        (Transformer::File(a), Transformer::File(b)) => a == b,
        (Transformer::Inline(a), Transformer::Inline(b)) => a.is_same_essence(b),
        _ => false,
    }
}

fn same_operation(a: &PatchOperation, b: &PatchOperation) -> bool {
    a.is_like(b) && same_node(&a.value, &b.value)
}

/// True if two builds of a directory are equal for builds on top of them.
pub(super) fn same_build(a: &BuildOutput, b: &BuildOutput) -> bool {
    a.silent == b.silent
        && a.specs == b.specs
        && all_same(&a.objects, &b.objects, |a, b| Rc::ptr_eq(a, b) || same_object(a, b))
        && all_same(&a.remotes, &b.remotes, same_remote)
        && all_same(&a.unmatched, &b.unmatched, same_entry)
}

fn all_same<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_object(a: &Manifest, b: &Manifest) -> bool {
    a.api_version == b.api_version
        && a.kind == b.kind
        && a.ids == b.ids
        && a.labels == b.labels
        && a.annotations == b.annotations
        && (Rc::ptr_eq(&a.body, &b.body) || same_node(&a.body, &b.body))
}

fn same_node(a: &ManifestNode, b: &ManifestNode) -> bool {
    match (a, b) {
        (ManifestNode::Map(a), ManifestNode::Map(b)) => {
            all_same(a, b, |a, b| a.0 == b.0 && same_node(&a.1, &b.1))
        }
        (ManifestNode::List(a), ManifestNode::List(b)) => all_same(a, b, same_node),
        (ManifestNode::Text(a), ManifestNode::Text(b)) => same_cell(a, b),
        (ManifestNode::Null, ManifestNode::Null) | (ManifestNode::Other, ManifestNode::Other) => {
            true
        }
        _ => false,
    }
}

fn same_cell(a: &ImageText, b: &ImageText) -> bool {
    a.text == b.text
        && a.declared == b.declared
        && same_written(&a.written, &b.written)
        && both_same(a.named_by.as_ref(), b.named_by.as_ref(), same_entry)
        && both_same(a.versioned_by.as_ref(), b.versioned_by.as_ref(), same_entry)
}

fn both_same<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn same_entry(a: &Rc<ImageEntry>, b: &Rc<ImageEntry>) -> bool {
    let same = |a, b| both_same(a, b, same_written);
    Rc::ptr_eq(a, b)
        || (a.name == b.name
            && same(a.new_name.as_ref(), b.new_name.as_ref())
            && same(a.new_tag.as_ref(), b.new_tag.as_ref())
            && same(a.digest.as_ref(), b.digest.as_ref())
            && same(a.tag_suffix.as_ref(), b.tag_suffix.as_ref()))
}

fn same_written(a: &LocatedValue, b: &LocatedValue) -> bool {
    a.text == b.text
        && a.unbuildable == b.unbuildable
        && a.automation == b.automation
        && same_place(&a.location, &b.location)
}

fn same_remote(a: &RemoteResource, b: &RemoteResource) -> bool {
    a.name == b.name
        && a.component == b.component
        && a.version == b.version
        && same_place(&a.location, &b.location)
}

fn same_place(a: &Location, b: &Location) -> bool {
    a.path == b.path
        && a.key == b.key
        && a.part == b.part
        && a.document == b.document
        && a.alias == b.alias
}

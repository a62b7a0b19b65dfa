//! The result of a build, and its warnings.

use super::image::ImageEntry;
use super::manifest::Manifest;
use super::remote::RemoteResource;
use super::transform::FieldSpec;
use crate::model::Warning;
use std::rc::Rc;

/// The result of building a directory.
#[derive(Debug, Default)]
pub(super) struct BuildOutput {
    pub objects: Vec<Rc<Manifest>>,
    /// Files of objects without images, parsed only if a patch may add one.
    pub silent: Vec<String>,
    pub remotes: Vec<RemoteResource>,
    /// Entries of `images` with a version that matched nothing.
    pub unmatched: Vec<Rc<ImageEntry>>,
    pub specs: Vec<FieldSpec>,
}

/// A warning of a build.
pub(super) enum BuildWarning {
    Here(Warning),
    /// All warnings of a base's build.
    Base(Rc<str>),
}

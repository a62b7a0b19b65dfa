//! The objects of a file by document: a rendered manifest has hundreds, of which a commit changes a
//! few.

use super::manifest::{Manifest, ManifestParseMode, parse_objects};
use super::yaml_text::YamlText;
use crate::model::Warning;
use crate::source::SnapshotReader;
use crate::source::by_document::fingerprint;
use crate::source::essence_cache::EssenceCache;
use crate::source::reader::{is_template, not_yaml};
use crate::yaml::{self, YamlError};
use std::rc::Rc;

/// All objects of a file.
#[derive(Debug)]
pub(super) struct FileObjects {
    documents: Vec<DocumentObjects>,
    /// True if lines and spans are those of the current text.
    exact: bool,
}

/// The objects of one document.
#[derive(Debug, Clone)]
struct DocumentObjects {
    fingerprint: u64,
    objects: Rc<[Rc<Manifest>]>,
}

impl FileObjects {
    /// Returns all objects in the order of the file.
    pub fn all_manifests(&self) -> impl Iterator<Item = &Rc<Manifest>> {
        self.documents.iter().flat_map(|document| document.objects.iter())
    }
}

/// Reads the objects of a file. When only versions are requested, an unchanged document keeps its
/// objects even if its lines moved.
pub(super) fn read_objects(
    reader: &SnapshotReader<'_>,
    known: &EssenceCache<FileObjects>,
    path: &str,
    text: &str,
) -> Result<FileObjects, Warning> {
    let by_document = || of_pieces(path, text, known.last_value(path).as_deref());
    let by_document = reader.of_versions.then(by_document).flatten();
    by_document
        .map_or_else(|| read_whole(path, text), Ok)
        .map_err(|error| not_yaml(path, &error, is_template(text)))
}

/// Removes a cached file with the lines of another text, for readers that need exact lines.
pub(super) fn forget_inexact(
    reader: &SnapshotReader<'_>,
    known: &EssenceCache<FileObjects>,
    path: &str,
) {
    if !reader.of_versions && known.last_value(path).is_some_and(|before| !before.exact) {
        known.forget(path);
    }
}

/// Parses a whole text and separates its documents if possible.
fn read_whole(path: &str, text: &str) -> Result<FileObjects, YamlError> {
    let stream = yaml::parse(text)?;
    let page = YamlText::of_file(path, text, 0);
    let pieces =
        yaml::split_documents(text).filter(|pieces| pieces.len() == stream.documents.len());
    let Some(pieces) = pieces else {
        let objects = parse_objects(page, &stream.documents, ManifestParseMode::Objects)
            .into_iter()
            .map(Rc::new)
            .collect();
        return Ok(FileObjects {
            documents: vec![DocumentObjects { fingerprint: fingerprint(text), objects }],
            exact: true,
        });
    };
    let documents = (0..)
        .zip(pieces.into_iter().zip(&stream.documents))
        .map(|(number, (piece, one))| read_document(page.at_document(number), piece.text, one))
        .collect();
    Ok(FileObjects { documents, exact: true })
}

fn read_document(page: YamlText<'_>, text: &str, document: &yaml::YamlDocument) -> DocumentObjects {
    let objects = parse_objects(page, std::slice::from_ref(document), ManifestParseMode::Objects);
    DocumentObjects {
        fingerprint: fingerprint(text),
        objects: objects.into_iter().map(Rc::new).collect(),
    }
}

/// Parses documents one by one. `None` if the text cannot be split or a document is invalid YAML.
fn of_pieces(path: &str, text: &str, before: Option<&FileObjects>) -> Option<FileObjects> {
    let pieces = yaml::split_documents(text)?;
    let mut documents: Vec<DocumentObjects> = Vec::with_capacity(pieces.len());
    for (number, piece) in (0..).zip(pieces) {
        let fingerprint = fingerprint(piece.text);
        let known = before.and_then(|before| before.documents.get(documents.len()));
        documents.push(match known.filter(|known| known.fingerprint == fingerprint) {
            Some(known) => known.clone(),
            None => {
                DocumentObjects { fingerprint, objects: of_text(path, piece.text, number).ok()? }
            }
        });
    }
    Some(FileObjects { documents, exact: false })
}

fn of_text(path: &str, text: &str, document: u32) -> Result<Rc<[Rc<Manifest>]>, YamlError> {
    let stream = yaml::parse(text)?;
    let objects = parse_objects(
        YamlText::of_file(path, text, document),
        &stream.documents,
        ManifestParseMode::Objects,
    );
    Ok(objects.into_iter().map(Rc::new).collect())
}

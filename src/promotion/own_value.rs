//! Files of a stage that only inherit a value get one of their own, so that no other stage changes.

use super::edit_base::EditBase;
use super::file_editor::FileEditor;
use super::file_edits::EditConsent;
use super::version_change::VersionChange;
use crate::model::{Location, MappingEntry};
use crate::source::leaf::{self, KEY_SEPARATOR, Leaf};
use crate::source::{Claim, OverrideSite, SnapshotReader, source_for};
use crate::yaml;

/// A value for a file that inherits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnValue {
    site: OverrideSite,
    /// The value as it is written, in the style of the inherited one.
    raw: String,
    /// What `raw` means.
    text: String,
}

impl OwnValue {
    /// Returns the file with the value added, and nothing else changed. `None` if it has no place
    /// for it.
    pub(super) fn apply_to(&self, text: &str) -> Option<String> {
        let stream = yaml::parse(text).ok()?;
        let document = usize::try_from(self.site.document).ok()?;
        let root = stream.documents.get(document).and_then(|document| document.root());
        if root.is_none() && stream.documents.len() > 1 {
            return None;
        }
        let keys: Vec<&str> = self.site.keys.iter().map(String::as_str).collect();
        let splice = yaml::add_value(text, root, &keys, &self.raw).ok()?;
        let after = yaml::apply_splices(text, &[splice]);
        let is_right = self.is_all_that_differs(&stream, &yaml::parse(&after).ok()?);
        is_right.then_some(after)
    }

    fn is_all_that_differs(&self, old: &yaml::YamlStream, new: &yaml::YamlStream) -> bool {
        let path = self.site.keys.join(&KEY_SEPARATOR.to_string());
        let is_own = |leaf: &Leaf| leaf.document == self.site.document && *leaf.path == path;
        let others = |stream: &yaml::YamlStream| -> Vec<(u32, String, String)> {
            let all = leaf::of_yaml(stream).into_iter().filter(|leaf| !is_own(leaf));
            all.map(|leaf| (leaf.document, leaf.path.into(), leaf.text.into())).collect()
        };
        let own = leaf::of_yaml(new).into_iter().filter(is_own);
        let texts: Vec<String> = own.map(|leaf| leaf.text.into()).collect();
        texts == [self.text.as_str()] && others(old) == others(new)
    }
}

impl EditBase<'_> {
    /// Returns the values that give a claimed file the new version for an inherited one. `None` if
    /// the file cannot override all of it.
    pub(super) fn own_values(
        &self,
        claim: &Claim<'_>,
        entry: &MappingEntry,
        change: &VersionChange,
        consent: EditConsent,
    ) -> Option<Vec<OwnValue>> {
        let reader = SnapshotReader::new(&self.snapshot, self.cache);
        let source = source_for(claim.rule);
        let mut out = Vec::new();
        for location in &entry.locations {
            let Rewritten::Value { raw, text } =
                rewrite(&reader, claim, location, change, consent)?
            else {
                continue;
            };
            let site = source.override_site(claim, location, &reader)?;
            out.push(OwnValue { site, raw, text });
        }
        (!out.is_empty()).then_some(out)
    }
}

/// An inherited value as an edit in its place would leave it.
enum Rewritten {
    Unchanged,
    /// As written, and what that means.
    Value {
        raw: String,
        text: String,
    },
}

/// Computes the edit that the inherited value would get. `None` if it could not be edited. Who else
/// uses the value is no matter, as it stays.
fn rewrite(
    reader: &SnapshotReader<'_>,
    claim: &Claim<'_>,
    location: &Location,
    change: &VersionChange,
    consent: EditConsent,
) -> Option<Rewritten> {
    let notation = source_for(claim.rule).notation(&location.path);
    let mut page = FileEditor::read(reader, &location.path, notation).ok()?;
    page.add_change(location, change, EditConsent { change_shared: true, ..consent }).ok()?;
    if page.splices().is_empty() {
        return Some(Rewritten::Unchanged);
    }
    let edit = page.only_edit()?;
    let (all, at) = (location.span.start..location.span.end, &edit.splice.span);
    let (before, after) = (page.text.get(all.start..at.start)?, page.text.get(at.end..all.end)?);
    let raw = format!("{before}{}{after}", edit.splice.text);
    (!raw.contains('\n')).then(|| Rewritten::Value { raw, text: edit.text.clone() })
}

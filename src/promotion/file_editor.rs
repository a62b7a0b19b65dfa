//! Edits of one file: decides what may be edited, and by which splices.

use super::embedded;
use super::file_edits::EditConsent;
use super::refusal::{EditRefusal, RefusalReason};
use super::version_change::{LocationWrite, VersionChange};
use crate::git::FileKind;
use crate::model::{Automation, ImagePart, Location};
use crate::source::leaf::Leaf;
use crate::source::{SnapshotReader, ValueNotation, YamlReadError, marker};
use crate::yaml::{self, Dialect, EditableScalar, ScalarEdit, Splice};
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

/// Markers of template engines.
const MARKERS: [&str; 3] = ["{{", "{%", "<%"];

/// A file and the edits wanted so far.
pub(super) struct FileEditor {
    path: String,
    pub text: Rc<str>,
    notation: ValueNotation,
    stream: Option<Rc<yaml::YamlStream>>,
    /// The automation that writes the whole tree.
    owner: Option<Automation>,
    /// The keys of the versions that are to change, as locations have them.
    changing: BTreeSet<String>,
    wanted: Vec<ScalarEdit>,
    /// Removed keys; with these the trees cannot be compared node by node.
    removed: Vec<Splice>,
}

impl FileEditor {
    /// Reads a file whose values have this notation.
    ///
    /// # Errors
    /// For links, submodules, and files that cannot be read.
    pub fn read(
        reader: &SnapshotReader<'_>,
        path: &str,
        notation: ValueNotation,
    ) -> Result<Self, EditRefusal> {
        let refuse = |reason| EditRefusal::of_file(path, reason);
        match reader.find_file(path).map(|file| file.kind) {
            Some(FileKind::File) => {}
            Some(FileKind::Symlink) => return Err(refuse(RefusalReason::Symlink)),
            Some(FileKind::Submodule) => return Err(refuse(RefusalReason::Submodule)),
            None => return Err(refuse(RefusalReason::Unreadable("no such file".into()))),
        }
        let unreadable =
            || refuse(RefusalReason::Unreadable("not UTF-8 text, or missing in this clone".into()));
        let text = reader.read_text(path).ok_or_else(unreadable)?;
        let mut page = FileEditor {
            path: path.to_owned(),
            text,
            notation,
            stream: None,
            owner: marker::hydrator_of(reader),
            changing: BTreeSet::new(),
            wanted: Vec::new(),
            removed: Vec::new(),
        };
        if matches!(notation, ValueNotation::Yaml | ValueNotation::Json) {
            match reader.try_yaml(path) {
                Ok(stream) => page.stream = Some(stream),
                Err(YamlReadError::Yaml(_, true)) => page.notation = ValueNotation::Template,
                Err(YamlReadError::Yaml(error, false)) => {
                    return Err(refuse(RefusalReason::Unreadable(format!(
                        "not valid YAML: {error}"
                    ))));
                }
                Err(YamlReadError::Read(error)) => {
                    return Err(refuse(RefusalReason::Unreadable(error.to_string())));
                }
            }
        }
        Ok(page)
    }

    /// Adds a change at one location.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn add_change(
        &mut self,
        location: &Location,
        change: &VersionChange,
        consent: EditConsent,
    ) -> Result<(), RefusalReason> {
        let span = location.span.start..location.span.end;
        if self.text.get(span.clone()).is_none_or(str::is_empty) {
            return Err(RefusalReason::Unknown);
        }
        if location.part == ImagePart::Name && change.image.is_none() {
            return Ok(());
        }
        let Some(stream) = self.stream.clone() else {
            self.check_line(&span, consent)?;
            return self.want_in_text(location, change);
        };
        let text = Rc::clone(&self.text);
        let spot = EditableScalar::find(&text, &stream, span.clone())?;
        let span = match spot.is_long_text() {
            true => embedded::find_span(&spot, &stream, location).ok_or(RefusalReason::Embedded)?,
            false => span,
        };
        self.check_line(&span, consent)?;
        let spot = EditableScalar::find(&text, &stream, span)?;
        self.want_in_yaml(&spot, location.part, change, consent)
    }

    /// Adds a text for the empty value at these bytes, which are quotes.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn fill_empty(
        &mut self,
        span: Range<usize>,
        new: &str,
        consent: EditConsent,
    ) -> Result<(), RefusalReason> {
        self.check_line(&span, consent)?;
        let Some(stream) = self.stream.clone() else { return Err(RefusalReason::NotWritable) };
        let text = Rc::clone(&self.text);
        let spot = EditableScalar::find(&text, &stream, span.clone())?;
        spot.check_keys()?;
        self.check_uses(&spot, consent)?;
        let splice = spot.replaced_by(new, self.dialect())?;
        self.add(ScalarEdit { span, text: new.to_owned(), splice })
    }

    /// Says which versions are to change. A value whose aliases are all among them is not shared
    /// with anything else.
    pub fn set_changing<'k>(&mut self, keys: impl Iterator<Item = &'k str>) {
        self.changing = keys.map(str::to_owned).collect();
    }

    fn check_uses(
        &self,
        spot: &EditableScalar<'_>,
        consent: EditConsent,
    ) -> Result<(), RefusalReason> {
        let uses = spot.alias_uses();
        let own = spot.key();
        // Extensions (`x-…`) only hold what others take in.
        let is_meant = || {
            (own.starts_with("x-") || self.changing.contains(&own))
                && uses.iter().all(|used| self.is_changing(&used.key))
        };
        if uses.is_empty() || consent.change_shared || is_meant() {
            return Ok(());
        }
        Err(RefusalReason::Anchored(uses))
    }

    /// True if the version at a key, or one that comes from there, is to change.
    fn is_changing(&self, key: &str) -> bool {
        let holder = key.strip_suffix(".<<").unwrap_or(key);
        self.changing.iter().any(|one| {
            one.strip_prefix(holder).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    fn want_in_yaml(
        &mut self,
        spot: &EditableScalar<'_>,
        part: ImagePart,
        change: &VersionChange,
        consent: EditConsent,
    ) -> Result<(), RefusalReason> {
        let held = spot.text();
        let held = if spot.is_whole() { held.trim_end_matches('\n') } else { held.as_str() };
        let write = change.write_part(part, held)?;
        if write == LocationWrite::Nothing {
            return Ok(());
        }
        spot.check_keys()?;
        self.check_uses(spot, consent)?;
        match write {
            LocationWrite::Nothing => Ok(()),
            LocationWrite::Remove if !spot.is_whole() => Err(RefusalReason::Embedded),
            LocationWrite::Remove => {
                let splice = spot.without_its_key()?;
                self.removed.push(splice);
                Ok(())
            }
            LocationWrite::Text(new) => {
                let splice = spot.replaced_by(&new, self.dialect())?;
                self.add(ScalarEdit { span: spot.span(), text: new, splice })
            }
        }
    }

    fn dialect(&self) -> Dialect {
        if self.notation == ValueNotation::Json { Dialect::Json } else { Dialect::Yaml }
    }

    fn want_in_text(
        &mut self,
        location: &Location,
        change: &VersionChange,
    ) -> Result<(), RefusalReason> {
        let span = location.span.start..location.span.end;
        let token = self.text[span.clone()].to_owned();
        let held = self.notation.value_of(&token).ok_or(RefusalReason::NotWritable)?;
        match change.write_part(location.part, held)? {
            LocationWrite::Nothing => Ok(()),
            LocationWrite::Remove => Err(RefusalReason::NotWritable),
            LocationWrite::Text(new) => {
                let text =
                    self.notation.token_of(&token, &new).ok_or(RefusalReason::NotWritable)?;
                self.add(ScalarEdit {
                    span: span.clone(),
                    text: new,
                    splice: Splice { span, text },
                })
            }
        }
    }

    /// Adds an edit. Two entries may share a place if they want the same text.
    fn add(&mut self, wanted: ScalarEdit) -> Result<(), RefusalReason> {
        let (start, end) = (wanted.splice.span.start, wanted.splice.span.end);
        match self
            .wanted
            .iter()
            .find(|other| other.splice.span.start < end && start < other.splice.span.end)
        {
            None => {
                self.wanted.push(wanted);
                self.wanted.sort_by_key(|one| one.splice.span.start);
            }
            Some(same) if same.splice == wanted.splice => {}
            Some(_) => return Err(RefusalReason::Contradiction),
        }
        Ok(())
    }

    /// Refuses lines of templates and of automations.
    fn check_line(
        &self,
        span: &std::ops::Range<usize>,
        consent: EditConsent,
    ) -> Result<(), RefusalReason> {
        let start = self.text[..span.start].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[span.end..].find('\n').map_or(self.text.len(), |end| span.end + end);
        let line = &self.text[start..end];
        let marker = MARKERS.into_iter().find(|marker| line.contains(marker));
        if let Some(marker) = marker.filter(|_| self.notation != ValueNotation::Word) {
            return Err(RefusalReason::Template { marker });
        }
        match marker::automation_after(&self.text, span.end).or_else(|| self.owner.clone()) {
            Some(owner) if !consent.force_automated => {
                Err(RefusalReason::Automated { policy: owner.policy })
            }
            _ => Ok(()),
        }
    }

    /// The edit, if there is exactly one.
    pub fn only_edit(&self) -> Option<&ScalarEdit> {
        match self.wanted.as_slice() {
            [edit] if self.removed.is_empty() => Some(edit),
            _ => None,
        }
    }

    /// The splices, in order.
    pub fn splices(&self) -> Vec<Splice> {
        let wanted = self.wanted.iter().map(|wanted| &wanted.splice);
        let mut out: Vec<Splice> = wanted.chain(&self.removed).cloned().collect();
        out.sort_by_key(|splice| (splice.span.start, splice.span.end));
        out.dedup();
        out
    }

    /// Verifies that the new text differs only in the wanted places.
    ///
    /// # Errors
    /// [`RefusalReason::Collateral`] if it does not.
    pub fn check(
        &self,
        reader: &SnapshotReader<'_>,
        new: &SnapshotReader<'_>,
    ) -> Result<(), RefusalReason> {
        let same = match (&self.stream, self.notation) {
            (Some(_), _) if !self.removed.is_empty() => self.same_leaves(reader, new),
            (Some(old), _) => {
                let new = new.try_yaml(&self.path).ok();
                new.is_some_and(|new| yaml::same_but(&self.text, old, &new, &self.wanted))
            }
            (None, ValueNotation::Template) => self.same_leaves(reader, new),
            (None, _) => true,
        };
        if same { Ok(()) } else { Err(RefusalReason::Collateral) }
    }

    fn same_leaves(&self, old: &SnapshotReader<'_>, new: &SnapshotReader<'_>) -> bool {
        let (Some(old), Some(new)) =
            (old.leaves_or_scan(&self.path), new.leaves_or_scan(&self.path))
        else {
            return false;
        };
        let is_gone = |leaf: &&Leaf| {
            self.removed
                .iter()
                .any(|gone| gone.span.start <= leaf.span.start && leaf.span.end <= gone.span.end)
        };
        let kept: Vec<&Leaf> = old.iter().filter(|leaf| !is_gone(leaf)).collect();
        let wanted = |leaf: &Leaf| {
            let found = self.wanted.iter().find(|wanted| wanted.span.start == leaf.span.start);
            found.map_or(&*leaf.text, |wanted| wanted.text.as_str()).to_owned()
        };
        kept.len() == new.len()
            && kept
                .iter()
                .zip(new.iter())
                .all(|(old, new)| old.path == new.path && wanted(old) == *new.text)
    }
}

//! From wanted versions to new contents of files. A pure value: nothing is written.

use super::edit_base::EditBase;
use super::file_editor::FileEditor;
use super::overlay_override::OverlayOverride;
use super::refusal::{EditRefusal, RefusalReason};
use super::verify::{self, cell_text};
use super::version_change::VersionChange;
use crate::model::{EntryNote, ImagePart, Location, MappingEntry, Version};
use crate::source::{SnapshotReader, ValueNotation, source_for};
use crate::yaml::{self, Splice};
use std::collections::{BTreeMap, BTreeSet};

/// A version that an entry of the mapping is to have.
#[derive(Debug, Clone)]
pub struct EntryChange<'e> {
    pub entry: &'e MappingEntry,
    pub version: Version,
    /// Another image, where that changes too.
    pub image: Option<String>,
}

/// What is refused unless somebody asks for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EditConsent {
    /// A version pinned by its digest may become one without.
    pub drop_digest: bool,
    /// Lines that an automation owns may be edited.
    pub force_automated: bool,
    /// A value with an anchor may be edited although aliases of it change with it.
    pub change_shared: bool,
}

/// New contents of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileEdits {
    /// In the order of their paths. Empty if everything is as wanted.
    pub files: Vec<FileEdit>,
}

/// The new contents of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    pub path: String,
    pub before: String,
    pub after: String,
    /// The bytes of `before` that are replaced, and by what; in order.
    pub splices: Vec<Splice>,
}

impl FileEdits {
    /// The paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// The new contents by path.
    pub fn contents(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.files.iter().map(|file| (file.path.clone(), file.after.clone().into_bytes()))
    }
}

/// A change, and how the version is written there.
pub(super) struct PlannedChange<'e> {
    pub entry: &'e MappingEntry,
    pub change: VersionChange,
}

impl PlannedChange<'_> {
    /// Is the entry (of one claim, or of the mapping) the one that changes?
    pub fn is_about(&self, entry: &MappingEntry) -> bool {
        entry.version == self.entry.version
            && entry.slot() == self.entry.slot()
            && entry.locations.iter().any(|location| self.entry.locations.contains(location))
    }
}

/// What to do with a value that only one kustomize overlay inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InheritedEdit {
    Override,
    InPlace,
}

/// What is wanted of the files.
struct EditPlan<'p> {
    inherited: InheritedEdit,
    places: BTreeMap<&'p str, Vec<(&'p Location, &'p VersionChange, ValueNotation)>>,
    overrides: Vec<OverlayOverride>,
}

/// Who shares a value.
#[derive(Default)]
struct ValueSharers {
    /// How many of those that change.
    among: usize,
    /// Those that do not.
    others: BTreeSet<String>,
}

impl<'a> EditBase<'a> {
    /// The edits that give these entries their new versions, all together: every location of a version
    /// moves, and nothing else does.
    ///
    /// A kustomize overlay that only inherits its version gets an entry of its own. But where several
    /// share a value and all of them are among the changes, it is edited where it is written; so is what
    /// no entry can override and nobody else has.
    ///
    /// # Errors
    /// The first [`Refusal`].
    pub fn compute_edits(
        &self,
        changes: &[EntryChange<'_>],
        consent: EditConsent,
    ) -> Result<FileEdits, EditRefusal> {
        let planned = changes
            .iter()
            .map(|change| planned_change(change, consent))
            .collect::<Result<Vec<_>, _>>()?;
        let plan = self.plan_changes(&planned, InheritedEdit::Override)?;
        match (self.carried_out(&plan, &planned, consent), plan.overrides.first()) {
            (
                Err(EditRefusal { reason: RefusalReason::ReadsOtherwise { .. }, .. }),
                Some(first),
            ) if first.others.is_empty() => self.carried_out(
                &self.plan_changes(&planned, InheritedEdit::InPlace)?,
                &planned,
                consent,
            ),
            (
                Err(EditRefusal { reason: RefusalReason::ReadsOtherwise { .. }, .. }),
                Some(first),
            ) => Err(first.refusal()),
            (outcome, _) => outcome,
        }
    }

    fn carried_out(
        &self,
        plan: &EditPlan<'_>,
        planned: &[PlannedChange<'_>],
        consent: EditConsent,
    ) -> Result<FileEdits, EditRefusal> {
        let reader = SnapshotReader::new(&self.snapshot, self.cache);
        let mut pages: BTreeMap<&str, FileEditor> = BTreeMap::new();
        for (path, places) in &plan.places {
            for (location, change, notation) in places {
                let page = match pages.remove(path) {
                    Some(page) => page,
                    None => FileEditor::read(&reader, path, *notation)?,
                };
                let page = pages.entry(path).or_insert(page);
                page.add_change(location, change, consent)
                    .map_err(|reason| EditRefusal::at_location(location, reason))?;
            }
        }
        let edits = build_edits(&reader, &pages, &plan.overrides)?;
        self.verify(&reader, &edits, &pages, planned)?;
        Ok(edits)
    }

    fn plan_changes<'p>(
        &'p self,
        planned: &'p [PlannedChange<'_>],
        inherited: InheritedEdit,
    ) -> Result<EditPlan<'p>, EditRefusal> {
        let mut plan = EditPlan { inherited, places: BTreeMap::new(), overrides: Vec::new() };
        for one in planned {
            self.add_change(one, planned, &mut plan)?;
        }
        Ok(plan)
    }

    /// Adds what one change wants of the files.
    fn add_change<'p>(
        &'p self,
        one: &'p PlannedChange<'_>,
        all: &[PlannedChange<'_>],
        plan: &mut EditPlan<'p>,
    ) -> Result<(), EditRefusal> {
        let first = one.entry.locations.first();
        let claims = self.looking_at(first.map(|location| location.path.as_str()));
        let mut known = false;
        for index in claims {
            for entry in self.claim(index).1.iter().filter(|entry| one.is_about(entry)) {
                known = true;
                self.plan_entry(one, entry, index, all, plan)?;
            }
        }
        match first {
            _ if known => Ok(()),
            Some(location) => Err(EditRefusal::at_location(location, RefusalReason::Unknown)),
            None => Err(EditRefusal::of_file("", RefusalReason::Unknown)),
        }
    }

    fn plan_entry<'p>(
        &'p self,
        one: &'p PlannedChange<'_>,
        entry: &'p MappingEntry,
        claim: usize,
        all: &[PlannedChange<'_>],
        plan: &mut EditPlan<'p>,
    ) -> Result<(), EditRefusal> {
        let (claim, _) = self.claim(claim);
        let inherited = entry.notes.contains(&EntryNote::Inherited);
        let sharers =
            if inherited { self.find_sharers(entry, all) } else { ValueSharers::default() };
        let (others, alone) = (sharers.others.into_iter().collect::<Vec<_>>(), sharers.among == 1);
        let overridable =
            entry.source.descriptor().takes_overrides && !entry.notes.contains(&EntryNote::Remote);
        match (&entry.image, entry.locations.first()) {
            (Some(image), Some(first))
                if inherited
                    && overridable
                    && (!others.is_empty()
                        || (alone && plan.inherited == InheritedEdit::Override)) =>
            {
                let (path, image, change) = (claim.path.clone(), image.clone(), one.change.clone());
                plan.overrides.push(OverlayOverride {
                    path,
                    image,
                    change,
                    written_at: first.clone(),
                    others,
                });
            }
            (_, Some(first)) if !others.is_empty() => {
                return Err(EditRefusal::at_location(first, RefusalReason::Shared(others)));
            }
            _ => {
                names_the_image(entry, &one.change)?;
                for location in &entry.locations {
                    let place =
                        (location, &one.change, source_for(claim.rule).notation(&location.path));
                    plan.places.entry(&location.path).or_default().push(place);
                }
            }
        }
        Ok(())
    }

    /// Who has a version from the places of an entry.
    fn find_sharers(&self, entry: &MappingEntry, all: &[PlannedChange<'_>]) -> ValueSharers {
        let claims = self.looking_at(entry.locations.iter().map(|location| location.path.as_str()));
        let said = self.said_by(&claims);
        let mut sharers = ValueSharers::default();
        for other in &said {
            if !other.locations.iter().any(|location| entry.locations.contains(location)) {
                continue;
            }
            if all.iter().any(|planned| planned.is_about(other)) {
                sharers.among += 1;
            } else {
                sharers.others.insert(cell_text(&other.slot()));
            }
        }
        sharers
    }

    fn verify(
        &self,
        reader: &SnapshotReader<'_>,
        edits: &FileEdits,
        pages: &BTreeMap<&str, FileEditor>,
        planned: &[PlannedChange<'_>],
    ) -> Result<(), EditRefusal> {
        let Some(first) = edits.files.first() else { return Ok(()) };
        let unreadable = |error: crate::git::GitError| {
            EditRefusal::of_file(&first.path, RefusalReason::Unreadable(error.to_string()))
        };
        let after = self.snapshot.with_files(edits.contents()).map_err(unreadable)?;
        let new = SnapshotReader::new(&after, self.cache);
        let paths: Vec<&str> = edits.paths().collect();
        for (path, page) in pages {
            page.check(reader, &new).map_err(|reason| EditRefusal::of_file(path, reason))?;
        }
        verify::check(self, &after, &paths, planned)
    }
}

/// Refuses another image where no place holds the whole name.
fn names_the_image(entry: &MappingEntry, change: &VersionChange) -> Result<(), EditRefusal> {
    let named = entry
        .locations
        .iter()
        .any(|location| matches!(location.part, ImagePart::Name | ImagePart::Reference));
    match (&change.image, entry.locations.first()) {
        (Some(image), Some(first)) if !named => Err(EditRefusal::at_location(
            first,
            RefusalReason::NoPlaceForName { image: image.clone() },
        )),
        _ => Ok(()),
    }
}

fn planned_change<'e>(
    change: &EntryChange<'e>,
    consent: EditConsent,
) -> Result<PlannedChange<'e>, EditRefusal> {
    let entry = change.entry;
    let refuse = |reason| match entry.locations.first() {
        Some(location) => EditRefusal::at_location(location, reason),
        None => EditRefusal::of_file("", reason),
    };
    for note in &entry.notes {
        if let EntryNote::Automated(owner) = note
            && !consent.force_automated
        {
            return Err(refuse(RefusalReason::Automated { policy: owner.policy.clone() }));
        }
    }
    let image = change.image.clone().filter(|image| entry.image.as_ref() != Some(image));
    let change =
        VersionChange::of(&entry.version, &change.version, image, consent).map_err(refuse)?;
    Ok(PlannedChange { entry, change })
}

fn build_edits(
    reader: &SnapshotReader<'_>,
    pages: &BTreeMap<&str, FileEditor>,
    overrides: &[OverlayOverride],
) -> Result<FileEdits, EditRefusal> {
    let mut out: BTreeMap<&str, FileEdit> = BTreeMap::new();
    for (path, page) in pages {
        let splices = page.splices();
        let after = yaml::apply_splices(&page.text, &splices);
        let edit =
            FileEdit { path: (*path).to_owned(), before: page.text.to_string(), after, splices };
        out.insert(path, edit);
    }
    for one in overrides {
        let edit = match out.remove(one.path.as_str()) {
            Some(edit) => edit,
            None => {
                let text =
                    FileEditor::read(reader, &one.path, ValueNotation::Yaml)?.text.to_string();
                FileEdit {
                    path: one.path.clone(),
                    before: text.clone(),
                    after: text,
                    splices: Vec::new(),
                }
            }
        };
        let after = one.apply_to(&edit.after)?;
        let splices = vec![difference_splice(&edit.before, &after)];
        out.insert(&one.path, FileEdit { after, splices, ..edit });
    }
    Ok(FileEdits { files: out.into_values().filter(|file| file.before != file.after).collect() })
}

/// The one splice that makes a text another one.
fn difference_splice(before: &str, after: &str) -> Splice {
    let same = |(a, b): &((usize, char), (usize, char))| a.1 == b.1;
    let start = before
        .char_indices()
        .zip(after.char_indices())
        .take_while(same)
        .map(|(a, _)| a.0 + a.1.len_utf8());
    let start = start.last().unwrap_or(0);
    let tails = before[start..].chars().rev().zip(after[start..].chars().rev());
    let tail: usize = tails.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    Splice { span: start..before.len() - tail, text: after[start..after.len() - tail].to_owned() }
}

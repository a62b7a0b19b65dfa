//! Computes new file contents from wanted versions. Writes nothing.

use super::edit_base::EditBase;
use super::empty_digest::find_digest_fill;
use super::file_editor::FileEditor;
use super::file_edits::{EditConsent, FileEdit, FileEdits, PlannedChange};
use super::own_version::{OwnForm, OwnVersion};
use super::refusal::{EditRefusal, RefusalReason};
use super::verify::{self, cell_text};
use super::version_change::VersionChange;
use crate::model::{EntryNote, ImagePart, Location, MappingEntry, Version};
use crate::source::{Claim, SnapshotReader, ValueNotation, source_for};
use crate::yaml::{self, Splice};
use std::collections::{BTreeMap, BTreeSet};

/// A wanted version for an entry of the mapping.
#[derive(Debug, Clone)]
pub struct EntryChange<'e> {
    pub entry: &'e MappingEntry,
    pub version: Version,
    /// The wanted image, if that changes too.
    pub image: Option<String>,
}

/// Treatment of a value that only one kustomize overlay inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InheritedEdit {
    Override,
    InPlace,
}

/// Planned changes to files.
struct EditPlan<'p> {
    inherited: InheritedEdit,
    consent: EditConsent,
    places: BTreeMap<&'p str, Vec<(&'p Location, &'p VersionChange, ValueNotation)>>,
    overrides: Vec<OwnVersion>,
}

/// Entries that share a value.
#[derive(Default)]
struct ValueSharers {
    /// Number of sharers that are part of the changes.
    among: usize,
    /// Sharers that are not.
    others: BTreeSet<String>,
    /// True if those are in the stage of the entry.
    is_one_stage: bool,
}

impl<'a> EditBase<'a> {
    /// Computes edits that give all these entries their new versions: every location of a version
    /// changes, and nothing else.
    ///
    /// A kustomize overlay that only inherits its version gets an entry of its own, and a values
    /// file a key of its own if others inherit the value, too. A value is edited in place if
    /// several entries share it and all of them are to change, or if no entry can override it and
    /// no other entry has it.
    ///
    /// # Errors
    /// The first [`EditRefusal`].
    pub fn compute_edits(
        &self,
        changes: &[EntryChange<'_>],
        consent: EditConsent,
    ) -> Result<FileEdits, EditRefusal> {
        let planned = changes
            .iter()
            .map(|change| planned_change(change, consent))
            .collect::<Result<Vec<_>, _>>()?;
        let plan = self.plan_changes(&planned, InheritedEdit::Override, consent)?;
        match (self.carried_out(&plan, &planned), plan.overrides.first()) {
            (
                Err(EditRefusal { reason: RefusalReason::ReadsOtherwise { .. }, .. }),
                Some(first),
            ) if first.others.is_empty() => self.carried_out(
                &self.plan_changes(&planned, InheritedEdit::InPlace, consent)?,
                &planned,
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
    ) -> Result<FileEdits, EditRefusal> {
        let consent = plan.consent;
        let reader = SnapshotReader::new(&self.snapshot, self.cache);
        let mut pages: BTreeMap<&str, FileEditor> = BTreeMap::new();
        for (path, places) in &plan.places {
            for (location, change, notation) in places {
                let page = match pages.remove(path) {
                    Some(page) => page,
                    None => {
                        let mut page = FileEditor::read(&reader, path, *notation)?;
                        page.set_changing(changing_keys(planned, path));
                        page
                    }
                };
                let page = pages.entry(path).or_insert(page);
                let refuse = |reason| EditRefusal::at_location(location, reason);
                match find_digest_fill(change, location, &reader) {
                    None => page.add_change(location, change, consent).map_err(refuse)?,
                    Some(fill) => {
                        page.add_change(location, &fill.tag, consent).map_err(refuse)?;
                        page.fill_empty(fill.span, fill.digest, consent).map_err(refuse)?;
                    }
                }
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
        consent: EditConsent,
    ) -> Result<EditPlan<'p>, EditRefusal> {
        let (places, overrides) = (BTreeMap::new(), Vec::new());
        let mut plan = EditPlan { inherited, consent, places, overrides };
        for one in planned {
            self.add_change(one, planned, &mut plan)?;
        }
        Ok(plan)
    }

    /// Adds the edits for one change.
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
        if let Some(first) = entry.locations.first().filter(|_| self.is_replacing(claim)) {
            return Err(EditRefusal::at_location(first, RefusalReason::Replaced));
        }
        let (claim, _) = self.claim(claim);
        let inherited = entry.notes.contains(&EntryNote::Inherited);
        let sharers =
            if inherited { self.find_sharers(entry, all) } else { ValueSharers::default() };
        let (others, alone) = (sharers.others.into_iter().collect::<Vec<_>>(), sharers.among == 1);
        let Some(first) = entry.locations.first() else {
            return add_places(one, entry, claim, plan);
        };
        let is_local = inherited && !entry.notes.contains(&EntryNote::Remote);
        let own = |form| OwnVersion {
            path: claim.path.clone(),
            form,
            written_at: first.clone(),
            others: others.clone(),
        };
        let wants_own = !others.is_empty() || (alone && plan.inherited == InheritedEdit::Override);
        let takes_entry = is_local && entry.source.descriptor().takes_overrides;
        if let Some(image) = entry.image.as_ref().filter(|_| takes_entry && wants_own) {
            let (name, change) = (image.clone(), one.change.clone());
            plan.overrides.push(own(OwnForm::Image { name, change }));
            return Ok(());
        }
        if others.is_empty() {
            return add_places(one, entry, claim, plan);
        }
        let values =
            is_local.then(|| self.own_values(claim, entry, &one.change, plan.consent)).flatten();
        match values {
            Some(values) => {
                plan.overrides.extend(values.into_iter().map(OwnForm::Value).map(own));
                Ok(())
            }
            None => {
                let is_one_stage = sharers.is_one_stage;
                Err(EditRefusal::at_location(first, RefusalReason::Shared { others, is_one_stage }))
            }
        }
    }

    /// Finds the entries that have their version from the places of an entry.
    fn find_sharers(&self, entry: &MappingEntry, all: &[PlannedChange<'_>]) -> ValueSharers {
        let claims = self.looking_at(entry.locations.iter().map(|location| location.path.as_str()));
        let said = self.said_by(&claims);
        let mut sharers = ValueSharers { is_one_stage: true, ..ValueSharers::default() };
        for other in &said {
            if !other.locations.iter().any(|location| entry.locations.contains(location)) {
                continue;
            }
            if all.iter().any(|planned| planned.is_about(other)) {
                sharers.among += 1;
            } else {
                sharers.others.insert(cell_text(&other.cell()));
                sharers.is_one_stage &= other.stage == entry.stage;
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

/// Adds a change of every place that writes the entry.
fn add_places<'p>(
    one: &'p PlannedChange<'_>,
    entry: &'p MappingEntry,
    claim: &Claim<'_>,
    plan: &mut EditPlan<'p>,
) -> Result<(), EditRefusal> {
    names_the_image(entry, &one.change)?;
    for location in &entry.locations {
        let notation = source_for(claim.rule).notation(&location.path);
        plan.places.entry(&location.path).or_default().push((location, &one.change, notation));
    }
    Ok(())
}

/// Refuses a new image if no location holds its whole name.
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

/// Returns the keys in a file whose versions are to change.
fn changing_keys<'p>(
    planned: &'p [PlannedChange<'_>],
    path: &'p str,
) -> impl Iterator<Item = &'p str> {
    let locations = planned.iter().flat_map(|one| &one.entry.locations);
    locations.filter(move |location| location.path == path).map(|location| &*location.key)
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
    overrides: &[OwnVersion],
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

/// Returns the single splice that turns one text into another.
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

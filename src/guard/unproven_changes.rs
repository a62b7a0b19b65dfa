//! Changes of inputs that are not proven to be harmless, and inputs that are new.

use super::blind_spots::is_protected;
use super::permissions::{BreakGlassCommit, ChangeContributors};
use super::proof::{
    CellPlaces, ChangedInput, UnprovenPlace, find_unproven_lines, find_unproven_places,
    is_kustomization, patch_files,
};
use super::rulings::Ruling;
use super::state::{GuardState, InputUse};
use super::unsafe_changes::GuardInput;
use crate::config::Config;
use crate::git::path::{folder_of, resolve};
use crate::model::{SourceForm, SourceKind, StageName, Warning, base_name};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Rules on the inputs of protected stages that changed, or that are inputs only now. Files in
/// `known` have a ruling already.
pub fn find_unproven_changes(
    scope: &GuardInput<'_>,
    people: &ChangeContributors<'_>,
    glasses: &[BreakGlassCommit],
    known: &BTreeSet<String>,
) -> Vec<Ruling> {
    let comparison = InputComparison::of(scope);
    let found =
        comparison.judged_inputs().into_iter().map(|(path, judged)| (path, judged.unproven));
    let unknown = found.filter(|(path, all)| !all.is_empty() && !known.contains(*path));
    unknown.map(|(path, all)| comparison.to_ruling(path, &all, (people, glasses))).collect()
}

/// The differences of an input other than its cells.
#[derive(Default)]
pub(super) struct JudgedInput {
    pub unproven: Vec<UnprovenPlace>,
    /// The rules by which the others are harmless.
    pub harmless: BTreeSet<&'static str>,
}

/// Both states, and what changed.
pub(super) struct InputComparison<'s> {
    pub(super) scope: &'s GuardInput<'s>,
    changed: BTreeSet<&'s str>,
    /// Files that come while others of the same kind go, or the other way round.
    mixed: BTreeSet<SourceKind>,
    /// The files that kustomizations name as patches; read when they are asked for.
    patches: OnceCell<BTreeSet<String>>,
}

impl<'s> InputComparison<'s> {
    pub(super) fn of(scope: &'s GuardInput<'s>) -> Self {
        let changed = scope.differences.changes.iter().map(|one| one.path.as_str()).collect();
        let mut comparison =
            InputComparison { scope, changed, mixed: BTreeSet::new(), patches: OnceCell::new() };
        comparison.mixed = comparison.mixed_kinds();
        comparison
    }

    /// The changed inputs of protected stages, and files with warnings that are new, judged.
    pub(super) fn judged_inputs(&self) -> BTreeMap<&'s str, JudgedInput> {
        let mut found: BTreeMap<&str, JudgedInput> = BTreeMap::new();
        for (path, kind) in self.inputs() {
            let harmless = RefCell::default();
            let places = self.judge_input(path, kind, &harmless);
            let judged = found.entry(path).or_default();
            judged.unproven.extend(places);
            judged.harmless.extend(harmless.into_inner());
        }
        for path in self.templates() {
            found.entry(path).or_default().unproven.extend(self.judge_template(path));
        }
        for (path, place) in self.new_warnings() {
            found.entry(path).or_default().unproven.push(place);
        }
        found
    }

    /// The changed inputs and those that are none in the state before, with their kinds.
    fn inputs(&self) -> BTreeSet<(&'s str, SourceKind)> {
        let (before, after) = (&self.scope.before.inputs, &self.scope.after.inputs);
        let of = |inputs: &'s BTreeMap<String, InputUse>| {
            inputs.iter().flat_map(|(path, input)| {
                input.kinds.iter().map(move |kind| (path.as_str(), *kind))
            })
        };
        let is_other = |(path, kind): &(&str, SourceKind)| {
            self.changed.contains(path) || uses(before, path, *kind) != uses(after, path, *kind)
        };
        of(before).chain(of(after)).filter(is_other).collect()
    }

    /// The changed templates of charts.
    fn templates(&self) -> BTreeSet<&'s str> {
        let inputs = self.scope.before.inputs.iter().chain(&self.scope.after.inputs);
        let templates = inputs.filter(|(_, input)| input.is_template);
        templates
            .map(|(path, _)| path.as_str())
            .filter(|path| self.changed.contains(path))
            .collect()
    }

    fn judge_template(&self, path: &str) -> Vec<UnprovenPlace> {
        let (before, after) = ((self.scope.text_before)(path), (self.scope.text_after)(path));
        if before.is_none() && after.is_none() {
            let why = "it is a packed chart, or a template that is not a text in UTF-8".to_owned();
            return vec![UnprovenPlace { keys: String::new(), line: None, why }];
        }
        find_unproven_lines(before.as_deref(), after.as_deref())
    }

    fn judge_input(
        &self,
        path: &str,
        kind: SourceKind,
        harmless: &RefCell<BTreeSet<&'static str>>,
    ) -> Vec<UnprovenPlace> {
        let scope = self.scope;
        let text = |state: &GuardState, read: &dyn Fn(&str) -> Option<String>| {
            uses(&state.inputs, path, kind).then(|| read(path)).flatten()
        };
        let before = text(scope.before, scope.text_before);
        let after = text(scope.after, scope.text_after);
        if before == after {
            return self.check_text(path, kind);
        }
        let folder = folder_of(path);
        let is_path = |relative: &str| {
            resolve(folder, relative)
                .is_some_and(|path| (scope.is_there_before)(&path) || (scope.is_there_after)(&path))
        };
        let beside =
            if kind == SourceKind::Compose { self.texts_beside(folder) } else { Vec::new() };
        let input = ChangedInput {
            path,
            kind,
            before: before.as_deref(),
            after: after.as_deref(),
            places: &CellPlaces::of_file(path, &scope.before.entries, &scope.after.entries),
            is_whole: self.is_whole(path, kind),
            is_path: &is_path,
            is_patch: &|| is_kustomization(base_name(path)) || self.is_patch(path),
            beside: &beside,
            harmless,
        };
        let mut out = self.check_text(path, kind);
        out.extend(find_unproven_places(&input));
        out
    }

    /// True for a file that a kustomization of the inputs names as a patch, on either side.
    fn is_patch(&self, path: &str) -> bool {
        let all = self.patches.get_or_init(|| {
            let inputs = [&self.scope.before.inputs, &self.scope.after.inputs];
            let paths: BTreeSet<&String> = inputs.into_iter().flat_map(BTreeMap::keys).collect();
            let files = paths.into_iter().filter(|path| is_kustomization(base_name(path)));
            let named = files.flat_map(|file| {
                let texts = [(self.scope.text_before)(file), (self.scope.text_after)(file)];
                let named: Vec<String> =
                    texts.iter().flatten().flat_map(|text| patch_files(text)).collect();
                named.into_iter().filter_map(|name| resolve(folder_of(file), &name))
            });
            named.collect()
        });
        all.contains(path)
    }

    /// A file that is there and has no text, such as one in another encoding.
    fn check_text(&self, path: &str, kind: SourceKind) -> Vec<UnprovenPlace> {
        let is_read = uses(&self.scope.after.inputs, path, kind);
        let is_unread =
            is_read && (self.scope.is_file_after)(path) && (self.scope.text_after)(path).is_none();
        let is_same = !self.changed.contains(path) && uses(&self.scope.before.inputs, path, kind);
        let why = "it is not a text in UTF-8".to_owned();
        let place = UnprovenPlace { keys: String::new(), line: None, why };
        (is_unread && !is_same).then_some(place).into_iter().collect()
    }

    /// True if a claimed file comes or goes, and no other of its kind does the reverse. An object
    /// of a controller that goes takes along what it deploys, also where its versions stay: those
    /// of an overlay that it names.
    fn is_whole(&self, path: &str, kind: SourceKind) -> bool {
        let (before, after) = (self.scope.before, self.scope.after);
        before.claims.contains(path) != after.claims.contains(path)
            && ((self.scope.text_before)(path).is_none() || (self.scope.text_after)(path).is_none())
            && !self.mixed.contains(&kind)
            && !self.is_controller_gone(path, kind)
    }

    /// True if the objects of a controller go with their file, and come in no other.
    fn is_controller_gone(&self, path: &str, kind: SourceKind) -> bool {
        let text = (self.scope.text_before)(path);
        let comes_elsewhere = |other: &&str| {
            self.scope.after.claims.contains(*other)
                && self.stages(other).is_superset(&self.stages(path))
                && (self.scope.text_after)(other) == text
        };
        kind.descriptor().form == SourceForm::ControllerObjects
            && !self.scope.after.claims.contains(path)
            && !self.changed.iter().any(comes_elsewhere)
    }

    /// The kinds of which claimed files both come and go, other than files that only move.
    fn mixed_kinds(&self) -> BTreeSet<SourceKind> {
        let (before, after) = (self.scope.before, self.scope.after);
        let mut gone: BTreeMap<SourceKind, Vec<String>> = BTreeMap::new();
        let mut come: BTreeMap<SourceKind, Vec<String>> = BTreeMap::new();
        let is_claimed =
            |path: &&&str| before.claims.contains(**path) || after.claims.contains(**path);
        for path in self.changed.iter().filter(is_claimed) {
            let kinds = |state: &GuardState| {
                let input = state.inputs.get(*path);
                input.map(|input| input.kinds.clone()).unwrap_or_default()
            };
            match ((self.scope.text_before)(path), (self.scope.text_after)(path)) {
                (Some(text), None) if before.claims.contains(*path) => {
                    kinds(before).into_iter().for_each(|kind| {
                        gone.entry(kind).or_default().push(text.clone());
                    });
                }
                (None, Some(text)) if after.claims.contains(*path) => {
                    kinds(after).into_iter().for_each(|kind| {
                        come.entry(kind).or_default().push(text.clone());
                    });
                }
                _ => {}
            }
        }
        let mut out = BTreeSet::new();
        for (kind, gone) in gone {
            let come = come.get(&kind).map(Vec::as_slice).unwrap_or_default();
            let is_new = come.iter().any(|text| !gone.contains(text));
            let is_gone = gone.iter().any(|text| !come.contains(text));
            if is_new && is_gone {
                out.insert(kind);
            }
        }
        out
    }

    /// The compose files and variables in a folder, on both sides.
    fn texts_beside(&self, folder: &str) -> Vec<String> {
        let inputs = [&self.scope.before.inputs, &self.scope.after.inputs].into_iter().flatten();
        let near: BTreeSet<&str> = inputs
            .filter(|(path, input)| {
                input.kinds.contains(&SourceKind::Compose) && folder_of(path) == folder
            })
            .map(|(path, _)| path.as_str())
            .collect();
        let both = near
            .into_iter()
            .flat_map(|path| [(self.scope.text_before)(path), (self.scope.text_after)(path)]);
        both.flatten().collect()
    }

    /// The warnings that were not there before, about files that protected stages read: something
    /// that a build meets now is not read, whichever file changed.
    fn new_warnings(&self) -> Vec<(&'s str, UnprovenPlace)> {
        let mut known: BTreeMap<(&str, Option<&str>, &str), usize> = BTreeMap::new();
        let key = |warning: &'s Warning| {
            (warning.code, warning.path.as_deref(), warning.message.as_str())
        };
        for warning in &self.scope.before.warnings {
            *known.entry(key(warning)).or_default() += 1;
        }
        let mut out = Vec::new();
        for warning in &self.scope.after.warnings {
            if let Some(count) = known.get_mut(&key(warning)).filter(|count| **count > 0) {
                *count -= 1;
                continue;
            }
            let Some(path) = warning.path.as_deref() else { continue };
            // A file that could not be read before is compared as a whole, see the blind spots.
            let is_same_kind =
                |other: &Warning| (other.code, &other.path) == (warning.code, &warning.path);
            let was_unread = warning.code.starts_with("not-")
                && self.scope.before.warnings.iter().any(is_same_kind);
            if self.is_input(path) && !was_unread {
                let why = warning.message.clone();
                out.push((path, UnprovenPlace { keys: String::new(), line: None, why }));
            }
        }
        out
    }

    /// True for an input after the change, or a directory of inputs.
    fn is_input(&self, path: &str) -> bool {
        let inputs = &self.scope.after.inputs;
        let below = format!("{path}/");
        inputs.contains_key(path)
            || inputs.range(below.clone()..).next().is_some_and(|(one, _)| one.starts_with(&below))
    }

    /// The protected stages that a file affects.
    pub(super) fn stages(&self, path: &str) -> BTreeSet<&'s StageName> {
        let sides = [&self.scope.before.inputs, &self.scope.after.inputs];
        sides
            .into_iter()
            .filter_map(|inputs| inputs.get(path))
            .flat_map(|one| &one.stages)
            .collect()
    }
}

/// True if a source of this kind reads the path, or looks for it.
fn uses(inputs: &BTreeMap<String, InputUse>, path: &str, kind: SourceKind) -> bool {
    inputs.get(path).is_some_and(|input| input.kinds.contains(&kind))
}

/// The protected stages among these; empty if they are unknown but some stage is protected.
pub fn protected_stages(
    stages: &BTreeSet<StageName>,
    config: &Config,
) -> Option<BTreeSet<StageName>> {
    if stages.is_empty() {
        return is_protected(None, config).then(BTreeSet::new);
    }
    let kept: BTreeSet<StageName> =
        stages.iter().filter(|stage| is_protected(Some(stage), config)).cloned().collect();
    (!kept.is_empty()).then_some(kept)
}

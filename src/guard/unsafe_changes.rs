//! Finds changes that cannot be judged and are therefore refused.

use super::path_folding::{fold_path, parent_folders};
use super::rulings::{GuardCheck, GuardRefusal, Ruling};
use super::state::GuardState;
use super::{ambiguous_yaml, git_attributes};
use crate::config::{Config, SourceRule};
use crate::git::{FileKind, PathChange, TreeDiff};
use crate::model::{CellKey, ImagePart, MappingEntry, PathTemplate};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Both states, and their differences.
pub struct GuardInput<'s> {
    pub config: &'s Config,
    pub before: &'s GuardState,
    pub after: &'s GuardState,
    pub differences: &'s TreeDiff,
    /// Files that the rules depend on.
    pub rule_files: &'s BTreeSet<String>,
    /// Reads a file before and after the change.
    pub text_before: &'s dyn Fn(&str) -> Option<String>,
    pub text_after: &'s dyn Fn(&str) -> Option<String>,
    /// Tells whether a link after the change leads to a file of the repository.
    pub leads_to_file: &'s dyn Fn(&PathChange) -> bool,
    /// Tells whether the path exists before the change.
    pub stands: &'s dyn Fn(&str) -> bool,
    /// Tell whether a file or a directory is there before and after the change.
    pub is_there_before: &'s dyn Fn(&str) -> bool,
    pub is_there_after: &'s dyn Fn(&str) -> bool,
    /// Tells whether a file is there after the change.
    pub is_file_after: &'s dyn Fn(&str) -> bool,
}

/// Finds all unsafe changes.
pub fn find_unsafe_changes(scope: &GuardInput<'_>) -> Vec<Ruling> {
    let near = PathIndex::of(scope);
    let mut out: Vec<Ruling> = Vec::new();
    let mut seen = BTreeSet::new();
    for change in &scope.differences.changes {
        let twice_listed = !seen.insert(change.path.as_str());
        let found = check_duplicate_path(scope, change, twice_listed)
            .or_else(|| check_link(scope, change))
            .or_else(|| near.check_similar_path(scope, change))
            .or_else(|| check_readable(scope, change))
            .or_else(|| check_ambiguous_yaml(scope, change))
            .or_else(|| check_value_type(scope, change, &near))
            .or_else(|| check_document_count(scope, change, &near))
            .or_else(|| check_lost_versions(scope, change, &near))
            .or_else(|| check_attributes(scope, change));
        out.extend(found);
    }
    for directory in &scope.differences.beyond {
        let reason = "a changed path here cannot be read: it is not UTF-8, or nested too deeply";
        let shown = if directory.is_empty() { "." } else { directory };
        out.push(Ruling::of_file(
            shown,
            None,
            Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
        ));
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// Refuses a path that its tree lists twice. Git does not write such trees, and programs differ in
/// which entry they take.
fn check_duplicate_path(
    scope: &GuardInput<'_>,
    change: &PathChange,
    is_listed_twice: bool,
) -> Option<Ruling> {
    let is_hidden = change.before.is_none() && (scope.stands)(&change.path);
    (is_listed_twice || is_hidden).then(|| {
        let reason = "duplicate name in a directory";
        Ruling::of_file(&change.path, None, Some(GuardRefusal::new(GuardCheck::Unreadable, reason)))
    })
}

/// Refuses links and submodules where mapped files are or could be.
fn check_link(scope: &GuardInput<'_>, change: &PathChange) -> Option<Ruling> {
    let kind = change.after.map(|after| after.kind).filter(|kind| *kind != FileKind::File)?;
    let below = format!("{}/", change.path);
    let holds = |paths: &BTreeSet<String>| {
        paths.contains(&change.path)
            || paths.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below))
    };
    let is_near = holds(&scope.before.touched)
        || holds(&scope.after.touched)
        || holds(scope.rule_files)
        || scope.config.rules.iter().any(|rule| rule.path.captures(&change.path).is_some())
        || !(scope.leads_to_file)(change)
            && scope.config.rules.iter().any(|rule| leads_to(rule, &change.path, scope.config));
    is_near.then(|| {
        let what = if kind == FileKind::Symlink { "a symbolic link" } else { "a submodule" };
        let reason = format!("{what} where versions are read cannot be judged");
        Ruling::of_file(&change.path, None, Some(GuardRefusal::new(GuardCheck::Link, reason)))
    })
}

/// True if a file of this rule could be at or below the path.
fn leads_to(rule: &SourceRule, path: &str, config: &Config) -> bool {
    let template = rule.path.as_str();
    let (parts, depth) = (template.split('/').collect::<Vec<_>>(), path.split('/').count());
    let open = parts.iter().position(|part| part.contains("**"));
    let depth = depth.min(open.unwrap_or(parts.len())).min(parts.len());
    let start = parts[..depth].join("/");
    let shown: Vec<&str> = path.split('/').take(depth).collect();
    if depth == 0 {
        return true;
    }
    let template = PathTemplate::parse(&start, &config.stage_words());
    let matches = template.is_ok_and(|template| template.captures(&shown.join("/")).is_some());
    let is_below = path.split('/').count() > parts.len() && open.is_none();
    matches && !is_below
}

/// Refuses a file of the mapping that became unreadable.
fn check_readable(scope: &GuardInput<'_>, change: &PathChange) -> Option<Ruling> {
    let path = &change.path;
    if let (Some(warning), None) = (scope.after.find_warning(path), scope.before.find_warning(path))
    {
        let reason = format!("was readable before, but now {}", warning.message);
        return Some(Ruling::of_file(
            path,
            None,
            Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
        ));
    }
    None
}

/// Refuses a file of the mapping that became ambiguous.
fn check_ambiguous_yaml(scope: &GuardInput<'_>, change: &PathChange) -> Option<Ruling> {
    let path = &change.path;
    if !scope.after.touched.contains(path) && !scope.before.touched.contains(path) {
        return None;
    }
    let (before, after) = ((scope.text_before)(path), (scope.text_after)(path)?);
    let (reason, line) = ambiguous_yaml::find_new_ambiguity(path, before.as_deref(), &after)?;
    Some(Ruling::of_file(path, Some(line), Some(GuardRefusal::new(GuardCheck::Unreadable, reason))))
}

/// Refuses a version that is no longer a string: `"1.10"` without its quotes is 1.1.
fn check_value_type(
    scope: &GuardInput<'_>,
    change: &PathChange,
    near: &PathIndex<'_>,
) -> Option<Ruling> {
    let odd = |text: &str, entries: &[&MappingEntry]| -> Vec<(CellKey, u32)> {
        let entries = entries.iter().filter(|entry| entry.source.descriptor().is_yaml);
        let places =
            entries.flat_map(|entry| entry.locations.iter().map(move |place| (entry, place)));
        let here = places
            .filter(|(_, place)| place.path == change.path && place.part != ImagePart::Reference);
        let odd = here.filter(|(_, place)| {
            ambiguous_yaml::is_untyped(text, place.span.start..place.span.end)
        });
        odd.map(|(entry, place)| (entry.cell(), place.line)).collect()
    };
    // A file is read only if it holds versions: a change may have a million others.
    let entries = near.after.get(change.path.as_str())?;
    let after = odd(&(scope.text_after)(&change.path)?, entries);
    if after.is_empty() {
        return None;
    }
    let before = near.before.get(change.path.as_str()).map(Vec::as_slice).unwrap_or_default();
    let known =
        (scope.text_before)(&change.path).map(|text| odd(&text, before)).unwrap_or_default();
    let (_, line) =
        after.into_iter().find(|(cell, _)| known.iter().all(|(other, _)| other != cell))?;
    let reason = "a version here is not read as a string; quote it";
    Some(Ruling::of_file(
        &change.path,
        Some(line),
        Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
    ))
}

/// Refuses a values file that became several documents: helm reads the first, other programs all.
fn check_document_count(
    scope: &GuardInput<'_>,
    change: &PathChange,
    near: &PathIndex<'_>,
) -> Option<Ruling> {
    let entries = near.after.get(change.path.as_str())?;
    if !entries.iter().any(|entry| entry.source.descriptor().is_one_document) {
        return None;
    }
    let is_several =
        |text: Option<String>| text.is_some_and(|text| ambiguous_yaml::count_documents(&text) > 1);
    if !is_several((scope.text_after)(&change.path))
        || is_several((scope.text_before)(&change.path))
    {
        return None;
    }
    let reason = "split into several documents; programs differ in which ones they read";
    Some(Ruling::of_file(
        &change.path,
        None,
        Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
    ))
}

/// Refuses attributes by which files of the mapping are checked out differently from what was
/// committed.
fn check_attributes(scope: &GuardInput<'_>, change: &PathChange) -> Option<Ruling> {
    let directory = change
        .path
        .strip_suffix(".gitattributes")?
        .strip_suffix('/')
        .or_else(|| (change.path == ".gitattributes").then_some(""))?;
    let (before, after) = (
        (scope.text_before)(&change.path).unwrap_or_default(),
        (scope.text_after)(&change.path).unwrap_or_default(),
    );
    let files = scope.before.touched.iter().chain(&scope.after.touched).map(String::as_str);
    let line = git_attributes::find_changed_attribute(directory, &before, &after, files)?;
    let reason = "this attribute changes mapped files on checkout";
    Some(Ruling::of_file(
        &change.path,
        line,
        Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
    ))
}

/// Refuses a file that still exists but no longer holds a version: other programs may read one.
fn check_lost_versions(
    scope: &GuardInput<'_>,
    change: &PathChange,
    near: &PathIndex<'_>,
) -> Option<Ruling> {
    change.after?;
    let before = near.before.get(change.path.as_str())?;
    let first = before.first()?.locations.first().map(|place| place.key.clone())?;
    // An overlay may drop its own version and inherit that of its base.
    let is_built =
        |entry: &&MappingEntry| entry.source.is_built() && near.cells.contains(&entry.cell());
    if near.after.contains_key(change.path.as_str())
        || before.iter().all(is_built)
        || !scope.after.touched.contains(&change.path)
    {
        return None;
    }
    let key = if first.is_empty() { String::new() } else { format!(" at `{first}`") };
    let reason = format!("no longer holds a version{key}, although the file still exists");
    Some(Ruling::of_file(
        &change.path,
        None,
        Some(GuardRefusal::new(GuardCheck::Unreadable, reason)),
    ))
}

/// Mapping and paths, indexed: folded names, and the entries of each file.
struct PathIndex<'s> {
    before: HashMap<&'s str, Vec<&'s MappingEntry>>,
    after: HashMap<&'s str, Vec<&'s MappingEntry>>,
    /// Cells after the change.
    cells: HashSet<CellKey>,
    files: BTreeMap<String, &'s str>,
    directories: BTreeMap<String, &'s str>,
}

fn by_file(entries: &[MappingEntry]) -> HashMap<&str, Vec<&MappingEntry>> {
    let mut out: HashMap<&str, Vec<&MappingEntry>> = HashMap::new();
    for entry in entries {
        for place in &entry.locations {
            let here = out.entry(place.path.as_str()).or_default();
            if !here.last().is_some_and(|last| std::ptr::eq(*last, entry)) {
                here.push(entry);
            }
        }
    }
    out
}

impl<'s> PathIndex<'s> {
    fn of(scope: &'s GuardInput<'_>) -> Self {
        let paths =
            || scope.before.touched.iter().chain(&scope.after.touched).chain(scope.rule_files);
        let there = paths().filter(|path| (scope.stands)(path) || scope.rule_files.contains(*path));
        let directories = there.clone().flat_map(|path| parent_folders(path));
        PathIndex {
            before: by_file(&scope.before.entries),
            after: by_file(&scope.after.entries),
            cells: scope.after.entries.iter().map(MappingEntry::cell).collect(),
            files: there.map(|path| (fold_path(path), path.as_str())).collect(),
            directories: directories.map(|directory| (fold_path(directory), directory)).collect(),
        }
    }

    /// Refuses a new name that some file systems treat as that of a known file or directory.
    fn check_similar_path(&self, scope: &GuardInput<'_>, change: &PathChange) -> Option<Ruling> {
        let path = change.path.as_str();
        if change.after.is_none() || (scope.stands)(path) || scope.rule_files.contains(path) {
            return None;
        }
        let same = self.files.get(&fold_path(path)).copied();
        let beside = || {
            let near = |directory| Some((directory, *self.directories.get(&fold_path(directory))?));
            let found =
                parent_folders(path).filter_map(near).find(|(directory, known)| directory != known);
            found.map(|(_, known)| known)
        };
        let known = same.filter(|known| *known != path).or_else(beside)?;
        let reason = format!("some file systems treat this name as {known}");
        Some(Ruling::of_file(path, None, Some(GuardRefusal::new(GuardCheck::Alike, reason))))
    }
}

//! What cannot be judged, and so is not let through.

use super::alike::{directories, folded};
use super::rulings::{Check, Refusal, Ruling};
use super::side::Side;
use crate::config::{Config, Rule};
use crate::git::{Change, Differences, FileKind};
use crate::model::{Entry, PathTemplate, SlotKey};
use std::collections::{BTreeMap, BTreeSet};

/// Both states, and what differs between them.
pub struct Scope<'s> {
    pub config: &'s Config,
    pub before: &'s Side,
    pub after: &'s Side,
    pub differences: &'s Differences,
    /// Files that rules are made of.
    pub rule_files: &'s BTreeSet<String>,
    /// A key that is written twice in one mapping of a file as it would be, with its line, where it was
    /// not before.
    pub twice: &'s dyn Fn(&Change) -> Option<(String, u32)>,
    /// Is there a file of this path in the state that stands?
    pub stands: &'s dyn Fn(&str) -> bool,
}

/// Everything that is odd about the change.
pub fn oddities(scope: &Scope<'_>) -> Vec<Ruling> {
    let near = Near::of(scope);
    let mut out: Vec<Ruling> = Vec::new();
    let mut seen = BTreeSet::new();
    for change in &scope.differences.changes {
        let twice_listed = !seen.insert(change.path.as_str());
        let found = disguised(scope, change, twice_listed)
            .or_else(|| linked(scope, change))
            .or_else(|| near.alike(scope, change))
            .or_else(|| unreadable(scope, change))
            .or_else(|| silent(scope, change));
        out.extend(found);
    }
    for directory in &scope.differences.beyond {
        let reason = "something differs here that no path can name: a name that is not UTF-8, or too many folders";
        let shown = if directory.is_empty() { "." } else { directory };
        out.push(Ruling::of_file(shown, None, Some(Refusal::of(Check::Unreadable, reason))));
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// A tree that names a path twice; git would not write it, and programs differ in which they take.
fn disguised(scope: &Scope<'_>, change: &Change, is_listed_twice: bool) -> Option<Ruling> {
    let is_hidden = change.before.is_none() && (scope.stands)(&change.path);
    (is_listed_twice || is_hidden).then(|| {
        let reason = "one directory has this name twice";
        Ruling::of_file(&change.path, None, Some(Refusal::of(Check::Unreadable, reason)))
    })
}

/// Something that is no file, where the mapping is or could be.
fn linked(scope: &Scope<'_>, change: &Change) -> Option<Ruling> {
    let kind = change.after.map(|after| after.kind).filter(|kind| *kind != FileKind::File)?;
    let below = format!("{}/", change.path);
    let holds = |paths: &BTreeSet<String>| {
        paths.contains(&change.path) || paths.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below))
    };
    let is_near = holds(&scope.before.touched)
        || holds(&scope.after.touched)
        || holds(scope.rule_files)
        || scope.config.rules.iter().any(|rule| leads_to(rule, &change.path, scope.config));
    is_near.then(|| {
        let what = if kind == FileKind::Symlink { "a symbolic link" } else { "a submodule" };
        let reason = format!("{what} stands where versions are read, and what is behind it cannot be judged");
        Ruling::of_file(&change.path, None, Some(Refusal::of(Check::Link, reason)))
    })
}

/// Could a file of this rule lie at or below the path?
fn leads_to(rule: &Rule, path: &str, config: &Config) -> bool {
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

/// A file of the mapping that can no longer be read, or be read in two ways.
fn unreadable(scope: &Scope<'_>, change: &Change) -> Option<Ruling> {
    let path = &change.path;
    if let (Some(warning), None) = (scope.after.warning(path), scope.before.warning(path)) {
        let reason = format!("it could be read before, and now {}", warning.message);
        return Some(Ruling::of_file(path, None, Some(Refusal::of(Check::Unreadable, reason))));
    }
    if !scope.after.touched.contains(path) {
        return None;
    }
    let (key, line) = (scope.twice)(change)?;
    let reason = format!("the key `{key}` is written twice, and programs differ in which they take");
    Some(Ruling::of_file(path, Some(line), Some(Refusal::of(Check::Unreadable, reason))))
}

/// A file that said versions, is still there, and says none: what it says to other programs is not
/// known.
fn silent(scope: &Scope<'_>, change: &Change) -> Option<Ruling> {
    change.after?;
    let says = |entry: &&Entry| entry.locations.iter().any(|place| place.path == change.path);
    let is_there = |slot: &SlotKey| scope.after.entries.iter().any(|entry| entry.slot() == *slot);
    let mut before = scope.before.entries.iter().filter(says).peekable();
    let first = before.peek()?.locations.first().map(|place| place.key.clone())?;
    if scope.after.entries.iter().any(|entry| says(&entry)) || before.all(|entry| is_there(&entry.slot())) {
        return None;
    }
    let key = if first.is_empty() { String::new() } else { format!(" at `{first}`") };
    let reason = format!("it said a version{key} and says none any more, though the file is still there");
    Some(Ruling::of_file(&change.path, None, Some(Refusal::of(Check::Unreadable, reason))))
}

/// The names that count, as they would be taken.
struct Near<'s> {
    files: BTreeMap<String, &'s str>,
    directories: BTreeMap<String, &'s str>,
}

impl<'s> Near<'s> {
    fn of(scope: &'s Scope<'_>) -> Self {
        let paths = || scope.before.touched.iter().chain(&scope.after.touched).chain(scope.rule_files);
        let there = paths().filter(|path| (scope.stands)(path) || scope.rule_files.contains(*path));
        let directories = there.clone().flat_map(|path| directories(path));
        Near {
            files: there.map(|path| (folded(path), path.as_str())).collect(),
            directories: directories.map(|directory| (folded(directory), directory)).collect(),
        }
    }

    /// A new name that some file systems take for one that counts, or puts beside it.
    fn alike(&self, scope: &Scope<'_>, change: &Change) -> Option<Ruling> {
        let path = change.path.as_str();
        if change.after.is_none() || (scope.stands)(path) || scope.rule_files.contains(path) {
            return None;
        }
        let same = self.files.get(&folded(path)).copied();
        let beside = || {
            let near = |directory| Some((directory, *self.directories.get(&folded(directory))?));
            let found = directories(path).filter_map(near).find(|(directory, known)| directory != known);
            found.map(|(_, known)| known)
        };
        let known = same.filter(|known| *known != path).or_else(beside)?;
        let reason = format!("some file systems take this name for {known}");
        Some(Ruling::of_file(path, None, Some(Refusal::of(Check::Alike, reason))))
    }
}

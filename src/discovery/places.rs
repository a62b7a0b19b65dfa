//! Rules for the many places of one stage: sites, networks, tenants. What varies in their paths are
//! targets.

use super::single::{self, DEFAULT_STAGE};
use super::unstaged_files::{PinnedFile, UnstagedFiles, find_pinned_files, rule_subject};
use crate::config::{NameTemplate, SourceRule};
use crate::model::{Confidence, PathTemplate, SourceKind, StageName};
use crate::source::SnapshotReader;
use std::collections::{BTreeMap, BTreeSet};

/// Share of other files that a template may match, one in so many.
const FEW: usize = 5;

/// Returns the rules for these files, each with their number. `staged` are the rules of stages,
/// which keep their files.
pub(super) fn rules_for_places(
    files: &[&str],
    paths: &[&str],
    staged: &[SourceRule],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    if files.is_empty() {
        return Vec::new();
    }
    let found = find_pinned_files(files, reader);
    let mut shapes: BTreeMap<(SourceKind, usize, String), Vec<&PinnedFile>> = BTreeMap::new();
    for place in &found.places {
        let name = place.subject.rsplit('/').next().unwrap_or_default();
        // Folders of kustomizations end in what varies.
        let name = if place.kind.is_built() { String::new() } else { name.to_owned() };
        let depth = place.subject.matches('/').count();
        shapes.entry((place.kind, depth, name)).or_default().push(place);
    }
    let (mut rules, mut rest) = (Vec::new(), UnstagedFiles::default());
    for ((kind, ..), members) in shapes {
        match rule_of_shape(kind, &members, paths, staged) {
            Some(rule) => rules.push((rule, members.len())),
            None => rest.places.extend(members.into_iter().cloned()),
        }
    }
    (rest.silent, rest.built) = (found.silent, found.built);
    rules.extend(single::in_one_stage(&rest, paths));
    rules
}

/// Returns the rule for files of one depth and name; `None` if a template would match too much.
fn rule_of_shape(
    kind: SourceKind,
    members: &[&PinnedFile],
    paths: &[&str],
    staged: &[SourceRule],
) -> Option<SourceRule> {
    let cut: Vec<Vec<&str>> =
        members.iter().map(|member| member.subject.split('/').collect()).collect();
    let first = cut.first().filter(|_| members.len() > 1)?;
    let varies = |at: &usize| cut.iter().any(|parts| parts[*at] != first[*at]);
    let varying: Vec<usize> = (0..first.len()).filter(varies).collect();
    let names = match varying.len() {
        1 => &["{target}"][..],
        2 => &["{target}", "{variant}"],
        _ => return None,
    };
    let part = |at: usize| match varying.iter().position(|varying| *varying == at) {
        Some(place) => names[place],
        None => first[at],
    };
    let template = (0..first.len()).map(part).collect::<Vec<_>>().join("/");
    let mut rule = SourceRule::new(kind, &template, &[]).ok()?;
    rule.target = NameTemplate::new(names.join("/"));
    if members.iter().any(|member| member.nameless) {
        rule.app = NameTemplate::new(app_of(first));
    }
    rule.stage = Some(StageName::new(DEFAULT_STAGE));
    rule.confidence = Confidence::Medium;
    let mine: BTreeSet<&str> = members.iter().map(|member| member.subject.as_str()).collect();
    let mut others = 0;
    let mut kept: Vec<PathTemplate> = Vec::new();
    for subject in paths.iter().filter_map(|path| rule_subject(kind, path)) {
        if mine.contains(subject) || rule.path.captures(subject).is_none() {
            continue;
        }
        match staged.iter().find(|staged| staged.path.captures(subject).is_some()) {
            Some(staged) if kept.iter().any(|known| known.as_str() == staged.path.as_str()) => {}
            Some(staged) => kept.push(staged.path.clone()),
            None => others += 1,
        }
    }
    rule.not = kept;
    (others * FEW <= members.len()).then_some(rule)
}

/// The app of files that name none: the file's own name, up to the first dot.
fn app_of(parts: &[&str]) -> String {
    let name = parts.last().copied().unwrap_or_default();
    name.split('.').find(|piece| !piece.is_empty()).unwrap_or(name).to_owned()
}

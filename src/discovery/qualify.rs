//! Distinguishes apps of the same name in two parallel layouts, such as `argocd/{stage}/api.yaml`
//! and `helmfile/{stage}/api.yaml`, by the folder in which they differ.

use super::family::VersionedFile;
use crate::config::{NameTemplate, SourceRule};
use crate::git::path::folder_of;
use crate::model::{SourceForm, SourceKind};
use std::collections::{BTreeMap, BTreeSet};

/// A cell of the mapping, before versions are read.
type DraftCell = (String, String, String, String);

/// Gives rules that would fill the same cells different names: `api@argocd`, `api@helmfile`.
pub fn qualify_apps(rules: &mut [SourceRule], members: &[Vec<VersionedFile>]) {
    let mut owners: BTreeMap<DraftCell, BTreeMap<String, usize>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for (place, subject) in draft_cells(rule, &members[index]) {
            owners.entry(place).or_default().entry(subject).or_insert(index);
        }
    }
    let mut clashing: BTreeSet<(usize, usize)> = BTreeSet::new();
    for files in owners.values() {
        let rules: BTreeSet<usize> = files.values().copied().collect();
        for a in &rules {
            clashing.extend(rules.range(a + 1..).map(|b| (*a, *b)));
        }
    }
    let mut words: BTreeMap<usize, String> = BTreeMap::new();
    for (a, b) in clashing {
        let chart_and_values = chart_beside_values(&rules[a], &rules[b]);
        let paths = || first_difference(rules[a].path.as_str(), rules[b].path.as_str());
        if let Some((word_a, word_b)) = chart_and_values.or_else(paths) {
            words.entry(a).or_insert(word_a);
            words.entry(b).or_insert(word_b);
        }
    }
    let has_charts = words.values().any(|word| word == CHART);
    for (index, word) in words {
        let own = rules[index].app.as_str();
        let name = match word.as_str() {
            CHART => format!("{own}/chart"),
            // The values of that chart have the app's name.
            VALUES if has_charts => continue,
            _ => format!("{own}@{word}"),
        };
        rules[index].app = NameTemplate::new(name);
    }
}

/// The name of a file that lists the charts that an app depends on.
const CHART: &str = "Chart";
const VALUES: &str = "values";

/// The words for a release, which pins the chart, and a file of values beside it.
fn chart_beside_values(a: &SourceRule, b: &SourceRule) -> Option<(String, String)> {
    let is_release = |rule: &SourceRule| {
        rule.kind.descriptor().form == SourceForm::ControllerObjects
            && folder_of(rule.path.as_str()) == folder_of(a.path.as_str())
            && folder_of(rule.path.as_str()) == folder_of(b.path.as_str())
    };
    let is_values = |rule: &SourceRule| rule.kind == SourceKind::HelmValues;
    let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    match () {
        () if is_release(a) && is_values(b) => pair(CHART, VALUES),
        () if is_values(a) && is_release(b) => pair(VALUES, CHART),
        () => None,
    }
}

fn draft_cells(rule: &SourceRule, members: &[VersionedFile]) -> Vec<(DraftCell, String)> {
    let mut out = Vec::new();
    for member in members {
        let Some(captures) = rule.path.captures(&member.subject) else { continue };
        let app = rule.app.expand(&captures);
        if app.is_empty() {
            continue;
        }
        let target = rule.target.expand(&captures);
        let of_path = rule.component.expand(&captures);
        for component in &member.components {
            let place = (
                app.clone(),
                format!("{of_path}/{component}"),
                member.slot.identity.clone(),
                target.clone(),
            );
            out.push((place, member.subject.clone()));
        }
    }
    out
}

/// Returns the first literal parts in which two templates differ.
fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let pair = a.split('/').zip(b.split('/')).find(|(x, y)| x != y);
    if let Some((x, y)) = pair.filter(|(x, y)| is_plain(x) && is_plain(y)) {
        return Some((folder_word(x), folder_word(y)));
    }
    match (own_part(a, b), own_part(b, a)) {
        (Some(x), Some(y)) => Some((x, y)),
        _ => None,
    }
}

/// Returns the first part of a path that the other path lacks.
fn own_part(path: &str, other: &str) -> Option<String> {
    path.split('/')
        .filter(|part| is_plain(part))
        .find(|part| !other.split('/').any(|known| known == *part))
        .map(folder_word)
}

fn is_plain(part: &str) -> bool {
    !part.contains(['{', '*'])
}

/// Returns a folder or file name without its extension.
fn folder_word(part: &str) -> String {
    part.split('.').find(|piece| !piece.is_empty()).unwrap_or(part).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::slot::StagePart;
    use super::*;
    use crate::model::Confidence;

    #[test]
    fn the_chart_of_a_release_is_told_from_its_values() {
        let rule = |kind, path: &str| SourceRule::new(kind, path, &[]).expect("a rule");
        let mut rules = [
            rule(SourceKind::Flux, "apps/{stage}/{app}/release.yaml"),
            rule(SourceKind::HelmValues, "apps/{stage}/{app}/values.yaml"),
        ];
        let slot = StagePart { part: 1, ..StagePart::of_word("prod").expect("a word").0 };
        let member = |path: &str, kind| VersionedFile {
            subject: path.to_owned(),
            slot: slot.clone(),
            kind,
            keys: Vec::new(),
            confidence: Confidence::High,
            components: [String::new()].into(),
            nameless: true,
        };
        let members = [
            vec![member("apps/prod/web/release.yaml", SourceKind::Flux)],
            vec![member("apps/prod/web/values.yaml", SourceKind::HelmValues)],
        ];
        qualify_apps(&mut rules, &members);
        assert_eq!(rules.map(|rule| rule.app.as_str().to_owned()), ["{app}/chart", "{app}"]);
    }

    #[test]
    fn templates_differ_in_a_folder_or_file() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            first_difference(
                "k8s/argocd/{stage}/{app}.yaml",
                "k8s/helmfile/env/{stage}/{app}.yaml"
            ),
            pair("argocd", "helmfile")
        );
        assert_eq!(
            first_difference("a/{app}/{stage}/x.yaml", "a/{app}/{stage}/y.yaml"),
            pair("x", "y")
        );
        assert_eq!(first_difference("a/{app}/{stage}", "a/{app**}/{stage}"), None);
    }
}

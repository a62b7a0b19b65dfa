//! Default files beside the files of stages: `web/values.yaml` beside `web/values-staging.yaml`
//! stands for production where production has no file of its own.

use super::classify::{ClassifiedFiles, StagedFile};
use super::group_rules::literal_template;
use super::single::DEFAULT_STAGE;
use super::slot::StagePart;
use super::unstaged_files;
use super::vocabulary::word_meaning;
use crate::config::{NameTemplate, SourceRule};
use crate::git::path::{folder_of, join};
use crate::model::{Confidence, PathTemplate, SourceKind, StageName, base_name};
use crate::source::SnapshotReader;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Ends of the templates of files with defaults beside them, each with the name of the defaults.
const SUFFIXES: [(&str, &str); 4] = [
    ("/values-{stage}.yaml", "/values.yaml"),
    ("/values.{stage}.yaml", "/values.yaml"),
    ("/values-{stage}.yml", "/values.yml"),
    ("/values_{stage}.yaml", "/values.yaml"),
];

/// More exceptions than this make a rule that nobody would write.
const MAX_EXCEPTIONS: usize = 5;

/// Returns rules for the default files that pin versions and stand for production, in the stage
/// that has no name.
pub(super) fn default_file_rules(
    staged: &[SourceRule],
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    staged.iter().flat_map(|rule| rules_beside(rule, paths, reader)).collect()
}

fn rules_beside(
    rule: &SourceRule,
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    let template = rule.path.as_str();
    let cut = |(suffix, name): &(&str, &'static str)| Some((template.strip_suffix(suffix)?, *name));
    let Some((stem, name)) = SUFFIXES.iter().find_map(cut) else { return Vec::new() };
    let Ok(whole) = PathTemplate::parse(&format!("{stem}{name}"), &[]) else { return Vec::new() };
    let matching: Vec<&str> =
        paths.iter().copied().filter(|path| whole.captures(path).is_some()).collect();
    let pinned = unstaged_files::find_pinned_files(&matching, reader).places;
    let pinned: HashSet<&str> = pinned.iter().map(|place| place.subject.as_str()).collect();
    let beside = names_beside(paths, rule);
    let (stands, others): (Vec<&str>, Vec<&str>) =
        matching.into_iter().filter(|path| pinned.contains(path)).partition(|path| {
            beside.get(folder_of(path)).is_some_and(FilesBeside::is_without_production)
        });
    let one =
        |path: PathTemplate, app: &NameTemplate| default_rule(rule, path, app, &stands, &others);
    if let Some(all) = one(whole, &rule.app) {
        return vec![all];
    }
    let Some(top) = stem.strip_suffix(ANY_DEPTH) else { return Vec::new() };
    let groups: BTreeSet<&str> = stands
        .iter()
        .filter_map(|path| folder_of(folder_of(path)).strip_prefix(top))
        .filter(|group| !group.is_empty())
        .collect();
    let in_group = |group: &str| {
        let path = PathTemplate::parse(&format!("{top}{group}/{{app}}{name}"), &[]).ok()?;
        one(path, &NameTemplate::new(format!("{group}/{{app}}")))
    };
    groups.into_iter().filter_map(in_group).collect()
}

/// The end of a folder's template that names the app by any number of parts.
const ANY_DEPTH: &str = "{app**}";

/// Returns a rule for the default files at a path. Files that stand for nothing must be few.
fn default_rule(
    rule: &SourceRule,
    path: PathTemplate,
    app: &NameTemplate,
    stands: &[&str],
    others: &[&str],
) -> Option<(SourceRule, usize)> {
    let count = stands.iter().filter(|default| path.captures(default).is_some()).count();
    let exceptions: Vec<PathTemplate> = others
        .iter()
        .filter(|other| path.captures(other).is_some())
        .filter_map(|other| PathTemplate::parse(other, &[]).ok())
        .collect();
    if count <= exceptions.len() || exceptions.len() > MAX_EXCEPTIONS {
        return None;
    }
    let not = rule.not.iter().cloned().chain(exceptions).collect();
    let default = SourceRule {
        path,
        not,
        app: app.clone(),
        stage: Some(StageName::new(DEFAULT_STAGE)),
        confidence: Confidence::Medium,
        base: None,
        ..rule.clone()
    };
    Some((default, count))
}

/// Returns the stages of values files that pin nothing themselves and so inherit everything: beside
/// `values.yaml`, and like the file of another stage that pins a version.
pub(super) fn inherited_stages<'f>(
    found: &ClassifiedFiles,
    staged: &[StagedFile<'f>],
    paths: &[&str],
) -> Vec<&'f StagePart> {
    let values = found.sure.iter().filter(|file| file.kind == SourceKind::HelmValues);
    let shapes: HashSet<String> =
        values.clone().map(|file| literal_template(&file.subject, &file.slot)).collect();
    let pinning: HashSet<&str> = values.map(|file| file.subject.as_str()).collect();
    let paths: HashSet<&str> = paths.iter().copied().collect();
    let has_default = |path: &str| paths.contains(join(folder_of(path), "values.yaml").as_str());
    staged
        .iter()
        .filter(|file| !pinning.contains(file.path) && has_default(file.path))
        .filter(|file| file.slot.canonical.is_some_and(|word| word != "local"))
        .filter(|file| shapes.contains(&literal_template(file.path, file.slot)))
        .map(|file| file.slot)
        .collect()
}

/// The files beside a default file.
#[derive(Default)]
struct FilesBeside {
    /// Of a stage or another variant.
    any: bool,
    /// Of production, or of a stage without a known word, which may be production.
    production: bool,
}

impl FilesBeside {
    /// True if production takes the default file.
    fn is_without_production(&self) -> bool {
        self.any && !self.production
    }
}

fn names_beside<'p>(paths: &[&'p str], rule: &SourceRule) -> BTreeMap<&'p str, FilesBeside> {
    let mut out: BTreeMap<&str, FilesBeside> = BTreeMap::new();
    for path in paths {
        if !base_name(path).starts_with("values") {
            continue;
        }
        let beside = out.entry(folder_of(path)).or_default();
        beside.any |= !matches!(base_name(path), "values.yaml" | "values.yml");
        let captures = rule.path.captures(path);
        let stage = captures.as_ref().and_then(|captures| captures.get("stage"));
        beside.production |= stage.is_some_and(|stage| may_be_production(stage));
    }
    out
}

/// True for names with a word for production, `prod-eu`, or without any known word.
fn may_be_production(stage: &str) -> bool {
    let mut words = stage.split(['-', '_', '.']).filter_map(word_meaning).peekable();
    words.peek().is_none() || words.any(|(canonical, ..)| canonical == "prod")
}

//! Versions outside all named stages: the single stage of a repository without stages, and lines of
//! an image automation.

use super::slot::StageFolders;
use super::unstaged_files::{self, UnstagedFiles};
use crate::config::{SourceRule, Stage};
use crate::model::StageName;
use crate::source::{self, SnapshotReader};

/// The name of the stage when nothing names it.
pub const DEFAULT_STAGE: &str = "default";

/// The stage of what names none. It has no predecessor or successor.
pub(super) fn default_stage() -> Stage {
    Stage {
        name: StageName::new(DEFAULT_STAGE),
        aliases: Vec::new(),
        after: Vec::new(),
        branch: None,
        line: None,
    }
}

/// Returns rules for these files in one stage. Files in the folders of stages that pin nothing are
/// left out: they are usually placeholders.
pub(super) fn rules_outside_stages(
    grounds: &StageFolders,
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    let mut found = unstaged_files::find_pinned_files(paths, reader);
    found.places.retain(|place| grounds.is_away(&place.subject) && !is_test(&place.subject));
    in_one_stage(&found, paths)
}

/// True for what a repository applies to try its program: `test/k8s/helmrelease.yaml`.
fn is_test(subject: &str) -> bool {
    subject.split('/').rev().skip(1).any(|folder| matches!(folder, "test" | "e2e"))
}

/// Returns rules for `some` of all files, in one stage.
pub(super) fn rules_for_files(
    some: &[&str],
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    if some.is_empty() {
        Vec::new()
    } else {
        in_one_stage(&unstaged_files::find_pinned_files(some, reader), paths)
    }
}

/// Returns rules for automated lines in files that no stage's rule reads.
pub(super) fn automated_rules(
    paths: &[&str],
    staged: &[SourceRule],
    reader: &SnapshotReader<'_>,
) -> Vec<(SourceRule, usize)> {
    let is_marked =
        |path: &&str| reader.read_text(path).is_some_and(|text| text.contains("\"$imagepolicy\""));
    let is_staged = |path: &&str| {
        let subjects = |rule: &SourceRule| source::source_for(rule).subjects(path);
        staged.iter().any(|rule| {
            subjects(rule).into_iter().any(|subject| rule.path.captures(subject).is_some())
        })
    };
    let outside: Vec<&str> =
        paths.iter().copied().filter(|path| is_marked(path) && !is_staged(path)).collect();
    let mut found = unstaged_files::find_pinned_files(&outside, reader);
    found.places.retain(|place| place.automated);
    in_one_stage(&found, paths)
}

pub(super) fn in_one_stage(found: &UnstagedFiles, paths: &[&str]) -> Vec<(SourceRule, usize)> {
    let mut rules = unstaged_files::build_rules(found, paths);
    for (rule, _) in &mut rules {
        rule.stage = Some(StageName::new(DEFAULT_STAGE));
    }
    rules
}

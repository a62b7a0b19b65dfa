//! Files that pin versions but name no stage. They are not shown, but counted and listed.

use super::classify::is_kustomization;
use super::unstaged_files::{self, UnstagedFiles};
use super::{DiscoveredConfig, StageBasis, is_lone_test, single, with_default};
use crate::config::SourceRule;
use crate::source::{SnapshotReader, source_for};
use std::collections::BTreeSet;

/// With more files that no rule reads, they are not looked at: discovery has to stay quick.
const MAX_OUTSIDE: usize = 6_000;

/// Adds the files that pin versions but that no rule reads. If no rule reads anything, also a rule
/// that would read most of them. If there is a single stage and most files name none, they are
/// shown as the stage `default`.
pub(super) fn add_pins_outside(
    mut proposal: DiscoveredConfig,
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> DiscoveredConfig {
    let mut found = pins_outside(paths, &proposal, reader);
    if proposal.config.rules.is_empty() {
        let rules = unstaged_files::build_rules(&found, paths);
        let largest = rules.into_iter().max_by_key(|(_, count)| *count);
        proposal.suggestion = largest.map(|(rule, _)| rule);
    }
    let staged = proposal.files.iter().sum::<usize>();
    let is_alone = proposal.config.stages.len() == 1 && proposal.basis == StageBasis::Paths;
    if is_alone && found.places.len() > staged && !is_lone_test(&proposal.config) {
        proposal = with_default(proposal, single::in_one_stage(&found, paths));
        found = pins_outside(paths, &proposal, reader);
    }
    let subjects: BTreeSet<String> = found.places.into_iter().map(|place| place.subject).collect();
    proposal.outside = subjects.into_iter().collect();
    proposal
}

fn pins_outside(
    paths: &[&str],
    proposal: &DiscoveredConfig,
    reader: &SnapshotReader<'_>,
) -> UnstagedFiles {
    let rules: Vec<&SourceRule> =
        proposal.config.rules.iter().chain(&proposal.unsure.rules).collect();
    let has_nothing = proposal.config.rules.is_empty();
    files_outside(paths, &rules, has_nothing, reader).unwrap_or_default()
}

/// Finds the files that pin versions but that no rule reads; `Err` with their number if too many
/// are left to look at. With `defaults`, also the values that the repository's charts bring.
pub(super) fn files_outside(
    paths: &[&str],
    rules: &[&SourceRule],
    defaults: bool,
    reader: &SnapshotReader<'_>,
) -> Result<UnstagedFiles, usize> {
    let is_read = |path: &str| {
        rules.iter().any(|rule| {
            let subjects = source_for(rule).subjects(path);
            subjects.into_iter().any(|subject| rule.path.captures(subject).is_some())
        })
    };
    // All kustomizations, as one that another one builds is no place of its own.
    let matters = |path: &&str| is_kustomization(path) || !is_read(path);
    let rest: Vec<&str> = paths.iter().copied().filter(matters).collect();
    if rest.len() > MAX_OUTSIDE {
        return Err(rest.len());
    }
    let mut found = unstaged_files::find_pinned_files(&rest, reader);
    unstaged_files::add_chart_values(&mut found, &rest, defaults, reader);
    let is_claimed = |subject: &str| {
        is_read(subject) || rules.iter().any(|rule| rule.path.captures(subject).is_some())
    };
    found.places.retain(|place| !is_claimed(&place.subject));
    Ok(found)
}

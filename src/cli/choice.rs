//! Which part of the past is meant: apps and stages by name, a span of time.

use super::chronicle::DeploymentHistory;
use super::complete;
use super::context::CommandContext;
use super::failure::Failure;
use super::filter::GlobPatterns;
use super::suggest::unknown_name;
use super::survey::RepositoryState;
use crate::config::Config;
use crate::git::Repository;
use crate::git::revision_or_time::{RevisionError, parse_time};
use crate::model::CellKey;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use std::collections::{BTreeSet, HashSet};

/// Merges overtake each other by so many seconds without breaking the order.
pub const TOLERANCE: i64 = 10 * 60;

/// Apps and stages by pattern.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Only apps that fit; `*` and `?` stand for any text and any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that fit
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,
}

impl SelectionArgs {
    /// Is a slot meant, as far as its own names tell? A name on the command line may also be one that
    /// only people use.
    pub fn seems_to_mean(&self, named: &[String], slot: &CellKey, config: &Config) -> bool {
        let words = [Some(slot.app.as_str()), slot.component.as_deref()].into_iter().flatten();
        let stages: Vec<String> = self.stage.iter().map(|word| full_name(word, config)).collect();
        (named.is_empty() || words.clone().any(|word| named.iter().any(|name| name == word)))
            && GlobPatterns::new(&self.app).matches_any(words)
            && GlobPatterns::new(&stages).matches_any([slot.stage.as_str()])
    }
}

/// A span of time.
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`
    #[arg(long, value_name = "TIME|REV")]
    pub since: Option<String>,

    /// Only before this time or revision
    #[arg(long, value_name = "TIME|REV")]
    pub until: Option<String>,
}

/// The slots that are meant.
pub struct CellSelection(HashSet<CellKey>);

impl CellSelection {
    /// Takes the names on the command line; one that nothing bears is an error.
    ///
    /// # Errors
    /// An unknown app or stage.
    pub fn new(
        named: &[String],
        args: &SelectionArgs,
        context: &CommandContext,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
    ) -> Result<Self, Failure> {
        let slots: HashSet<CellKey> = chronicle.cells().cloned().collect();
        let apps: BTreeSet<String> =
            slots.iter().flat_map(|slot| chronicle.app_words(slot).map(str::to_owned)).collect();
        let apps: Vec<String> = apps.into_iter().collect();
        let shown: BTreeSet<String> =
            slots.iter().map(|slot| chronicle.name(slot).to_owned()).collect();
        let shown: Vec<String> = shown.into_iter().collect();
        let stages: Vec<String> = chronicle.stages.iter().map(ToString::to_string).collect();
        if let Some(app) = named.iter().find(|app| !apps.contains(app)) {
            return Err(unknown_name("app", app, &apps, &shown));
        }
        let config = &survey.settings.config;
        let by_stage: Vec<String> = args.stage.iter().map(|word| full_name(word, config)).collect();
        let (by_app, by_stage) = (GlobPatterns::new(&args.app), GlobPatterns::new(&by_stage));
        for (kind, patterns, words, names) in
            [("app", &by_app, &apps, &shown), ("stage", &by_stage, &stages, &stages)]
        {
            for pattern in patterns.unmatched_patterns(words) {
                if !pattern.contains(['*', '?']) {
                    return Err(unknown_name(kind, pattern, words, names));
                }
                context.ui.print_note(&format!("no {kind} fits `{pattern}`"));
            }
        }
        let is_meant = |slot: &CellKey| {
            let words = chronicle.app_words(slot);
            let is_named =
                named.is_empty() || words.clone().any(|word| named.iter().any(|name| name == word));
            is_named && by_app.matches_any(words) && by_stage.matches_any([slot.stage.as_str()])
        };
        let meant = slots.iter().filter(|slot| is_meant(slot)).cloned().collect();
        Ok(CellSelection(meant))
    }

    /// Is this slot meant?
    pub fn contains(&self, slot: &CellKey) -> bool {
        self.0.contains(slot)
    }
}

/// An alias of a stage stands for its name.
fn full_name(word: &str, config: &crate::config::Config) -> String {
    config.stage(word).map_or_else(|| word.to_owned(), |stage| stage.name.to_string())
}

/// The moment a text names, in seconds since 1970; for a revision, when that landed.
///
/// # Errors
/// When it names neither.
pub fn resolve_seconds(
    text: &str,
    context: &CommandContext,
    repository: &Repository,
) -> Result<i64, Failure> {
    if let Some(time) = parse_time(text, &context.environment.now) {
        return Ok(time.as_second());
    }
    match repository.resolve_revision(text) {
        Ok(commit) => Ok(repository.commit_info(commit)?.time),
        Err(_) => Err(RevisionError::Unknown { text: text.to_owned() }.into()),
    }
}

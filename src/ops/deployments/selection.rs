//! The selection of a query: apps and stages by name, and a period.

use super::DeploymentHistory;
use crate::config::Config;
use crate::git::Repository;
use crate::git::revision_or_time::{RevisionError, parse_time};
use crate::model::{CellKey, GlobPatterns};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::ops::suggest::{unknown_app, unknown_name};
use std::collections::{BTreeSet, HashSet};

/// Patterns for apps and stages: `*` matches any text, `?` any character. No pattern means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectionQuery {
    pub apps: Vec<String>,
    pub stages: Vec<String>,
}

impl SelectionQuery {
    /// True where a cell matches by its own names; `named` are names of apps, or patterns. Display
    /// names of apps are unknown here.
    pub fn seems_to_select(&self, named: &[String], cell: &CellKey, config: &Config) -> bool {
        let whole = cell.full_name();
        let words = [Some(cell.app.as_str()), cell.component.as_deref(), whole.as_deref()];
        let words = words.into_iter().flatten();
        let stages: Vec<String> = self.stages.iter().map(|word| full_name(word, config)).collect();
        GlobPatterns::new(named).matches_any(words.clone())
            && GlobPatterns::new(&self.apps).matches_any(words)
            && GlobPatterns::new(&stages).matches_any([cell.stage.as_str()])
    }
}

/// A period. Each end is a time or a revision, as users write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowQuery {
    /// Start, included.
    pub since: Option<String>,
    /// End, not included.
    pub until: Option<String>,
}

impl WindowQuery {
    /// Both ends in seconds since 1970, where they are given.
    ///
    /// # Errors
    /// When one names neither a time nor a revision.
    pub fn resolve(
        &self,
        session: &Session,
        repository: &Repository,
    ) -> Result<(Option<i64>, Option<i64>), Failure> {
        let resolve = |text: &Option<String>| {
            text.as_ref().map(|text| resolve_seconds(text, session, repository)).transpose()
        };
        Ok((resolve(&self.since)?, resolve(&self.until)?))
    }
}

/// The selected cells.
pub struct CellSelection(HashSet<CellKey>);

impl CellSelection {
    /// Selects cells by names and patterns.
    ///
    /// # Errors
    /// An unknown app or stage.
    pub fn new(
        named: &[String],
        query: &SelectionQuery,
        session: &Session,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
    ) -> Result<Self, Failure> {
        let cells: HashSet<CellKey> = chronicle.cells().cloned().collect();
        let (apps, shown) = app_names(chronicle);
        let stages: Vec<String> = chronicle.stages.iter().map(ToString::to_string).collect();
        let config = &survey.settings.config;
        let by_stage: Vec<String> =
            query.stages.iter().map(|word| full_name(word, config)).collect();
        let named = GlobPatterns::new(named);
        let (by_app, by_stage) = (GlobPatterns::new(&query.apps), GlobPatterns::new(&by_stage));
        let known = KnownNames { words: &apps, apps: &shown, stages: &stages, config };
        known.check_patterns([&named, &by_app], &by_stage, session)?;
        let is_meant = |cell: &CellKey| {
            let words = chronicle.app_words(cell);
            let words = words.iter().map(String::as_str);
            named.matches_any(words.clone())
                && by_app.matches_any(words)
                && by_stage.matches_any([cell.stage.as_str()])
        };
        let meant = cells.iter().filter(|cell| is_meant(cell)).cloned().collect();
        Ok(CellSelection(meant))
    }

    /// True where the cell is selected.
    pub fn contains(&self, cell: &CellKey) -> bool {
        self.0.contains(cell)
    }
}

/// All words for the apps of a history, and their names as they are shown.
fn app_names(chronicle: &DeploymentHistory<'_>) -> (Vec<String>, Vec<String>) {
    let cells: Vec<&CellKey> = chronicle.cells().collect();
    let words: BTreeSet<String> = cells.iter().flat_map(|cell| chronicle.app_words(cell)).collect();
    let shown: BTreeSet<String> =
        cells.iter().map(|cell| chronicle.name(cell).to_owned()).collect();
    (words.into_iter().collect(), shown.into_iter().collect())
}

/// The names that a filter may use.
pub struct KnownNames<'a> {
    /// All words for apps.
    pub words: &'a [String],
    /// The names of apps as they are shown.
    pub apps: &'a [String],
    pub stages: &'a [String],
    pub config: &'a Config,
}

impl KnownNames<'_> {
    /// Refuses names of apps that the history does not have, and notes patterns without a match.
    ///
    /// # Errors
    /// An unknown app.
    pub fn check_apps(
        by_app: &GlobPatterns,
        chronicle: &DeploymentHistory<'_>,
        config: &Config,
        session: &Session,
    ) -> Result<(), Failure> {
        let (words, apps) = app_names(chronicle);
        let none = GlobPatterns::new(&[]);
        let known = KnownNames { words: &words, apps: &apps, stages: &[], config };
        known.check_patterns([by_app, &none], &none, session)
    }

    /// Refuses names that match nothing, and notes patterns that do.
    ///
    /// # Errors
    /// An unknown app or stage.
    pub fn check_patterns(
        &self,
        by_app: [&GlobPatterns; 2],
        by_stage: &GlobPatterns,
        session: &Session,
    ) -> Result<(), Failure> {
        let is_pattern = |word: &str| word.contains(['*', '?']);
        for word in by_app.into_iter().flat_map(|apps| apps.unmatched_patterns(self.words)) {
            if !is_pattern(word) {
                let usage = format!("`--stage {word}` selects the stage");
                return Err(unknown_app(word, self.words, self.apps, (self.config, &usage)));
            }
            session.note(&format!("no app matches `{word}`"));
        }
        for word in by_stage.unmatched_patterns(self.stages) {
            if !is_pattern(word) {
                return Err(self.unknown_stage(word));
            }
            session.note(&format!("no stage matches `{word}`"));
        }
        Ok(())
    }

    fn unknown_stage(&self, word: &str) -> Failure {
        if self.words.iter().any(|app| app == word) {
            let failure = Failure::usage(format!("`{word}` is an app, not a stage"));
            return failure.hint("apps are named without `--stage`");
        }
        unknown_name("stage", word, self.stages, self.stages)
    }
}

/// The name of a stage for one of its aliases.
pub fn full_name(word: &str, config: &Config) -> String {
    config.stage(word).map_or_else(|| word.to_owned(), |stage| stage.name.to_string())
}

/// The time of a text in seconds since 1970; for a revision, its commit time.
///
/// # Errors
/// When it names neither.
pub fn resolve_seconds(
    text: &str,
    session: &Session,
    repository: &Repository,
) -> Result<i64, Failure> {
    if let Some(time) = parse_time(text, session.local_time()) {
        return Ok(time.as_second());
    }
    match repository.resolve_revision(text) {
        Ok(commit) => Ok(repository.commit_info(commit)?.time),
        Err(_) => Err(RevisionError::Unknown { text: text.to_owned() }.into()),
    }
}

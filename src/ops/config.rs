//! `config`: the effective configuration of a repository, and the check of a configuration file.

use crate::config::{self, CONFIG_FILE, Config, ConfigReport};
use crate::git::{Repository, Snapshot};
use crate::model::MappingEntry;
use crate::ops::error::Failure;
use crate::ops::init::SCHEMA_FILE;
use crate::ops::session::Session;
use crate::ops::state::{self, RepositoryState, RevisionSelector, effective_config};
use crate::source::{self, ParseCache, SnapshotReader};
use std::collections::BTreeSet;
use std::path::Path;

/// The effective configuration, with the origin of each setting.
///
/// # Errors
/// When the repository cannot be read, or its configuration is wrong.
pub fn show_config(session: &Session) -> Result<ConfigReport, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let default_branch = state.branch.as_deref().unwrap_or("HEAD");
    let report = config::describe_config(&state.settings.config, default_branch);
    state.note_assumption(session);
    Ok(report)
}

/// A valid configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedConfig {
    pub name: String,
    pub stages: usize,
    pub sources: usize,
}

/// Checks a file, or the configuration of the work tree. Settings without effect are noted.
///
/// # Errors
/// When the file is wrong, with all its problems.
pub fn check_config(file: Option<&Path>, session: &Session) -> Result<CheckedConfig, Failure> {
    let (name, text) = match file.or(session.options.config.as_deref()) {
        Some(path) => (path.display().to_string(), effective_config::read_config_text(path)?),
        None => (CONFIG_FILE.to_owned(), own_file(session)?),
    };
    let config = config::parse(&text, &name)?;
    if let Ok(repository) = session.open_repository() {
        try_out(&config, session, &repository)?;
        note_old_schema(session, &repository);
    }
    Ok(CheckedConfig { name, stages: config.stages.len(), sources: config.rules.len() })
}

/// Notes that the schema for editors, which `init` writes, is that of another version.
fn note_old_schema(session: &Session, repository: &Repository) {
    let file = repository.work_tree().map(|top| top.join(SCHEMA_FILE));
    let Some(text) = file.and_then(|file| std::fs::read(file).ok()) else { return };
    let written: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    if written.as_ref() != Some(&config::schema()) {
        session.note(&format!(
            "{SCHEMA_FILE} is of another version of towpath; \
             `towpath config schema > {SCHEMA_FILE}` renews it"
        ));
    }
}

/// Warns about settings of the configuration that match nothing in the repository.
fn try_out(config: &Config, session: &Session, repository: &Repository) -> Result<(), Failure> {
    if config.rules.is_empty() {
        return Ok(());
    }
    let when = RevisionSelector {
        work_tree: repository.work_tree().is_some(),
        ..RevisionSelector::default()
    };
    let snapshot = state::open_snapshot(session, repository, when, None)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let matched =
        source::find_claims(config, &reader).into_iter().map(|claim| claim.index).collect();
    let mapping = state::read_mapping(session, repository, config, &reader, &cache)?;
    let apps = mapping.entries.iter().map(|entry| entry.app.clone()).collect();
    let reached = mapping.entries.iter().map(|entry| entry.stage.clone()).collect();
    let paths = version_files(&mapping.entries);
    for odd in config::find_unused(config, &matched, &reached)
        .iter()
        .chain(&config::strange_apps(config, &apps))
        .chain(&config::strange_owners(config, &apps, &paths))
    {
        session.caution(&odd.to_string());
    }
    Ok(())
}

/// The files that hold versions, and those that sources claim.
pub(super) fn version_files(entries: &[MappingEntry]) -> BTreeSet<&str> {
    let places = entries.iter().flat_map(|entry| &entry.locations).map(|place| place.path.as_str());
    places.chain(entries.iter().map(|entry| entry.file.as_str())).collect()
}

/// The text of towpath.yaml in the work tree, else in the newest commit.
fn own_file(session: &Session) -> Result<String, Failure> {
    let repository = session.open_repository()?;
    let snapshot = match Snapshot::of_work_tree(&repository) {
        Ok(snapshot) => snapshot,
        Err(_) => Snapshot::of_commit(&repository, repository.head_commit()?)?,
    };
    let cache = ParseCache::default();
    effective_config::text_in(&SnapshotReader::new(&snapshot, &cache))?.ok_or_else(|| {
        Failure::usage(format!("this repository has no {CONFIG_FILE}"))
            .hint("`towpath init` writes one; without it, towpath uses what it finds")
    })
}

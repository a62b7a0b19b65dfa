//! Which configuration counts: a named file, the repository's `towpath.yaml`, or what discovery
//! proposes.

use super::context::Context;
use super::failure::Failure;
use super::survey::CONFIG_FILE;
use crate::config::{self, Config, ConfigError, Overrides};
use crate::discovery::{self, Proposal};
use crate::git::{Repository, Snapshot};
use crate::source::{Cache, Reader};
use std::path::Path;

/// The configuration, and how it came about.
pub struct Settings {
    pub config: Config,
    /// What discovery assumed, where nobody said it.
    pub assumed: Option<Proposal>,
    /// One line for the user, where the configuration is not where they may think.
    pub note: Option<String>,
}

/// Finds the configuration for one state of a repository. An older state without one is read by
/// the newest; a file that is not committed yet counts where no commit has one.
///
/// # Errors
/// When the file that counts is wrong, with all its problems.
pub fn load(context: &Context, repository: &Repository, reader: &Reader<'_>) -> Result<Settings, Failure> {
    let mut settings = found(context, repository, reader)?;
    let named = context.globals.branch.clone();
    let branch = named.map(|branch| (branch, context.globals.branch_from.clone()));
    settings.config = settings.config.overridden(Overrides { branch });
    Ok(settings)
}

fn found(context: &Context, repository: &Repository, reader: &Reader<'_>) -> Result<Settings, Failure> {
    if let Some(path) = &context.globals.config {
        let text = read(path)?;
        return settled(&text, &path.display().to_string(), repository, reader, None);
    }
    if let Some(text) = text_in(reader)? {
        return settled(&text, CONFIG_FILE, repository, reader, None);
    }
    let cache = Cache::default();
    let tip = repository.head().ok().filter(|tip| Some(*tip) != reader.snapshot().commit());
    let newest = tip.and_then(|tip| Snapshot::of_commit(repository, tip).ok());
    if let Some(snapshot) = &newest
        && let Some(text) = text_in(&Reader::new(snapshot, &cache))?
    {
        return settled(&text, CONFIG_FILE, repository, reader, None);
    }
    let on_disk = Snapshot::of_work_tree(repository).ok();
    if let Some(snapshot) = &on_disk
        && let Some(text) = text_in(&Reader::new(snapshot, &cache))?
    {
        let note = format!("{CONFIG_FILE} is not committed yet; it is read from the work tree");
        return settled(&text, CONFIG_FILE, repository, reader, Some(note));
    }
    let proposal = discovery::propose(reader, repository);
    Ok(Settings { config: proposal.config.clone(), assumed: Some(proposal), note: None })
}

/// The text of a configuration file the user named.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("the configuration `{}` cannot be read", path.display())).because(&error)
    })
}

/// The text of the repository's own configuration, if it has one.
///
/// # Errors
/// When it has one that cannot be read: what somebody wrote down is never passed over.
pub fn text_in(reader: &Reader<'_>) -> Result<Option<String>, Failure> {
    if reader.find(CONFIG_FILE).is_none() {
        return Ok(None);
    }
    if let Some(text) = reader.text(CONFIG_FILE) {
        return Ok(Some(text.to_string()));
    }
    let why = reader.warnings().into_iter().find(|warning| warning.path.as_deref() == Some(CONFIG_FILE));
    Err(Failure::usage(format!("{CONFIG_FILE} {}", why.map(|warning| warning.message).unwrap_or_default())))
}

/// A configuration that names stages but no sources leaves the sources to discovery.
fn settled(
    text: &str,
    name: &str,
    repository: &Repository,
    reader: &Reader<'_>,
    note: Option<String>,
) -> Result<Settings, Failure> {
    let mut config = config::parse(text, name)?;
    if !config.rules.is_empty() {
        return Ok(Settings { config, assumed: None, note });
    }
    let proposal = discovery::propose(reader, repository);
    if config.stages.is_empty() {
        config.stages.clone_from(&proposal.config.stages);
    }
    config.rules.clone_from(&proposal.config.rules);
    config.rules.retain(|rule| rule.stage.as_ref().is_none_or(|stage| config.stages.iter().any(|s| s.name == *stage)));
    Ok(Settings { config, assumed: Some(proposal), note })
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::usage(format!("the configuration cannot be used\n{error}"))
    }
}

//! The effective configuration: a named file, the repository's `towpath.yaml`, or what discovery
//! proposes.

use crate::config;
use crate::config::CONFIG_FILE;
use crate::config::{Config, ConfigError, ConfigOverrides};
use crate::discovery;
use crate::discovery::{DiscoveredConfig, StageBasis};
use crate::git::{Repository, Snapshot};
use crate::history::index::{DiscoveredRule, DiscoveryRecord};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::deployed_branch::DeployedBranch;
use crate::source::{ParseCache, SnapshotReader};
use std::path::Path;

/// The effective configuration, and its origin.
pub struct EffectiveConfig {
    pub config: Config,
    /// The proposal of discovery, where the configuration names no sources.
    pub assumed: Option<DiscoveredConfig>,
    /// True where discovery also found the stages and their order, as nobody wrote them.
    pub stages_are_assumed: bool,
    /// A note for the user, where the configuration is from an unexpected place.
    pub note: Option<String>,
}

/// A configuration that somebody wrote.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    pub text: String,
    /// The file, as the user would name it.
    pub name: String,
    pub config: Config,
    note: Option<String>,
}

impl EffectiveConfig {
    /// Refuses what needs stages that somebody wrote down: pushing, merging, and moving many apps
    /// at once. `doing` names it: `--push`.
    ///
    /// # Errors
    /// Where the stages are assumed, and the user did not accept that with `--assume`.
    pub fn check_stages_are_written(&self, session: &Session, doing: &str) -> Result<(), Failure> {
        if !self.stages_are_assumed || session.options.assume {
            return Ok(());
        }
        let names: Vec<&str> = self.config.stages.iter().map(|stage| stage.name.as_str()).collect();
        let message = format!(
            "{doing} needs stages that somebody wrote down; here they are assumed: {}",
            names.join(", ")
        );
        Err(Failure::usage(message)
            .hint("`towpath init` writes them to towpath.yaml")
            .hint("--assume acts on them as they are"))
    }

    /// True where the configuration depends on one commit only, and not on the names of branches.
    pub fn follow_from_a_commit(&self) -> bool {
        self.assumed
            .as_ref()
            .is_none_or(|proposal| matches!(proposal.basis, StageBasis::Paths | StageBasis::Keys))
    }
}

impl ConfigFile {
    fn new(text: String, name: &str, note: Option<String>) -> Result<Self, Failure> {
        let config = config::parse(&text, name)?;
        Ok(ConfigFile { text, name: name.to_owned(), config, note })
    }
}

/// Finds the configuration file for one state of a repository: in that state, else in the newest
/// commit, else in the work tree.
///
/// # Errors
/// When the file is wrong, with all its problems.
pub fn find_config_file(
    session: &Session,
    repository: &Repository,
    reader: &SnapshotReader<'_>,
) -> Result<Option<ConfigFile>, Failure> {
    if let Some(own) = find_own_config(session, reader)? {
        return Ok(Some(own));
    }
    let cache = ParseCache::default();
    let branch = DeployedBranch::find(session, repository, None).ok();
    let tip = branch.map(|branch| branch.tip);
    let tip = tip.filter(|tip| Some(*tip) != reader.snapshot().commit());
    let newest = tip.and_then(|tip| Snapshot::of_commit(repository, tip).ok());
    if let Some(snapshot) = &newest
        && let Some(text) = text_in(&SnapshotReader::new(snapshot, &cache))?
    {
        return ConfigFile::new(text, CONFIG_FILE, None).map(Some);
    }
    let on_disk = Snapshot::of_work_tree(repository).ok();
    if let Some(snapshot) = &on_disk
        && let Some(text) = text_in(&SnapshotReader::new(snapshot, &cache))?
    {
        let note = format!("{CONFIG_FILE} is not committed yet; using the one in the work tree");
        return ConfigFile::new(text, CONFIG_FILE, Some(note)).map(Some);
    }
    Ok(None)
}

/// Finds the configuration file that the user named, else the one in this state; other states are
/// not read.
///
/// # Errors
/// When the file is wrong, with all its problems.
pub fn find_own_config(
    session: &Session,
    reader: &SnapshotReader<'_>,
) -> Result<Option<ConfigFile>, Failure> {
    if let Some(path) = &session.options.config {
        return ConfigFile::new(read_config_text(path)?, &path.display().to_string(), None)
            .map(Some);
    }
    text_in(reader)?.map(|text| ConfigFile::new(text, CONFIG_FILE, None)).transpose()
}

/// The effective configuration. Discovery proposes the sources if no file names them.
pub fn load(
    session: &Session,
    repository: &Repository,
    stated: Option<ConfigFile>,
    reader: &SnapshotReader<'_>,
) -> EffectiveConfig {
    match stated {
        Some(stated) if !stated.config.rules.is_empty() => {
            combine_config(session, Some(stated), None)
        }
        stated => combine_config(session, stated, Some(discovery::propose(reader, repository))),
    }
}

/// The effective configuration from a stored discovery; `None` where the record does not fit.
pub fn restore_config(
    session: &Session,
    stated: Option<ConfigFile>,
    found: Option<&DiscoveryRecord>,
) -> Option<EffectiveConfig> {
    let is_complete = stated.as_ref().is_some_and(|stated| !stated.config.rules.is_empty());
    match found {
        None => is_complete.then(|| combine_config(session, stated, None)),
        Some(found) => {
            let (config, unsure) = (found.config()?, found.unsure_config()?);
            let (files, empty_stages) = (found.files.clone(), found.empty_stages.clone());
            let basis = if found.in_keys { StageBasis::Keys } else { StageBasis::Paths };
            let proposal = DiscoveredConfig {
                basis,
                config,
                unsure,
                files,
                empty_stages,
                unreadable: Vec::new(),
                outside: found.outside.clone(),
                suggestion: None,
            };
            Some(combine_config(session, stated, Some(proposal)))
        }
    }
}

/// The record of a discovery, for the index.
pub fn discovery_record(proposal: &DiscoveredConfig) -> DiscoveryRecord {
    let text = |config: &Config| config.rules.iter().map(DiscoveredRule::from).collect();
    DiscoveryRecord {
        in_keys: proposal.basis == StageBasis::Keys,
        stages: proposal.config.stages.clone(),
        rules: text(&proposal.config),
        unsure: text(&proposal.unsure),
        files: proposal.files.clone(),
        empty_stages: proposal.empty_stages.clone(),
        learned: proposal.config.learned.clone(),
        outside: proposal.outside.clone(),
    }
}

/// Combines the configuration file with the proposal of discovery. A file that names stages but no
/// sources takes its sources from discovery.
fn combine_config(
    session: &Session,
    stated: Option<ConfigFile>,
    assumed: Option<DiscoveredConfig>,
) -> EffectiveConfig {
    let (written, note) = stated.map(|stated| (stated.config, stated.note)).unzip();
    let mut config = written.unwrap_or_default();
    let stages_are_assumed = assumed.is_some() && config.stages.is_empty();
    if let Some(proposal) = &assumed {
        if config.stages.is_empty() {
            config.stages.clone_from(&proposal.config.stages);
            config.learned.clone_from(&proposal.config.learned);
        }
        config.rules.clone_from(&proposal.config.rules);
        let stages = &config.stages;
        config.rules.retain(|rule| {
            rule.stage.as_ref().is_none_or(|stage| stages.iter().any(|s| s.name == *stage))
        });
    }
    let named = session.options.branch.clone();
    let branch = named.map(|branch| (branch, session.options.branch_from.clone()));
    EffectiveConfig {
        config: config.with_overrides(ConfigOverrides { branch }),
        assumed,
        stages_are_assumed,
        note: note.flatten(),
    }
}

/// The text of a configuration file that the user named.
///
/// # Errors
/// When the file cannot be read.
pub fn read_config_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("cannot read the configuration `{}`", path.display()))
            .with_cause(&error)
    })
}

/// The text of the repository's own configuration, if it has one.
///
/// # Errors
/// When the file exists but cannot be read. It is never ignored.
pub fn text_in(reader: &SnapshotReader<'_>) -> Result<Option<String>, Failure> {
    if reader.find_file(CONFIG_FILE).is_none() {
        return Ok(None);
    }
    if let Some(text) = reader.read_text(CONFIG_FILE) {
        return Ok(Some(text.to_string()));
    }
    let why =
        reader.warnings().into_iter().find(|warning| warning.path.as_deref() == Some(CONFIG_FILE));
    Err(Failure::usage(format!(
        "{CONFIG_FILE} {}",
        why.map(|warning| warning.message).unwrap_or_default()
    )))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::usage(format!("the configuration is invalid\n{error}"))
    }
}

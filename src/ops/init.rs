//! `init`: the configuration that discovery proposes, as text with comments.

use crate::config::{self, CONFIG_FILE, Config, SourceNote, SourceRule};
use crate::discovery::{self, DiscoveredConfig};
use crate::git::{Repository, Snapshot};
use crate::model::{Confidence, StageName, escape_for_terminal};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::deployed_branch::DeployedBranch;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::source::{self, ParseCache, SnapshotReader};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The configuration that discovery proposes, including uncertain rules.
#[derive(Debug, Clone)]
pub struct ConfigProposal {
    pub config: Config,
    /// The number of files that each rule reads, by the rule's position, with an example.
    pub files: BTreeMap<usize, (usize, String)>,
    /// Files that pin versions but name no stage.
    pub outside: Vec<String>,
}

/// Proposes a configuration for the newest commit.
///
/// # Errors
/// When nothing was found, or the repository cannot be read.
pub fn propose_config(session: &Session) -> Result<ConfigProposal, Failure> {
    with_proposal(session, |proposal, reader| {
        let config = accept_proposal(&proposal);
        let files = count_files(&config, reader);
        ConfigProposal { config, files, outside: proposal.outside }
    })
}

/// Passes on what discovery proposes for the newest commit, with the files of that commit.
///
/// # Errors
/// When nothing was found, or the repository cannot be read.
pub(super) fn with_proposal<T>(
    session: &Session,
    take: impl FnOnce(DiscoveredConfig, &SnapshotReader<'_>) -> T,
) -> Result<T, Failure> {
    let repository = session.open_repository()?;
    let snapshot = open_newest(session, &repository)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let proposal = discovery::propose(&reader, &repository);
    if proposal.config.rules.is_empty() && proposal.unsure.rules.is_empty() {
        return Err(nothing_found(&proposal));
    }
    Ok(take(proposal, &reader))
}

/// The files that pin versions but name no stage, as a comment to print after the configuration.
pub fn outside_comment(proposal: &ConfigProposal) -> String {
    if proposal.outside.is_empty() {
        return String::new();
    }
    let line = |path: &String| format!("#   {}\n", escape_for_terminal(path));
    let lines: String = proposal.outside.iter().map(line).collect();
    format!(
        "\n# These files pin versions but name no stage. A source with `stage: NAME` reads them.\n{lines}"
    )
}

/// The text of a configuration, with the files of each source as comments.
///
/// # Errors
/// When the repository cannot be read.
pub fn render_config(config: &Config, session: &Session) -> Result<String, Failure> {
    let repository = session.open_repository()?;
    let snapshot = open_newest(session, &repository)?;
    let cache = ParseCache::default();
    let files = count_files(config, &SnapshotReader::new(&snapshot, &cache));
    let note = |(rule, (count, example)): (usize, (usize, String))| SourceNote {
        rule,
        comment: escape_for_terminal(&files_in_words(count, &example)).into_owned(),
    };
    Ok(config::to_yaml(config, &files.into_iter().map(note).collect::<Vec<_>>()))
}

/// The stage that a nightly promotion is for: the first one that comes after another.
pub fn second_stage(config: &Config) -> Option<&StageName> {
    config.stages.iter().find(|stage| !stage.after.is_empty()).map(|stage| &stage.name)
}

/// The configuration that is in the repository already.
///
/// # Errors
/// When the repository cannot be read, or its configuration is wrong.
pub fn present_config(session: &Session) -> Result<Config, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    Ok(state.settings.config)
}

pub(super) fn open_newest<'r>(
    session: &Session,
    repository: &'r Repository,
) -> Result<Snapshot<'r>, Failure> {
    let branch = DeployedBranch::find(session, repository, None)?;
    Ok(Snapshot::of_commit(repository, branch.tip)?)
}

pub(super) fn nothing_found(proposal: &DiscoveredConfig) -> Failure {
    let elsewhere = match &proposal.outside[..] {
        [] => String::new(),
        [only] => format!("; {only} pins a version"),
        [first, ..] => {
            format!("; {} files pin versions, such as {first}", proposal.outside.len())
        }
    };
    let failure = if proposal.empty_stages.is_empty() {
        Failure::failed(format!("no stages found in this repository{elsewhere}"))
    } else {
        let stages = proposal.empty_stages.join(", ");
        let text = format!("found stages ({stages}), but no version is pinned in them{elsewhere}");
        Failure::failed(text)
    };
    failure.hint(match &proposal.suggestion {
        Some(rule) => format!(
            "if what these files pin is deployed, two lines in {CONFIG_FILE} show it: \
             `stages: [default]` and `sources: [{{{}: \"{}\", stage: default}}]`",
            rule.kind,
            rule.path.as_str()
        ),
        None => format!("write {CONFIG_FILE} by hand; `towpath config schema` describes it"),
    })
}

/// The proposed configuration. Uncertain rules are included, and are written as comments.
fn accept_proposal(proposal: &DiscoveredConfig) -> Config {
    let mut config = proposal.config.clone();
    config.rules.extend(unsure_rules(proposal));
    config
}

fn unsure_rules(proposal: &DiscoveredConfig) -> impl Iterator<Item = SourceRule> {
    proposal
        .unsure
        .rules
        .iter()
        .cloned()
        .map(|rule| SourceRule { confidence: Confidence::Low, ..rule })
}

/// The number of files that each rule claims, and the first of them.
pub(super) fn count_files(
    config: &Config,
    reader: &SnapshotReader<'_>,
) -> BTreeMap<usize, (usize, String)> {
    let mut out: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for claim in source::find_claims(config, reader) {
        out.entry(claim.index).or_insert_with(|| (0, claim.path)).0 += 1;
    }
    out
}

fn files_in_words(files: usize, example: &str) -> String {
    match files {
        0 => "no file".into(),
        1 => example.to_owned(),
        n => format!("{n} files, such as {example}"),
    }
}

/// The JSON schema for editors, beside the configuration.
pub const SCHEMA_FILE: &str = ".towpath/schema.json";

/// The configuration with a first line by which editors find the schema. Its address is a path in
/// the repository, as that is the only one that leads everybody to the schema of this version.
pub fn with_schema_line(text: &str) -> String {
    format!("# yaml-language-server: $schema={SCHEMA_FILE}\n{text}")
}

/// A file to write into the work tree: its path there, and its text.
pub type NewFile<'a> = (&'a str, &'a str);

/// Refuses a file that is there, and a folder that is a link, as it may lead out of the work tree.
///
/// # Errors
/// In both cases.
pub fn check_place(top: &Path, path: &str, force: bool) -> Result<(), Failure> {
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    let is_link = |path: &&Path| path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    let folders = Path::new(path).ancestors().skip(1).map(|folder| top.join(folder));
    let folders: Vec<_> = folders.filter(|folder| folder != top).collect();
    if let Some(link) = folders.iter().map(std::path::PathBuf::as_path).find(is_link) {
        return Err(Failure::failed(format!(
            "`{}` is a link, and is not followed",
            link.display()
        )));
    }
    if !force && is_there(&top.join(path)) {
        let failure = Failure::failed(format!("{path} already exists"));
        return Err(failure.hint("`towpath init --force` overwrites it"));
    }
    Ok(())
}

/// Writes a file of the work tree, with its folders.
///
/// # Errors
/// As [`check_place`], and when it cannot be written.
pub fn write_file(top: &Path, (path, text): NewFile<'_>, force: bool) -> Result<(), Failure> {
    check_place(top, path, force)?;
    let place = top.join(path);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::failed(format!("cannot make the folder `{}`", folder.display()))
                .with_cause(&error)
        })?;
    }
    write_atomically(&place, text, force)
}

fn write_atomically(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("cannot write `{}`", path.display())).with_cause(&error)
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = readable_by_all().tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let placed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map(|_| ()).map_err(|error| failed(error.error))
}

/// A temporary file with the usual permissions under the umask, instead of private to its owner.
fn readable_by_all() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".towpath-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

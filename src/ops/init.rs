//! `init`: the configuration that discovery proposes, as text with comments.

use crate::config::{self, CONFIG_FILE, Config, SourceNote, SourceRule};
use crate::discovery::{self, DiscoveredConfig};
use crate::git::{Repository, Snapshot};
use crate::model::{Confidence, escape_for_terminal};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::deployed_branch::DeployedBranch;
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
    let repository = session.open_repository()?;
    let snapshot = open_snapshot(session, &repository)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let proposal = discovery::propose(&reader, &repository);
    if proposal.config.rules.is_empty() && proposal.unsure.rules.is_empty() {
        return Err(nothing_found(&proposal));
    }
    let config = accept_proposal(&proposal);
    let files = count_files(&config, &reader);
    Ok(ConfigProposal { config, files, outside: proposal.outside })
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
    let snapshot = open_snapshot(session, &repository)?;
    let cache = ParseCache::default();
    let files = count_files(config, &SnapshotReader::new(&snapshot, &cache));
    let note = |(rule, (count, example)): (usize, (usize, String))| SourceNote {
        rule,
        comment: escape_for_terminal(&files_in_words(count, &example)).into_owned(),
    };
    Ok(config::to_yaml(config, &files.into_iter().map(note).collect::<Vec<_>>()))
}

fn open_snapshot<'r>(
    session: &Session,
    repository: &'r Repository,
) -> Result<Snapshot<'r>, Failure> {
    let branch = DeployedBranch::find(session, repository, None)?;
    Ok(Snapshot::of_commit(repository, branch.tip)?)
}

fn nothing_found(proposal: &DiscoveredConfig) -> Failure {
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
fn count_files(config: &Config, reader: &SnapshotReader<'_>) -> BTreeMap<usize, (usize, String)> {
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

/// Writes the file atomically.
pub fn write_config(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
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

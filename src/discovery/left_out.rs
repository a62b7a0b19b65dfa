//! The versions that a configuration does not show: those that discovery is not sure of, and those
//! in files that no source reads.

use super::outside::files_outside;
use super::unstaged_files::UnstagedFiles;
use super::{candidate_paths, single};
use crate::config::{Config, ConfigOrigin};
use crate::git::ReadError;
use crate::model::MappingEntry;
use crate::source::{SnapshotReader, read_mapping};

/// The reason for which a version is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// Only the value's look says that it is a version.
    Uncertain,
    /// Nothing in the path or the keys names a stage.
    NoStage,
    /// No source of `towpath.yaml` reads the file.
    NoSource,
}

impl LeftOutReason {
    /// The word in JSON.
    pub fn code(self) -> &'static str {
        match self {
            LeftOutReason::Uncertain => "uncertain",
            LeftOutReason::NoStage => "no-stage",
            LeftOutReason::NoSource => "no-source",
        }
    }

    /// The reason as it is shown.
    pub fn words(self) -> &'static str {
        match self {
            LeftOutReason::Uncertain => "may be no deployed version",
            LeftOutReason::NoStage => "names no stage",
            LeftOutReason::NoSource => "no source reads it",
        }
    }
}

/// Versions that are not shown.
#[derive(Debug, Clone, Default)]
pub struct LeftOutVersions {
    /// By reason. The stage of an entry means something only if it is uncertain.
    pub entries: Vec<(LeftOutReason, Vec<MappingEntry>)>,
    /// The number of files that were not looked at, because they are too many.
    pub unread: usize,
}

/// Finds the versions that the sources of a configuration do not show. `unsure` are the sources
/// that discovery left out of it, if it proposed them.
///
/// # Errors
/// When the files cannot be listed.
pub fn find_left_out(
    config: &Config,
    unsure: Option<&Config>,
    reader: &SnapshotReader<'_>,
) -> Result<LeftOutVersions, ReadError> {
    let listing = reader.snapshot().files_under("")?;
    let paths = candidate_paths(&listing, reader);
    let mut out = LeftOutVersions::default();
    if let Some(unsure) = unsure {
        let entries = read_mapping(unsure, reader, None).entries;
        out.entries.push((LeftOutReason::Uncertain, entries));
    }
    let rules = config.rules.iter().chain(unsure.iter().flat_map(|unsure| &unsure.rules));
    let rules: Vec<_> = rules.collect();
    let reason = match unsure {
        Some(_) => LeftOutReason::NoStage,
        None => LeftOutReason::NoSource,
    };
    match files_outside(&paths, &rules, config.rules.is_empty(), reader) {
        Ok(found) => out.entries.push((reason, versions_in(&found, &paths, reader))),
        Err(unread) => out.unread = unread,
    }
    Ok(out)
}

fn versions_in(
    found: &UnstagedFiles,
    paths: &[&str],
    reader: &SnapshotReader<'_>,
) -> Vec<MappingEntry> {
    let rules = single::in_one_stage(found, paths).into_iter().map(|(rule, _)| rule);
    let config = Config {
        stages: vec![single::default_stage()],
        rules: rules.collect(),
        origin: ConfigOrigin::Discovered,
        ..Config::default()
    };
    read_mapping(&config, reader, None).entries
}

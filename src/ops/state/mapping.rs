//! The mapping of a state, with what the branches of stages say.

use super::branches::stage_branches;
use crate::config::Config;
use crate::git::Repository;
use crate::model::Mapping;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader};
use jiff::Timestamp;

/// What a configuration finds in one state, and in the branches of its stages.
///
/// # Errors
/// When a stage's branch is missing.
pub fn read_mapping(
    session: &Session,
    repository: &Repository,
    config: &Config,
    reader: &SnapshotReader<'_>,
    cache: &ParseCache,
) -> Result<Mapping, Failure> {
    let readings = crate::source::read_claims(config, reader, None);
    assemble_mapping(session, repository, (config, None), (reader, &readings), cache)
}

/// The mapping that readings make together.
pub fn assemble_mapping(
    session: &Session,
    repository: &Repository,
    (config, moment): (&Config, Option<Timestamp>),
    (reader, readings): (&SnapshotReader<'_>, &[(Claim<'_>, ClaimReading)]),
    cache: &ParseCache,
) -> Result<Mapping, Failure> {
    let entries = readings.iter().map(|(_, reading)| reading.entries.clone());
    let mut mapping = crate::source::build_mapping(config, entries, reader.warnings());
    stage_branches(session, repository, (config, moment), cache, &mut mapping)?;
    Ok(mapping)
}

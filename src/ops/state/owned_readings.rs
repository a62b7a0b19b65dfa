//! Claim readings of the present commit, kept for the history walk.

use crate::config::Config;
use crate::git::{GitError, Oid, Repository, Snapshot};
use crate::model::{StageName, TemplateCaptures};
use crate::ops::state::RepositoryState;
use crate::source;
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader};

/// The claim readings of one state: the index of the rule, the file, and the captures of its path.
#[derive(Default)]
pub struct OwnedReadings(Vec<(usize, String, TemplateCaptures, ClaimReading)>);

impl OwnedReadings {
    /// Stores claim readings without references to their rules.
    pub fn from_readings(readings: Vec<(Claim<'_>, ClaimReading)>) -> Self {
        let whole = |(claim, reading): (Claim<'_>, ClaimReading)| {
            (claim.index, claim.path, claim.captures, reading)
        };
        OwnedReadings(readings.into_iter().map(whole).collect())
    }

    fn into_claims(self, config: &Config) -> Vec<(Claim<'_>, ClaimReading)> {
        let claim =
            |(index, path, captures, reading): (usize, String, TemplateCaptures, ClaimReading)| {
                Some((Claim { rule: config.rules.get(index)?, index, path, captures }, reading))
            };
        self.0.into_iter().filter_map(claim).collect()
    }
}

impl RepositoryState {
    /// The claim readings at the newest commit of a branch, read with this cache.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn branch_readings<'a>(
        &'a self,
        repository: &Repository,
        tip: Oid,
        branch_stage: Option<&StageName>,
        cache: &'a ParseCache,
    ) -> Result<Vec<(Claim<'a>, ClaimReading)>, GitError> {
        let readings = self.readings.take();
        // Without the builds of these readings, a walk cannot tell which changes affect them.
        let is_of_tip = branch_stage.is_none() && self.commit == Some(tip);
        if is_of_tip
            && !readings.0.is_empty()
            && std::ptr::eq(cache, &self.cache)
            && cache.has_builds_of(tip)
        {
            return Ok(readings.into_claims(&self.settings.config));
        }
        let snapshot = Snapshot::of_commit(repository, tip)?;
        Ok(source::read_claims(
            &self.settings.config,
            &SnapshotReader::new(&snapshot, cache),
            branch_stage,
        ))
    }
}

//! Claim readings of the present commit, kept for the history walk.

use crate::config::Config;
use crate::model::TemplateCaptures;
use crate::source::{Claim, ClaimReading};

/// The claim readings of one state: the index of the rule, the file, and the captures of its path.
#[derive(Default)]
pub struct OwnedReadings(Vec<(usize, String, TemplateCaptures, ClaimReading)>);

impl OwnedReadings {
    /// True where nothing was read, or the readings were taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps what claims say without the rules they are of.
    pub fn from_readings(readings: Vec<(Claim<'_>, ClaimReading)>) -> Self {
        let whole = |(claim, reading): (Claim<'_>, ClaimReading)| {
            (claim.index, claim.path, claim.captures, reading)
        };
        OwnedReadings(readings.into_iter().map(whole).collect())
    }

    pub fn into_claims(self, config: &Config) -> Vec<(Claim<'_>, ClaimReading)> {
        let claim =
            |(index, path, captures, reading): (usize, String, TemplateCaptures, ClaimReading)| {
                Some((Claim { rule: config.rules.get(index)?, index, path, captures }, reading))
            };
        self.0.into_iter().filter_map(claim).collect()
    }
}

//! An independent model of the gates.

use std::collections::BTreeSet;

/// Stage and target of each place; each takes versions that the previous one runs or ran.
pub const PLACES: [(&str, Option<&str>); 4] =
    [("dev", None), ("staging", None), ("prod", Some("canary")), ("prod", Some("eu"))];
pub const DEV: usize = 0;
pub const STAGING: usize = 1;
pub const CANARY: usize = 2;
pub const EU: usize = 3;

#[derive(Debug, Clone)]
pub struct ModelRun {
    pub version: u32,
    pub since: i64,
    pub until: Option<i64>,
    /// Commit that deployed it.
    pub commit: usize,
    /// Outcome (true if passed) and its time.
    pub outcome: Option<(bool, i64)>,
}

/// An independent model of the gates.
#[derive(Debug, Default)]
pub struct GateModel {
    pub places: [Vec<ModelRun>; 4],
    pub locked: BTreeSet<&'static str>,
    pub held: BTreeSet<&'static str>,
    pub rejected: BTreeSet<u32>,
    pub approved: Vec<(&'static str, u32, i64)>,
    /// Expiry of each override.
    pub broken: Vec<(&'static str, u32, i64)>,
}

impl GateModel {
    pub fn last(&self, place: usize) -> &ModelRun {
        self.places[place].last().expect("something runs everywhere")
    }

    pub fn stays(&self, place: usize, version: u32) -> Vec<&ModelRun> {
        self.places[place].iter().filter(|stay| stay.version == version).collect()
    }

    pub fn has_run_for(&self, place: usize, version: u32, minutes: i64, now: i64) -> bool {
        self.stays(place, version)
            .iter()
            .any(|stay| stay.until.unwrap_or(now) - stay.since >= minutes)
    }

    pub fn has_passed(&self, place: usize, version: u32) -> bool {
        self.stays(place, version)
            .last()
            .is_some_and(|stay| stay.outcome.is_some_and(|(passed, _)| passed))
    }

    /// True if even a rollback is not allowed.
    pub fn is_closed(&self, place: usize, version: u32, now: i64) -> bool {
        let stage = PLACES[place].0;
        let is_night = stage == "prod" && !(8..20).contains(&(now / 60 % 24));
        self.locked.contains(stage) || self.rejected.contains(&version) || is_night
    }

    pub fn allows(&self, place: usize, version: u32, now: i64) -> bool {
        let stage = PLACES[place].0;
        let approved = |since| {
            self.approved.iter().any(|one| (one.0, one.1) == (stage, version) && one.2 >= since)
        };
        let after_failure = match self.last(place).outcome {
            Some((false, since)) => approved(since),
            _ => true,
        };
        let is_isolated = place == DEV || self.last(place).outcome.is_some();
        let is_in_order = match place {
            DEV => true,
            // A failure in the stage before shuts, also where nothing must have passed.
            STAGING => {
                let newest = self.stays(DEV, version);
                newest.last().is_some_and(|stay| !matches!(stay.outcome, Some((false, _))))
            }
            _ => self.has_passed(STAGING, version) && self.has_run_for(STAGING, version, 30, now),
        };
        let is_its_turn = place != EU
            || self.last(EU).version == version
            || (self.has_run_for(CANARY, version, 60, now) && self.has_passed(CANARY, version));
        let is_free = !self.is_closed(place, version, now) && !self.held.contains(stage);
        is_free && after_failure && is_isolated && is_in_order && is_its_turn
    }

    pub fn glass(&self, place: usize, version: u32, now: i64) -> bool {
        self.broken.iter().any(|one| (one.0, one.1) == (PLACES[place].0, version) && one.2 > now)
    }
}

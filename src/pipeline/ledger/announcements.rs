//! What targets of announcements were told, and what runs are about to tell them.
//!
//! The events of a ledger have one order, which all readers see. Of two runs that claim the same
//! deployment, the first one in that order announces it.

use super::event::{AnnouncedCommit, EventKind, LedgerEvent};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How long a claim holds, in seconds. A run that takes longer was killed.
pub const CLAIM_SECONDS: i64 = 15 * 60;

/// A deployment: its commit and its place.
type DeploymentName = (String, String);

/// The announcements to one target.
#[derive(Debug, Default)]
pub struct AnnouncementLog {
    /// By filter, the commits from which on deployments are announced.
    begun: HashMap<String, BTreeMap<String, String>>,
    told: HashSet<DeploymentName>,
    claims: HashMap<DeploymentName, AnnouncementClaim>,
}

#[derive(Debug)]
struct AnnouncementClaim {
    run: String,
    /// Seconds since 1970.
    time: i64,
    is_given_up: bool,
    /// True where another run claimed the deployment before, and may have announced it.
    is_second: bool,
}

/// Whether a target knows about a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncementState {
    /// Nobody told it.
    New,
    /// A run that has ended may have told it.
    Unsure,
    /// Another run is telling it now.
    Claimed,
    Told,
}

impl AnnouncementLog {
    /// The announcements to a target, from events in the order of the ledger.
    pub fn of_target<'e>(events: impl Iterator<Item = &'e LedgerEvent>, name: &str) -> Self {
        let mut log = AnnouncementLog::default();
        for event in events {
            log.add_event(event, name);
        }
        log
    }

    fn add_event(&mut self, event: &LedgerEvent, name: &str) {
        match &event.what {
            EventKind::AnnouncementsBegun { target, filter, tips } if target == name => {
                // Of two first runs at the same time, the earlier one counts.
                self.begun.entry(filter.clone()).or_insert_with(|| tips.clone());
            }
            EventKind::Announced { target, filter, messages, tips } if target == name => {
                self.told.extend(names(messages));
                if !tips.is_empty() {
                    self.begun.insert(filter.clone(), tips.clone());
                }
            }
            EventKind::Announcing { target, run, messages } if target == name => {
                for deployment in names(messages) {
                    self.claim(deployment, run, event.time.as_second());
                }
            }
            EventKind::AnnouncingGivenUp { target, run } if target == name => {
                let given_up = self.claims.values_mut().filter(|claim| claim.run == *run);
                given_up.for_each(|claim| claim.is_given_up = true);
            }
            _ => {}
        }
    }

    fn claim(&mut self, deployment: DeploymentName, run: &str, time: i64) {
        let earlier = self.claims.get(&deployment);
        if earlier.is_some_and(|claim| claim.run == run || claim.holds(time)) {
            return;
        }
        let is_second = earlier.is_some();
        let claim = AnnouncementClaim { run: run.to_owned(), time, is_given_up: false, is_second };
        self.claims.insert(deployment, claim);
    }

    /// The commits from which on deployments are announced under a filter.
    pub fn beginning(&self, filter: &str) -> Option<&BTreeMap<String, String>> {
        self.begun.get(filter)
    }

    /// What the target knows about a deployment at a time, in seconds since 1970.
    pub fn state(&self, commit: &str, place: &str, now: i64) -> AnnouncementState {
        let name = (commit.to_owned(), place.to_owned());
        match self.claims.get(&name) {
            _ if self.told.contains(&name) => AnnouncementState::Told,
            None => AnnouncementState::New,
            Some(claim) if claim.holds(now) => AnnouncementState::Claimed,
            Some(_) => AnnouncementState::Unsure,
        }
    }

    /// Whether a run may announce a deployment that it has claimed: `Unsure` where it must look
    /// for the announcement of an earlier run first.
    pub fn state_for(&self, run: &str, commit: &str, place: &str) -> AnnouncementState {
        let name = (commit.to_owned(), place.to_owned());
        match self.claims.get(&name) {
            _ if self.told.contains(&name) => AnnouncementState::Told,
            Some(claim) if claim.run == run && claim.is_second => AnnouncementState::Unsure,
            Some(claim) if claim.run == run => AnnouncementState::New,
            _ => AnnouncementState::Claimed,
        }
    }
}

impl AnnouncementClaim {
    fn holds(&self, now: i64) -> bool {
        !self.is_given_up && now < self.time + CLAIM_SECONDS
    }
}

fn names(messages: &[AnnouncedCommit]) -> impl Iterator<Item = DeploymentName> {
    messages.iter().flat_map(|message| {
        message.places.iter().map(|place| (message.commit.clone(), place.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::AnnouncementState::{Claimed, New, Told, Unsure};
    use super::*;
    use jiff::Timestamp;

    fn messages(commit: &str) -> Vec<AnnouncedCommit> {
        vec![AnnouncedCommit { commit: commit.into(), places: vec!["web prod".into()] }]
    }

    fn claim(run: &str) -> EventKind {
        EventKind::Announcing { target: "chat".into(), run: run.into(), messages: messages("c1") }
    }

    fn told() -> EventKind {
        let (filter, tips) = (String::new(), BTreeMap::new());
        EventKind::Announced { target: "chat".into(), filter, messages: messages("c1"), tips }
    }

    fn log(events: Vec<(i64, EventKind)>) -> AnnouncementLog {
        let event = |(time, what)| LedgerEvent {
            proof: Default::default(),
            id: format!("{time}"),
            time: Timestamp::from_second(time).expect("a time"),
            what,
            places: Vec::new(),
            by: Default::default(),
        };
        let events: Vec<LedgerEvent> = events.into_iter().map(event).collect();
        AnnouncementLog::of_target(events.iter(), "chat")
    }

    fn state(log: &AnnouncementLog, now: i64) -> AnnouncementState {
        log.state("c1", "web prod", now)
    }

    #[test]
    fn of_two_claims_the_first_one_counts() {
        let both = log(vec![(1, claim("a")), (2, claim("b"))]);
        let for_run = |run: &str| both.state_for(run, "c1", "web prod");
        assert_eq!((for_run("a"), for_run("b"), state(&both, 3)), (New, Claimed, Claimed));
        let done = log(vec![(1, claim("a")), (2, claim("b")), (3, told())]);
        assert_eq!((done.state_for("b", "c1", "web prod"), state(&done, 4)), (Told, Told));
        assert_eq!(done.state("c2", "web prod", 4), New);
    }

    #[test]
    fn a_claim_ends_with_its_time_or_when_its_run_gives_up() {
        let late = CLAIM_SECONDS + 1;
        let killed = log(vec![(1, claim("a"))]);
        assert_eq!((state(&killed, late - 1), state(&killed, late)), (Claimed, Unsure));
        let taken = log(vec![(1, claim("a")), (late, claim("b"))]);
        let for_run = |run: &str| taken.state_for(run, "c1", "web prod");
        assert_eq!((for_run("a"), for_run("b")), (Claimed, Unsure));
        let given_up = EventKind::AnnouncingGivenUp { target: "chat".into(), run: "a".into() };
        let given_up = log(vec![(1, claim("a")), (2, given_up)]);
        assert_eq!(state(&given_up, 3), Unsure);
    }

    #[test]
    fn each_filter_has_its_beginning_and_each_target_its_log() {
        let tips = |commit: &str| BTreeMap::from([("main".to_owned(), commit.to_owned())]);
        let begun = |filter: &str, commit: &str| EventKind::AnnouncementsBegun {
            target: "chat".into(),
            filter: filter.into(),
            tips: tips(commit),
        };
        let all = log(vec![(1, begun("", "c1")), (2, begun("", "c2")), (3, begun("x", "c3"))]);
        assert_eq!(all.beginning(""), Some(&tips("c1")));
        assert_eq!((all.beginning("x"), all.beginning("y")), (Some(&tips("c3")), None));
        let other = AnnouncementLog::of_target(std::iter::empty(), "mail");
        assert_eq!(other.beginning(""), None);
    }
}

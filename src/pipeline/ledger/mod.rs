//! The ledger: facts that the mainline does not tell, as events in the order they were written.

mod announcements;
mod event;
mod names;
mod proof;
mod state;
#[cfg(test)]
mod tests;

pub use announcements::{AnnouncementLog, AnnouncementState, CLAIM_SECONDS};
pub use event::{AnnouncedCommit, EventAuthor, EventKind, EventPlace, LedgerEvent, Outcome};
pub use proof::EventProof;
pub use state::LedgerFileChange;

use super::evidence::EvidenceRunPeriod;
use super::query::{AppComponent, GateQuery};
use super::verdict::BreakGlassOverride;
use crate::model::{CellKey, MappingEntry, StageName, Version};
use jiff::Timestamp;
use names::CurrentNames;
use std::collections::{HashMap, HashSet};

/// All events, without duplicates.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    events: Vec<LedgerEvent>,
    /// Events that do not count, because a proof is demanded and missing, each with the number of
    /// those that count before it.
    unproven: Vec<(usize, LedgerEvent)>,
    by_app: HashMap<String, Vec<usize>>,
    /// Events about no particular app, and all locks.
    wide: Vec<usize>,
    gap: Option<LedgerGap>,
    names: CurrentNames,
}

/// Why events may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerGap {
    pub reason: String,
    /// Command that reads the rest.
    pub remedy: String,
}

/// An active lock.
#[derive(Debug, Clone, Copy)]
pub struct Lock<'l> {
    pub event: &'l LedgerEvent,
    pub app: Option<&'l str>,
    pub stage: Option<&'l StageName>,
    pub reason: &'l str,
    pub until: Option<Timestamp>,
    /// Current names of the locked app, besides its own: those of the cells at its places.
    pub now: &'l [String],
}

impl Lock<'_> {
    /// True if the lock applies to this app in this stage.
    pub fn applies_to(&self, subject: &AppComponent, stage: &StageName) -> bool {
        let is_named =
            |app| subject.is_called(app) || self.now.iter().any(|now| subject.is_called(now));
        self.app.is_none_or(is_named) && self.stage.is_none_or(|locked| locked == stage)
    }

    /// The locked scope: `web in prod`.
    pub fn name(&self) -> String {
        scope_text(self.app, self.stage)
    }

    /// A name of the locked app that commands know.
    pub fn current_app(&self) -> Option<&str> {
        self.now.first().map(String::as_str).or(self.app)
    }

    /// True if this is the scope of the lock, under its old name or a current one.
    pub fn is_scope(&self, app: Option<&str>, stage: Option<&StageName>) -> bool {
        let is_now = app.is_some_and(|app| self.now.iter().any(|now| now == app));
        self.stage == stage && (self.app == app || is_now)
    }
}

impl Ledger {
    /// Creates a ledger from events, oldest first. Duplicates are dropped.
    pub fn new(events: impl IntoIterator<Item = LedgerEvent>) -> Self {
        let mut ledger = Ledger::default();
        let mut seen = HashSet::new();
        for event in events {
            if !seen.insert(event.id.clone()) {
                continue;
            }
            if !event.counts() {
                ledger.unproven.push((ledger.events.len(), event));
                continue;
            }
            let index = ledger.events.len();
            let is_lock =
                matches!(event.what, EventKind::Locked { .. } | EventKind::Unlocked { .. });
            match event.what.app().filter(|_| !is_lock) {
                Some(app) => ledger.by_app.entry(app.to_owned()).or_default().push(index),
                None => ledger.wide.push(index),
            }
            ledger.events.push(event);
        }
        ledger
    }

    /// Returns the ledger with the names that the places of its events have now.
    #[must_use]
    pub fn with_current_names(self, entries: &[MappingEntry]) -> Self {
        Ledger { names: CurrentNames::new(&self.events, entries), ..self }
    }

    /// Active locks of apps that are not there under any name, so that they hold nothing back.
    pub fn locks_without_app(&self, at: i64) -> Vec<Lock<'_>> {
        let mut locks = self.active_locks(None, at);
        locks.retain(|lock| lock.app.is_some_and(|app| !self.names.is_there(app)));
        locks
    }

    /// Returns the ledger marked as incomplete.
    #[must_use]
    pub fn with_gap(self, gap: LedgerGap) -> Self {
        Ledger { gap: Some(gap), ..self }
    }

    /// Why events may be missing; `None` if all are here.
    pub fn gap(&self) -> Option<&LedgerGap> {
        self.gap.as_ref()
    }

    /// Number of events, counted or not.
    pub fn len(&self) -> usize {
        self.events.len() + self.unproven.len()
    }

    /// True if there are no events.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All events, oldest first, also those that do not count, because they lack a proof that is
    /// demanded.
    pub fn all_events(&self) -> Vec<&LedgerEvent> {
        let mut out: Vec<&LedgerEvent> = Vec::with_capacity(self.len());
        let mut unproven = self.unproven.iter().peekable();
        for index in 0..=self.events.len() {
            while let Some((_, event)) = unproven.next_if(|(before, _)| *before == index) {
                out.push(event);
            }
            out.extend(self.events.get(index));
        }
        out
    }

    /// All events that count, oldest first.
    pub fn events(&self) -> &[LedgerEvent] {
        &self.events
    }

    /// Time of the first event, in seconds since 1970.
    pub fn start_time(&self) -> Option<i64> {
        self.events.iter().map(|event| event.time.as_second()).min()
    }

    /// Time of the first outcome, in seconds since 1970.
    pub fn first_outcome_time(&self) -> Option<i64> {
        let is_outcome = |event: &&LedgerEvent| matches!(event.what, EventKind::Outcome { .. });
        self.events.iter().filter(is_outcome).map(|event| event.time.as_second()).min()
    }

    /// Events about an app, including those about the given component, oldest first.
    fn events_about(
        &self,
        app: &str,
        component: Option<&str>,
        end: Option<i64>,
    ) -> impl DoubleEndedIterator<Item = &LedgerEvent> {
        let part = component.map(|component| format!("{app}/{component}"));
        let names = std::iter::once(app).chain(part.as_deref());
        let earlier = |name: &str| self.names.earlier(name).iter().map(String::as_str);
        let names = names.flat_map(|name| std::iter::once(name).chain(earlier(name)));
        let mut found: Vec<usize> =
            names.filter_map(|name| self.by_app.get(name)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        let events = found.into_iter().map(|index| &self.events[index]);
        events.filter(move |event| end.is_none_or(|end| event.time.as_second() <= end))
    }

    fn events_of_app(
        &self,
        subject: &AppComponent,
        end: Option<i64>,
    ) -> impl DoubleEndedIterator<Item = &LedgerEvent> {
        self.events_about(subject.app.as_str(), subject.component.as_deref(), end)
    }

    /// Returns the latest outcome of a deployment.
    pub fn find_outcome(
        &self,
        landing: &EvidenceRunPeriod<'_>,
        end: Option<i64>,
    ) -> Option<(Outcome, &LedgerEvent)> {
        let cell = landing.cell;
        let mut events = self.events_about(cell.app.as_str(), cell.component.as_deref(), end).rev();
        events.find_map(|event| Some((outcome_of(event, landing)?, event)))
    }

    /// Locks active at a time. Expired locks are left out.
    pub fn active_locks(&self, end: Option<i64>, at: i64) -> Vec<Lock<'_>> {
        let mut out: Vec<Lock<'_>> = Vec::new();
        let events = self.wide.iter().map(|index| &self.events[*index]);
        for event in events.filter(|event| end.is_none_or(|end| event.time.as_second() <= end)) {
            let (app, stage) = (event.what.app(), event.what.stage());
            match &event.what {
                EventKind::Locked { reason, until, .. } => {
                    // Otherwise a forged lock could end a real one.
                    if !event.lacks_proof() {
                        out.retain(|lock| !lock.is_scope(app, stage));
                    }
                    let now = app.map_or(&[][..], |app| self.names.now(app));
                    out.push(Lock { event, app, stage, reason, until: *until, now });
                }
                EventKind::Unlocked { .. } => out.retain(|lock| !lock.is_scope(app, stage)),
                _ => {}
            }
        }
        out.retain(|lock| lock.until.is_none_or(|until| until.as_second() > at));
        out
    }

    /// Returns the hold on an app in a stage, with its reason.
    pub fn find_hold(
        &self,
        subject: &AppComponent,
        stage: &StageName,
        end: Option<i64>,
    ) -> Option<(&LedgerEvent, &str)> {
        let last = self.events_of_app(subject, end).rev().find(|event| {
            matches!(
                &event.what,
                EventKind::Held { stage: at, .. } | EventKind::Released { stage: at, .. }
                    if at == stage
            )
        })?;
        match &last.what {
            EventKind::Held { reason, .. } => Some((last, reason)),
            _ => None,
        }
    }

    /// Returns the rejection of a version, with its reason.
    pub fn find_rejection(
        &self,
        subject: &AppComponent,
        version: &Version,
        end: Option<i64>,
    ) -> Option<(&LedgerEvent, Option<&str>)> {
        let is_it = |known: &str| Version::parse(known).is_same(version);
        let last = self.events_of_app(subject, end).rev().find(|event| {
            matches!(
                &event.what,
                EventKind::Rejected { version, .. } | EventKind::Unrejected { version, .. }
                    if is_it(version)
            )
        })?;
        match &last.what {
            EventKind::Rejected { reason, .. } => Some((last, reason.as_deref())),
            _ => None,
        }
    }

    /// Returns the rejections of a version, whatever app they name, with the app and the reason.
    pub fn rejections_of_version(
        &self,
        version: &Version,
    ) -> Vec<(&str, &LedgerEvent, Option<&str>)> {
        let mut out: Vec<(&str, &LedgerEvent, Option<&str>)> = Vec::new();
        for event in &self.events {
            match &event.what {
                EventKind::Rejected { app, version: known, reason }
                    if Version::parse(known).is_same(version) =>
                {
                    out.retain(|(other, ..)| *other != app.as_str());
                    out.push((app, event, reason.as_deref()));
                }
                EventKind::Unrejected { app, version: known }
                    if Version::parse(known).is_same(version) =>
                {
                    out.retain(|(other, ..)| *other != app.as_str());
                }
                _ => {}
            }
        }
        out
    }

    /// Overrides without a follow-up note.
    pub fn overrides_without_follow_up(&self) -> Vec<&LedgerEvent> {
        let about = |event: &LedgerEvent| match &event.what {
            EventKind::Noted { about, .. } => Some(about.clone()),
            _ => None,
        };
        let explained: HashSet<String> = self.events.iter().filter_map(about).collect();
        let is_override = |event: &&LedgerEvent| matches!(event.what, EventKind::Overridden { .. });
        self.events
            .iter()
            .filter(is_override)
            .filter(|event| !explained.contains(&event.id))
            .collect()
    }

    /// Approvals of this version for this stage.
    pub(super) fn approvals<'l>(
        &'l self,
        question: &'l GateQuery<'_>,
    ) -> impl Iterator<Item = &'l LedgerEvent> {
        self.events_of_app(question.subject, question.history_end()).filter(|event| {
            matches!(&event.what, EventKind::Approved { stage, version, .. }
                if stage == question.stage && Version::parse(version).is_same(question.version))
        })
    }

    /// Approvals of this version for this stage that do not count, because they lack a proof.
    pub(super) fn unproven_approvals(&self, question: &GateQuery<'_>) -> usize {
        let is_meant = |event: &&LedgerEvent| {
            matches!(&event.what, EventKind::Approved { app, stage, version, .. }
                if question.subject.is_called(app)
                    && stage == question.stage
                    && Version::parse(version).is_same(question.version))
        };
        self.unproven.iter().map(|(_, event)| event).filter(is_meant).count()
    }

    /// Overrides for this version and stage, oldest first.
    pub(super) fn overrides<'l>(
        &'l self,
        question: &GateQuery<'_>,
    ) -> Vec<(&'l LedgerEvent, BreakGlassOverride)> {
        let one = |event: &'l LedgerEvent| match &event.what {
            EventKind::Overridden { stage, version, reason, expires, .. }
                if stage == question.stage && Version::parse(version).is_same(question.version) =>
            {
                let (id, by, reason) = (event.id.clone(), event.by.name.clone(), reason.clone());
                Some((event, BreakGlassOverride { id, by, reason, until: expires.as_second() }))
            }
            _ => None,
        };
        self.events_of_app(question.subject, question.history_end()).filter_map(one).collect()
    }
}

/// Returns the outcome if the event is about this run. It is if it names the run's commit; if the
/// commit is unknown, as in a shallow clone, the version decides.
fn outcome_of(event: &LedgerEvent, landing: &EvidenceRunPeriod<'_>) -> Option<Outcome> {
    let EventKind::Outcome { stage, target, version, deployments, outcome, .. } = &event.what
    else {
        return None;
    };
    let cell: &CellKey = landing.cell;
    let is_here = *stage == cell.stage && (target.is_none() || *target == cell.target);
    if !is_here || !Version::parse(version).is_same(landing.version) {
        return None;
    }
    let is_it = match landing.commit {
        // Recorded in a clone that did not know the commit: the event means the version running at
        // its time.
        Some(_) if deployments.is_empty() => {
            let at = event.time.as_second();
            landing.time.is_none_or(|came| came <= at) && landing.left.is_none_or(|left| at <= left)
        }
        Some(commit) => deployments.contains(&commit.to_string()),
        None => true,
    };
    is_it.then_some(*outcome)
}

/// Formats a scope: `web in prod`, `web`, `prod`, or `everything`.
pub fn scope_text(app: Option<&str>, stage: Option<&StageName>) -> String {
    match (app, stage) {
        (Some(app), Some(stage)) => format!("{app} in {stage}"),
        (Some(app), None) => app.to_owned(),
        (None, Some(stage)) => stage.to_string(),
        (None, None) => "everything".into(),
    }
}

/// Formats a time as `2026-08-03 10:00 UTC`.
pub fn format_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

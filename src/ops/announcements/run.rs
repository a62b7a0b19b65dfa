//! One run for one target: claims, messages, and the record of what was sent.

use super::message::{group_by_commit, place_name};
use super::news::NewsSource;
use super::store::AnnouncementStore;
use super::{AnnounceQuery, AnnouncementMessage, AnnouncementOutcome, AnnouncementSender};
use super::{SendError, TargetReport};
use crate::ops::error::Failure;
use crate::ops::random::unique_word;
use crate::pipeline::ledger::{AnnouncementLog, AnnouncementState, CLAIM_SECONDS, EventKind};
use crate::report::{DeploymentReport, ForgeRepository};
use std::collections::BTreeMap;

/// The messages that are claimed at a time, where a target can be asked for those that were sent.
/// Other targets get each message with a claim of its own, so that a killed run repeats only one.
const BATCH: usize = 20;

/// The parts of a run for one target.
pub(super) struct TargetRun<'a> {
    pub query: &'a AnnounceQuery,
    pub source: &'a NewsSource<'a>,
    pub sender: &'a dyn AnnouncementSender,
    pub filter: &'a str,
    /// The name of the repository in messages.
    pub repository: &'a str,
    pub host: Option<&'a ForgeRepository>,
}

/// A batch that was sent as far as possible.
struct SentBatch {
    messages: Vec<(AnnouncementMessage, AnnouncementOutcome)>,
    /// The number of messages that another run took.
    elsewhere: usize,
    failure: Option<Failure>,
}

impl TargetRun<'_> {
    /// The name of the target.
    pub fn name(&self) -> &str {
        self.sender.name()
    }

    /// What would be announced.
    pub fn plan(&self, log: &AnnouncementLog) -> Result<TargetReport, Failure> {
        let mut report = self.new_report(log);
        if report.begins {
            return Ok(report);
        }
        let messages = self.pending_messages(log, &mut report)?;
        let planned = messages.into_iter().map(|one| (one, AnnouncementOutcome::Planned));
        report.messages = planned.collect();
        Ok(report)
    }

    /// Announces what is new, and writes down what was announced.
    pub fn announce(&self, store: &mut dyn AnnouncementStore) -> Result<TargetReport, Failure> {
        let log = store.log(self.sender.name())?;
        let mut report = self.new_report(&log);
        if report.begins {
            store.append(vec![self.begin_event()])?;
            return Ok(report);
        }
        let messages = self.pending_messages(&log, &mut report)?;
        if messages.is_empty() {
            // With a start that the user names, this run may be the first one.
            if log.beginning(self.filter).is_none() && report.elsewhere == 0 {
                store.append(vec![self.begin_event()])?;
            }
            return Ok(report);
        }
        let size = if self.sender.can_find() { BATCH } else { 1 };
        let count = messages.chunks(size).len();
        for (at, batch) in messages.chunks(size).enumerate() {
            let is_last = at + 1 == count && report.left == 0;
            let sent = self.send_batch(batch, is_last && report.elsewhere == 0, store)?;
            report.elsewhere += sent.elsewhere;
            report.messages.extend(sent.messages);
            if let Some(failure) = sent.failure {
                report.failure = Some(failure);
                break;
            }
        }
        Ok(report)
    }

    fn new_report(&self, log: &AnnouncementLog) -> TargetReport {
        let names_start = self.query.history.window.since.is_some();
        TargetReport {
            target: self.sender.name().to_owned(),
            begins: !names_start && log.beginning(self.filter).is_none(),
            ..TargetReport::default()
        }
    }

    /// The messages that the target lacks, oldest first.
    fn pending_messages(
        &self,
        log: &AnnouncementLog,
        report: &mut TargetReport,
    ) -> Result<Vec<AnnouncementMessage>, Failure> {
        let names_start = self.query.history.window.since.is_some();
        let begun = log.beginning(self.filter).filter(|_| !names_start);
        let deployments = self.source.deployments(&self.query.history, begun)?;
        let now = self.now();
        let mut messages = Vec::new();
        for mut group in group_by_commit(deployments) {
            let state =
                |one: &DeploymentReport| log.state(&one.commit, &place_name(&one.cell), now);
            let is_claimed = group.iter().any(|one| state(one) == AnnouncementState::Claimed);
            report.elsewhere += usize::from(is_claimed);
            group.retain(|one| {
                matches!(state(one), AnnouncementState::New | AnnouncementState::Unsure)
            });
            messages.extend(self.message(group));
        }
        report.left = messages.len().saturating_sub(self.query.limit);
        messages.truncate(self.query.limit);
        Ok(messages)
    }

    /// The message about the deployments of one commit, unless there are none.
    fn message(&self, deployments: Vec<DeploymentReport>) -> Option<AnnouncementMessage> {
        let commit = &deployments.first()?.commit;
        let url = self.host.map(|host| host.commit_url(commit));
        let name = self.sender.name();
        Some(AnnouncementMessage::new(name, self.repository, url, deployments))
    }

    fn send_batch(
        &self,
        batch: &[AnnouncementMessage],
        is_last: bool,
        store: &mut dyn AnnouncementStore,
    ) -> Result<SentBatch, Failure> {
        let (target, run) = (self.sender.name().to_owned(), unique_word());
        let claimed_at = self.now();
        let messages = batch.iter().map(AnnouncementMessage::to_event).collect();
        let claim = EventKind::Announcing { target: target.clone(), run: run.clone(), messages };
        store.append(vec![claim])?;
        let log = store.log(&target)?;
        let mut sent = SentBatch { messages: Vec::new(), elsewhere: 0, failure: None };
        for message in batch {
            let Some((message, is_unsure)) = self.keep_own(&log, &run, message) else {
                sent.elsewhere += 1;
                continue;
            };
            // Another run may take over what this one has not sent when the claim ends.
            if self.now() - claimed_at > CLAIM_SECONDS / 2 {
                sent.failure = Some(Failure::failed("the target is too slow; run it again"));
                break;
            }
            match self.send(&message, is_unsure) {
                Ok(outcome) => sent.messages.push((message, outcome)),
                Err(failure) => {
                    sent.failure = Some(failure);
                    break;
                }
            }
        }
        let is_done = is_last && sent.failure.is_none() && sent.elsewhere == 0;
        let mut events = Vec::new();
        if !sent.messages.is_empty() {
            let messages = sent.messages.iter().map(|(message, _)| message.to_event()).collect();
            let tips = if is_done { self.source.tips.clone() } else { BTreeMap::new() };
            let (target, filter) = (target.clone(), self.filter.to_owned());
            events.push(EventKind::Announced { target, filter, messages, tips });
        }
        if sent.failure.is_some() {
            events.push(EventKind::AnnouncingGivenUp { target, run });
        }
        if !events.is_empty() {
            store.append(events)?;
        }
        Ok(sent)
    }

    /// The part of a message that this run has claimed, and whether an earlier run may have sent
    /// it.
    fn keep_own(
        &self,
        log: &AnnouncementLog,
        run: &str,
        message: &AnnouncementMessage,
    ) -> Option<(AnnouncementMessage, bool)> {
        let state =
            |one: &DeploymentReport| log.state_for(run, &one.commit, &place_name(&one.cell));
        let mut own = message.deployments.clone();
        own.retain(|one| matches!(state(one), AnnouncementState::New | AnnouncementState::Unsure));
        let is_unsure = own.iter().any(|one| state(one) == AnnouncementState::Unsure);
        Some((self.message(own)?, is_unsure))
    }

    fn send(
        &self,
        message: &AnnouncementMessage,
        is_unsure: bool,
    ) -> Result<AnnouncementOutcome, Failure> {
        if is_unsure && self.sender.can_find() && self.sender.find(message)? {
            return Ok(AnnouncementOutcome::Found);
        }
        match self.sender.send(message) {
            Ok(()) => Ok(AnnouncementOutcome::Sent),
            Err(SendError::Refused(failure)) => Err(failure),
            Err(SendError::Unsure(failure)) => {
                let is_there = self.sender.can_find() && self.sender.find(message).unwrap_or(false);
                if is_there { Ok(AnnouncementOutcome::Sent) } else { Err(failure) }
            }
        }
    }

    fn begin_event(&self) -> EventKind {
        EventKind::AnnouncementsBegun {
            target: self.sender.name().to_owned(),
            filter: self.filter.to_owned(),
            tips: self.source.tips.clone(),
        }
    }

    /// The present time, in seconds since 1970.
    fn now(&self) -> i64 {
        self.source.session.at_current_time().now().as_second()
    }
}

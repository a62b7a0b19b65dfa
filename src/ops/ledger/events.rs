//! Writes decisions of people to the ledger: approvals, rejections, releases and locks.

use super::{LedgerTarget, fetch, write_events};
use crate::config::gates::{Permission, time_span};
use crate::git::revision_or_time::{TIME_FORMS, parse_time};
use crate::git::{self, Repository};
use crate::model::{StageName, Version};
use crate::ops::error::Failure;
use crate::ops::gates::{self, GateContext, GateRequest};
use crate::ops::session::Session;
use crate::pipeline::ledger::{EventAuthor, EventKind, LedgerEvent, Lock};
use crate::pipeline::{AppComponent, Evidence, ExternalFacts, MoveDirection};
use jiff::{SignedDuration, Timestamp};

/// A version of an app for a stage, as users name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRequest {
    pub app: String,
    pub stage: String,
    /// The version; `None` means the one that the previous stage runs.
    pub version: Option<String>,
    pub reason: Option<String>,
}

/// The scope of a lock: an app, a stage, an app in a stage, or everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockScope {
    pub app: Option<String>,
    pub stage: Option<String>,
    /// True for all apps in all stages; otherwise an app or a stage must be named.
    pub all: bool,
}

/// Approves a version for a stage.
///
/// # Errors
/// When `permissions` does not name the user, or the ledger cannot be written.
pub fn approve(
    request: &ApprovalRequest,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    record_event(session, target, &|inquiry| {
        let stage = inquiry.stage(&request.stage)?.name.clone();
        let subject = inquiry.subject(&request.app)?;
        check_permission(inquiry, &stage, &subject)?;
        let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
        let evidence = inquiry.evidence(&past, &facts);
        let (targets, purpose) = (Vec::new(), MoveDirection::Forward);
        let asked = GateRequest { subject, stage, targets, version: Version::default(), purpose };
        let version = match &request.version {
            Some(text) => resolve_version(inquiry, &evidence, &asked.subject, text)?,
            None => inquiry.find_candidate(&evidence, &asked, None)?,
        };
        let (app, stage, version) = (asked.subject.to_string(), asked.stage, version.to_string());
        Ok(EventKind::Approved { app, stage, version, reason: request.reason.clone() })
    })
}

/// Rejects a version of an app.
///
/// # Errors
/// When the app is unknown, or the ledger cannot be written.
pub fn reject(
    (app, version): (&str, &str),
    reason: Option<&str>,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    record_event(session, target, &|inquiry| {
        let (app, version) = resolve_names(inquiry, app, version)?;
        Ok(EventKind::Rejected { app, version, reason: reason.map(str::to_owned) })
    })
}

/// Withdraws the rejection of a version. Writes no event if the version is not rejected.
///
/// # Errors
/// The errors of [`reject`].
pub fn unreject(
    (app, version): (&str, &str),
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    taken_back(session, target, &|inquiry| {
        let (app, version) = resolve_names(inquiry, app, version)?;
        let subject = inquiry.subject(&app)?;
        let rejection =
            inquiry.ledger.find_rejection(&subject, &Version::parse(&version), None).is_some();
        let nothing = format!("{app} {version} is not rejected");
        Ok(if rejection { Ok(EventKind::Unrejected { app, version }) } else { Err(nothing) })
    })
}

/// Releases an app in a stage from the hold that a rollback put it on.
///
/// # Errors
/// When a name is unknown, or the ledger cannot be written.
pub fn release(
    (app, stage): (&str, &str),
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    taken_back(session, target, &|inquiry| {
        let (app, stage) = (inquiry.subject(app)?, inquiry.stage(stage)?.name.clone());
        let is_held = inquiry.ledger.find_hold(&app, &stage, None).is_some();
        let nothing = format!("{app} is not on hold in {stage}");
        let app = app.to_string();
        Ok(if is_held { Ok(EventKind::Released { app, stage }) } else { Err(nothing) })
    })
}

/// Locks a scope, so that nothing is deployed there. `until` is a time span (`2h`) or a time.
///
/// # Errors
/// When nothing is named, a name is unknown, or the ledger cannot be written.
pub fn lock(
    scope: &LockScope,
    reason: &str,
    until: Option<&str>,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    record_event(session, target, &|inquiry| {
        let (app, stage) = scope.resolve(inquiry)?;
        let until = until.map(|text| parse_end(text, session)).transpose()?;
        Ok(EventKind::Locked { app, stage, reason: reason.to_owned(), until })
    })
}

/// Removes a lock.
///
/// # Errors
/// When there is no such lock, or the ledger cannot be written.
pub fn unlock(
    scope: &LockScope,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let inquiry = load_for_reversal(session, &repository, target)?;
    let (app, stage) = scope.resolve(&inquiry)?;
    let ledger = &inquiry.ledger;
    let locks = ledger.active_locks(None, session.now().as_second());
    let is_it = |lock: &Lock<'_>| lock.is_scope(app.as_deref(), stage.as_ref());
    if !locks.iter().any(is_it) {
        let names: Vec<String> = locks.iter().map(Lock::name).collect();
        let scope = crate::pipeline::ledger::scope_text(app.as_deref(), stage.as_ref());
        let failure = Failure::usage(format!("{scope} is not locked"));
        return Err(match names.is_empty() {
            true => failure,
            false => failure.hint(format!("locked: {}", names.join(", "))),
        });
    }
    let event = EventKind::Unlocked { app, stage };
    write_event(session, &inquiry, event, target)
}

impl LockScope {
    fn resolve(
        &self,
        inquiry: &GateContext<'_>,
    ) -> Result<(Option<String>, Option<StageName>), Failure> {
        if self.app.is_none() && self.stage.is_none() && !self.all {
            return Err(Failure::usage("no app or stage is named")
                .hint("name an app, use --stage, or use --all"));
        }
        let app = self.app.as_deref().map(|word| inquiry.subject(word)).transpose()?;
        let stage = self.stage.as_deref();
        let stage = stage.map(|word| gates::stage(inquiry.config(), word)).transpose()?;
        Ok((app.map(|app| app.to_string()), stage.map(|stage| stage.name.clone())))
    }
}

/// The event that withdraws an earlier one, or the note that there is none.
type ReversalEvent = Result<EventKind, String>;

/// Withdraws an earlier event. If there is none, prints a note and writes nothing.
fn taken_back(
    session: &Session,
    target: LedgerTarget,
    what: &dyn Fn(&GateContext<'_>) -> Result<ReversalEvent, Failure>,
) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let inquiry = load_for_reversal(session, &repository, target)?;
    match what(&inquiry)? {
        Ok(what) => write_event(session, &inquiry, what, target),
        Err(nothing) => {
            session.note(&nothing);
            Ok(Vec::new())
        }
    }
}

/// Reads what an event is to withdraw. Somebody else may have written it since the last fetch.
fn load_for_reversal<'r>(
    session: &'r Session,
    repository: &'r Repository,
    target: LedgerTarget,
) -> Result<GateContext<'r>, Failure> {
    let inquiry = GateContext::load_names(session, repository)?;
    if repository.origin_url().is_none() || target == LedgerTarget::Clone {
        return Ok(inquiry);
    }
    fetch(session, repository, inquiry.config())?;
    inquiry.with_ledger()
}

fn record_event(
    session: &Session,
    target: LedgerTarget,
    what: &dyn Fn(&GateContext<'_>) -> Result<EventKind, Failure>,
) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let inquiry = GateContext::load_names(session, &repository)?;
    let what = what(&inquiry)?;
    write_event(session, &inquiry, what, target)
}

fn write_event(
    session: &Session,
    inquiry: &GateContext<'_>,
    what: EventKind,
    target: LedgerTarget,
) -> Result<Vec<LedgerEvent>, Failure> {
    let entries = &inquiry.survey.mapping.entries;
    write_events(session, inquiry.repository, inquiry.config(), (vec![what], entries), target)
}

/// The full names of an app and a version. The version may be one that never ran.
fn resolve_names(
    inquiry: &GateContext<'_>,
    app: &str,
    version: &str,
) -> Result<(String, String), Failure> {
    let subject: AppComponent = inquiry.subject(app)?;
    let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
    let version = resolve_version(inquiry, &inquiry.evidence(&past, &facts), &subject, version)?;
    Ok((subject.to_string(), version.to_string()))
}

/// The full version. A version that never ran may be new or misspelled, so it causes a caution.
fn resolve_version(
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
    subject: &AppComponent,
    text: &str,
) -> Result<Version, Failure> {
    let version = inquiry.version(evidence, subject, text)?;
    let mut landings = evidence
        .cells_of_app(subject)
        .into_iter()
        .flat_map(|cell| evidence.run_periods(cell, None));
    if !landings.any(|landing| landing.version.is_same(&version)) {
        inquiry.session.caution(&format!("no stage ever ran {subject} {version}"));
    }
    Ok(version)
}

/// Checks that the user may approve for a stage. The gate checks again, as an event in the ledger
/// proves nothing by itself.
fn check_permission(
    inquiry: &GateContext<'_>,
    stage: &StageName,
    subject: &AppComponent,
) -> Result<(), Failure> {
    let pipeline = &inquiry.config().pipeline;
    let all = pipeline.permissions_for(stage, &subject.app, subject.component.as_deref());
    if all.is_empty() {
        return Ok(());
    }
    let by = EventAuthor::from(git::author_identity(
        inquiry.repository,
        &inquiry.session.git_options(None),
    )?);
    // Of a signature the gate says who made it.
    let is_missing = |permission: &&Permission| {
        !permission.names_any(by.permission_words()) && !pipeline.takes_signers_of(permission)
    };
    let Some(permission) = all.into_iter().find(is_missing) else { return Ok(()) };
    let place = inquiry.config().provenance(Some(permission.line));
    let failure = Failure::refused(format!(
        "{} <{}> may not approve {subject} for {stage}",
        by.name, by.email
    ));
    Err(failure.hint(format!("`permissions` in {place} names {}", permission.actors.join(", "))))
}

/// Parses the end of a lock: a time span from now, or a future time. A time of day is the next one.
fn parse_end(text: &str, session: &Session) -> Result<Timestamp, Failure> {
    let now = session.now();
    if let Some(span) = time_span(text)
        && let Ok(end) = now.checked_add(span)
    {
        return check_future(end, now, text);
    }
    let time = parse_time(text, session.local_time()).ok_or_else(|| {
        Failure::usage(format!("`{text}` is neither a time span nor a time"))
            .hint(format!("write it as `2h` or `3d`, or as {TIME_FORMS}"))
    })?;
    let is_of_day = text.contains(':') && text.len() <= 5;
    let next = if is_of_day && time <= now {
        time.checked_add(SignedDuration::from_hours(24)).unwrap_or(time)
    } else {
        time
    };
    check_future(next, now, text)
}

fn check_future(end: Timestamp, now: Timestamp, text: &str) -> Result<Timestamp, Failure> {
    if end > now { Ok(end) } else { Err(Failure::usage(format!("`{text}` is in the past"))) }
}

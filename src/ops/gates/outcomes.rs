//! Outcomes: the runs of a version that they apply to, and the ledger events that record them.

use super::{GateContext, GateRequest};
use crate::model::Version;
use crate::ops::error::Failure;
use crate::ops::ledger::{self, LedgerTarget};
use crate::ops::publish::publish_recent;
use crate::ops::session::Session;
use crate::pipeline::ledger::{EventKind, LedgerEvent, Outcome};
use crate::pipeline::{Evidence, EvidenceRunPeriod, ExternalFacts, MoveDirection};
use std::collections::BTreeMap;

/// The outcome of a deployment, as users name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRequest {
    /// The app, or `app/component`.
    pub app: String,
    pub stage: String,
    pub outcome: Outcome,
    pub target: Option<String>,
    /// The version; `None` means the one that the stage runs.
    pub version: Option<String>,
    /// The address of a page that shows the outcome.
    pub evidence: Option<String>,
}

/// Records an outcome: one event for each version, as each image of an app has its own.
///
/// # Errors
/// When the version never ran there, or the ledger cannot be written.
pub fn record_outcome(
    request: &OutcomeRequest,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let inquiry = GateContext::load_names(session, &repository)?;
    let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &facts);
    let only = request.target.as_deref().map(|word| inquiry.resolve_target(word)).transpose()?;
    let subject = inquiry.subject(&request.app)?;
    let named = request.version.as_deref();
    let version = named.map(|text| inquiry.version(&evidence, &subject, text)).transpose()?;
    let asked = GateRequest {
        subject,
        stage: inquiry.stage(&request.stage)?.name.clone(),
        targets: only.into_iter().collect(),
        version: version.unwrap_or_default(),
        purpose: MoveDirection::Forward,
    };
    let landings = find_runs(&asked, request.version.is_some(), &evidence, session)?;
    let events = outcome_events(&asked, &landings, request.outcome, request.evidence.as_deref());
    let events = (events, inquiry.survey.mapping.entries.as_slice());
    let written = ledger::write_events(session, &repository, inquiry.config(), events, target)?;
    if inquiry.config().deployments.is_some() && target == LedgerTarget::Origin {
        publish_recent(&GateContext::load_names(session, &repository)?);
    }
    Ok(written)
}

/// The runs that the outcome is for: the present ones, or the newest ones of the named version.
fn find_runs<'e>(
    asked: &'e GateRequest,
    is_named: bool,
    evidence: &Evidence<'e>,
    session: &Session,
) -> Result<Vec<EvidenceRunPeriod<'e>>, Failure> {
    let question = asked.to_query(session, None);
    let meant = |cell| {
        let course = evidence.run_periods(cell, None);
        let is_it = |landing: &EvidenceRunPeriod<'_>| {
            if is_named { landing.version.is_same(&asked.version) } else { landing.left.is_none() }
        };
        course.into_iter().find(is_it)
    };
    let found: Vec<EvidenceRunPeriod<'e>> =
        evidence.queried_cells(&question).into_iter().filter_map(meant).collect();
    if found.is_empty() {
        let (app, stage) = (&asked.subject, &asked.stage);
        let failure = match is_named {
            true => Failure::usage(format!("{stage} has never run {app} {}", asked.version)),
            false => Failure::usage(format!("{app} does not run in {stage}")),
        };
        return Err(
            failure.hint(format!("`towpath history {app} --stage {stage}` shows what it ran"))
        );
    }
    Ok(found)
}

/// One event for each version among the runs.
pub fn outcome_events(
    asked: &GateRequest,
    landings: &[EvidenceRunPeriod<'_>],
    outcome: Outcome,
    evidence: Option<&str>,
) -> Vec<EventKind> {
    let mut commits: BTreeMap<&Version, Vec<String>> = BTreeMap::new();
    for landing in landings {
        let known = commits.entry(landing.version).or_default();
        let commit = landing.commit.map(|commit| commit.to_string());
        known.extend(commit.filter(|commit| !known.contains(commit)));
    }
    let one = |(version, deployments): (&Version, Vec<String>)| EventKind::Outcome {
        app: asked.subject.to_string(),
        stage: asked.stage.clone(),
        target: asked.targets.first().filter(|_| asked.targets.len() == 1).cloned(),
        version: version.to_string(),
        deployments,
        outcome,
        evidence: evidence.map(str::to_owned),
    };
    commits.into_iter().map(one).collect()
}

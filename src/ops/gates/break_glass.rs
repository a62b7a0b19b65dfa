//! The ledger events of a delivery: a break-glass override, and the hold after a rollback.

use crate::config::gates::BREAK_GLASS;
use crate::git;
use crate::model::MappingEntry;
use crate::ops::change::base::PlanBase;
use crate::ops::change::commits::PlannedCommit;
use crate::ops::change::delivery::DeliveryRequest;
use crate::ops::change::options::DeliveryOptions;
use crate::ops::error::Failure;
use crate::ops::gates::outcomes::outcome_events;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::ledger;
use crate::ops::ledger::LedgerTarget;
use crate::ops::session::Session;
use crate::pipeline::ledger::{EventAuthor, EventKind, Outcome};
use crate::pipeline::{BreakGlassOverride, EvidenceRunPeriod, ExternalFacts, MoveDirection};
use crate::report::{GateReport, PlanReport, to_timestamp};

/// Overrides every gate for the plan, if the user is permitted, and warns which gates were not
/// open.
///
/// # Errors
/// Where `permissions` does not name the user.
pub fn override_gates(
    planned: &mut PlanReport,
    options: &DeliveryOptions,
    inquiry: &GateContext<'_>,
) -> Result<(), Failure> {
    let Some(glass) = &options.break_glass else { return Ok(()) };
    let session = inquiry.session;
    let by =
        EventAuthor::from(git::author_identity(inquiry.repository, &session.git_options(None))?);
    check_permission(&by, inquiry)?;
    let until = session.now().as_second().saturating_add(glass.expires.as_secs());
    for one in &mut planned.gates {
        if one.judgement.verdict.is_open() {
            continue;
        }
        let (id, by, reason) = (String::new(), by.name.clone(), glass.reason.clone());
        one.judgement.broken = Some(BreakGlassOverride { id, by, reason, until });
        session
            .caution(&format!("glass broken for {} {} to {}", one.subject, one.version, one.stage));
        for answer in one.judgement.closed_gates() {
            session.caution(&format!("overridden: {}: {}", answer.gate, answer.reason));
        }
    }
    Ok(())
}

fn check_permission(by: &EventAuthor, inquiry: &GateContext<'_>) -> Result<(), Failure> {
    let failure = Failure::refused(format!("{} <{}> may not break the glass", by.name, by.email));
    match inquiry.config().pipeline.find_permission(BREAK_GLASS) {
        Some(permission)
            if permission.names_any(by.permission_words())
                || inquiry.config().pipeline.takes_signers_of(permission) =>
        {
            Ok(())
        }
        Some(permission) => {
            let place = inquiry.config().provenance(Some(permission.line));
            Err(failure
                .hint(format!("`permissions` in {place} names {}", permission.actors.join(", "))))
        }
        None => Err(failure
            .hint("nobody may, because towpath.yaml has no `permissions: { break-glass: [...] }`")),
    }
}

/// True where a break glass overrides gates that are not open.
pub fn is_broken(judged: &GateReport) -> bool {
    judged.judgement.broken.is_some() && !judged.judgement.verdict.is_open()
}

/// Adds the `Gate-Override` trailers to a commit with a break glass.
pub fn add_trailers(group: PlannedCommit) -> PlannedCommit {
    let broken = group.judged.iter().filter(|one| is_broken(one));
    let trailers: Vec<_> =
        broken.filter_map(|one| Some(("Gate-Override", override_trailer(one)?))).collect();
    PlannedCommit { message: group.message.with_trailers(trailers), ..group }
}

fn override_trailer(judged: &GateReport) -> Option<String> {
    let broken = judged.judgement.broken.as_ref()?;
    Some(format!("{} ({})", broken.reason, overridden_gates(judged).join(", ")))
}

fn overridden_gates(judged: &GateReport) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for answer in judged.judgement.closed_gates() {
        if !out.iter().any(|known| known == answer.gate.as_str()) {
            out.push(answer.gate.as_str().to_owned());
        }
    }
    out
}

/// Writes the events of a delivery to the ledger; true if any were written. An emergency does not
/// depend on it: a failure is a caution, and the trailers of the commit still record the override.
pub fn write_events(
    planned: &PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> bool {
    let DeliveryRequest { options, session, .. } = *request;
    let mut events: Vec<EventKind> = Vec::new();
    if options.break_glass.is_some() {
        let broken = planned.gates.iter().filter(|one| is_broken(one));
        events.extend(broken.filter_map(|one| override_event(one, options)));
    }
    if planned.is_rollback {
        match rolled_back(planned, plan_base, session) {
            Ok(more) => events.extend(more),
            Err(failure) => session.caution(&failure.message()),
        }
    }
    if events.is_empty() {
        return false;
    }
    let config = &plan_base.settings.config;
    let moves = planned.plan.moving_items().flat_map(|(_, moves)| &moves.steps);
    let entries: Vec<MappingEntry> = moves.map(|step| step.entry.clone()).collect();
    let (repository, events) = (plan_base.repository, (events, entries.as_slice()));
    match ledger::write_events(session, repository, config, events, LedgerTarget::Origin) {
        Ok(events) => {
            events.iter().for_each(|event| session.note(&event.what.sentence()));
            true
        }
        Err(failure) => {
            let why = failure.message();
            session
                .caution(&format!("cannot record this in the ledger, so it sets no hold: {why}"));
            false
        }
    }
}

fn override_event(judged: &GateReport, options: &DeliveryOptions) -> Option<EventKind> {
    let broken = judged.judgement.broken.as_ref()?;
    Some(EventKind::Overridden {
        app: judged.subject.to_string(),
        stage: judged.stage.clone(),
        version: judged.version.to_string(),
        reason: broken.reason.clone(),
        incident: options.break_glass.as_ref().and_then(|glass| glass.incident.clone()),
        expires: to_timestamp(broken.until),
        gates: overridden_gates(judged),
    })
}

/// The events of a rollback: the version that is replaced has failed, unless it has an outcome, and
/// the app is on hold in the stage.
fn rolled_back(
    planned: &PlanReport,
    plan_base: &PlanBase<'_>,
    session: &Session,
) -> Result<Vec<EventKind>, Failure> {
    let inquiry = GateContext::load_at(session, plan_base)?;
    let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &facts);
    let mut out = Vec::new();
    for one in planned
        .gates
        .iter()
        .filter(|one| planned.plan.moving_items().any(|(item, _)| one.is_about(item)))
    {
        let asked = GateRequest {
            subject: one.subject.clone(),
            stage: one.stage.clone(),
            targets: one.targets.clone(),
            version: one.version.clone(),
            purpose: MoveDirection::Back,
        };
        let cells = evidence.queried_cells(&asked.to_query(session, None));
        let current = cells.into_iter().filter_map(|cell| evidence.current_run(cell, None));
        let unknown: Vec<EvidenceRunPeriod<'_>> = current
            .filter(|landing| inquiry.ledger.find_outcome(landing, None).is_none())
            .collect();
        out.extend(outcome_events(&asked, &unknown, Outcome::Failed, None));
        let (app, stage) = (one.subject.to_string(), one.stage.clone());
        out.push(EventKind::Held { app, stage, reason: format!("rolled back to {}", one.version) });
    }
    Ok(out)
}

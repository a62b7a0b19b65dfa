//! Asks the gates about a plan, and takes out the apps that they stop.

use crate::config::gates::BREAK_GLASS;
use crate::git::ExpectedRef;
use crate::model::Version;
use crate::ops::change::base::PlanBase;
use crate::ops::change::delivery::DeliveryRequest;
use crate::ops::error::Failure;
use crate::ops::gates::ask::ask_gates;
use crate::ops::gates::break_glass;
use crate::ops::gates::facts::FactCollector;
use crate::ops::gates::sightings::find_sightings;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::ledger;
use crate::pipeline::{AppComponent, ExternalFacts, MoveDirection};
use crate::promotion::{ItemOutcome, PlanItem, PlanObstacle, PlannedMoves};
use crate::report::{GateReport, PlanReport};
use std::collections::BTreeSet;

/// The code of a refusal by a gate.
const CODE: &str = "gates";

/// The code of a refusal of a version that the stage ran and gave up.
const TAKEN_BACK: &str = "taken-back";

/// The label of a proposal with a break glass.
pub const LABEL: &str = "break-glass";

/// Asks the gates about every change, on the commit that the plan was made on. Shut gates always
/// stop a change; a push needs every gate open. Returns the position of the ledger at `origin`, if
/// it was fetched.
pub fn judge_plan(
    planned: &mut PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> Result<Option<ExpectedRef>, Failure> {
    let DeliveryRequest { options, session, .. } = *request;
    if planned.plan.moving_items().next().is_none() {
        return Ok(None);
    }
    let mut ledger = None;
    if options.writes_elsewhere() && plan_base.repository.origin_url().is_some() {
        ledger =
            Some(ledger::fetch(session, plan_base.repository, &plan_base.settings.config)?.there);
    }
    let inquiry = GateContext::load_at(session, plan_base)?;
    let purpose = if planned.is_rollback { MoveDirection::Back } else { MoveDirection::Forward };
    if !planned.is_rollback && request.intent.names_no_app() {
        refuse_taken_back(planned, &inquiry);
    }
    let moving = planned.plan.moving_items();
    let asked: Vec<GateRequest> =
        moving.flat_map(|(item, moves)| gate_requests(planned, item, moves, purpose)).collect();
    planned.gates = answer_requests(&asked, &inquiry);
    if options.break_glass.is_some() {
        break_glass::override_gates(planned, options, &inquiry)?;
    }
    remove_stopped(
        planned,
        options.only_proposes(),
        inquiry.config().pipeline.find_permission(BREAK_GLASS).is_some(),
    );
    Ok(ledger)
}

/// Refuses the apps whose stage went back from the version: who wants it again names the app.
fn refuse_taken_back(planned: &mut PlanReport, inquiry: &GateContext<'_>) {
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let find_left = |one: &GateRequest| {
        let left = evidence.find_left_version(&one.to_query(inquiry.session, None))?;
        left.is_taken_back
            .then(|| format!("{}: {}", one.version, left.sentence(one.stage.as_str())))
    };
    let refused = |item: &PlanItem| {
        let ItemOutcome::Moves(moves) = &item.outcome else { return None };
        let asked = gate_requests(planned, item, moves, MoveDirection::Forward);
        let reason = asked.iter().find_map(find_left)?;
        let again = format!("towpath promote {} --to {}", item.name(), planned.plan.to);
        let hint = Some(format!("`{again}` takes it again"));
        Some(PlanObstacle { code: TAKEN_BACK, reason, hint })
    };
    let refusals: Vec<_> = planned.plan.items.iter().map(refused).collect();
    for (item, refusal) in planned.plan.items.iter_mut().zip(refusals) {
        if let Some(obstacle) = refusal {
            item.outcome = ItemOutcome::Refused(obstacle);
        }
    }
}

/// True where the gates stopped an app.
pub fn is_stopped(planned: &PlanReport) -> bool {
    planned.plan.refused_items().any(|(_, obstacle)| obstacle.code == CODE)
}

/// One question for each new version, as components and targets may have different ones.
pub fn gate_requests(
    planned: &PlanReport,
    item: &PlanItem,
    moves: &PlannedMoves,
    purpose: MoveDirection,
) -> Vec<GateRequest> {
    let versions: BTreeSet<&Version> = moves.steps.iter().map(|step| &step.to).collect();
    let is_one = versions.len() == 1;
    let mut out: Vec<GateRequest> = Vec::new();
    for step in &moves.steps {
        let component = if is_one { item.component.clone() } else { step.entry.component.clone() };
        let asked = GateRequest {
            subject: AppComponent { app: item.app.clone(), component },
            stage: planned.plan.to.clone(),
            targets: if is_one {
                item.targets.clone()
            } else {
                step.entry.target.iter().cloned().collect()
            },
            version: step.to.clone(),
            purpose,
        };
        if !out.contains(&asked) {
            out.push(asked);
        }
    }
    out
}

/// The answers of the gates to each question.
pub fn answer_requests(asked: &[GateRequest], inquiry: &GateContext<'_>) -> Vec<GateReport> {
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let questions: Vec<_> = asked.iter().map(|one| one.to_query(inquiry.session, None)).collect();
    let facts = FactCollector::new(inquiry).collect(&inquiry.evidence(&past, &nothing), &questions);
    let evidence = inquiry.evidence(&past, &facts);
    // A cell may already run the version while others still change.
    let one = |(asked, question)| GateReport {
        is_there: false,
        sightings: find_sightings(asked, &evidence, inquiry.repository),
        ..ask_gates(asked, question, &evidence)
    };
    asked.iter().zip(&questions).map(one).collect()
}

/// Refuses the apps that the gates stop.
fn remove_stopped(planned: &mut PlanReport, is_proposal: bool, has_glass: bool) {
    let gates = &planned.gates;
    for item in
        planned.plan.items.iter_mut().filter(|item| matches!(item.outcome, ItemOutcome::Moves(_)))
    {
        let is_allowed =
            |one: &GateReport| if is_proposal { one.allows_proposal() } else { one.is_allowed() };
        if let Some(no) = gates.iter().find(|one| one.is_about(item) && !is_allowed(one)) {
            let obstacle = gate_obstacle(no);
            let hint = obstacle.hint.clone().or_else(|| way_out_hint(no, is_proposal, has_glass));
            item.outcome = ItemOutcome::Refused(PlanObstacle { hint, ..obstacle });
        }
    }
}

/// The obstacle: the reason of each gate, and the command that would clear one.
pub fn gate_obstacle(judged: &GateReport) -> PlanObstacle {
    let mut reason = judged.summary_sentence();
    for answer in judged.judgement.closed_gates() {
        reason.push_str(&format!("\n  {}: {}", answer.gate, answer.reason));
    }
    let clear = judged.judgement.closed_gates().find_map(|answer| answer.clear.clone());
    let hint = clear.map(|command| format!("`{command}` would clear it; `towpath ask` shows why"));
    PlanObstacle { code: CODE, reason, hint }
}

/// A hint for gates that no command clears.
fn way_out_hint(judged: &GateReport, is_proposal: bool, has_glass: bool) -> Option<String> {
    let propose = (!is_proposal && judged.allows_proposal())
        .then_some("without --push, towpath opens a pull request that waits");
    let glass = has_glass.then_some("in an emergency, use --break-glass REASON");
    let ways: Vec<&str> = propose.into_iter().chain(glass).collect();
    (!ways.is_empty()).then(|| ways.join("; "))
}

//! The list from which the user chooses apps: the version change, its age in the previous stage,
//! and the state of its proposal.

use crate::model::StageName;
use crate::ops::change::base::PlanBase;
use crate::ops::change::branch_status::BranchStatus;
use crate::ops::change::commits::planned_commits;
use crate::ops::change::delivery::DeliveryRequest;
use crate::ops::change::messages::note_refused;
use crate::ops::change::options::DeliveryMode;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::session::Session;
use crate::promotion::{BRANCHES, ItemOutcome, PlanItem, PlannedMoves};
use crate::report::{PlanReport, to_timestamp};
use std::collections::HashMap;

/// Lets the user choose apps; false where none were chosen.
pub fn choose_apps(
    planned: &mut PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> Result<bool, Failure> {
    let session = request.session;
    note_refused(planned, request)?;
    if planned.plan.moving_items().next().is_none() {
        return Ok(true);
    }
    let ages = source_ages(planned, plan_base, session)?;
    let standings = branch_statuses(planned, request, &plan_base.for_stage(&planned.plan.to));
    let names: Vec<String> = planned.plan.moving_items().map(|(item, _)| item.name()).collect();
    let row = |(item, moves): (&PlanItem, &PlannedMoves)| {
        let said =
            |about: &HashMap<String, String>| about.get(&item.name()).cloned().unwrap_or_default();
        [item.name(), versions(moves), said(&ages), said(&standings)]
    };
    let rows: Vec<[String; 4]> = planned.plan.moving_items().map(row).collect();
    let from = planned.from.as_ref().map(|stage| format!(" from {stage}")).unwrap_or_default();
    let question = format!(
        "Which apps to promote{from} to {}? (space selects, Enter confirms)",
        planned.plan.to
    );
    let Some(person) = session.questions() else { return Ok(false) };
    let Some(taken) = person.choose(&question, &rows)? else { return Ok(false) };
    let taken: Vec<&String> = taken.iter().filter_map(|index| names.get(*index)).collect();
    planned.plan.items.retain(|item| {
        matches!(item.outcome, ItemOutcome::Moves(_)) && taken.contains(&&item.name())
    });
    Ok(!taken.is_empty())
}

fn versions(moves: &PlannedMoves) -> String {
    let mut steps: Vec<String> =
        moves.steps.iter().map(|step| format!("{} → {}", step.entry.version, step.to)).collect();
    steps.dedup();
    match steps.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => format!("{first}, and {} more", rest.len()),
        _ => steps.concat(),
    }
}

/// How long the previous stage has run the version of each app: `3d in staging`.
fn source_ages(
    planned: &PlanReport,
    plan_base: &PlanBase<'_>,
    session: &Session,
) -> Result<HashMap<String, String>, Failure> {
    let Some(from) = &planned.from else { return Ok(HashMap::new()) };
    let (session, survey) = plan_base.load_state(session)?;
    let moves =
        |item: &PlanItem| planned.plan.moving_items().any(|(moving, _)| moving.app == item.app);
    let apps: Vec<_> =
        planned.plan.items.iter().filter(|item| moves(item)).map(|item| &item.app).collect();
    let there = survey
        .mapping
        .entries
        .iter()
        .filter(|entry| entry.stage == *from && apps.contains(&&entry.app));
    let past = survey.find_introducing_commits(
        &session,
        plan_base.repository,
        there.cloned().collect(),
    )?;
    let mut out = HashMap::new();
    for (item, moves) in planned.plan.moving_items() {
        let is_step = |cell: &crate::model::CellKey, version| {
            cell.app == item.app && moves.steps.iter().any(|step| step.to.is_same(version))
        };
        let times = past
            .found
            .iter()
            .filter(|((cell, version), _)| is_step(cell, version))
            .map(|(_, since)| since.time);
        if let Some(time) = times.max() {
            out.insert(item.name(), shown_age(time, from, &session));
        }
    }
    Ok(out)
}

fn shown_age(time: i64, from: &StageName, session: &Session) -> String {
    format!("{} in {from}", crate::model::format_age(to_timestamp(time), session.now()))
}

/// Which apps are already proposed, or have commits by others on their branch. Failures are ignored
/// here, because the delivery reports them.
fn branch_statuses(
    planned: &PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> HashMap<String, String> {
    let options = request.options;
    let proposes = options.mode == DeliveryMode::Propose && !options.is_joint();
    if proposes {
        looked_up(planned, request, plan_base).unwrap_or_default()
    } else {
        HashMap::new()
    }
}

fn looked_up(
    planned: &PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> Result<HashMap<String, String>, Failure> {
    let DeliveryRequest { options, session, .. } = *request;
    let workspace = session.open_workspace(plan_base.repository, options.author())?;
    let home = forge::locate_forge(
        options.forge.to_options(&plan_base.settings.config),
        plan_base.repository,
        session,
    )?;
    let open = forge::open_forge(&home, plan_base.repository, options.author(), session)?
        .open_proposals()?;
    let groups = planned_commits(planned, options, plan_base, &workspace.author()?)?;
    let mut heads = workspace.remote_heads(&[&format!("{BRANCHES}*")])?;
    heads.retain(|branch, _| groups.iter().any(|group| group.branch == *branch));
    workspace.fetch_branches(&heads)?;
    let mut out = HashMap::new();
    for ((item, _), group) in planned.plan.moving_items().zip(&groups) {
        let standing = BranchStatus::check(
            &workspace,
            plan_base.repository,
            group,
            heads.get(&group.branch).copied(),
            plan_base.tip,
        )?;
        let number = open
            .iter()
            .find(|one| one.head == group.branch && !one.from_fork)
            .map(|one| one.number);
        out.extend(proposal_text(&standing, number).map(|text| (item.name(), text)));
    }
    Ok(out)
}

/// Tells how a branch and its open proposal stand; `None` without either.
fn proposal_text(standing: &BranchStatus, number: Option<u64>) -> Option<String> {
    match (standing, number) {
        (BranchStatus::Foreign, _) => Some("its branch has commits by others".to_owned()),
        (BranchStatus::Same(_), Some(number)) => Some(format!("already proposed ({number})")),
        (BranchStatus::Older(_), Some(number)) => {
            Some(format!("another version is proposed ({number})"))
        }
        (BranchStatus::Absent, _) | (_, None) => None,
    }
}

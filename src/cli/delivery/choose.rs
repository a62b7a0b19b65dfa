//! The list from which a person at a terminal chooses: what would move, how long the stage before has
//! had it, and what is in the way.

use super::DeliveryRequest;
use super::args::DeliveryMode;
use super::group::planned_commits;
use super::standing::BranchStatus;
use super::tell_refused;
use crate::cli::context::CommandContext;
use crate::cli::failure::Failure;
use crate::cli::forge;
use crate::cli::scene::PlanBase;
use crate::model::StageName;
use crate::promotion::{BRANCHES, ItemOutcome, PlanItem, PlannedMoves};
use crate::report::{PlanReport, to_timestamp};
use crate::ui;
use std::collections::HashMap;

/// Lets a person choose. False: nothing was chosen.
pub fn choose_apps(
    planned: &mut PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<bool, Failure> {
    let context = errand.context;
    tell_refused(planned, context);
    if planned.plan.moving_items().next().is_none() {
        return Ok(true);
    }
    let ages = source_ages(planned, scene, context)?;
    let standings = branch_statuses(planned, errand, &scene.for_stage(&planned.plan.to));
    let names: Vec<String> = planned.plan.moving_items().map(|(item, _)| item.name()).collect();
    let row = |(item, moves): (&PlanItem, &PlannedMoves)| {
        let said =
            |about: &HashMap<String, String>| about.get(&item.name()).cloned().unwrap_or_default();
        [item.name(), versions(moves, context), said(&ages), said(&standings)]
    };
    let rows: Vec<[String; 4]> = planned.plan.moving_items().map(row).collect();
    let items: Vec<(String, bool)> =
        ui::align_columns(&rows).into_iter().map(|line| (line, false)).collect();
    let from = planned.from.as_ref().map(|stage| format!(" from {stage}")).unwrap_or_default();
    let question =
        format!("What is to go{from} to {}? (space takes one, Enter ends)", planned.plan.to);
    let Some(taken) = ui::ask_choices(&context.ui, &question, &items)? else { return Ok(false) };
    let taken: Vec<&String> = taken.iter().filter_map(|index| names.get(*index)).collect();
    planned.plan.items.retain(|item| {
        matches!(item.outcome, ItemOutcome::Moves(_)) && taken.contains(&&item.name())
    });
    Ok(!taken.is_empty())
}

fn versions(moves: &PlannedMoves, context: &CommandContext) -> String {
    let arrow = context.ui.err.arrow();
    let mut steps: Vec<String> = moves
        .steps
        .iter()
        .map(|step| format!("{} {arrow} {}", step.entry.version, step.to))
        .collect();
    steps.dedup();
    match steps.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => format!("{first}, and {} more", rest.len()),
        _ => steps.concat(),
    }
}

/// How long the stage before has had what would move: `3d in staging`.
fn source_ages(
    planned: &PlanReport,
    scene: &PlanBase<'_>,
    context: &CommandContext,
) -> Result<HashMap<String, String>, Failure> {
    let Some(from) = &planned.from else { return Ok(HashMap::new()) };
    let (context, survey) = scene.load_state(context)?;
    let moves =
        |item: &PlanItem| planned.plan.moving_items().any(|(moving, _)| moving.app == item.app);
    let apps: Vec<_> =
        planned.plan.items.iter().filter(|item| moves(item)).map(|item| &item.app).collect();
    let there = survey
        .mapping
        .entries
        .iter()
        .filter(|entry| entry.stage == *from && apps.contains(&&entry.app));
    let past =
        survey.find_introducing_commits(&context, scene.repository, there.cloned().collect())?;
    let mut out = HashMap::new();
    for (item, moves) in planned.plan.moving_items() {
        let is_step = |slot: &crate::model::CellKey, version| {
            slot.app == item.app && moves.steps.iter().any(|step| step.to.is_same(version))
        };
        let times = past
            .found
            .iter()
            .filter(|((slot, version), _)| is_step(slot, version))
            .map(|(_, since)| since.time);
        if let Some(time) = times.max() {
            out.insert(item.name(), shown_age(time, from, &context));
        }
    }
    Ok(out)
}

fn shown_age(time: i64, from: &StageName, context: &CommandContext) -> String {
    format!("{} in {from}", ui::format_age(to_timestamp(time), context.now()))
}

/// What is proposed already, and whose branch it is. Whatever is in the way of looking is in the way
/// later, and told then.
fn branch_statuses(
    planned: &PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> HashMap<String, String> {
    let args = errand.args;
    let proposes = args.mode() == DeliveryMode::Propose && !args.is_joint();
    if proposes { looked_up(planned, errand, scene).unwrap_or_default() } else { HashMap::new() }
}

fn looked_up(
    planned: &PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<HashMap<String, String>, Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    let workspace = context.open_workspace(scene.repository, args.author())?;
    let home =
        forge::locate_forge(args.forge.to_options(&scene.settings.config), scene.repository)?;
    let open =
        forge::open_forge(&home, scene.repository, args.author(), context)?.open_proposals()?;
    let groups = planned_commits(planned, args, scene, &workspace.author()?)?;
    let mut heads = workspace.remote_heads(&[&format!("{BRANCHES}*")])?;
    heads.retain(|branch, _| groups.iter().any(|group| group.branch == *branch));
    workspace.fetch_branches(&heads)?;
    let mut out = HashMap::new();
    for ((item, _), group) in planned.plan.moving_items().zip(&groups) {
        let standing = BranchStatus::check(
            &workspace,
            scene.repository,
            group,
            heads.get(&group.branch).copied(),
            scene.tip,
        )?;
        let number = open
            .iter()
            .find(|one| one.head == group.branch && !one.from_fork)
            .map(|one| one.number);
        let said = match (standing, number) {
            (BranchStatus::Foreign, _) => "its branch has commits of others".to_owned(),
            (BranchStatus::Same(_), Some(number)) => format!("proposed already ({number})"),
            (BranchStatus::Older(_), Some(number)) => {
                format!("another version is proposed ({number})")
            }
            (BranchStatus::Absent, _) | (_, None) => continue,
        };
        out.insert(item.name(), said);
    }
    Ok(out)
}

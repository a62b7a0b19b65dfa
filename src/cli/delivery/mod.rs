//! From a plan to what is left behind: printed, mailed, committed, pushed or proposed.
//!
//! The steps are the same for `promote`, `deploy` and `rollback`: plan, ask, apply. What decides
//! whether a plan is right to carry out stands between the plan and the question.

mod args;
mod choose;
mod gates;
mod glass;
mod group;
mod local;
mod propose;
mod push;
mod sources;
mod standing;
mod tick;
mod wait;

pub use args::DeliveryArgs;
pub use gates::{answer_requests, gate_obstacle};
pub use tick::{AdvanceRequest, advance};

use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::intent::ChangeRequest;
use super::scene::{PlanBase, known_tip};
use crate::git::{ExpectedRef, Workspace, WriteError};
use crate::promotion::{self, ItemOutcome};
use crate::report::PlanReport;
use crate::report::json::PlanJson;
use crate::ui::{self, OutputFormat};
use args::DeliveryMode;

/// Who chooses among what can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionMode {
    /// All that was named, or everything.
    Given,
    /// The person at the terminal.
    Asked,
}

/// What is wanted, and how it is to be carried out.
#[derive(Clone, Copy)]
pub struct DeliveryRequest<'a> {
    pub intent: &'a ChangeRequest,
    pub args: &'a DeliveryArgs,
    pub selection: SelectionMode,
    pub context: &'a CommandContext,
}

/// A plan that was judged.
#[derive(Debug, Clone)]
pub(super) struct JudgedPlan {
    pub planned: PlanReport,
    /// Where the ledger was then, if it was looked at.
    pub ledger: Option<ExpectedRef>,
}

/// Carries an intent out.
pub fn run(errand: &DeliveryRequest<'_>) -> Result<ExitKind, Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    let way = args.mode();
    let repository = context.open_repository()?;
    match way {
        DeliveryMode::DryRun | DeliveryMode::Patch => {
            let scene = PlanBase::load(context, &repository, &known_tip)?;
            let Some(JudgedPlan { planned, .. }) = prepare_plan(errand, &scene)? else {
                return Ok(ExitKind::Done);
            };
            match way {
                DeliveryMode::DryRun => print_result(&planned, args, context)?,
                _ => local::print_patch(&planned, errand, &scene.for_stage(&planned.plan.to))?,
            }
            tell_foreign(&planned, errand, &scene);
            Ok(exit_kind(&planned, errand.intent))
        }
        DeliveryMode::Commit => {
            let workspace = context.open_workspace(&repository, args.author())?;
            let scene = PlanBase::load(context, &repository, &known_tip)?;
            let Some(JudgedPlan { planned, .. }) = confirm_plan(errand, &scene)? else {
                return Ok(ExitKind::Done);
            };
            local::commit(&planned, errand, &scene.for_stage(&planned.plan.to), &workspace)?;
            Ok(exit_kind(&planned, errand.intent))
        }
        DeliveryMode::Push => push::run(errand, &repository),
        DeliveryMode::Propose => propose::run(errand, &repository),
    }
}

/// The plan on one state; `None` when the person chose nothing.
fn prepare_plan(
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<Option<JudgedPlan>, Failure> {
    let DeliveryRequest { intent, args, selection, context } = *errand;
    let ground = scene.load_edit_base()?;
    let Some(mut planned) =
        intent.make_plan(context, scene, &ground, args.plan_options(context))?
    else {
        return Ok(None);
    };
    if selection == SelectionMode::Asked && !choose::choose_apps(&mut planned, errand, scene)? {
        return Ok(None);
    }
    let ledger = gates::judge_plan(&mut planned, errand, scene)?;
    Ok(Some(JudgedPlan { planned, ledger }))
}

/// Says of a promotion that tags seem to be made anew for each stage: then none can be taken along.
fn tell_foreign(planned: &PlanReport, errand: &DeliveryRequest<'_>, scene: &PlanBase<'_>) {
    let DeliveryRequest { intent: ChangeRequest::Promote { .. }, context, .. } = *errand else {
        return;
    };
    let foreign = promotion::find_foreign_tags(&planned.plan, &scene.settings.config.stages);
    let Some((item, step)) = foreign.first() else { return };
    let (app, to, stage) = (item.name(), &step.to, &planned.plan.to);
    let others = match foreign.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more like it)"),
    };
    context.ui.print_caution(&format!(
        "{to} of {app}{others} names another stage than {stage}, which runs {}: tags seem to be made for each stage",
        step.entry.version
    ));
    context.ui.print_hint(&format!(
        "`towpath deploy {app} VERSION --stage {stage}` takes the version that is meant"
    ));
}

/// The plan, shown and agreed to; `None` when nothing is left to do.
fn confirm_plan(
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<Option<JudgedPlan>, Failure> {
    let context = errand.context;
    let Some(ready) = prepare_plan(errand, scene)? else {
        context.ui.print_note("nothing was changed");
        return Ok(None);
    };
    print_plan(&ready.planned, context);
    tell_foreign(&ready.planned, errand, scene);
    let moves = ready.planned.plan.moving_items().next().is_some();
    if !moves || !errand.args.is_interactive(context) {
        return Ok(Some(ready));
    }
    if ui::confirm("Do this?")? {
        return Ok(Some(ready));
    }
    context.ui.print_note("nothing was changed");
    Ok(None)
}

/// Says on stderr what the plan is.
fn print_plan(planned: &PlanReport, context: &CommandContext) {
    context.ui.print_lines(&ui::plan(planned, &context.ui.err));
    tell_rest(planned, context);
}

/// What a table does not hold: why something is refused, and how much is as wanted.
fn tell_rest(planned: &PlanReport, context: &CommandContext) {
    tell_refused(planned, context);
    let same: Vec<String> = planned.plan.items.iter().filter_map(as_wanted).collect();
    match same.as_slice() {
        [] if planned.plan.items.is_empty() => {
            context.ui.print_note(&format!("nothing is pinned in {}", planned.plan.to))
        }
        [] => {}
        [one] => context.ui.print_note(&format!("{one} in {} already", planned.plan.to)),
        many => context.ui.print_note(&format!(
            "{} apps are up to date in {}",
            many.len(),
            planned.plan.to
        )),
    }
}

/// Says what is not moved, and why.
fn tell_refused(planned: &PlanReport, context: &CommandContext) {
    for (item, obstacle) in planned.plan.refused_items() {
        context.ui.print_caution(&format!("{} is refused: {}", item.name(), obstacle.reason));
        if let Some(hint) = &obstacle.hint {
            context.ui.print_hint(hint);
        }
    }
}

fn as_wanted(item: &crate::promotion::PlanItem) -> Option<String> {
    match &item.outcome {
        ItemOutcome::UpToDate(version) => Some(format!("{} is at {version}", item.name())),
        _ => None,
    }
}

fn print_result(
    planned: &PlanReport,
    args: &DeliveryArgs,
    context: &CommandContext,
) -> Result<(), Failure> {
    if args.output_format() == OutputFormat::Json {
        return Ok(context.ui.write_answer(&ui::to_json(&PlanJson::from(planned)))?);
    }
    let table = ui::plan(planned, &context.ui.out);
    let diffs: String =
        planned.plan.moving_items().map(|(_, moves)| moves.edits.unified_diff()).collect();
    let gap = if diffs.is_empty() { "" } else { "\n" };
    context
        .ui
        .write_answer(&format!("{table}{gap}{}", ui::render_patch(&diffs, &context.ui.out)))?;
    tell_rest(planned, context);
    Ok(())
}

/// An app that was named and refused is a failure; one of many is only told.
fn exit_kind(planned: &PlanReport, intent: &ChangeRequest) -> ExitKind {
    let named = !matches!(intent, ChangeRequest::Promote { apps, .. } if apps.is_empty());
    if gates::is_stopped(planned) && (named || planned.plan.moving_items().next().is_none()) {
        return ExitKind::Refused;
    }
    if named && planned.plan.refused_items().next().is_some() {
        ExitKind::Failed
    } else {
        ExitKind::Done
    }
}

/// The workspace's newest commit of a branch at `origin`.
pub fn remote_tip(
    workspace: &Workspace<'_>,
    branch: Option<&str>,
) -> Result<crate::git::Oid, Failure> {
    let Some(branch) = branch else {
        let failure = Failure::usage("HEAD is detached, so it is not known which branch to change");
        return Err(failure.hint("name it with --branch"));
    };
    let heads = workspace.remote_heads(&[branch])?;
    let Some(tip) = heads.get(branch).copied() else {
        return Err(Failure::failed(format!("`origin` has no branch `{branch}`"))
            .hint("name it with --branch"));
    };
    workspace.fetch_branches(&[(branch.to_owned(), tip)].into())?;
    Ok(tip)
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let failure = Failure::failed(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

//! `promote`, `deploy` and `rollback`: from a request to a plan, and from a judged plan to a patch,
//! a commit, a push or a pull request.
//!
//! Every mode takes the same steps: plan, judge, confirm, apply. All checks of a plan run between
//! the plan and the confirmation.

pub mod base;
pub mod branch_status;
mod closed_proposal;
pub mod commits;
pub mod delivery;
mod desired_proposal;
pub mod gate_status;
mod left_over;
mod local;
mod messages;
pub mod options;
mod outcome;
mod proposal_branch;
mod proposal_people;
pub mod proposal_search;
pub mod proposal_writer;
pub mod propose;
mod push;
pub mod renewal;
pub mod request;
mod select;
mod sources;
mod stage_edges;
pub mod superseded;
mod wait;

pub use delivery::{DeliveryOutcome, DeliveryReport, DeliveryRequest, SelectionMode};
pub use options::{BreakGlass, DeliveryEvent, DeliveryMode, DeliveryObserver, DeliveryOptions};
pub use request::ChangeRequest;

use crate::git::{Oid, Workspace, WriteError};
use crate::ops::change::base::{PlanBase, known_tip};
use crate::ops::error::Failure;
use crate::ops::gates::plan;
use crate::ops::session::Session;
use crate::promotion::{BRANCHES, EditBase};
use crate::report::PlanReport;
use delivery::JudgedPlan;
use messages::{note_assumption, note_foreign_tags, note_unmoved, note_unreadable};
use outcome::plan_outcome;
use std::collections::BTreeSet;

/// Plans the change, asks the gates and carries the plan out.
///
/// # Errors
/// When a name is unknown, a gate cannot be asked, or git or the forge refuses.
pub fn deliver(request: &DeliveryRequest<'_>) -> Result<DeliveryReport, Failure> {
    let DeliveryRequest { options, session, .. } = *request;
    let repository = session.open_repository()?;
    match options.mode {
        DeliveryMode::DryRun | DeliveryMode::Patch => {
            let base = PlanBase::load(session, &repository, &known_tip)?;
            let Some(JudgedPlan { planned, .. }) = prepare_plan(request, &base)? else {
                return Ok(DeliveryReport::nothing());
            };
            if !options.no_plan_notes {
                note_unmoved(&planned, request)?;
            }
            if options.mode == DeliveryMode::Patch {
                local::write_patches(&planned, request, &base.for_stage(&planned.plan.to))?;
            }
            note_foreign_tags(&planned, request, &base);
            Ok(report(planned, request.intent))
        }
        DeliveryMode::Commit => {
            let workspace = session.open_workspace(&repository, options.author())?;
            let base = PlanBase::load(session, &repository, &known_tip)?;
            let Some(JudgedPlan { planned, .. }) = confirm_plan(request, &base)? else {
                return Ok(DeliveryReport::declined());
            };
            local::commit(&planned, request, &base.for_stage(&planned.plan.to), &workspace)?;
            Ok(report(planned, request.intent))
        }
        DeliveryMode::Push => push::run(request, &repository),
        DeliveryMode::Propose => propose::run(request, &repository),
    }
}

/// Makes and judges the plan on one state; `None` when the user chose nothing.
fn prepare_plan(
    request: &DeliveryRequest<'_>,
    base: &PlanBase<'_>,
) -> Result<Option<JudgedPlan>, Failure> {
    let DeliveryRequest { intent, options, selection, session, .. } = *request;
    if let Some(doing) = needs_written_stages(request) {
        base.settings.check_stages_are_written(session, doing)?;
    }
    let edit_base = base.load_edit_base()?;
    note_assumption(request, base, &edit_base)?;
    let plan_options = options.plan_options(session);
    let made = intent.make_plan(session, base, &edit_base, plan_options);
    if !matches!(&made, Ok(Some(planned)) if planned.plan.refused_items().next().is_none()) {
        note_unreadable(session, &edit_base);
    }
    let Some(mut planned) = made? else {
        return Ok(None);
    };
    if selection == SelectionMode::Asked && !select::choose_apps(&mut planned, request, base)? {
        return Ok(None);
    }
    note_links(session, &edit_base, &planned);
    let ledger = plan::judge_plan(&mut planned, request, base)?;
    Ok(Some(JudgedPlan { planned, ledger }))
}

/// Warns about links to files that change: what they stand for changes too.
fn note_links(session: &Session, edit_base: &EditBase<'_>, planned: &PlanReport) {
    let links = edit_base.links();
    let edited = planned.plan.moving_items().flat_map(|(_, moves)| moves.edits.paths());
    for path in edited.collect::<BTreeSet<&str>>() {
        for (link, _) in links.iter().filter(|(_, target)| *target == path) {
            session.caution(&format!("{link} is a link to {path}, so it changes too"));
        }
    }
}

/// The part of a delivery that needs written stages: `--push`, or apps that nobody named.
fn needs_written_stages(request: &DeliveryRequest<'_>) -> Option<&'static str> {
    let is_bulk = request.intent.names_no_app() && request.selection == SelectionMode::Given;
    match request.options.mode {
        DeliveryMode::Push => Some("--push"),
        DeliveryMode::Propose | DeliveryMode::Commit => is_bulk.then_some("promoting all apps"),
        DeliveryMode::DryRun | DeliveryMode::Patch => None,
    }
}

/// Makes, shows and confirms the plan; `None` when the user declined or chose nothing.
fn confirm_plan(
    request: &DeliveryRequest<'_>,
    base: &PlanBase<'_>,
) -> Result<Option<JudgedPlan>, Failure> {
    let session = request.session;
    let Some(ready) = prepare_plan(request, base)? else {
        session.note("nothing was changed");
        return Ok(None);
    };
    (request.observer)(DeliveryEvent::Planned(&ready.planned))?;
    note_unmoved(&ready.planned, request)?;
    note_foreign_tags(&ready.planned, request, base);
    let moves = ready.planned.plan.moving_items().next().is_some();
    let person = session.questions().filter(|_| moves && !request.options.yes);
    match person {
        Some(person) if !person.confirm("Continue?")? => {
            session.note("nothing was changed");
            Ok(None)
        }
        _ => Ok(Some(ready)),
    }
}

/// The report of a plan that was carried out as far as it goes.
fn report(planned: PlanReport, intent: &ChangeRequest) -> DeliveryReport {
    let outcome = plan_outcome(&planned, intent);
    DeliveryReport::new(planned, outcome)
}

/// The workspace's newest commit of a branch at `origin`.
pub fn remote_tip(workspace: &Workspace<'_>, branch: Option<&str>) -> Result<Oid, Failure> {
    let Some(branch) = branch else {
        let failure = Failure::usage("HEAD is detached, so the branch to change is unknown");
        return Err(failure.hint("name the branch with --branch"));
    };
    let heads = workspace.remote_heads(&[branch])?;
    let Some(tip) = heads.get(branch).copied() else {
        return Err(Failure::failed(format!("`origin` has no branch `{branch}`"))
            .hint("name another branch with --branch"));
    };
    workspace.fetch_branches(&[(branch.to_owned(), tip)].into())?;
    Ok(tip)
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let failure = Failure::failed(error.to_string());
        let is_own =
            matches!(&error, WriteError::Refused { branch, .. } if branch.starts_with(BRANCHES));
        if is_own {
            return failure.hint(
                "the remote must allow towpath to create, replace and delete branches `towpath/*`",
            );
        }
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

//! Notices about a plan that no table shows: refused apps, apps that are up to date, foreign tags.

use super::base::PlanBase;
use super::delivery::DeliveryRequest;
use super::request::ChangeRequest;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::assumption::assumption_text;
use crate::promotion;
use crate::promotion::{EditBase, ItemOutcome, PlanItem};
use crate::report::PlanReport;

/// Notes what discovery assumed, unless the plan goes to a program.
///
/// # Errors
/// When objects are missing.
pub fn note_assumption(
    request: &DeliveryRequest<'_>,
    base: &PlanBase<'_>,
    edit_base: &EditBase<'_>,
) -> Result<(), Failure> {
    if let Some(proposal) =
        base.settings.assumed.as_ref().filter(|_| !request.options.no_plan_notes)
    {
        let mut mapping = edit_base.to_mapping();
        mapping.entries = base.with_stages(mapping.entries)?;
        request.session.note(&assumption_text(proposal, &base.settings.config, &mapping));
    }
    Ok(())
}

/// The number of files that are named before a refusal.
const NAMED: usize = 5;

/// Reports what could not be read, as that may be why an app or a version is missing.
pub fn note_unreadable(session: &Session, edit_base: &EditBase<'_>) {
    let warnings = edit_base.to_mapping().warnings;
    for warning in warnings.iter().take(NAMED) {
        let path = warning.path.as_deref().unwrap_or_default();
        session.caution(format!("{path} {}", warning.message).trim_start());
    }
    if warnings.len() > NAMED {
        session.caution(&format!(
            "{} more files; `towpath status -v` lists them",
            warnings.len() - NAMED
        ));
    }
}

/// Reports the apps that do not move: refused ones with the reason, and the number of current ones.
pub fn note_unmoved(planned: &PlanReport, session: &Session) {
    note_refused(planned, session);
    let same: Vec<String> = planned.plan.items.iter().filter_map(as_wanted).collect();
    match same.as_slice() {
        [] if planned.plan.items.is_empty() => {
            session.note(&format!("no version is pinned in {}", planned.plan.to))
        }
        [] => {}
        [one] => session.note(&format!("{one} in {} already", planned.plan.to)),
        many => session.note(&format!("{} apps are up to date in {}", many.len(), planned.plan.to)),
    }
}

/// Reports the apps that are refused, and why.
pub fn note_refused(planned: &PlanReport, session: &Session) {
    for (item, obstacle) in planned.plan.refused_items() {
        session.caution(&format!("{} is refused: {}", item.name(), obstacle.reason));
        if let Some(hint) = &obstacle.hint {
            session.hint(hint);
        }
    }
}

fn as_wanted(item: &PlanItem) -> Option<String> {
    match &item.outcome {
        ItemOutcome::UpToDate(version) => Some(format!("{} is at {version}", item.name())),
        _ => None,
    }
}

/// Warns where a promoted tag names another stage. Each stage then has tags of its own, so a tag
/// cannot be promoted.
pub fn note_foreign_tags(planned: &PlanReport, request: &DeliveryRequest<'_>, base: &PlanBase<'_>) {
    let DeliveryRequest { intent: ChangeRequest::Promote { .. }, session, .. } = *request else {
        return;
    };
    let foreign = promotion::find_foreign_tags(&planned.plan, &base.settings.config.stages);
    let Some((item, step)) = foreign.first() else { return };
    let (app, to, stage) = (item.name(), &step.to, &planned.plan.to);
    let others = match foreign.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more like it)"),
    };
    session.caution(&format!(
        "{to} of {app}{others} names a stage other than {stage}, which runs {}; each stage seems \
         to have tags of its own",
        step.entry.version
    ));
    session.hint(&format!("`towpath deploy {app} VERSION --stage {stage}` deploys the right tag"));
}

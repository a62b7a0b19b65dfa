//! Notices about a plan that no table shows: refused apps, apps that are up to date, foreign tags.

use super::base::PlanBase;
use super::delivery::{DeliveryOutcome, DeliveryRequest};
use super::options::DeliveryEvent;
use super::outcome::plan_outcome;
use super::request::ChangeRequest;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::assumption::assumption_text;
use crate::promotion;
use crate::promotion::{EditBase, ItemOutcome, PlanItem, PlanObstacle};
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
///
/// # Errors
/// Those of the observer.
pub fn note_unmoved(planned: &PlanReport, request: &DeliveryRequest<'_>) -> Result<(), Failure> {
    let session = request.session;
    note_refused(planned, request)?;
    let same: Vec<String> = planned.plan.items.iter().filter_map(as_wanted).collect();
    match same.as_slice() {
        [] if planned.plan.items.is_empty() => {
            session.note(&format!("no version is pinned in {}", planned.plan.to))
        }
        [] => {}
        [one] => session.note(&format!("{one} in {} already", planned.plan.to)),
        many => session.note(&format!("{} apps are up to date in {}", many.len(), planned.plan.to)),
    }
    Ok(())
}

/// Refused apps with reasons of one kind that are reported together.
const SEVERAL: usize = 3;

/// Names in such a report; the others are counted.
const NAMED_APPS: usize = 5;

/// Reports the apps that are refused, and why. Several with reasons of one kind are one warning
/// with one hint, and each of them is a detail. Where a refusal decides how the command ends, it is
/// an error, so that quiet output has it too.
///
/// # Errors
/// Those of the observer.
pub fn note_refused(planned: &PlanReport, request: &DeliveryRequest<'_>) -> Result<(), Failure> {
    let mut kinds: Vec<Vec<(&PlanItem, &PlanObstacle)>> = Vec::new();
    for (item, obstacle) in planned.plan.refused_items() {
        match kinds.iter_mut().find(|kind| kind[0].1.code == obstacle.code) {
            Some(kind) => kind.push((item, obstacle)),
            None => kinds.push(vec![(item, obstacle)]),
        }
    }
    let is_error = plan_outcome(planned, request.intent) != DeliveryOutcome::Done;
    let tell = |message: String, hint: Option<String>| {
        let failure = Failure::refused(message);
        let failure = match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
        if is_error {
            return (request.observer)(DeliveryEvent::Failed(&failure));
        }
        request.session.caution(&failure.message());
        failure.hints().iter().for_each(|hint| request.session.hint(hint));
        Ok(())
    };
    for kind in kinds {
        if kind.len() < SEVERAL {
            for (item, obstacle) in kind {
                tell(refusal_sentence(item, obstacle), obstacle.hint.clone())?;
            }
        } else {
            let (message, hint) = summarize_refusals(&kind);
            tell(message, hint)?;
            for (item, obstacle) in kind {
                request.session.detail(&refusal_sentence(item, obstacle));
            }
        }
    }
    Ok(())
}

fn refusal_sentence(item: &PlanItem, obstacle: &PlanObstacle) -> String {
    format!("{} is refused: {}", item.name(), obstacle.reason)
}

/// A sentence and a hint for apps with reasons of one kind: the reason if all have the same, else
/// the first one.
fn summarize_refusals(kind: &[(&PlanItem, &PlanObstacle)]) -> (String, Option<String>) {
    let names: Vec<String> = kind.iter().take(NAMED_APPS).map(|(item, _)| item.name()).collect();
    let more = match kind.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let general = |text: &str, item: &PlanItem| {
        let words = text.split(' ');
        let word = |word: &str| if word == item.name() { "APP" } else { word }.to_owned();
        words.map(word).collect::<Vec<_>>().join(" ")
    };
    let (first, obstacle) = kind[0];
    let reason = general(&obstacle.reason, first);
    let is_same = kind.iter().all(|(item, other)| general(&other.reason, item) == reason);
    let why = if is_same { reason } else { format!("the first because {}", obstacle.reason) };
    let (count, names) = (kind.len(), names.join(", "));
    let sentence = format!("{count} apps are refused: {names}{more}: {why}; -v lists them");
    (sentence, obstacle.hint.as_ref().map(|hint| general(hint, first)))
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
    session.hint(&format!("`towpath deploy {app} VERSION --to {stage}` deploys the right tag"));
}

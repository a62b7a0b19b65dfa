//! What a delivery leaves in the ledger: a broken glass, and the hold that a rollback puts a stage on.

use super::Errand;
use super::args::DeliveryArgs;
use super::group::Group;
use crate::cli::book::{self, BookArgs};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::inquiry::{Asked, Inquiry};
use crate::cli::record::outcomes;
use crate::cli::scene::Scene;
use crate::config::gates::BREAK_GLASS;
use crate::git;
use crate::pipeline::ledger::{By, Outcome, What};
use crate::pipeline::{Facts, Landing, Override, Purpose};
use crate::report::{Judged, Planned, moment};

/// Opens every gate for what is planned, if the user may do that, and says loudly which.
///
/// # Errors
/// Where `permissions` does not name the user.
pub fn open(
    planned: &mut Planned,
    args: &DeliveryArgs,
    inquiry: &Inquiry<'_>,
) -> Result<(), Failure> {
    let Some(reason) = &args.break_glass else { return Ok(()) };
    let context = inquiry.context;
    let by = By::from(git::author(inquiry.repository, &context.manner(None))?);
    permitted(&by, inquiry)?;
    let until = context.now().as_second().saturating_add(args.expires.as_secs());
    for one in &mut planned.gates {
        if one.judgement.verdict.is_open() {
            continue;
        }
        let (id, by, reason) = (String::new(), by.name.clone(), reason.clone());
        one.judgement.broken = Some(Override { id, by, reason, until });
        context.ui.caution(&format!(
            "the glass is broken for {} {} to {}",
            one.subject, one.version, one.stage
        ));
        for answer in one.judgement.closed() {
            context.ui.caution(&format!("overridden: {}: {}", answer.gate, answer.reason));
        }
    }
    Ok(())
}

fn permitted(by: &By, inquiry: &Inquiry<'_>) -> Result<(), Failure> {
    let failure = Failure::refused(format!("{} <{}> may not break the glass", by.name, by.email));
    match inquiry.config().pipeline.actors(BREAK_GLASS) {
        Some(permission) if permission.names(by.words()) => Ok(()),
        Some(permission) => {
            let place = inquiry.config().provenance(Some(permission.line));
            Err(failure
                .hint(format!("`permissions` in {place} names {}", permission.actors.join(", "))))
        }
        None => {
            Err(failure
                .hint("nobody may: towpath.yaml has no `permissions: { break-glass: [...] }`"))
        }
    }
}

/// Does it go through a broken glass?
pub fn is_broken(judged: &Judged) -> bool {
    judged.judgement.broken.is_some() && !judged.judgement.verdict.is_open()
}

/// The commit of what goes through a broken glass says so.
pub fn marked(group: Group) -> Group {
    let broken = group.judged.iter().filter(|one| is_broken(one));
    let trailers: Vec<_> =
        broken.filter_map(|one| Some(("Gate-Override", trailer(one)?))).collect();
    Group { message: group.message.with_trailers(trailers), ..group }
}

fn trailer(judged: &Judged) -> Option<String> {
    let broken = judged.judgement.broken.as_ref()?;
    Some(format!("{} ({})", broken.reason, gates(judged).join(", ")))
}

fn gates(judged: &Judged) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for answer in judged.judgement.closed() {
        if !out.iter().any(|known| known == answer.gate.as_str()) {
            out.push(answer.gate.as_str().to_owned());
        }
    }
    out
}

/// Writes to the ledger what is about to be done. An emergency does not wait for it: where it cannot
/// be written, that is said, and the commit still says it. Was anything written?
pub fn record(planned: &Planned, errand: &Errand<'_>, scene: &Scene<'_>) -> bool {
    let Errand { args, context, .. } = *errand;
    let mut events: Vec<What> = Vec::new();
    if args.break_glass.is_some() {
        let broken = planned.gates.iter().filter(|one| is_broken(one));
        events.extend(broken.filter_map(|one| overridden(one, args)));
    }
    if planned.is_rollback {
        match rolled_back(planned, scene, context) {
            Ok(more) => events.extend(more),
            Err(failure) => {
                context.ui.caution(failure.message().unwrap_or("the past cannot be read"))
            }
        }
    }
    if events.is_empty() {
        return false;
    }
    let config = &scene.settings.config;
    match book::write(context, scene.repository, config, events, BookArgs { local: false }) {
        Ok(events) => {
            events.iter().for_each(|event| context.ui.note(&event.what.sentence()));
            true
        }
        Err(failure) => {
            let why = failure.message().unwrap_or("it cannot be written");
            context.ui.caution(&format!("this is not in the ledger, so nothing is on hold: {why}"));
            false
        }
    }
}

fn overridden(judged: &Judged, args: &DeliveryArgs) -> Option<What> {
    let broken = judged.judgement.broken.as_ref()?;
    Some(What::Overridden {
        app: judged.subject.to_string(),
        stage: judged.stage.clone(),
        version: judged.version.to_string(),
        reason: broken.reason.clone(),
        incident: args.incident.clone(),
        expires: moment(broken.until),
        gates: gates(judged),
    })
}

/// What is rolled back has failed, unless somebody said otherwise; and the stage stays where it goes.
fn rolled_back(
    planned: &Planned,
    scene: &Scene<'_>,
    context: &Context,
) -> Result<Vec<What>, Failure> {
    let inquiry = Inquiry::on(context, scene)?;
    let (past, facts) = (inquiry.past(), Facts::default());
    let evidence = inquiry.evidence(&past, &facts);
    let mut out = Vec::new();
    for one in
        planned.gates.iter().filter(|one| planned.plan.moving().any(|(item, _)| one.is_about(item)))
    {
        let asked = Asked {
            subject: one.subject.clone(),
            stage: one.stage.clone(),
            targets: one.targets.clone(),
            version: one.version.clone(),
            purpose: Purpose::Back,
        };
        let slots = evidence.asked(&asked.question(context, None));
        let current = slots.into_iter().filter_map(|slot| evidence.current(slot, None));
        let unknown: Vec<Landing<'_>> =
            current.filter(|landing| inquiry.ledger.outcome(landing, None).is_none()).collect();
        out.extend(outcomes(&asked, &unknown, Outcome::Failed, None));
        let (app, stage) = (one.subject.to_string(), one.stage.clone());
        out.push(What::Held { app, stage, reason: format!("rolled back to {}", one.version) });
    }
    Ok(out)
}

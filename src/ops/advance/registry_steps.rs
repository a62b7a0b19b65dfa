//! Steps into first stages whose newest version comes from the registry (`from: registry`).

use crate::config::Stage;
use crate::model::{MappingEntry, Version, matches_app};
use crate::ops::advance::next::{AdvanceSteps, StepFinder};
use crate::ops::advance::step::AdvanceStep;
use crate::ops::change::request::ChangeRequest;
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::gates::plan::{answer_requests, gate_requests};
use crate::ops::versions::{LatestQuery, find_latest};
use crate::pipeline::{AppComponent, MoveDirection};
use crate::report::{AdvanceLine, PlanReport};
use std::collections::BTreeSet;

/// Finds the steps. A registry that does not answer refuses the apps that are in it, and no others.
pub fn find_registry_steps(look: &StepFinder<'_, '_>) -> Result<AdvanceSteps, Failure> {
    let config = &look.plan_base.settings.config;
    let only = look.tick.stage.map(|word| crate::ops::gates::stage(config, word)).transpose()?;
    let is_meant = |stage: &&Stage| {
        config.registry_stages.contains(&stage.name)
            && only.is_none_or(|only| only.name == stage.name)
    };
    let stages: Vec<&Stage> = config.stages.iter().filter(is_meant).collect();
    let mut out = AdvanceSteps::default();
    if stages.is_empty() {
        return Ok(out);
    }
    let context = GateContext::load_at(look.session, look.plan_base)?;
    for stage in stages {
        for app in apps_of_stage(&context.survey.mapping.entries, stage, look.tick.app) {
            let line = |version: &str, what: String| AdvanceLine {
                app: app.clone(),
                version: version.to_owned(),
                place: stage.name.to_string(),
                what,
                is_held: true,
            };
            let latest = find_latest(LatestQuery { app: &app }, &context);
            let found = latest.and_then(|latest| {
                if let Some((tag, why)) = &latest.held {
                    out.refused.push(line(tag, format!("not proposed: {why}")));
                }
                let version = latest.version.as_ref();
                version.map_or(Ok(None), |it| find_step(look, &context, stage, (&app, it)))
            });
            match found {
                Ok(step) => out.all.extend(step),
                Err(failure) => {
                    out.refused.push(line("", format!("refused: {}", failure.message())));
                }
            }
        }
    }
    Ok(out)
}

/// The apps that a stage runs, with their component where they have several.
fn apps_of_stage(entries: &[MappingEntry], stage: &Stage, named: Option<&str>) -> BTreeSet<String> {
    let here = || entries.iter().filter(|entry| entry.stage == stage.name);
    let has_several = |entry: &MappingEntry| {
        here().any(|other| other.app == entry.app && other.component != entry.component)
    };
    here()
        .map(|entry| match has_several(entry) {
            true => AppComponent::of_cell(entry.cell()),
            false => AppComponent { app: entry.app.clone(), component: None },
        })
        .filter(|subject| named.is_none_or(|named| matches_app(named, &subject.to_string())))
        .map(|subject| subject.to_string())
        .collect()
}

/// The step that deploys a version; `None` where nothing changes.
fn find_step(
    look: &StepFinder<'_, '_>,
    context: &GateContext<'_>,
    stage: &Stage,
    (app, version): (&str, &Version),
) -> Result<Option<AdvanceStep>, Failure> {
    let there = look.plan_base.for_stage(&stage.name);
    let intent = ChangeRequest::Deploy {
        app: app.to_owned(),
        version: version.to_string(),
        stage: Some(stage.name.to_string()),
        pins_digest: look.plan_base.settings.config.apps.pins_digest(app),
    };
    let terms = look.options.plan_options(look.session);
    let planned =
        intent.make_plan(look.session, look.plan_base, &there.load_edit_base()?, terms)?;
    let Some(planned) = planned else { return Ok(None) };
    if let Some((_, obstacle)) = planned.plan.refused_items().next() {
        return Err(Failure::failed(obstacle.reason.clone()));
    }
    let moving = planned.plan.moving_items();
    let asked: Vec<_> = moving
        .flat_map(|(item, moves)| gate_requests(&planned, item, moves, MoveDirection::Forward))
        .collect();
    if asked.is_empty() {
        return Ok(None);
    }
    let judged = answer_requests(&asked, context);
    let planned = PlanReport { gates: judged.clone(), ..planned };
    Ok(Some(AdvanceStep { planned, judged }))
}

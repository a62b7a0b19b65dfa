//! What could go on: for each app and each stage that comes after another, the version that is next.

use super::Tick;
use crate::cli::context::Context;
use crate::cli::delivery::args::DeliveryArgs;
use crate::cli::delivery::gates::{answers, questions};
use crate::cli::facts::Witness;
use crate::cli::failure::Failure;
use crate::cli::inquiry::{Asked, Inquiry};
use crate::cli::intent::Intent;
use crate::cli::scene::Scene;
use crate::config::Stage;
use crate::model::{StageName, Version};
use crate::pipeline::{Evidence, Facts, Purpose, Question, Subject, candidates, pick};
use crate::promotion::{Ground, Item, Moves};
use crate::report::{Judged, Planned};
use std::collections::BTreeSet;

/// One app that could go a step on.
pub struct Step {
    /// A plan with this app alone.
    pub planned: Planned,
    pub judged: Vec<Judged>,
}

/// All that could go on, in pipeline order, and why some apps cannot.
#[derive(Default)]
pub struct Steps {
    pub all: Vec<Step>,
    /// A line each.
    pub refused: Vec<String>,
}

/// Looks at every stage that comes after another.
pub fn steps(tick: &Tick<'_>, args: &DeliveryArgs, scene: &Scene<'_>, context: &Context) -> Result<Steps, Failure> {
    let config = &scene.settings.config;
    let only = tick.stage.map(|word| crate::cli::inquiry::stage(config, word)).transpose()?;
    let mut plans = Vec::new();
    for stage in config.stages.iter().filter(|stage| only.is_none_or(|only| only.name == stage.name)) {
        for before in &stage.after {
            plans.extend(planned(tick, args, scene, context, (before, stage))?);
        }
    }
    let refused = plans.iter().flat_map(|plan| plan.plan.refused().map(move |(item, why)| (plan, item, why)));
    let refused =
        refused.map(|(plan, item, why)| format!("{} to {}: refused: {}", item.name(), plan.plan.to, why.reason));
    let mut out = Steps { all: Vec::new(), refused: refused.collect() };
    if plans.iter().all(|plan| plan.plan.moving().next().is_none()) {
        return Ok(out);
    }
    let inquiry = Inquiry::on(context, scene)?;
    let (past, nothing) = (inquiry.past(), Facts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let choice =
        Choice { args, scene, context, inquiry: &inquiry, witness: Witness::new(&inquiry), evidence: &evidence };
    for plan in &plans {
        for (item, moves) in plan.plan.moving() {
            let is_known = |step: &Step| {
                step.planned.plan.to == plan.plan.to
                    && step.planned.plan.items.iter().any(|known| known.name() == item.name())
            };
            if !out.all.iter().any(is_known) {
                out.all.extend(choice.step(plan, item, moves)?);
            }
        }
    }
    Ok(out)
}

fn planned(
    tick: &Tick<'_>,
    args: &DeliveryArgs,
    scene: &Scene<'_>,
    context: &Context,
    (before, stage): (&StageName, &Stage),
) -> Result<Option<Planned>, Failure> {
    let there = scene.of(&stage.name);
    let ground: Ground<'_> = there.ground()?;
    let intent = Intent::Promote {
        apps: tick.app.map(str::to_owned).into_iter().collect(),
        from: Some(before.to_string()),
        to: Some(stage.name.to_string()),
        version: None,
    };
    intent.planned(context, scene, &ground, args.terms(context))
}

struct Choice<'a, 'r> {
    args: &'a DeliveryArgs,
    scene: &'a Scene<'r>,
    context: &'a Context,
    inquiry: &'a Inquiry<'r>,
    witness: Witness<'a, 'r>,
    evidence: &'a Evidence<'a>,
}

impl Choice<'_, '_> {
    /// The step of one app, if there is one: what its stage has run before is not newer.
    fn step(&self, plan: &Planned, item: &Item, moves: &Moves) -> Result<Option<Step>, Failure> {
        let alone = Planned { plan: only(plan, item), ..plan.clone() };
        let versions: BTreeSet<&Version> = moves.steps.iter().map(|step| &step.to).collect();
        let (Some(version), 1, Some(before)) = (versions.first(), versions.len(), &plan.from) else {
            let asked = questions(&alone, item, moves, None, Purpose::Forward);
            let judged = answers(&asked, self.inquiry);
            return Ok(Some(Step { planned: alone, judged }));
        };
        let asked = Asked {
            subject: Subject { app: item.app.clone(), component: item.component.clone() },
            stage: plan.plan.to.clone(),
            target: None,
            version: (*version).clone(),
            purpose: Purpose::Forward,
        };
        let question = asked.question(self.context, None);
        let all = candidates(self.evidence, &question, before);
        let questions: Vec<Question<'_>> = all.iter().map(|version| Question { version, ..question }).collect();
        let facts = self.witness.facts(self.evidence, &questions);
        let evidence = self.evidence.with(&facts);
        let each = self.scene.settings.config.pipeline.policy(&plan.plan.to).each;
        let Some(next) = pick(&evidence, &question, &all, each) else { return Ok(None) };
        let planned = if next.version.is_same(version) { alone } else { self.other(&asked, before, &next.version)? };
        let is_there = planned.plan.moving().next().is_none();
        let asked = Asked { version: next.version.clone(), ..asked };
        let places = Judged::places(&next.judgement, self.evidence.config);
        let judged = Judged {
            subject: asked.subject,
            stage: asked.stage,
            target: None,
            version: next.version,
            at: self.context.now(),
            is_there: false,
            judgement: next.judgement,
            places,
        };
        let planned = Planned { gates: vec![judged.clone()], ..planned };
        Ok((!is_there).then_some(Step { planned, judged: vec![judged] }))
    }

    /// The plan for a version that the stage before has run.
    fn other(&self, asked: &Asked, before: &StageName, version: &Version) -> Result<Planned, Failure> {
        let there = self.scene.of(&asked.stage);
        let ground = there.ground()?;
        let intent = Intent::Promote {
            apps: vec![asked.subject.to_string()],
            from: Some(before.to_string()),
            to: Some(asked.stage.to_string()),
            version: Some(version.to_string()),
        };
        let planned = intent.planned(self.context, self.scene, &ground, self.args.terms(self.context))?;
        planned.ok_or_else(|| Failure::failed("nothing was chosen"))
    }
}

/// The plan with one item.
fn only(plan: &Planned, item: &Item) -> crate::promotion::Plan {
    let mut alone = plan.plan.clone();
    alone.items.retain(|other| other.name() == item.name());
    alone
}

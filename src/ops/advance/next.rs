//! Finds the next version of each app for each stage that comes after another, and for each wave of
//! the stage.

use crate::config::Stage;
use crate::model::{CellKey, StageName, Version};
use crate::ops::advance::stage_sources::SkippingApps;
use crate::ops::advance::step::{AdvanceRequest, AdvanceStep};
use crate::ops::change::DeliveryOptions;
use crate::ops::change::base::PlanBase;
use crate::ops::change::request::{ChangeRequest, PlanOptions};
use crate::ops::error::Failure;
use crate::ops::gates::facts::FactCollector;
use crate::ops::gates::plan::{answer_requests, gate_requests};
use crate::ops::gates::sightings::find_sightings;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::session::Session;
use crate::pipeline::{
    AppComponent, Evidence, ExternalFacts, GateQuery, MoveDirection, find_candidates, pick_next,
    targets_by_wave,
};
use crate::promotion::{EditBase, PlanItem, PlannedMoves};
use crate::report::{AdvanceLine, GateReport, PlanReport};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// All possible steps in pipeline order, and the apps that are refused.
#[derive(Default)]
pub struct AdvanceSteps {
    pub all: Vec<AdvanceStep>,
    /// One line for each app that is refused, or whose version the stage gave up before.
    pub refused: Vec<AdvanceLine>,
}

/// Finds the steps on one state of the repository.
#[derive(Clone, Copy)]
pub struct StepFinder<'a, 'r> {
    pub tick: &'a AdvanceRequest<'a>,
    pub options: &'a DeliveryOptions,
    pub plan_base: &'a PlanBase<'r>,
    pub session: &'a Session,
}

impl StepFinder<'_, '_> {
    /// Finds the steps into every stage that comes after another.
    pub fn find_steps(&self) -> Result<AdvanceSteps, Failure> {
        let (plans, refused) = self.plan_stages()?;
        let mut out = AdvanceSteps { all: Vec::new(), refused };
        if plans.iter().all(|plan| plan.plan.moving_items().next().is_none()) {
            return Ok(out);
        }
        let inquiry = GateContext::load_at(self.session, self.plan_base)?;
        let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
        let evidence = inquiry.evidence(&past, &nothing);
        let choice = StepPlanner {
            look: self,
            inquiry: &inquiry,
            witness: FactCollector::new(&inquiry),
            evidence: &evidence,
            standing: RefCell::default(),
        };
        for plan in &plans {
            for (item, moves) in plan.plan.moving_items() {
                let is_known = |step: &AdvanceStep| {
                    step.planned.plan.to == plan.plan.to
                        && step.planned.plan.items.iter().any(|known| known.name() == item.name())
                };
                if !out.all.iter().any(is_known) {
                    out.all.extend(choice.app_steps(plan, item, moves)?);
                }
            }
        }
        out.refused.extend(choice.standing.take());
        Ok(out)
    }

    /// Plans the promotions into the stages that were asked for. Also returns a line for each app
    /// that is refused.
    fn plan_stages(&self) -> Result<(Vec<PlanReport>, Vec<AdvanceLine>), Failure> {
        let config = &self.plan_base.settings.config;
        let only =
            self.tick.stage.map(|word| crate::ops::gates::stage(config, word)).transpose()?;
        let entries = self.plan_base.load_edit_base()?.to_mapping().entries;
        let entries = self.plan_base.with_stages(entries)?;
        let (mut plans, mut refused) = (Vec::new(), Vec::new());
        for stage in
            config.stages.iter().filter(|stage| only.is_none_or(|only| only.name == stage.name))
        {
            let skipping = SkippingApps::find(config, stage, &entries);
            let named: Vec<String> = self.tick.app.map(str::to_owned).into_iter().collect();
            let direct = stage.after.iter().map(|before| (before, named.clone()));
            for (before, apps) in direct.chain(skipping.sources(self.tick.app)) {
                let is_direct = stage.after.contains(before);
                let Some(plan) = self.plan_stage(before, stage, apps)? else { continue };
                refused.extend(refusal_lines(&plan, |item| {
                    !is_direct || !skipping.contains(&item.name())
                }));
                plans.push(plan);
            }
        }
        Ok((plans, refused))
    }

    fn plan_stage(
        &self,
        before: &StageName,
        stage: &Stage,
        apps: Vec<String>,
    ) -> Result<Option<PlanReport>, Failure> {
        let there = self.plan_base.for_stage(&stage.name);
        let edit_base: EditBase<'_> = there.load_edit_base()?;
        let intent = ChangeRequest::Promote {
            apps,
            from: Some(before.to_string()),
            to: Some(stage.name.to_string()),
            version: None,
        };
        intent.make_plan(
            self.session,
            self.plan_base,
            &edit_base,
            self.options.plan_options(self.session),
        )
    }
}

/// One line for each app that cannot be promoted and is to be told.
fn refusal_lines(plan: &PlanReport, is_told: impl Fn(&PlanItem) -> bool) -> Vec<AdvanceLine> {
    let line = |(item, why): (&PlanItem, &crate::promotion::PlanObstacle)| AdvanceLine {
        app: item.name(),
        version: String::new(),
        place: plan.plan.to.to_string(),
        what: format!("refused: {}", why.reason),
        is_held: true,
    };
    plan.plan.refused_items().filter(|(item, _)| is_told(item)).map(line).collect()
}

struct StepPlanner<'a, 'r> {
    look: &'a StepFinder<'a, 'r>,
    inquiry: &'a GateContext<'r>,
    witness: FactCollector<'a, 'r>,
    evidence: &'a Evidence<'a>,
    /// One line for each app that stays because its stage ran the version before.
    standing: RefCell<Vec<AdvanceLine>>,
}

impl StepPlanner<'_, '_> {
    /// The steps of one app. A version that the stage ran before is not newer, so it is no step.
    /// Each wave takes the versions that the wave before has run.
    fn app_steps(
        &self,
        plan: &PlanReport,
        item: &PlanItem,
        moves: &PlannedMoves,
    ) -> Result<Vec<AdvanceStep>, Failure> {
        let alone = PlanReport { plan: plan_with_item(plan, item), ..plan.clone() };
        let versions: BTreeSet<&Version> = moves.steps.iter().map(|step| &step.to).collect();
        let (Some(version), 1, Some(before)) = (versions.first(), versions.len(), &plan.from)
        else {
            let asked = gate_requests(&alone, item, moves, MoveDirection::Forward);
            let judged = answer_requests(&asked, self.inquiry);
            return Ok(vec![AdvanceStep { planned: alone, judged }]);
        };
        let mut asked = GateRequest {
            subject: AppComponent { app: item.app.clone(), component: item.component.clone() },
            stage: plan.plan.to.clone(),
            targets: Vec::new(),
            version: (*version).clone(),
            purpose: MoveDirection::Forward,
        };
        let mut sources =
            self.evidence.source_cells(&asked.to_query(self.look.session, None), before);
        let mut out = Vec::new();
        for targets in targets_by_wave(self.evidence, &asked.subject, &asked.stage, None) {
            asked.targets = targets;
            out.extend(self.wave_step(&alone, &asked, before, &sources)?);
            sources = self.evidence.queried_cells(&asked.to_query(self.look.session, None));
        }
        Ok(out)
    }

    /// Says why a version that a stage ran before is not proposed again: somebody took it back.
    fn returned_line(&self, question: &GateQuery<'_>) -> Option<AdvanceLine> {
        let left = self.evidence.find_left_version(question)?;
        let GateQuery { subject, stage, version, .. } = *question;
        Some(AdvanceLine {
            app: subject.to_string(),
            version: version.to_string(),
            place: stage.to_string(),
            what: format!(
                "not proposed: {}; `towpath promote {subject} --to {stage}` takes it again",
                left.sentence(stage.as_str())
            ),
            is_held: true,
        })
    }

    /// The step of one wave, which takes the versions that `sources` have run.
    fn wave_step(
        &self,
        alone: &PlanReport,
        asked: &GateRequest,
        before: &StageName,
        sources: &[&CellKey],
    ) -> Result<Option<AdvanceStep>, Failure> {
        let question = asked.to_query(self.look.session, None);
        let all = find_candidates(self.evidence, &question, sources);
        if all.is_empty() {
            self.standing.borrow_mut().extend(self.returned_line(&question));
        }
        let questions: Vec<GateQuery<'_>> =
            all.iter().map(|version| GateQuery { version, ..question }).collect();
        let facts = self.witness.collect(self.evidence, &questions);
        let evidence = self.evidence.with_facts(&facts);
        let each = self.look.plan_base.settings.config.pipeline.policy_of(&asked.stage).each;
        let Some(next) = pick_next(&evidence, &question, &all, each) else { return Ok(None) };
        let is_planned = next.version.is_same(&asked.version)
            && alone.plan.items.iter().all(|item| item.targets == asked.targets);
        let asked = GateRequest { version: next.version.clone(), ..asked.clone() };
        let planned = if is_planned { alone.clone() } else { self.plan_version(&asked, before)? };
        let is_there = planned.plan.moving_items().next().is_none();
        let places = GateReport::rule_places(&next.judgement, self.evidence.config);
        let sightings = find_sightings(&asked, self.evidence, self.inquiry.repository);
        let judged = GateReport {
            subject: asked.subject,
            stage: asked.stage,
            targets: asked.targets,
            version: next.version,
            at: self.look.session.now(),
            is_there: false,
            judgement: next.judgement,
            places,
            sightings,
        };
        let planned = PlanReport { gates: vec![judged.clone()], ..planned };
        Ok((!is_there).then_some(AdvanceStep { planned, judged: vec![judged] }))
    }

    /// The plan for a version that the previous stage has run, and for some targets.
    fn plan_version(&self, asked: &GateRequest, before: &StageName) -> Result<PlanReport, Failure> {
        let StepFinder { options, plan_base, session, .. } = *self.look;
        let there = plan_base.for_stage(&asked.stage);
        let edit_base = there.load_edit_base()?;
        let intent = ChangeRequest::Promote {
            apps: vec![asked.subject.to_string()],
            from: Some(before.to_string()),
            to: Some(asked.stage.to_string()),
            version: Some(asked.version.to_string()),
        };
        let terms = PlanOptions { targets: &asked.targets, ..options.plan_options(session) };
        let planned = intent.make_plan(session, plan_base, &edit_base, terms)?;
        planned.ok_or_else(|| Failure::failed("no app was chosen"))
    }
}

/// A copy of the plan with one item.
fn plan_with_item(plan: &PlanReport, item: &PlanItem) -> crate::promotion::Plan {
    let mut alone = plan.plan.clone();
    alone.items.retain(|other| other.name() == item.name());
    alone
}

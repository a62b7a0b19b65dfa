//! `wave`: what the wave before runs or ran, for as long as it is to bake there, and without a failure.

use super::bake::{self, BakeRequirement};
use super::{GateInput, target};
use crate::config::gates::{GateKind, Wave};
use crate::model::{CellKey, StageName};
use crate::pipeline::ledger::Outcome;
use crate::pipeline::question::MoveDirection;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};
use crate::pipeline::waves::{self, PreviousWave};
use crate::pipeline::words::{argument, when};

const KIND: GateKind = GateKind::Wave;

pub(super) fn answer(case: &GateInput<'_>) -> Option<GateAnswer> {
    let stage = case.question.stage;
    let waves = case.evidence.config.pipeline.waves(stage)?;
    let open =
        |reason: String| Some(GateAnswer::open(KIND, RuleOrigin::Config(waves.line), reason));
    if case.question.purpose == MoveDirection::Back {
        return open("a rollback does not wait for waves".into());
    }
    let befores = waves::before(case.evidence, case.question);
    let answers = befores
        .iter()
        .flat_map(|before| before.slots.iter().map(|slot| in_slot(case, before, slot)));
    answers.reduce(GateAnswer::worse).or_else(|| {
        match waves::moving(case.evidence, case.question).is_empty() {
            true => open(format!("it has {} already", case.question.version)),
            false => open(format!("no wave of {stage} comes before this one")),
        }
    })
}

fn in_slot(case: &GateInput<'_>, before: &PreviousWave<'_>, slot: &CellKey) -> GateAnswer {
    let place = RuleOrigin::Config(before.waves.line_of(before.moving));
    let (version, stage) = (case.question.version, case.question.stage);
    let course = case.evidence.course(slot, case.question.end());
    let Some(newest) = course.iter().find(|landing| landing.version.is_same(version)) else {
        let name = target(slot);
        let reason = format!(
            "wave {} comes before this one, and {stage}{name} has never run {version}",
            before.index + 1
        );
        return GateAnswer::shut(KIND, place, reason).clear(promote(case, stage));
    };
    if let Some((Outcome::Failed, event)) =
        case.evidence.ledger.outcome(newest, case.question.end())
    {
        let at = event.time.as_second();
        let reason = format!("{version} failed in {stage}{} at {}", target(slot), when(at));
        let record = case.record(slot, "passed");
        return GateAnswer::shut(KIND, place, reason).since(Some(at)).clear(record);
    }
    let usual = Wave { targets: Vec::new(), bake: 0, from_outcome: false, line: before.waves.line };
    let wave = before.waves.waves.get(before.index).unwrap_or(&usual);
    let oven =
        BakeRequirement { kind: KIND, place, seconds: wave.bake, from_outcome: wave.from_outcome };
    if wave.bake == 0 && !wave.from_outcome {
        let name = format!("{stage}{}", target(slot));
        let verb = if newest.left.is_none() { "runs" } else { "ran" };
        return GateAnswer::open(KIND, oven.place, format!("{name} {verb} {version}"))
            .since(newest.time);
    }
    let stays = course.iter().filter(|landing| landing.version.is_same(version));
    bake::best(case, &oven, stays).expect("it has run there")
}

/// The command that takes the wave before there.
fn promote(case: &GateInput<'_>, stage: &StageName) -> String {
    let (app, version) = (case.question.subject.to_string(), case.question.version.to_string());
    let (app, stage, version) = (argument(&app), argument(stage.as_str()), argument(&version));
    format!("towpath promote {app} --to {stage} --version {version}")
}

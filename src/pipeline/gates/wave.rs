//! `wave`: the previous wave runs or ran the version, for its bake time and without a failure.

use super::bake::{self, BakeRequirement};
use super::{GateInput, target_suffix};
use crate::config::gates::{GateKind, Wave};
use crate::model::{CellKey, StageName};
use crate::pipeline::ledger::Outcome;
use crate::pipeline::query::MoveDirection;
use crate::pipeline::time_text::{format_seconds, shell_argument};
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};
use crate::pipeline::waves::{self, PreviousWave};

const KIND: GateKind = GateKind::Wave;

pub(super) fn answer(case: &GateInput<'_>) -> Option<GateAnswer> {
    let stage = case.question.stage;
    let waves = case.evidence.config.pipeline.waves_of(stage)?;
    let open =
        |reason: String| Some(GateAnswer::open(KIND, RuleOrigin::Config(waves.line), reason));
    if case.question.purpose == MoveDirection::Back {
        return open("rollbacks do not wait for waves".into());
    }
    let befores = waves::previous_waves(case.evidence, case.question);
    let answers = befores
        .iter()
        .flat_map(|before| before.cells.iter().map(|cell| in_cell(case, before, cell)));
    answers.reduce(GateAnswer::stricter).or_else(|| {
        match waves::moving_cells(case.evidence, case.question).is_empty() {
            true => open(format!("already runs {}", case.question.version)),
            false => open(format!("no earlier wave in {stage}")),
        }
    })
}

fn in_cell(case: &GateInput<'_>, before: &PreviousWave<'_>, cell: &CellKey) -> GateAnswer {
    let place = RuleOrigin::Config(before.waves.line_of(before.moving));
    let (version, stage) = (case.question.version, case.question.stage);
    let course = case.evidence.run_periods(cell, case.question.history_end());
    let Some(newest) = course.iter().find(|landing| landing.version.is_same(version)) else {
        let name = target_suffix(cell);
        let reason = format!(
            "wave {} comes first, and {stage}{name} has never run {version}",
            before.index + 1
        );
        return GateAnswer::shut(KIND, place, reason).with_clear_command(promote(case, stage));
    };
    if let Some((Outcome::Failed, event)) =
        case.evidence.ledger.find_outcome(newest, case.question.history_end())
    {
        let at = event.time.as_second();
        let reason =
            format!("{version} failed in {stage}{} at {}", target_suffix(cell), format_seconds(at));
        let record = case.record_command(cell, "passed");
        return GateAnswer::shut(KIND, place, reason)
            .with_since(Some(at))
            .with_clear_command(record);
    }
    let usual = Wave { targets: Vec::new(), bake: 0, from_outcome: false, line: before.waves.line };
    let wave = before.waves.waves.get(before.index).unwrap_or(&usual);
    let oven =
        BakeRequirement { kind: KIND, place, seconds: wave.bake, from_outcome: wave.from_outcome };
    if wave.bake == 0 && !wave.from_outcome {
        let name = format!("{stage}{}", target_suffix(cell));
        let verb = if newest.left.is_none() { "runs" } else { "ran" };
        return GateAnswer::open(KIND, oven.place, format!("{name} {verb} {version}"))
            .with_since(newest.time);
    }
    let stays = course.iter().filter(|landing| landing.version.is_same(version));
    bake::best_bake(case, &oven, stays).expect("it has run there")
}

/// Command that promotes the previous wave.
fn promote(case: &GateInput<'_>, stage: &StageName) -> String {
    let (app, version) = (case.question.subject.to_string(), case.question.version.to_string());
    let (app, stage, version) =
        (shell_argument(&app), shell_argument(stage.as_str()), shell_argument(&version));
    format!("towpath promote {app} --to {stage} --version {version}")
}

//! `towpath.ask/1`.

use crate::pipeline::{GateAnswer, RuleOrigin, Verdict};
use crate::report::{GateReport, WaveReports};
use serde::Serialize;

/// Answer of `ask --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.ask/1"))]
pub struct AskJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.ask/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub branch: Option<String>,
    /// The commit that was read.
    pub revision: Option<String>,
    pub app: String,
    pub component: Option<String>,
    pub stage: String,
    /// The queried target, if there is only one.
    pub target: Option<String>,
    /// The queried targets; empty means all targets of the stage.
    pub targets: Vec<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    /// The time that is judged.
    pub time: String,
    /// True if the move is allowed at that time.
    pub allowed: bool,
    /// True if the stage already runs the version.
    pub there: bool,
    /// `open`, `wait`, `needs-approval` or `shut`.
    pub verdict: &'static str,
    /// End of the wait, for `wait`.
    pub until: Option<String>,
    pub sentence: String,
    pub gates: Vec<GateAnswerJson>,
    /// Set if the gates are overridden.
    pub broken: Option<BreakGlassJson>,
    /// The waves of the stage, in order. All other fields are about the current wave.
    pub waves: Vec<WaveAnswerJson>,
}

/// Answer for one wave.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaveAnswerJson {
    pub targets: Vec<String>,
    pub allowed: bool,
    pub there: bool,
    /// `open`, `wait`, `needs-approval` or `shut`.
    pub verdict: &'static str,
    pub until: Option<String>,
    pub sentence: String,
}

/// Answer of one gate.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GateAnswerJson {
    pub gate: &'static str,
    /// `open`, `wait`, `needs-approval` or `shut`.
    pub verdict: &'static str,
    pub until: Option<String>,
    pub reason: String,
    pub since: Option<String>,
    /// `towpath.yaml:12`, `built-in`, or `ledger` with the start of the event's id.
    pub from: String,
    /// Id of the ledger event that the answer is based on.
    pub event: Option<String>,
    /// Command that would open the gate.
    pub clear: Option<String>,
}

/// An active break-glass override.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BreakGlassJson {
    pub event: String,
    pub by: String,
    pub reason: String,
    pub until: String,
}

impl AskJson {
    /// Creates the answer for a repository.
    pub fn new(
        waves: &WaveReports,
        repository: String,
        branch: Option<String>,
        revision: Option<String>,
    ) -> Self {
        let judged = waves.current();
        let broken = judged.judgement.broken.as_ref().map(|broken| BreakGlassJson {
            event: broken.id.clone(),
            by: broken.by.clone(),
            reason: broken.reason.clone(),
            until: seconds(broken.until),
        });
        AskJson {
            schema: "towpath.ask/1",
            repository,
            branch,
            revision,
            app: judged.subject.app.to_string(),
            component: judged.subject.component.clone(),
            stage: judged.stage.to_string(),
            target: judged
                .targets
                .first()
                .filter(|_| judged.targets.len() == 1)
                .map(ToString::to_string),
            targets: judged.targets.iter().map(ToString::to_string).collect(),
            tag: judged.version.tag.clone(),
            digest: judged.version.digest.clone(),
            time: judged.at.to_string(),
            allowed: judged.is_allowed(),
            there: judged.is_there,
            verdict: judged.judgement.verdict.as_str(),
            until: until_text(&judged.judgement.verdict),
            sentence: judged.summary_sentence(),
            gates: gates_json(judged).collect(),
            broken,
            waves: waves.reports().filter(|_| waves.are_many()).map(wave_json).collect(),
        }
    }
}

fn wave_json(judged: &GateReport) -> WaveAnswerJson {
    WaveAnswerJson {
        targets: judged.targets.iter().map(ToString::to_string).collect(),
        allowed: judged.is_allowed(),
        there: judged.is_there,
        verdict: judged.judgement.verdict.as_str(),
        until: until_text(&judged.judgement.verdict),
        sentence: judged.summary_sentence(),
    }
}

/// Answers of all gates.
pub(super) fn gates_json(judged: &GateReport) -> impl Iterator<Item = GateAnswerJson> {
    judged
        .judgement
        .answers
        .iter()
        .zip(&judged.places)
        .map(|(answer, from)| gate_json(answer, from))
}

fn gate_json(answer: &GateAnswer, from: &str) -> GateAnswerJson {
    GateAnswerJson {
        gate: answer.gate.as_str(),
        verdict: answer.verdict.as_str(),
        until: until_text(&answer.verdict),
        reason: answer.reason.clone(),
        since: answer.since.map(seconds),
        from: from.to_owned(),
        event: match &answer.place {
            RuleOrigin::Ledger(id) => Some(id.clone()),
            _ => None,
        },
        clear: answer.clear.clone(),
    }
}

fn until_text(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Wait { until } => Some(until.timestamp().to_string()),
        _ => None,
    }
}

fn seconds(seconds: i64) -> String {
    crate::report::to_timestamp(seconds).to_string()
}

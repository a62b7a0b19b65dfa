//! `towpath.ask/1`.

use crate::pipeline::{GateAnswer, RuleOrigin, Verdict};
use crate::report::{GateReport, WaveReports};
use serde::Serialize;

/// The answer to one question.
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
    /// The target that is meant, if it is one.
    pub target: Option<String>,
    /// The targets that are meant; none: all of the stage.
    pub targets: Vec<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    /// The moment it is asked for.
    pub time: String,
    /// May it be done at that moment?
    pub allowed: bool,
    /// The stage runs it already.
    pub there: bool,
    /// `open`, `wait`, `needs-approval` or `shut`.
    pub verdict: &'static str,
    /// With `wait`: until when.
    pub until: Option<String>,
    pub sentence: String,
    pub gates: Vec<GateAnswerJson>,
    /// Set where somebody has broken the glass for it.
    pub broken: Option<BreakGlassJson>,
    /// Where the targets of the stage follow each other, each wave in turn; all else is of the one whose turn it is.
    pub waves: Vec<WaveAnswerJson>,
}

/// The answer for one wave.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WaveAnswerJson {
    pub targets: Vec<String>,
    pub allowed: bool,
    pub there: bool,
    /// As above.
    pub verdict: &'static str,
    pub until: Option<String>,
    pub sentence: String,
}

/// What one gate answers.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GateAnswerJson {
    pub gate: &'static str,
    /// As above.
    pub verdict: &'static str,
    pub until: Option<String>,
    pub reason: String,
    pub since: Option<String>,
    /// `towpath.yaml:12`, `built-in`, or `ledger` with the beginning of an event's id.
    pub from: String,
    /// The event of the ledger that it comes from.
    pub event: Option<String>,
    /// The command that would clear it.
    pub clear: Option<String>,
}

/// Who has broken the glass.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BreakGlassJson {
    pub event: String,
    pub by: String,
    pub reason: String,
    pub until: String,
}

impl AskJson {
    /// The answer, as it was found in a repository.
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

/// What each gate answers.
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

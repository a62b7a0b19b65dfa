//! The gates, one file each. Each takes the case and gives an answer for every rule that holds.

mod approval;
mod bake;
mod blocker;
pub(super) mod freeze;
mod hold;
mod isolation;
mod lock;
mod order;
mod rejected;
mod verified;
mod version;
mod wave;
pub(super) mod window;

#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod test_only;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wave_tests;

use super::evidence::{Evidence, EvidenceRunPeriod};
use super::query::GateQuery;
use super::time_text::{format_seconds, shell_argument};
use super::verdict::{GateAnswer, RuleOrigin};
use crate::config::gates::{GateKind, GateRule};
use crate::model::{CellKey, StageName};

/// A question with all that is needed to answer it.
pub(super) struct GateInput<'c> {
    pub evidence: &'c Evidence<'c>,
    pub question: &'c GateQuery<'c>,
    /// The slots that would move.
    pub slots: Vec<&'c CellKey>,
    /// The stages its version comes from.
    pub before: Vec<StageName>,
}

impl<'c> GateInput<'c> {
    pub fn new(evidence: &'c Evidence<'c>, question: &'c GateQuery<'c>) -> Self {
        let (slots, before) =
            (evidence.queried_cells(question), evidence.previous_stages(question));
        GateInput { evidence, question, slots, before }
    }

    /// Does nothing come before the stage?
    fn is_first(&self) -> bool {
        let stage = self.evidence.config.stage(self.question.stage.as_str());
        stage.is_none_or(|stage| stage.after.is_empty())
    }

    /// The configured rules of a kind.
    pub fn rules_of(&self, kind: GateKind) -> Vec<&'c GateRule> {
        self.evidence.config.pipeline.rules_for(
            kind,
            self.question.stage,
            &self.question.subject.app,
        )
    }

    /// The stages that a rule looks at.
    fn stages<'s>(&'s self, named: &'s [StageName]) -> &'s [StageName] {
        if named.is_empty() { &self.before } else { named }
    }

    /// The newest time the version came to each slot of a stage that it came to.
    fn newest_runs(&self, stage: &StageName) -> Vec<EvidenceRunPeriod<'c>> {
        let newest = |slot| {
            let course = self.evidence.run_periods(slot, self.question.history_end());
            course.into_iter().find(|landing| landing.version.is_same(self.question.version))
        };
        self.evidence.source_cells(self.question, stage).into_iter().filter_map(newest).collect()
    }

    /// A place has never run the version, as far as that can be known.
    fn never_ran_answer(&self, kind: GateKind, place: RuleOrigin, name: &str) -> GateAnswer {
        let version = self.question.version;
        match self.evidence.history_limit() {
            None => GateAnswer::shut(kind, place, format!("{name} has never run {version}")),
            Some(edge) => {
                let since = format_seconds(edge.since);
                let reason =
                    format!("{name} has not run {version} since {since}, where history ends here");
                GateAnswer::shut(kind, place, reason).with_clear_command(edge.remedy)
            }
        }
    }

    /// The command that says how the version turned out in a place.
    fn record_command(&self, slot: &CellKey, outcome: &str) -> String {
        let target = slot
            .target
            .as_ref()
            .map(|target| format!(" --target {}", shell_argument(target.as_str())));
        let version = shell_argument(&self.question.version.to_string());
        let rest = format!(" {outcome}{} --version {version}", target.unwrap_or_default());
        self.command_text("record", &slot.stage, &rest)
    }

    /// `towpath VERB APP --stage STAGE`, with all that is needed to name this very deployment.
    fn command_text(&self, verb: &str, stage: &StageName, rest: &str) -> String {
        let app = shell_argument(&self.question.subject.to_string());
        format!("towpath {verb} {app} --stage {}{rest}", shell_argument(stage.as_str()))
    }
}

/// What the gates of one kind answer.
pub(super) fn ask_gate(kind: GateKind, case: &GateInput<'_>) -> Vec<GateAnswer> {
    match kind {
        GateKind::Order => order::answer(case).into_iter().collect(),
        GateKind::Isolation => isolation::answer(case).into_iter().collect(),
        GateKind::Wave => wave::answer(case).into_iter().collect(),
        GateKind::Verified => answer_rules(kind, case, verified::answer),
        GateKind::Bake => answer_rules(kind, case, bake::answer),
        GateKind::Approval => answer_rules(kind, case, approval::answer),
        GateKind::Window => answer_rules(kind, case, window::answer),
        GateKind::Freeze => answer_rules(kind, case, freeze::answer),
        GateKind::Blocker => answer_rules(kind, case, blocker::answer),
        GateKind::Lock => vec![lock::answer(case)],
        GateKind::Rejected => vec![rejected::answer(case)],
        GateKind::Hold => vec![hold::answer(case)],
        GateKind::Version => answer_rules(kind, case, version::answer),
        #[cfg(test)]
        GateKind::TestOnly => answer_rules(kind, case, test_only::answer),
    }
}

/// An answer for each rule that holds. A rule without one is shut: nobody knows what it would say.
fn answer_rules<'c>(
    kind: GateKind,
    case: &GateInput<'c>,
    answer: fn(&GateInput<'c>, &GateRule) -> Option<GateAnswer>,
) -> Vec<GateAnswer> {
    let rules = case.rules_of(kind).into_iter().filter(|rule| rule.gate.settings().is_some());
    let silent = |rule| GateAnswer::shut(kind, rule_origin(rule), "this rule gave no answer");
    rules.map(|rule| answer(case, rule).unwrap_or_else(|| silent(rule))).collect()
}

/// Where a rule stands.
fn rule_origin(rule: &GateRule) -> RuleOrigin {
    RuleOrigin::Config(rule.line)
}

/// ` (eu)` for a slot with a target.
fn target_suffix(slot: &CellKey) -> String {
    slot.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default()
}

//! The gates, one per file. Each takes the input and returns an answer per applicable rule.

mod approval;
mod attested;
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
mod isolation_tests;
#[cfg(test)]
mod live_tests;
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

/// A query with the data needed to answer it.
pub(super) struct GateInput<'c> {
    pub evidence: &'c Evidence<'c>,
    pub question: &'c GateQuery<'c>,
    /// Cells that would move.
    pub cells: Vec<&'c CellKey>,
    /// Stages that the version comes from.
    pub before: Vec<StageName>,
}

impl<'c> GateInput<'c> {
    pub fn new(evidence: &'c Evidence<'c>, question: &'c GateQuery<'c>) -> Self {
        let (cells, before) =
            (evidence.queried_cells(question), evidence.previous_stages(question));
        GateInput { evidence, question, cells, before }
    }

    /// True if no stage comes before this one.
    fn is_first(&self) -> bool {
        let stage = self.evidence.config.stage(self.question.stage.as_str());
        stage.is_none_or(|stage| stage.after.is_empty())
    }

    /// Configured rules of a kind that apply to the query.
    pub fn rules_of(&self, kind: GateKind) -> Vec<&'c GateRule> {
        self.evidence.config.pipeline.rules_for(
            kind,
            self.question.stage,
            &self.question.subject.app,
        )
    }

    /// Stages that a rule checks: those it names, or the previous ones.
    fn stages<'s>(&'s self, named: &'s [StageName]) -> &'s [StageName] {
        if named.is_empty() { &self.before } else { named }
    }

    /// Newest run of the version in each cell of a stage that ran it.
    fn newest_runs(&self, stage: &StageName) -> Vec<EvidenceRunPeriod<'c>> {
        let newest = |cell| {
            let course = self.evidence.run_periods(cell, self.question.history_end());
            course.into_iter().find(|landing| landing.version.is_same(self.question.version))
        };
        self.evidence.source_cells(self.question, stage).into_iter().filter_map(newest).collect()
    }

    /// Answer for a version that has never run in a place, as far as the history tells.
    fn never_ran_answer(&self, kind: GateKind, place: RuleOrigin, name: &str) -> GateAnswer {
        let version = self.question.version;
        match self.evidence.history_limit() {
            None => GateAnswer::shut(kind, place, format!("{name} has never run {version}")),
            Some(edge) => {
                let since = format_seconds(edge.since);
                let reason = format!(
                    "{name} has not run {version} since {since}, where the history of this clone starts"
                );
                GateAnswer::shut(kind, place, reason).with_clear_command(edge.remedy)
            }
        }
    }

    /// Command that records an outcome of the version in a cell.
    fn record_command(&self, cell: &CellKey, outcome: &str) -> String {
        let target = cell
            .target
            .as_ref()
            .map(|target| format!(" --target {}", shell_argument(target.as_str())));
        let version = shell_argument(&self.question.version.to_string());
        let rest = format!(" {outcome}{} --version {version}", target.unwrap_or_default());
        self.command_text("record", &cell.stage, &rest)
    }

    /// Formats `towpath VERB APP --stage STAGE`, with further arguments.
    fn command_text(&self, verb: &str, stage: &StageName, rest: &str) -> String {
        let app = shell_argument(&self.question.subject.to_string());
        format!("towpath {verb} {app} --stage {}{rest}", shell_argument(stage.as_str()))
    }
}

/// Returns the answers of one kind of gate. Without the ledger, a gate that reads it is shut, as
/// events that would shut it may be missing.
pub(super) fn ask_gate(kind: GateKind, case: &GateInput<'_>) -> Vec<GateAnswer> {
    let answers = answers_of(kind, case);
    let Some(gap) = case.evidence.ledger.gap().filter(|_| kind.descriptor().reads_the_ledger)
    else {
        return answers;
    };
    let unknown = |answer: GateAnswer| {
        if !answer.verdict.may_be_proposed() {
            return answer;
        }
        let reason = format!("the ledger was not read: {}", gap.reason);
        GateAnswer::shut(kind, answer.place, reason).with_clear_command(gap.remedy.as_str())
    };
    answers.into_iter().map(unknown).collect()
}

fn answers_of(kind: GateKind, case: &GateInput<'_>) -> Vec<GateAnswer> {
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
        GateKind::Version => {
            let mut answers = answer_rules(kind, case, version::answer);
            answers.extend(version::answer_without_rule(case));
            answers
        }
        GateKind::Attested => answer_rules(kind, case, attested::answer),
        #[cfg(test)]
        GateKind::TestOnly => answer_rules(kind, case, test_only::answer),
    }
}

/// Returns an answer for each rule that applies. A rule without one is shut, as its answer is
/// unknown.
fn answer_rules<'c>(
    kind: GateKind,
    case: &GateInput<'c>,
    answer: fn(&GateInput<'c>, &GateRule) -> Option<GateAnswer>,
) -> Vec<GateAnswer> {
    let rules = case.rules_of(kind).into_iter().filter(|rule| rule.gate.settings().is_some());
    let silent = |rule| GateAnswer::shut(kind, rule_origin(rule), "this rule gave no answer");
    rules.map(|rule| answer(case, rule).unwrap_or_else(|| silent(rule))).collect()
}

/// Answer for a rollback, which a gate about previous stages lets through.
fn open_for_return(case: &GateInput<'_>, kind: GateKind, rule: &GateRule) -> GateAnswer {
    let reason = format!("{} has run this version before", case.question.stage);
    GateAnswer::open(kind, rule_origin(rule), reason)
}

/// The strictest answer of the previous stages; open if there are none.
fn strictest_of_previous(
    case: &GateInput<'_>,
    kind: GateKind,
    rule: &GateRule,
    answers: impl Iterator<Item = GateAnswer>,
) -> GateAnswer {
    answers.reduce(GateAnswer::stricter).unwrap_or_else(|| {
        let reason = format!("{} has no previous stage", case.question.stage);
        GateAnswer::open(kind, rule_origin(rule), reason)
    })
}

/// Origin of a configured rule.
fn rule_origin(rule: &GateRule) -> RuleOrigin {
    RuleOrigin::Config(rule.line)
}

/// ` (eu)` for a cell with a target.
fn target_suffix(cell: &CellKey) -> String {
    cell.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default()
}

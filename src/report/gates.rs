//! The report of `towpath ask`: the answer of each gate, and the verdict.

use crate::config::Config;
use crate::model::{StageName, TargetName, Version};
use crate::pipeline::{AppComponent, Judgement, RuleOrigin, Verdict};
use crate::promotion::{PlanItem, VersionSighting};
use jiff::{Timestamp, Zoned};

/// A query with its judgement.
#[derive(Debug, Clone)]
pub struct GateReport {
    pub subject: AppComponent,
    pub stage: StageName,
    /// Queried targets; empty means all targets of the stage.
    pub targets: Vec<TargetName>,
    pub version: Version,
    /// The time that is judged.
    pub at: Timestamp,
    /// True if the stage already runs the version.
    pub is_there: bool,
    pub judgement: Judgement,
    /// Origin of the rule of each answer: `towpath.yaml:12`.
    pub places: Vec<String>,
    /// The other places that run the version, for the text of a proposal.
    pub sightings: Vec<VersionSighting>,
}

/// `Mon 2026-09-07 09:00 Europe/London`.
pub fn format_time(at: &Zoned) -> String {
    let zone = at.time_zone().iana_name().unwrap_or("UTC");
    format!("{} {zone}", at.strftime("%a %Y-%m-%d %H:%M"))
}

/// Reports for the waves of a stage, in order; a single one if its targets move together.
#[derive(Debug, Clone)]
pub struct WaveReports {
    first: GateReport,
    rest: Vec<GateReport>,
}

impl WaveReports {
    /// Creates reports from the first wave and the others.
    pub fn new(first: GateReport, rest: Vec<GateReport>) -> Self {
        WaveReports { first, rest }
    }

    /// All reports, in order.
    pub fn reports(&self) -> impl Iterator<Item = &GateReport> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// True if there are several waves.
    pub fn are_many(&self) -> bool {
        !self.rest.is_empty()
    }

    /// The current wave: the first that does not have the version, or else the last.
    pub fn current(&self) -> &GateReport {
        self.split_at_current().1
    }

    /// The current wave, with the waves before and after it.
    pub fn split_at_current(&self) -> (Vec<&GateReport>, &GateReport, Vec<&GateReport>) {
        let missing = self.reports().position(|wave| !wave.is_there).unwrap_or(self.rest.len());
        let before = self.reports().take(missing).collect();
        let turn = self.reports().nth(missing).unwrap_or(&self.first);
        (before, turn, self.reports().skip(missing + 1).collect())
    }
}

impl GateReport {
    /// True if the move is allowed now.
    pub fn is_allowed(&self) -> bool {
        self.is_there || self.judgement.is_allowed()
    }

    /// True if the move may be proposed.
    pub fn allows_proposal(&self) -> bool {
        self.is_there || self.judgement.allows_proposal()
    }

    /// True if the report is about this part of a plan.
    pub fn is_about(&self, item: &PlanItem) -> bool {
        self.subject.app == item.app
            && (item.component.is_none() || self.subject.component == item.component)
    }

    /// Formats the origin of each answer's rule.
    pub fn rule_places(judgement: &Judgement, config: &Config) -> Vec<String> {
        let word = |place: &RuleOrigin| match place {
            RuleOrigin::BuiltIn => "built-in".to_owned(),
            RuleOrigin::Config(line) => config.provenance(Some(*line)).to_string(),
            RuleOrigin::Ledger(id) => format!("ledger {}", id.get(..8).unwrap_or(id)),
        };
        judgement.answers.iter().map(|answer| word(&answer.place)).collect()
    }

    /// `prod`, or `prod (eu, us)`.
    pub fn place_text(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(|target| target.as_str()).collect();
        if names.is_empty() {
            self.stage.to_string()
        } else {
            format!("{} ({})", self.stage, names.join(", "))
        }
    }

    /// The verdict as a sentence.
    pub fn summary_sentence(&self) -> String {
        let (app, version) = (&self.subject, &self.version);
        let to = self.place_text();
        if self.is_there {
            return format!("{app} {version} already runs in {to}.");
        }
        if let (Some(broken), false) = (&self.judgement.broken, self.judgement.verdict.is_open()) {
            return format!(
                "{app} {version} may go to {to}: gates overridden by {} ({}).",
                broken.by, broken.reason
            );
        }
        match &self.judgement.verdict {
            Verdict::Open => format!("{app} {version} may go to {to}."),
            Verdict::Wait { until } => {
                format!(
                    "{app} {version} must wait until {} to go to {to}: {}.",
                    format_time(until),
                    self.closed_gate_names()
                )
            }
            Verdict::NeedsApproval => {
                let waits =
                    self.judgement.closed_gates().filter_map(|answer| match &answer.verdict {
                        Verdict::Wait { until } => Some(until),
                        _ => None,
                    });
                let wait = waits.max_by_key(|until| until.timestamp());
                let wait = wait
                    .map(|until| format!(", not before {}", format_time(until)))
                    .unwrap_or_default();
                format!("{app} {version} may be proposed for {to} and needs an approval{wait}.")
            }
            Verdict::Shut => {
                format!("{app} {version} may not go to {to}: {}.", self.closed_gate_names())
            }
        }
    }

    /// Names of the gates that are not open.
    fn closed_gate_names(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for answer in self.judgement.closed_gates() {
            if !names.contains(&answer.gate.as_str()) {
                names.push(answer.gate.as_str());
            }
        }
        names.join(", ")
    }
}

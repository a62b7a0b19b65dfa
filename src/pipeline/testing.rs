//! Test bench for gates.

use super::ledger::{EventAuthor, EventKind, Ledger, LedgerEvent, Outcome};
use super::{
    AppComponent, DeploymentIndex, Evidence, ExternalFacts, GateQuery, HistoryLimit, Judgement,
    MoveDirection, RuleOrigin, Verdict, judge,
};
use crate::config::{self, Config};
use crate::history::Timeline;
use crate::history::testing::timeline;
use crate::model::{StageName, TargetName, Version};
use jiff::Timestamp;

/// dev is two versions ahead of prod, staging one; all deployed by hand.
pub(super) const PAST: [&str; 6] = [
    "0 web dev ->v1",
    "1 web staging ->v1",
    "2 web prod ->v1",
    "10 web dev v1>v2",
    "20 web staging v1>v2",
    "30 web dev v2>v3",
];

/// A pipeline with a history. Times are minutes since 1970.
pub(super) struct GateBench {
    config: Config,
    timeline: Timeline,
    events: Vec<LedgerEvent>,
    pub facts: ExternalFacts,
    pub edge: Option<HistoryLimit>,
}

impl GateBench {
    /// Stages dev, staging and prod; `gates` as in `towpath.yaml`; deployments as in [`timeline`].
    pub fn new(gates: &str, deployments: &[&str]) -> Self {
        GateBench::of(&format!("stages: [dev, staging, prod]\n{gates}"), deployments)
    }

    /// As [`GateBench::new`], with a whole configuration.
    pub fn of(text: &str, deployments: &[&str]) -> Self {
        let text = text.to_owned();
        let config = config::parse(&text, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        GateBench {
            config,
            timeline: timeline(deployments),
            events: Vec::new(),
            facts: ExternalFacts::default(),
            edge: None,
        }
    }

    /// Adds an event.
    pub fn event(mut self, minute: i64, who: &str, what: EventKind) -> Self {
        let id = format!("e{}", self.events.len() + 1);
        let by = EventAuthor { name: who.to_owned(), email: format!("{who}@example.com") };
        self.events.push(LedgerEvent {
            id,
            time: time(minute),
            what,
            places: Vec::new(),
            by,
            proof: Default::default(),
        });
        self
    }

    /// Records an outcome of a stage's last version: `web staging v2 passed`, or for one target
    /// `web prod/eu v2 passed`.
    pub fn outcome(self, minute: i64, words: &str) -> Self {
        let [app, stage, version, outcome] = words.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{words}")
        };
        let (stage, target) =
            stage.split_once('/').map_or((stage, None), |(stage, target)| (stage, Some(target)));
        let landed = self.timeline.deployments().find(|deployment| {
            deployment.cell.app.as_str() == app
                && deployment.cell.stage.as_str() == stage
                && target.is_none_or(|target| {
                    deployment.cell.target.as_ref().is_some_and(|at| at.as_str() == target)
                })
                && deployment.time <= minute * 60
                && deployment.to.is_some_and(|to| to.version.to_string() == version)
        });
        let what = EventKind::Outcome {
            app: app.to_owned(),
            stage: stage.into(),
            target: target.map(TargetName::from),
            version: version.to_owned(),
            deployments: landed
                .map(|deployment| deployment.commit.to_string())
                .into_iter()
                .collect(),
            outcome: if outcome == "passed" { Outcome::Passed } else { Outcome::Failed },
            evidence: None,
        };
        self.event(minute, "ci", what)
    }

    /// Judges `web prod v2` at a minute of the past; a trailing `back` makes it a rollback.
    pub fn judged(&self, minute: i64, words: &str) -> Judgement {
        let words: Vec<&str> = words.split(' ').collect();
        let (app, component) =
            words[0].split_once('/').map_or((words[0], None), |(app, part)| (app, Some(part)));
        let (stage, target) =
            words[1].split_once('/').map_or((words[1], None), |(stage, to)| (stage, Some(to)));
        let subject = AppComponent { app: app.into(), component: component.map(str::to_owned) };
        let stage = StageName::from(stage);
        let targets: Vec<TargetName> =
            target.into_iter().flat_map(|names| names.split('+')).map(TargetName::from).collect();
        let purpose =
            if words.contains(&"back") { MoveDirection::Back } else { MoveDirection::Forward };
        let question = GateQuery {
            subject: &subject,
            stage: &stage,
            targets: &targets,
            version: &Version::parse(words[2]),
            at: time(minute),
            is_past: !words.contains(&"now"),
            purpose,
        };
        let past = DeploymentIndex::new(&self.timeline, &[]).ending_at(self.edge);
        let ledger = Ledger::new(self.events.clone());
        judge(&Evidence::new(&self.config, &past, &ledger, &self.facts), &question)
    }

    /// Answers of the named gates, or of all, one per line.
    pub fn said(&self, minute: i64, words: &str, gates: &[&str]) -> String {
        let judgement = self.judged(minute, words);
        let meant = judgement
            .answers
            .iter()
            .filter(|answer| gates.is_empty() || gates.contains(&answer.gate.as_str()));
        let lines = meant.map(|answer| {
            let place = match &answer.place {
                RuleOrigin::BuiltIn => "built-in".to_owned(),
                RuleOrigin::Config(line) => format!("line {line}"),
                RuleOrigin::Ledger(id) => id.clone(),
            };
            let clear = answer
                .clear
                .as_ref()
                .map(|clear| format!("\n  clear: {clear}"))
                .unwrap_or_default();
            format!(
                "{} {} ({place}): {}{clear}\n",
                answer.gate,
                shown(&answer.verdict),
                answer.reason
            )
        });
        lines.collect()
    }
}

/// `open`, or `wait until 1970-01-01 00:30`.
pub(super) fn shown(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Wait { until } => format!("wait until {}", until.strftime("%Y-%m-%d %H:%M %Z")),
        other => other.as_str().to_owned(),
    }
}

pub(super) fn time(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("in range")
}

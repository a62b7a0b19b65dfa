//! Random lives of a pipeline whose gate asks a witness: dev has a cluster that applies late,
//! fails, is set by hand, is cut off, and comes back with the health of before. Whatever happens,
//! no version goes on to prod that was not well in dev for long enough, and no outcome is recorded
//! for a version that did not run.

use super::evidence::to_evidence;
use super::model_tests::{Step, TERMS, World, step, version};
use crate::config::{self, Config};
use crate::history::Timeline;
use crate::history::testing::timeline;
use crate::model::{CellKey, StageName};
use crate::pipeline::ledger::{EventAuthor, EventKind, Ledger, LedgerEvent, Outcome};
use crate::pipeline::{
    AppComponent, DeploymentIndex, Evidence, ExternalFacts, GateQuery, LiveEvidence, LiveVerdict,
    MoveDirection, judge,
};
use jiff::Timestamp;
use proptest::prelude::ProptestConfig;
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq, proptest};

const CONFIG: &str = "\
stages: [dev, prod]
live: {dev: {witness: kubernetes, namespace: shop}}
gates:
- isolation: off
- {verified: {live: healthy, for: 10m, fails-after: 15m}, stages: [prod]}
";

/// The repository and its ledger, beside the cluster of dev.
struct LivePipeline {
    config: Config,
    /// In minutes, as the timeline of tests has them.
    lines: Vec<String>,
    timeline: Timeline,
    events: Vec<LedgerEvent>,
    prod: usize,
    world: World,
    /// For each version in dev: since when it was really well there, without an end.
    well: Vec<(usize, i64, i64)>,
    promotions: usize,
}

fn cell(stage: &str) -> CellKey {
    CellKey { app: "web".into(), component: None, stage: stage.into(), target: None }
}

impl LivePipeline {
    fn new() -> Self {
        let config =
            config::parse(CONFIG, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        let lines = vec!["0 web dev ->v0".to_owned(), "0 web prod ->v0".to_owned()];
        let mut world = World::new();
        // Landings have whole minutes.
        world.now = 100_020;
        let mut pipeline = LivePipeline {
            config,
            lines,
            timeline: Timeline::default(),
            events: Vec::new(),
            prod: 0,
            world,
            well: Vec::new(),
            promotions: 0,
        };
        pipeline.read();
        pipeline
    }

    fn read(&mut self) {
        self.timeline = timeline(&self.lines.iter().map(String::as_str).collect::<Vec<_>>());
    }

    fn land(&mut self, stage: &str, from: usize, to: usize) {
        self.world.now += 60 - self.world.now % 60;
        let minute = self.world.now / 60;
        self.lines.push(format!("{minute} web {stage} v{from}>v{to}"));
        self.read();
    }

    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Land(number) if *number != self.world.wanted => {
                self.land("dev", self.world.wanted, *number);
                // The world lands it a second later than the history says, which is earlier.
                self.world.take(step);
                self.world.landed = self.world.now - 1;
            }
            Step::Look { old_snapshot } => {
                self.world.take(step);
                self.advance(*old_snapshot)?;
            }
            step => self.world.take(step),
        }
        if let Some((Outcome::Passed, since)) = self.world.truth {
            let since = since.max(self.world.landed);
            self.well.push((self.world.pods, since, self.world.now));
        }
        Ok(())
    }

    /// True if a version was really well in dev for the time of the gate, at some time before now.
    fn was_well(&self, number: usize) -> bool {
        let now = (self.world.pods, self.world.truth);
        let present = match now {
            (pods, Some((Outcome::Passed, since))) if pods == number => {
                self.world.now - since.max(self.world.landed) >= TERMS.well_for
            }
            _ => false,
        };
        let was =
            |(pods, since, at): &(usize, i64, i64)| *pods == number && at - since >= TERMS.well_for;
        present || self.well.iter().any(was)
    }

    /// A tick: what is seen is recorded if it decides, and dev's version goes on if it may.
    fn advance(&mut self, old_snapshot: bool) -> Result<(), TestCaseError> {
        let seen = self.world.see(old_snapshot);
        let now = Timestamp::from_second(self.world.now).expect("in range");
        let found = to_evidence(&self.world.answer(&seen), now);
        self.record(&found)?;
        let wanted = self.world.wanted;
        let (allowed, reason) = self.ask(wanted, found);
        if allowed && wanted != self.prod {
            prop_assert!(self.was_well(wanted), "v{wanted} goes on: {reason}\n{:?}", self.lines);
            self.land("prod", self.prod, wanted);
            self.prod = wanted;
            self.promotions += 1;
        }
        Ok(())
    }

    /// As `advance --record-live` does.
    fn record(&mut self, found: &LiveEvidence) -> Result<(), TestCaseError> {
        let dev = cell("dev");
        let ledger = Ledger::new(self.events.clone());
        let (past, facts) = (DeploymentIndex::new(&self.timeline, &[]), ExternalFacts::default());
        let evidence = Evidence::new(&self.config, &past, &ledger, &facts);
        let known = self.timeline.cells().iter().find(|known| **known == dev).expect("it is there");
        let run = evidence.current_run(known, None).expect("dev runs something");
        if ledger.find_outcome(&run, None).is_some() {
            return Ok(());
        }
        let LiveVerdict::Decided { outcome, .. } = found.judge(&run, TERMS) else { return Ok(()) };
        prop_assert_eq!(run.version, &version(self.world.wanted));
        if outcome == Outcome::Passed {
            prop_assert!(self.was_well(self.world.wanted), "{:?} {found:?}", self.lines);
        }
        let commit = run.commit.map(|commit| commit.to_string());
        let event = EventKind::Outcome {
            app: "web".to_owned(),
            stage: StageName::from("dev"),
            target: None,
            version: run.version.to_string(),
            deployments: commit.into_iter().collect(),
            outcome,
            evidence: None,
        };
        self.events.push(LedgerEvent {
            proof: Default::default(),
            id: format!("e{}", self.events.len()),
            time: Timestamp::from_second(self.world.now).expect("in range"),
            what: event,
            places: Vec::new(),
            by: EventAuthor { name: "bot".into(), email: "bot@example.com".into() },
        });
        Ok(())
    }

    /// Asks all gates, as `advance` does, with what was seen.
    fn ask(&self, number: usize, found: LiveEvidence) -> (bool, String) {
        let ledger = Ledger::new(self.events.clone());
        let past = DeploymentIndex::new(&self.timeline, &[]);
        let mut facts = ExternalFacts::default();
        facts.live.insert(cell("dev"), found);
        let evidence = Evidence::new(&self.config, &past, &ledger, &facts);
        let (subject, stage) =
            (AppComponent { app: "web".into(), component: None }, StageName::from("prod"));
        let version = version(number);
        let question = GateQuery {
            subject: &subject,
            stage: &stage,
            targets: &[],
            version: &version,
            at: Timestamp::from_second(self.world.now).expect("in range"),
            is_past: false,
            purpose: MoveDirection::Forward,
        };
        let judgement = judge(&evidence, &question);
        let reasons = judgement.answers.iter().map(|answer| answer.reason.clone());
        (judgement.is_allowed(), reasons.collect::<Vec<_>>().join("; "))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_goes_on_that_was_not_well(steps in proptest::collection::vec(step(), 1..60)) {
        let mut pipeline = LivePipeline::new();
        for step in &steps {
            pipeline.take(step)?;
        }
    }
}

/// The lives are not all idle: what is well goes on.
#[test]
fn what_is_well_goes_on() {
    let mut pipeline = LivePipeline::new();
    let look = || Step::Look { old_snapshot: false };
    for step in [
        Step::Land(1),
        look(),
        Step::Apply,
        Step::Observe,
        look(),
        Step::BecomeWell,
        look(),
        Step::Wait(700),
        look(),
    ] {
        pipeline.take(&step).expect("nothing is wrong");
    }
    assert_eq!((pipeline.prod, pipeline.promotions, pipeline.events.len()), (1, 1, 1));
}

//! Random histories of a pipeline with waves, judged in memory and by an independent model.
//! `tests/cli/pipeline/model.rs` does the same with the program.
//!
//! * A move is allowed exactly if the model allows it, or the gates are overridden.
//! * Between two deployments to an isolated cell there is an outcome, unless somebody pushed by
//!   hand.
//! * A later wave never gets a version that the previous wave did not run for long enough.
//! * The picked next version is allowed; asked later about that time, all gates answer the same.
//! * No event is lost, however often it is written.

mod model;
mod steps;

use super::ledger::{EventAuthor, EventKind, Ledger, LedgerEvent, Outcome};
use super::testing::time;
use super::{
    AppComponent, DeploymentIndex, Evidence, ExternalFacts, GateQuery, Judgement, MoveDirection,
    find_candidates, judge, pick_next, targets_by_wave,
};
use crate::config::{self, Config};
use crate::history::Timeline;
use crate::history::testing::{oid, timeline};
use crate::model::{CellKey, StageName, TargetName, Version};
use model::{CANARY, DEV, EU, GateModel, ModelRun, PLACES};
use proptest::prelude::ProptestConfig;
use steps::step;

const CONFIG: &str = "\
stages:
- dev
- staging
- name: prod
  gates: [verified, bake: 30m, window: 08:00-20:00 UTC]
  waves: [{ targets: canary, bake: 1h }, eu]
gates:
- { isolation: target, stages: [staging, prod] }
- approval-after-failure
permissions: { break-glass: [boss] }
";

/// A query and its answer.
struct ModelAnswer {
    place: usize,
    version: u32,
    minute: i64,
    purpose: MoveDirection,
    judgement: Judgement,
}

/// The pipeline and the model, side by side.
struct ModelPair {
    config: Config,
    lines: Vec<String>,
    timeline: Timeline,
    commits: usize,
    events: Vec<LedgerEvent>,
    model: GateModel,
    now: i64,
    newest: u32,
    said: Vec<ModelAnswer>,
}

impl ModelPair {
    fn new() -> Self {
        let config =
            config::parse(CONFIG, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        let first =
            || vec![ModelRun { version: 1, since: 0, until: None, commit: 0, outcome: None }];
        let places = [first(), first(), first(), first()];
        let lines: Vec<String> =
            PLACES.iter().map(|place| format!("0 web {} ->v1", named(*place))).collect();
        let model = GateModel { places, ..GateModel::default() };
        let (timeline, events, said) = (Timeline::default(), Vec::new(), Vec::new());
        let mut pair = ModelPair {
            config,
            lines,
            timeline,
            commits: 1,
            events,
            model,
            now: 540,
            newest: 1,
            said,
        };
        pair.read();
        pair
    }

    fn read(&mut self) {
        self.timeline = timeline(&self.lines.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Judges one place, now or as of a past minute.
    fn judged<T>(
        &self,
        (place, version): (usize, u32),
        (minute, is_past): (i64, bool),
        purpose: MoveDirection,
        ask: impl FnOnce(&Evidence<'_>, &GateQuery<'_>) -> T,
    ) -> T {
        let (stage, target) = PLACES[place];
        let subject = AppComponent { app: "web".into(), component: None };
        let (stage, version) = (StageName::from(stage), Version::parse(&format!("v{version}")));
        let targets: Vec<TargetName> = target.into_iter().map(TargetName::from).collect();
        let (past, facts) = (DeploymentIndex::new(&self.timeline, &[]), ExternalFacts::default());
        let ledger = Ledger::new(self.events.clone());
        let evidence = Evidence::new(&self.config, &past, &ledger, &facts);
        let (stage, targets) = (&stage, targets.as_slice());
        let question = GateQuery {
            subject: &subject,
            stage,
            targets,
            version: &version,
            at: time(minute),
            is_past,
            purpose,
        };
        ask(&evidence, &question)
    }

    /// Judges now, compares with the model, and stores the answer. Returns whether the move is
    /// allowed.
    fn asked(&mut self, place: usize, version: u32, purpose: MoveDirection) -> bool {
        let minute = self.now;
        let judgement = self.judged((place, version), (minute, false), purpose, judge);
        let expected = match purpose {
            MoveDirection::Forward => self.model.allows(place, version, minute),
            MoveDirection::Back => !self.model.is_closed(place, version, minute),
        };
        let what = format!(
            "{:?} v{version} at {minute}: {judgement:#?}\n{:#?}",
            PLACES[place], self.model
        );
        assert_eq!(judgement.verdict.is_open(), expected, "{what}");
        assert_eq!(judgement.broken.is_some(), self.model.glass(place, version, minute), "{what}");
        let allows = judgement.is_allowed();
        self.said.push(ModelAnswer { place, version, minute, purpose, judgement });
        allows
    }

    fn event(&mut self, who: &str, what: EventKind) {
        let id = format!("e{}", self.events.len());
        let by = EventAuthor { name: who.to_owned(), email: format!("{who}@example.com") };
        self.events.push(LedgerEvent {
            id,
            time: time(self.now),
            what,
            places: Vec::new(),
            by,
            proof: Default::default(),
        });
    }

    fn land(&mut self, place: usize, version: u32) {
        self.now += 1;
        let now = self.now;
        let stays = &mut self.model.places[place];
        let last = stays.last_mut().expect("something runs everywhere");
        last.until = Some(now);
        self.lines.push(format!("{now} web {} v{}>v{version}", named(PLACES[place]), last.version));
        stays.push(ModelRun {
            version,
            since: now,
            until: None,
            commit: self.commits,
            outcome: None,
        });
        self.commits += 1;
        self.read();
    }

    fn bring(&mut self, place: usize, version: u32) {
        if version != self.model.last(place).version
            && self.asked(place, version, MoveDirection::Forward)
        {
            self.landed_in_turn(place, version);
            self.land(place, version);
        }
    }

    /// The stated invariants, checked against the events alone.
    fn landed_in_turn(&self, place: usize, version: u32) {
        if self.model.glass(place, version, self.now) {
            return;
        }
        let last = self.model.last(place);
        assert!(
            place == DEV || last.outcome.is_some(),
            "two landings without an outcome: {:#?}",
            self.model
        );
        let stays = self.model.stays(CANARY, version);
        let held = |stay: &&ModelRun| stay.until.unwrap_or(self.now) - stay.since >= 60;
        assert!(
            place != EU || stays.iter().any(held),
            "the wave before had it too short: {:#?}",
            self.model
        );
    }

    fn record(&mut self, place: usize, passed: bool) {
        let (now, (stage, target)) = (self.now, PLACES[place]);
        let stay = self.model.places[place].last_mut().expect("something runs everywhere");
        stay.outcome = Some((passed, now));
        let (version, commit) = (format!("v{}", stay.version), stay.commit);
        let what = EventKind::Outcome {
            app: "web".into(),
            stage: stage.into(),
            target: target.map(TargetName::from),
            version,
            deployments: vec![oid(commit).to_string()],
            outcome: if passed { Outcome::Passed } else { Outcome::Failed },
            evidence: None,
        };
        self.event("ci", what);
    }

    fn advance(&mut self, place: usize, each: bool) {
        let cell = |place: usize| CellKey {
            app: "web".into(),
            component: None,
            stage: PLACES[place].0.into(),
            target: PLACES[place].1.map(TargetName::from),
        };
        let source = cell(place - 1);
        let now = (self.now, false);
        let next = self.judged((place, 0), now, MoveDirection::Forward, |evidence, question| {
            let all =
                find_candidates(evidence, question, &[&source].map(|cell| find(evidence, cell)));
            pick_next(evidence, question, &all, each)
        });
        let Some(next) = next else { return };
        let version = next
            .version
            .tag
            .as_deref()
            .and_then(|tag| tag[1..].parse().ok())
            .expect("a version of ours");
        let allowed = self.asked(place, version, MoveDirection::Forward);
        assert_eq!(next.judgement.is_allowed(), allowed, "picked, and asked: {:#?}", self.model);
        if allowed {
            self.landed_in_turn(place, version);
            self.land(place, version);
        }
    }

    fn roll_back(&mut self, place: usize) {
        let now = self.model.last(place).version;
        let before = self.model.places[place].iter().rev().find(|stay| stay.version != now);
        let Some(version) = before.map(|stay| stay.version) else { return };
        if self.asked(place, version, MoveDirection::Back) {
            self.now += 1;
            if self.model.last(place).outcome.is_none() {
                self.record(place, false);
            }
            let stage = PLACES[place].0;
            self.event(
                "boss",
                EventKind::Held { app: "web".into(), stage: stage.into(), reason: "back".into() },
            );
            self.model.held.insert(stage);
            self.land(place, version);
        }
    }

    /// Checks after each step: the waves are listed correctly, and no event is lost.
    fn compare(&self) {
        let twice: Vec<LedgerEvent> = self.events.iter().chain(&self.events).cloned().collect();
        assert_eq!(Ledger::new(twice).events(), self.events);
        let waves = self.judged(
            (EU, 1),
            (self.now, false),
            MoveDirection::Forward,
            |evidence, question| {
                targets_by_wave(evidence, question.subject, question.stage, question.history_end())
            },
        );
        assert_eq!(waves, [vec![TargetName::from("canary")], vec![TargetName::from("eu")]]);
    }

    /// Judges the stored queries again; the answers must be the same.
    fn ask_again(&self) {
        for said in &self.said {
            let asked = (said.place, said.version);
            let again = self.judged(asked, (said.minute, true), said.purpose, judge);
            assert_eq!(again, said.judgement, "{asked:?} at {}: {:#?}", said.minute, self.model);
        }
    }
}

/// The pipeline's own key of a cell.
fn find<'e>(evidence: &Evidence<'e>, cell: &CellKey) -> &'e CellKey {
    evidence
        .of_stage(&cell.stage)
        .into_iter()
        .find(|known| *known == cell)
        .expect("something runs everywhere")
}

fn named((stage, target): (&str, Option<&str>)) -> String {
    target.map_or_else(|| stage.to_owned(), |target| format!("{stage}/{target}"))
}

proptest::proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_gates_say_what_the_model_says(steps in proptest::collection::vec(step(), 30..60)) {
        let mut pair = ModelPair::new();
        for step in &steps {
            pair.take(step);
        }
        pair.ask_again();
    }
}

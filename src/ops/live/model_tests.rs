//! Random lives of a cluster that applies late, fails, is rolled back by hand, is cut off, and
//! comes back with the health of before: no outcome is ever found that was not so.

use super::evidence::to_evidence;
use super::judgement::{WantedCell, judge_cell};
use super::sight::{CellSight, SightIndex, SightQuery};
use crate::config::{self, Config};
use crate::live::{
    LiveGap, LiveHealth, LiveImage, LiveObject, LiveSnapshot, ReplicaCounts, RunningImage,
};
use crate::model::{CellKey, ImageReference, MappingEntry, Version};
use crate::pipeline::ledger::Outcome;
use crate::pipeline::{EvidenceRunPeriod, LiveTerms, LiveVerdict};
use crate::report::LiveCell;
use jiff::Timestamp;
use proptest::prelude::{Just, ProptestConfig, Strategy, any};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

const IMAGE: &str = "r.io/team/web";
pub(super) const TERMS: LiveTerms = LiveTerms { well_for: 600, unwell_for: 900 };

/// What happens next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Time passes, in seconds.
    Wait(i64),
    /// A version lands in the repository: a new one, or one of before.
    Land(usize),
    /// The controller applies what the repository says.
    Apply,
    /// Somebody sets another version by hand.
    SetByHand(usize),
    /// The controller of the workload sees the newest state.
    Observe,
    BecomeWell,
    BecomeUnwell,
    /// The cluster cannot be reached, or can again.
    CutOff(bool),
    /// Somebody looks at the cluster, or at a snapshot of before.
    Look {
        old_snapshot: bool,
    },
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1i64..1500).prop_map(Step::Wait),
        2 => (1usize..5).prop_map(Step::Land),
        3 => Just(Step::Apply),
        1 => (1usize..5).prop_map(Step::SetByHand),
        3 => Just(Step::Observe),
        3 => Just(Step::BecomeWell),
        1 => Just(Step::BecomeUnwell),
        1 => any::<bool>().prop_map(Step::CutOff),
        4 => any::<bool>().prop_map(|old_snapshot| Step::Look { old_snapshot }),
    ]
}

/// A time, the version that the pods ran then, and how they were, since when.
type Truth = (i64, usize, Option<(Outcome, i64)>);

/// The repository and the cluster, with what is really so.
pub(super) struct World {
    pub now: i64,
    config: Config,
    pub wanted: usize,
    pub landed: i64,
    before: Vec<Version>,
    /// What the workload wants, and what its controller has seen of that.
    spec: usize,
    is_observed: bool,
    /// What the status says, which may be about the state before.
    health: LiveHealth,
    since: i64,
    /// What the pods run.
    pub pods: usize,
    /// Since when the pods are really well or unwell with the version they run.
    pub truth: Option<(Outcome, i64)>,
    is_cut_off: bool,
    last: Option<LiveSnapshot>,
}

pub(super) fn version(number: usize) -> Version {
    Version::parse(&format!("v{number}"))
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

impl World {
    pub fn new() -> Self {
        let text = "stages: [prod]\nlive: {prod: {witness: kubernetes, namespace: shop}}\n";
        let config = config::parse(text, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        World {
            now: 100_000,
            config,
            wanted: 0,
            landed: 0,
            before: Vec::new(),
            spec: 0,
            is_observed: true,
            health: LiveHealth::Healthy,
            since: 1000,
            pods: 0,
            truth: Some((Outcome::Passed, 1000)),
            is_cut_off: false,
            last: None,
        }
    }

    /// The new state replaces the pods only when it becomes well.
    fn set_spec(&mut self, number: usize) {
        if self.spec != number {
            (self.spec, self.is_observed) = (number, false);
        }
    }

    pub fn take(&mut self, step: &Step) {
        // Each step has a time of its own.
        self.now += 1;
        match step {
            Step::Wait(seconds) => self.now += seconds,
            Step::Land(number) if *number != self.wanted => {
                self.before = vec![version(self.wanted)];
                (self.wanted, self.landed) = (*number, self.now);
            }
            Step::Apply if !self.is_cut_off => self.set_spec(self.wanted),
            Step::SetByHand(number) => self.set_spec(*number),
            Step::Observe if !self.is_observed => {
                self.is_observed = true;
                if self.pods != self.spec {
                    (self.health, self.since) = (LiveHealth::Progressing, self.now);
                }
            }
            Step::BecomeWell if self.is_observed && self.health != LiveHealth::Healthy => {
                (self.health, self.since, self.pods) = (LiveHealth::Healthy, self.now, self.spec);
                self.truth = Some((Outcome::Passed, self.now));
            }
            Step::BecomeUnwell if self.is_observed && self.health != LiveHealth::Degraded => {
                (self.health, self.since) = (LiveHealth::Degraded, self.now);
                self.truth = Some((Outcome::Failed, self.now));
            }
            Step::CutOff(is_cut_off) => self.is_cut_off = *is_cut_off,
            _ => {}
        }
    }

    pub fn see(&mut self, old_snapshot: bool) -> LiveSnapshot {
        if old_snapshot && let Some(last) = &self.last {
            return last.clone();
        }
        let mut seen = LiveSnapshot::new(time(self.now));
        if self.is_cut_off {
            seen.gaps.push(LiveGap {
                context: None,
                namespace: None,
                what: "everything".to_owned(),
                reason: "it does not answer".to_owned(),
            });
            return seen;
        }
        let image = |number: usize| format!("{IMAGE}:{}", version(number));
        seen.objects.push(LiveObject {
            namespace: Some("shop".to_owned()),
            kind: "Deployment".to_owned(),
            name: "web".to_owned(),
            images: vec![LiveImage {
                container: Some("web".to_owned()),
                image: image(self.spec),
                running: vec![RunningImage { image: image(self.pods), digest: None, pods: 1 }],
            }],
            health: self.health,
            since: Some(time(self.since)),
            observed: self.is_observed,
            replicas: Some(ReplicaCounts { wanted: 1, updated: 1, ready: 1 }),
            ..LiveObject::default()
        });
        self.last = Some(seen.clone());
        seen
    }

    /// What is seen of the present version.
    pub fn answer(&self, seen: &LiveSnapshot) -> LiveCell {
        let entry = self.entry();
        let cell: CellKey = entry.cell();
        let rule = self.config.live.rule_for(&cell);
        let query = SightQuery { entry: &entry, rule, shares_image: false };
        let sight: CellSight<'_> = SightIndex::new(seen).find(query);
        let covers = |_: &str| None;
        let wanted = WantedCell {
            name: "web".to_owned(),
            entry: &entry,
            landed: Some(time(self.landed)),
            before: self.before.iter().collect(),
            covers: &covers,
        };
        judge_cell(&wanted, &sight)
    }

    fn entry(&self) -> MappingEntry {
        let ImageReference { name, .. } = ImageReference::parse(IMAGE);
        let mut entry: MappingEntry = super::tests::entry("web", IMAGE);
        (entry.image, entry.version) = (Some(name), version(self.wanted));
        entry
    }

    /// What somebody concludes who looks now.
    fn conclude(&self, seen: &LiveSnapshot) -> LiveVerdict {
        let (entry, answer) = (self.entry(), self.answer(seen));
        let cell: CellKey = entry.cell();
        let run = EvidenceRunPeriod {
            cell: &cell,
            version: &entry.version,
            commit: None,
            time: Some(self.landed),
            left: None,
        };
        to_evidence(&answer, time(self.now)).judge(&run, TERMS)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn an_outcome_is_always_one_that_was_so(steps in proptest::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        let mut truths: Vec<Truth> = Vec::new();
        for step in &steps {
            world.take(step);
            // The truth at each time at which a snapshot may have been taken.
            truths.push((world.now, world.pods, world.truth));
            let Step::Look { old_snapshot } = step else { continue };
            let seen = world.see(*old_snapshot);
            let looked = seen.time.as_second();
            let LiveVerdict::Decided { outcome, since, .. } = world.conclude(&seen) else {
                continue;
            };
            let at_look = truths.iter().rev().find(|(at, ..)| *at == looked);
            let (_, pods, truth) = at_look.expect("each look has its time");
            prop_assert!(looked >= world.landed, "seen before the version landed");
            match outcome {
                Outcome::Passed => {
                    prop_assert_eq!(*pods, world.wanted, "another version ran");
                    let (real, begin) = truth.expect("it ran");
                    prop_assert_eq!(real, Outcome::Passed);
                    prop_assert!(since >= begin.max(world.landed));
                    prop_assert!(looked - begin.max(world.landed) >= TERMS.well_for);
                }
                Outcome::Failed => {
                    let (real, begin) = truth.expect("it ran");
                    prop_assert_eq!(real, Outcome::Failed);
                    prop_assert!(looked - begin.max(world.landed) >= TERMS.unwell_for);
                }
            }
        }
    }
}

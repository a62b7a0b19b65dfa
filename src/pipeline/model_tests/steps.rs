//! What may happen to the pipeline, and how it happens to both sides.

use super::model::{DEV, PLACES};
use super::{ModelPair, time};
use crate::pipeline::ledger::EventKind;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

#[derive(Debug, Clone)]
pub(super) enum ModelStep {
    /// A new version.
    Deploy,
    /// A version this many behind the newest one.
    Bring(usize, u32),
    Advance(usize, bool),
    Record(usize, bool),
    /// Records an outcome for all cells.
    AllPass,
    Lock(usize),
    Reject(u32),
    RollBack(usize),
    /// Removes all locks, holds and rejections.
    AllClear,
    Approve(usize, u32),
    BreakGlass(usize, u32, bool),
    ByHand(usize, u32),
    Minutes(i64),
    Morning,
}

pub(super) fn step() -> impl Strategy<Value = ModelStep> {
    let (place, back) = (0..4_usize, 0..3_u32);
    prop_oneof![
        3 => Just(ModelStep::Deploy),
        3 => (place.clone(), back.clone()).prop_map(|(place, back)| ModelStep::Bring(place, back)),
        9 => (1..4_usize, any::<bool>()).prop_map(|(place, each)| ModelStep::Advance(place, each)),
        4 => (place.clone(), any::<bool>())
            .prop_map(|(place, passed)| ModelStep::Record(place, passed)),
        7 => Just(ModelStep::AllPass),
        1 => place.clone().prop_map(ModelStep::Lock),
        1 => back.clone().prop_map(ModelStep::Reject),
        1 => place.clone().prop_map(ModelStep::RollBack),
        5 => Just(ModelStep::AllClear),
        2 => (place.clone(), back.clone())
            .prop_map(|(place, back)| ModelStep::Approve(place, back)),
        1 => (place.clone(), back.clone(), any::<bool>())
            .prop_map(|(at, back, boss)| ModelStep::BreakGlass(at, back, boss)),
        1 => (place, back).prop_map(|(place, back)| ModelStep::ByHand(place, back)),
        5 => (10..150_i64).prop_map(ModelStep::Minutes),
        3 => Just(ModelStep::Morning),
    ]
}

impl ModelPair {
    /// Takes a step, then compares.
    pub(super) fn take(&mut self, step: &ModelStep) {
        self.now += 1;
        let (now, newest) = (self.now, self.newest);
        let behind = |back: u32| newest.saturating_sub(back).max(1);
        let app = "web".to_owned();
        match *step {
            ModelStep::Deploy => {
                self.newest += 1;
                self.bring(DEV, newest + 1);
            }
            ModelStep::Bring(place, back) => self.bring(place, behind(back)),
            ModelStep::Advance(place, each) => self.advance(place, each),
            ModelStep::Record(place, passed) => self.record(place, passed),
            ModelStep::AllPass => (0..PLACES.len()).for_each(|place| self.record(place, true)),
            ModelStep::Lock(place) => {
                let stage = PLACES[place].0;
                let (app, reason) = (Some(app), "x".to_owned());
                self.event(
                    "ops",
                    EventKind::Locked { app, stage: Some(stage.into()), reason, until: None },
                );
                self.model.locked.insert(stage);
            }
            ModelStep::Reject(back) => {
                self.event(
                    "ops",
                    EventKind::Rejected {
                        app,
                        version: format!("v{}", behind(back)),
                        reason: None,
                    },
                );
                self.model.rejected.insert(behind(back));
            }
            ModelStep::RollBack(place) => self.roll_back(place),
            ModelStep::AllClear => self.all_clear(),
            ModelStep::Approve(place, back) => {
                let (stage, version) = (PLACES[place].0, format!("v{}", behind(back)));
                self.event(
                    "ann",
                    EventKind::Approved { app, stage: stage.into(), version, reason: None },
                );
                self.model.approved.push((stage, behind(back), now));
            }
            ModelStep::BreakGlass(place, back, is_boss) => {
                self.break_glass(place, behind(back), is_boss)
            }
            ModelStep::ByHand(place, back) if self.model.last(place).version != behind(back) => {
                self.land(place, behind(back));
            }
            ModelStep::ByHand(..) => {}
            ModelStep::Minutes(minutes) => self.now += minutes,
            ModelStep::Morning => self.now += 1440 - now % 1440 + 540,
        }
        self.compare();
    }

    fn all_clear(&mut self) {
        for stage in std::mem::take(&mut self.model.locked) {
            self.event(
                "ops",
                EventKind::Unlocked { app: Some("web".into()), stage: Some(stage.into()) },
            );
        }
        for stage in std::mem::take(&mut self.model.held) {
            self.event("ops", EventKind::Released { app: "web".into(), stage: stage.into() });
        }
        for version in std::mem::take(&mut self.model.rejected) {
            self.event(
                "ops",
                EventKind::Unrejected { app: "web".into(), version: format!("v{version}") },
            );
        }
    }

    /// Only permitted people can override gates.
    fn break_glass(&mut self, place: usize, version: u32, is_boss: bool) {
        let (stage, until) = (PLACES[place].0, self.now + 120);
        let what = EventKind::Overridden {
            app: "web".into(),
            stage: stage.into(),
            version: format!("v{version}"),
            reason: "fire".into(),
            incident: None,
            expires: time(until),
            gates: Vec::new(),
        };
        self.event(if is_boss { "boss" } else { "intern" }, what);
        if is_boss {
            self.model.broken.push((stage, version, until));
        }
        self.bring(place, version);
    }
}

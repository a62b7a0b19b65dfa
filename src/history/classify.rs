//! What kind of change each deployment is, and how it relates to the stages before.
//!
//! One pass over the timeline, oldest first, commit by commit: what lands in one commit lands at
//! once. A version that a stage before has not had yet is waited for, because merges may overtake
//! each other. Linear in the number of deployments.

use super::keys::{Keys, keys};
use super::pipeline::Pipeline;
use super::timeline::{Kind, NOTHING, Row, Timeline};
use crate::config::Config;
use crate::model::{StageName, Version};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A stage's place in the pipeline.
type Stage = usize;

/// An app's image, in whatever stage: the number of its app and component.
type Group = u32;

/// How a deployment relates to a stage before that had the app by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The stage got the version so many seconds before; `None` where history does not reach back.
    Before(Option<i64>),
    /// The same commit brought it to both.
    Same,
    /// The stage got the version so many seconds later.
    After(i64),
    /// The stage never had the version.
    Never,
}

impl Relation {
    /// Seconds from the stage before to here.
    pub fn lead(self) -> Option<i64> {
        match self {
            Relation::Before(seconds) => seconds,
            Relation::Same => Some(0),
            Relation::After(seconds) => Some(-seconds),
            Relation::Never => None,
        }
    }
}

/// One deployment seen from one of the stages before it, direct or not.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The deployment's index in the timeline.
    pub index: usize,
    /// The stage before, as an index of [`Comparison::stages`].
    pub before: Stage,
    pub stage: Stage,
    pub relation: Relation,
    /// No stage between the two had the app.
    near: bool,
}

/// A stage and one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub before: Stage,
    pub stage: Stage,
    /// How many different versions were deployed while the stage before had the app.
    pub versions: usize,
    /// How many of them the stage before ever had.
    pub met: usize,
}

impl Pair {
    /// Do the two stages write the same version alike? Not where more than half never match: there
    /// tags are renamed on the way.
    pub fn is_comparable(&self) -> bool {
        (self.versions - self.met) * 2 <= self.versions
    }
}

/// All deployments seen from the stages before them.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// In pipeline order.
    pub stages: Vec<StageName>,
    pub links: Vec<Link>,
    pub pairs: Vec<Pair>,
    /// In seconds: a version that comes to the stage before this much later was only overtaken.
    pub tolerance: i64,
}

impl Comparison {
    /// The pair of two stages, if anything was deployed in it.
    pub fn pair(&self, before: Stage, stage: Stage) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.before == before && pair.stage == stage)
    }

    /// Was the version where it belonged by then, merges that overtook each other allowed for?
    pub fn is_in_order(&self, relation: Relation) -> bool {
        match relation {
            Relation::Before(_) | Relation::Same => true,
            Relation::After(seconds) => seconds <= self.tolerance,
            Relation::Never => false,
        }
    }
}

/// Fills kind and lead of every deployment. Merges may overtake each other by `tolerance` seconds.
pub fn classify(timeline: &mut Timeline, config: &Config, tolerance: i64) -> Comparison {
    let mut pass = Pass::new(timeline, config);
    let mut end = timeline.rows.len();
    while end > 0 {
        let commit = timeline.rows[end - 1].commit;
        let begin = timeline.rows[..end].iter().rposition(|row| row.commit != commit).map_or(0, |at| at + 1);
        for index in (begin..end).rev() {
            pass.land(timeline, timeline.rows[index]);
        }
        for index in (begin..end).rev() {
            let row = timeline.rows[index];
            timeline.rows[index].kind = pass.judge(timeline, index, row);
        }
        end = begin;
    }
    let comparison = pass.compared(timeline, tolerance);
    settle(timeline, &comparison);
    comparison
}

/// When a version came into a stage.
#[derive(Clone, Copy)]
struct Landing {
    /// [`NOTHING`]: before everything that is known.
    commit: u32,
    time: i64,
    /// How many slots of the stage run it.
    running: u32,
}

struct Pass {
    pipeline: Pipeline,
    /// Of each slot.
    places: Vec<(Group, Stage)>,
    /// Of each pinned version: what it is found by, and a number that its equals share.
    keys: Vec<Keys>,
    versions: Vec<u32>,
    landings: HashMap<(Group, Stage, u32), Landing>,
    had: HashSet<(Group, Stage)>,
    /// When a slot first had a version, counted in landings; and which slots were seen at all.
    first: HashMap<(u32, u32), usize>,
    seen: Vec<bool>,
    links: Vec<Link>,
    /// Links that wait for a version to come to the stage before, and the time since.
    waiting: HashMap<(Group, Stage, u32), Vec<(usize, i64)>>,
}

impl Pass {
    fn new(timeline: &Timeline, config: &Config) -> Self {
        let pipeline = Pipeline::new(config, timeline.slots.values().iter().map(|slot| &slot.stage));
        let mut groups = HashMap::new();
        let places = timeline.slots.values().iter().map(|slot| {
            let next = u32::try_from(groups.len()).expect("fewer groups than slots");
            let group = *groups.entry((&slot.app, &slot.component)).or_insert(next);
            (group, pipeline.position(&slot.stage))
        });
        let places: Vec<(Group, Stage)> = places.collect();
        let mut numbers: HashMap<&Version, u32> = HashMap::new();
        let versions = timeline.pins.values().iter().map(|pinned| {
            let next = u32::try_from(numbers.len()).expect("fewer versions than pins");
            *numbers.entry(&pinned.version).or_insert(next)
        });
        Pass {
            versions: versions.collect(),
            keys: keys(timeline.pins.values()),
            seen: vec![false; places.len()],
            pipeline,
            places,
            landings: HashMap::with_capacity(timeline.rows.len()),
            had: HashSet::new(),
            first: HashMap::with_capacity(timeline.rows.len()),
            links: Vec::new(),
            waiting: HashMap::new(),
        }
    }

    /// A slot changes: one version goes, another comes.
    fn land(&mut self, timeline: &Timeline, row: Row) {
        let time = timeline.commits[row.commit as usize].time;
        if !std::mem::replace(&mut self.seen[row.slot as usize], true) && row.from != NOTHING {
            self.come(row.slot, row.from, NOTHING, 0);
        }
        if row.from != NOTHING {
            self.go(row.slot, row.from);
        }
        if row.to != NOTHING {
            self.come(row.slot, row.to, row.commit, time);
        }
    }

    fn come(&mut self, slot: u32, pin: u32, commit: u32, time: i64) {
        let (group, stage) = self.places[slot as usize];
        let order = self.first.len();
        self.first.entry((slot, self.versions[pin as usize])).or_insert(order);
        self.had.insert((group, stage));
        for key in self.keys[pin as usize].says() {
            let at = (group, stage, key);
            let landing = self.landings.entry(at).or_insert(Landing { commit, time, running: 0 });
            if landing.running == 0 {
                *landing = Landing { commit, time, running: 0 };
            }
            landing.running += 1;
            for (link, since) in self.waiting.remove(&at).unwrap_or_default() {
                if self.links[link].relation == Relation::Never {
                    self.links[link].relation = Relation::After(time - since);
                }
            }
        }
    }

    fn go(&mut self, slot: u32, pin: u32) {
        let (group, stage) = self.places[slot as usize];
        for key in self.keys[pin as usize].says() {
            if let Some(landing) = self.landings.get_mut(&(group, stage, key)) {
                landing.running = landing.running.saturating_sub(1);
            }
        }
    }

    /// What the slot itself says of the change. The stages before it are noted for later.
    fn judge(&mut self, timeline: &Timeline, index: usize, row: Row) -> Kind {
        if row.to == NOTHING {
            return Kind::Remove;
        }
        if row.from == NOTHING {
            return Kind::Add;
        }
        let (from, to) = (self.versions[row.from as usize], self.versions[row.to as usize]);
        if from == to {
            return Kind::Image;
        }
        self.look_back(timeline, index, row);
        if self.first[&(row.slot, to)] < self.first[&(row.slot, from)] { Kind::Rollback } else { Kind::Deploy }
    }

    fn look_back(&mut self, timeline: &Timeline, index: usize, row: Row) {
        let (group, stage) = self.places[row.slot as usize];
        let had = |before: Stage| self.had.contains(&(group, before));
        let near = self.pipeline.nearest(stage, &had);
        let before: Vec<Stage> =
            self.pipeline.all_before(stage).iter().copied().filter(|before| had(*before)).collect();
        let time = timeline.commits[row.commit as usize].time;
        for before in before {
            let relation = self.relation(group, before, row, time);
            if relation == Relation::Never {
                for key in self.keys[row.to as usize].asks() {
                    self.waiting.entry((group, before, key)).or_default().push((self.links.len(), time));
                }
            }
            self.links.push(Link { index, before, stage, relation, near: near.contains(&before) });
        }
    }

    /// As far as history has come.
    fn relation(&self, group: Group, before: Stage, row: Row, time: i64) -> Relation {
        let mut found = self.keys[row.to as usize].asks().filter_map(|key| self.landings.get(&(group, before, key)));
        match found.next() {
            None => Relation::Never,
            Some(landing) if landing.commit == NOTHING => Relation::Before(None),
            Some(landing) if landing.commit == row.commit => Relation::Same,
            Some(landing) => Relation::Before(Some(time - landing.time)),
        }
    }

    fn compared(self, timeline: &Timeline, tolerance: i64) -> Comparison {
        let mut met: HashMap<(Stage, Stage, Group, u32), bool> = HashMap::with_capacity(self.links.len());
        for link in &self.links {
            let row = timeline.rows[link.index];
            let (group, _) = self.places[row.slot as usize];
            let version = self.versions[row.to as usize];
            *met.entry((link.before, link.stage, group, version)).or_default() |= link.relation != Relation::Never;
        }
        let mut pairs: BTreeMap<(Stage, Stage), Pair> = BTreeMap::new();
        for ((before, stage, _, _), met) in met {
            let pair = pairs.entry((before, stage)).or_insert(Pair { before, stage, versions: 0, met: 0 });
            pair.versions += 1;
            pair.met += usize::from(met);
        }
        let stages = self.pipeline.into_stages();
        Comparison { stages, links: self.links, pairs: pairs.into_values().collect(), tolerance }
    }
}

/// Says of the deployments that are neither the first nor a return what the stages before say. With
/// several of them the best counts.
fn settle(timeline: &mut Timeline, comparison: &Comparison) {
    let mut best: HashMap<usize, Relation> = HashMap::new();
    for link in comparison.links.iter().filter(|link| link.near) {
        let pair = comparison.pair(link.before, link.stage);
        if comparison.is_in_order(link.relation) || pair.is_some_and(Pair::is_comparable) {
            let best = best.entry(link.index).or_insert(link.relation);
            *best = link.relation.min(*best);
        }
    }
    for (index, relation) in best {
        let row = &mut timeline.rows[index];
        if row.kind == Kind::Deploy {
            let in_order = comparison.is_in_order(relation);
            row.kind = if in_order { Kind::Promote } else { Kind::Skip };
            row.lead = if in_order { relation.lead() } else { None };
        }
    }
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;

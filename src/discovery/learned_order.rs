//! Learns the order of the stages from the newest commits: the stage that has most versions first
//! comes first. Words decide only where the commits do not.

use super::stage_arrivals::{NEWEST, StageArrivals, StageNumber};
use crate::config::Stage;
use crate::model::{LearnedOrder, OrderEvidence, StageName};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer versions than these decide nothing.
const FEW_VERSIONS: usize = 8;

/// A stage in which nothing moved for so long, while others did, is stale.
const STALE_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Number of commits with versions for other stages that count as moving.
const STALE_MOVES: usize = 100;

/// With more stages, only words are looked at.
const MAX_STAGES: usize = 64;

/// Counts for two stages, the first with the smaller index.
#[derive(Debug, Clone, Copy, Default)]
struct PairCount {
    /// Versions that the first stage had earlier.
    first: usize,
    /// Versions that the second stage had earlier.
    second: usize,
    /// Versions that both got in one commit.
    together: usize,
}

/// The verdict on two stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PairOrder {
    /// Too little to overrule words.
    Silent,
    /// Now in this order, now in that.
    Unordered,
    FirstBefore,
    SecondBefore,
}

/// True for four of five, of enough versions.
fn is_most(part: usize, all: usize) -> bool {
    all >= FEW_VERSIONS && part * 5 >= all * 4
}

impl PairCount {
    fn decided(self) -> usize {
        self.first + self.second
    }

    /// True if most versions came to both stages in one commit.
    fn is_together(self) -> bool {
        is_most(self.together, self.decided() + self.together)
    }

    /// The verdict, where words say that the first stage comes first, or nothing.
    fn order(self) -> PairOrder {
        let decided = self.decided();
        if is_most(self.first, decided) {
            PairOrder::FirstBefore
        } else if is_most(self.second, decided) {
            PairOrder::SecondBefore
        } else if decided >= FEW_VERSIONS && self.first * 5 < decided * 3 {
            PairOrder::Unordered
        } else {
            PairOrder::Silent
        }
    }
}

/// Puts the stages, which words have ordered, into the order that the arrivals show. Each stage
/// comes after those before it, as far as an order is known.
pub fn apply_arrivals(stages: Vec<Stage>, arrivals: &StageArrivals) -> (Vec<Stage>, LearnedOrder) {
    if stages.len() < 2 || stages.len() > MAX_STAGES || arrivals.commits == 0 {
        return (stages, LearnedOrder::default());
    }
    let stale = stale_stages(stages.len(), arrivals);
    let mut learned = LearnedOrder {
        stale: stale.iter().map(|stage| stages[*stage].name.clone()).collect(),
        ..LearnedOrder::default()
    };
    let counts = count_pairs(arrivals);
    let mut edges: Vec<(usize, (StageNumber, StageNumber))> = Vec::new();
    let by_words = word_pairs(&stages);
    for second in 0..stages.len() {
        for first in 0..second {
            if stale.contains(&first) || stale.contains(&second) {
                continue;
            }
            let count = counts.get(&(first, second)).copied().unwrap_or_default();
            let decided = count.decided();
            let mut learn = |before: StageNumber, after: StageNumber, first: usize| {
                edges.push((first, (before, after)));
                let [before, after] = [before, after].map(|at| stages[at].name.clone());
                learned.decided.push(OrderEvidence { before, after, first, decided });
            };
            if count.is_together() {
                let names = (stages[first].name.clone(), stages[second].name.clone());
                learned.together.push(names);
            }
            match count.order() {
                PairOrder::FirstBefore => learn(first, second, count.first),
                PairOrder::SecondBefore => learn(second, first, count.second),
                PairOrder::Silent if by_words.contains(&(first, second)) => {
                    edges.push((0, (first, second)));
                }
                PairOrder::Silent | PairOrder::Unordered => {}
            }
        }
    }
    // The largest majority first, then words, the nearest last: what would close a cycle is left
    // out.
    edges.sort_by_key(|(count, (before, after))| {
        (std::cmp::Reverse(*count), std::cmp::Reverse(after.abs_diff(*before)), *before)
    });
    let mut relation = StageRelations::new(stages.len());
    for (_, (before, after)) in edges {
        relation.add(before, after);
    }
    learned.decided.retain(|pair| {
        let index = |name: &StageName| stages.iter().position(|stage| stage.name == *name);
        index(&pair.before).zip(index(&pair.after)).is_some_and(|(b, a)| relation.is_before(b, a))
    });
    (sort_stages(stages, &relation, &stale), learned)
}

/// The stages without a version in commits that brought many to others.
fn stale_stages(stages: usize, arrivals: &StageArrivals) -> BTreeSet<StageNumber> {
    let newest = arrivals.activity.values().map(|(_, last)| *last).max().unwrap_or(0);
    let is_long = arrivals.commits >= NEWEST || newest - arrivals.oldest >= STALE_SECONDS;
    let is_stale = |stage: &StageNumber| match arrivals.activity.get(stage) {
        None => is_long && arrivals.commits >= STALE_MOVES,
        Some((count, last)) => {
            newest - last >= STALE_SECONDS && arrivals.commits - count >= STALE_MOVES * count
        }
    };
    // Alone, no stage is stale: there is nothing to compare it with.
    let active = (0..stages).filter(|stage| !is_stale(stage)).count();
    if active < 2 { BTreeSet::new() } else { (0..stages).filter(is_stale).collect() }
}

fn count_pairs(arrivals: &StageArrivals) -> BTreeMap<(StageNumber, StageNumber), PairCount> {
    let mut out: BTreeMap<(StageNumber, StageNumber), PairCount> = BTreeMap::new();
    for found in arrivals.versions.values() {
        for (second, later) in found {
            for (first, earlier) in found.range(..second) {
                let count = out.entry((*first, *second)).or_default();
                if earlier.is_before(*later) {
                    count.first += 1;
                } else if later.is_before(*earlier) {
                    count.second += 1;
                } else {
                    count.together += 1;
                }
            }
        }
    }
    out
}

/// All pairs of stages, one of which comes before the other by their words.
fn word_pairs(stages: &[Stage]) -> BTreeSet<(StageNumber, StageNumber)> {
    let mut relation = StageRelations::new(stages.len());
    for (after, stage) in stages.iter().enumerate() {
        for name in &stage.after {
            if let Some(before) = stages.iter().position(|other| other.name == *name) {
                relation.add(before, after);
            }
        }
    }
    relation.pairs()
}

/// Which stage comes before which, directly or not.
struct StageRelations {
    /// For each stage, all that come before it.
    before: Vec<BTreeSet<StageNumber>>,
}

impl StageRelations {
    fn new(stages: usize) -> Self {
        StageRelations { before: vec![BTreeSet::new(); stages] }
    }

    fn is_before(&self, before: StageNumber, after: StageNumber) -> bool {
        self.before[after].contains(&before)
    }

    /// Adds a pair and what follows from it, unless it would close a cycle.
    fn add(&mut self, before: StageNumber, after: StageNumber) {
        if before == after || self.is_before(after, before) {
            return;
        }
        let mut earlier = self.before[before].clone();
        earlier.insert(before);
        for stage in 0..self.before.len() {
            if stage == after || self.is_before(after, stage) {
                self.before[stage].extend(&earlier);
            }
        }
    }

    fn pairs(&self) -> BTreeSet<(StageNumber, StageNumber)> {
        let stages = self.before.iter().enumerate();
        stages.flat_map(|(after, all)| all.iter().map(move |before| (*before, after))).collect()
    }

    /// The stages right before a stage: none of them comes before another.
    fn direct(&self, stage: StageNumber) -> Vec<StageNumber> {
        let all = &self.before[stage];
        let is_direct =
            |before: &StageNumber| !all.iter().any(|other| self.is_before(*before, *other));
        all.iter().copied().filter(is_direct).collect()
    }
}

/// Sorts the stages so that each comes after those before it, stale ones last, and otherwise as
/// before.
fn sort_stages(
    stages: Vec<Stage>,
    relation: &StageRelations,
    stale: &BTreeSet<StageNumber>,
) -> Vec<Stage> {
    let names: Vec<StageName> = stages.iter().map(|stage| stage.name.clone()).collect();
    let mut rest: Vec<(StageNumber, Stage)> = stages.into_iter().enumerate().collect();
    let mut out: Vec<Stage> = Vec::new();
    while !rest.is_empty() {
        let waits =
            |index: StageNumber| rest.iter().any(|(other, _)| relation.is_before(*other, index));
        let is_next = |(index, _): &(StageNumber, Stage)| !waits(*index);
        let next = rest.iter().position(|one| is_next(one) && !stale.contains(&one.0));
        let next = next.or_else(|| rest.iter().position(is_next)).unwrap_or(0);
        let (index, mut stage) = rest.remove(next);
        stage.after = relation.direct(index).into_iter().map(|at| names[at].clone()).collect();
        stage.after.sort_by_key(|name| out.iter().position(|stage| stage.name == *name));
        out.push(stage);
    }
    out
}

#[cfg(test)]
#[path = "learned_order_tests.rs"]
mod tests;

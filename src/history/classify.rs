//! Assigns a kind and a lead time to each deployment.
//!
//! One pass over the timeline, oldest first, commit by commit: all deployments of a commit land at
//! once. If no earlier stage has had the version yet, the deployment waits for it, because merges
//! may overtake each other. Linear in the number of deployments.

use super::stage_comparison::{StageComparison, StageIndex, StageLink, StagePair, StageRelation};
use super::stage_order::StageOrder;
use super::timeline::{DeploymentKind, DeploymentRow, NOTHING, Timeline};
use super::version_keys::{VersionKeyIds, version_keys};
use crate::config::Config;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Number of an (app, component) pair, shared by all stages.
type AppImageId = u32;

/// Fills in the kind and lead of every deployment. Merges may overtake each other by up to
/// `tolerance` seconds.
pub fn classify(timeline: &mut Timeline, config: &Config, tolerance: i64) -> StageComparison {
    let mut pass = Classifier::new(timeline, config);
    let mut end = timeline.rows.len();
    let mut arrivals = Vec::new();
    while end > 0 {
        let commit = timeline.rows[end - 1].commit;
        let begin = timeline.rows[..end]
            .iter()
            .rposition(|row| row.commit != commit)
            .map_or(0, |at| at + 1);
        arrivals.clear();
        arrivals.extend(
            (begin..end).rev().map(|index| pass.record_row(timeline, timeline.rows[index])),
        );
        for (index, arrival) in (begin..end).rev().zip(&arrivals) {
            let kind = pass.classify_row(timeline, index, *arrival);
            (timeline.rows[index].kind, timeline.rows[index].lead) = (kind, None);
        }
        end = begin;
    }
    let comparison = pass.into_comparison(timeline, tolerance);
    assign_kinds(timeline, &comparison);
    comparison
}

/// Arrival of a version in a stage.
#[derive(Clone, Copy)]
struct StageArrival {
    /// Commit number; [`NOTHING`] if it arrived before the known history.
    commit: u32,
    time: i64,
    /// Number of cells of the stage that run it.
    running: u32,
}

/// The version a cell runs now.
#[derive(Clone, Copy)]
struct CurrentRun {
    /// Indexes of its arrivals; [`NOTHING`] for an unused place.
    landings: [u32; 2],
    /// Rank of its first run in this cell, counted over the versions of all cells.
    order: usize,
}

/// How a version comes to a cell.
#[derive(Clone, Copy, Default)]
struct CellArrival {
    /// True if the cell had run the version before the one that it replaces.
    returns: bool,
    /// True if the stage had not had the version before. Of several rows of a commit that bring it,
    /// the first says so.
    is_new: bool,
}

struct Classifier {
    pipeline: StageOrder,
    /// App image and stage of each cell.
    places: Vec<(AppImageId, StageIndex)>,
    current: Vec<Option<CurrentRun>>,
    /// Keys of each pinned version, and a number shared by equal versions.
    keys: Vec<VersionKeyIds>,
    versions: Vec<u32>,
    landings: Vec<StageArrival>,
    landed: FxHashMap<(AppImageId, StageIndex, u32), u32>,
    /// Stages that have had an app image, by its number.
    had: Vec<Vec<bool>>,
    /// Rank of the first run of a version in a cell.
    first: FxHashMap<(u32, u32), usize>,
    links: Vec<StageLink>,
    /// Links waiting for a version to reach an earlier stage, each with its own time.
    waiting: FxHashMap<(AppImageId, StageIndex, u32), Vec<(usize, i64)>>,
}

impl Classifier {
    fn new(timeline: &Timeline, config: &Config) -> Self {
        let cells = timeline.cells.values();
        let pipeline = StageOrder::new(config, cells.iter().map(|cell| &cell.stage));
        let groups = number_values(cells.iter().map(|cell| (&cell.app, &cell.component)));
        let stages = cells.iter().map(|cell| pipeline.position(&cell.stage));
        let group_count = groups.iter().max().map_or(0, |most| *most as usize + 1);
        Classifier {
            versions: number_values(timeline.pins.values().iter().map(|pinned| &pinned.version)),
            keys: version_keys(timeline.pins.values()),
            current: vec![None; cells.len()],
            had: vec![vec![false; pipeline.len()]; group_count],
            places: groups.into_iter().zip(stages).collect(),
            pipeline,
            landings: Vec::new(),
            landed: FxHashMap::with_capacity_and_hasher(timeline.rows.len(), FxBuildHasher),
            first: FxHashMap::with_capacity_and_hasher(timeline.rows.len(), FxBuildHasher),
            links: Vec::new(),
            waiting: FxHashMap::default(),
        }
    }

    /// Records that a cell replaced one version by another.
    fn record_row(&mut self, timeline: &Timeline, row: DeploymentRow) -> CellArrival {
        let time = timeline.commits[row.commit as usize].time;
        let cell = row.cell as usize;
        if self.current[cell].is_none() && row.from != NOTHING {
            self.record_version(row.cell, row.from, NOTHING, 0);
        }
        let gone = self.current[cell].take();
        for landing in gone.iter().flat_map(|gone| gone.landings) {
            if let Some(landing) = self.landings.get_mut(landing as usize) {
                landing.running -= 1;
            }
        }
        if row.to == NOTHING {
            return CellArrival::default();
        }
        let (order, is_new) = self.record_version(row.cell, row.to, row.commit, time);
        // Of a cell with several places, the version that is replaced need not be the newest one.
        let replaced = self.versions.get(row.from as usize);
        let replaced = replaced.and_then(|from| self.first.get(&(row.cell, *from)).copied());
        let replaced = replaced.or(gone.map(|gone| gone.order));
        let returns = row.from != NOTHING && replaced.is_some_and(|replaced| order < replaced);
        CellArrival { returns, is_new }
    }

    /// Records a version in a cell. Returns the rank of its first run there, and whether it is new
    /// in the stage.
    fn record_version(&mut self, cell: u32, pin: u32, commit: u32, time: i64) -> (usize, bool) {
        let (group, stage) = self.places[cell as usize];
        self.had[group as usize][stage] = true;
        let next = self.first.len();
        let order = *self.first.entry((cell, self.versions[pin as usize])).or_insert(next);
        let mut landings = [NOTHING; 2];
        let known = self.landings.len();
        for (at, key) in self.keys[pin as usize].own_keys().enumerate() {
            landings[at] = self.record_landing((group, stage, key), commit, time);
        }
        let is_new = landings[0] as usize == known;
        self.current[cell as usize] = Some(CurrentRun { landings, order });
        (order, is_new)
    }

    /// Counts one more cell of the stage that runs the version. The arrival is that of the first
    /// cell.
    fn record_landing(&mut self, at: (AppImageId, StageIndex, u32), commit: u32, time: i64) -> u32 {
        let next = u32::try_from(self.landings.len()).expect("at most two for each deployment");
        let number = *self.landed.entry(at).or_insert(next);
        if number == next {
            self.landings.push(StageArrival { commit, time, running: 0 });
            for (link, since) in self.waiting.remove(&at).unwrap_or_default() {
                if self.links[link].relation == StageRelation::Never {
                    self.links[link].relation = if time == since {
                        StageRelation::Same
                    } else {
                        StageRelation::After(time - since)
                    };
                }
            }
        }
        let landing = &mut self.landings[number as usize];
        if landing.running == 0 {
            (landing.commit, landing.time) = (commit, time);
        }
        landing.running += 1;
        number
    }

    /// Kind of a change as seen from its own cell. Links to earlier stages are recorded for later.
    fn classify_row(
        &mut self,
        timeline: &Timeline,
        index: usize,
        arrival: CellArrival,
    ) -> DeploymentKind {
        let row = timeline.rows[index];
        if row.to == NOTHING {
            return DeploymentKind::Remove;
        }
        if row.from != NOTHING && self.versions[row.from as usize] == self.versions[row.to as usize]
        {
            return DeploymentKind::Image;
        }
        self.look_back(timeline, index, row, arrival.is_new);
        match (row.from, arrival.returns) {
            (NOTHING, _) => DeploymentKind::Add,
            (_, true) => DeploymentKind::Rollback,
            (_, false) => DeploymentKind::Deploy,
        }
    }

    fn look_back(&mut self, timeline: &Timeline, index: usize, row: DeploymentRow, is_new: bool) {
        let (group, stage) = self.places[row.cell as usize];
        let had = &self.had[group as usize];
        let near = self.pipeline.nearest_upstream(stage, &|before| had[before]);
        let time = timeline.commits[row.commit as usize].time;
        for before in self.pipeline.all_before(stage).iter().copied().filter(|before| had[*before])
        {
            let relation = self.stage_relation(group, before, row, time);
            if relation == StageRelation::Never {
                for key in self.keys[row.to as usize].lookup_keys() {
                    self.waiting
                        .entry((group, before, key))
                        .or_default()
                        .push((self.links.len(), time));
                }
            }
            let near = near.contains(&before);
            self.links.push(StageLink { index, before, stage, relation, near, is_new });
        }
    }

    /// Relation to an earlier stage, as far as the pass has come. Commits of the same second count
    /// as one push.
    fn stage_relation(
        &self,
        group: AppImageId,
        before: StageIndex,
        row: DeploymentRow,
        time: i64,
    ) -> StageRelation {
        let mut found = self.keys[row.to as usize]
            .lookup_keys()
            .filter_map(|key| self.landed.get(&(group, before, key)));
        match found.next().map(|number| self.landings[*number as usize]) {
            None => StageRelation::Never,
            Some(landing) if landing.commit == NOTHING => StageRelation::Before(None),
            Some(landing) if landing.commit == row.commit || landing.time == time => {
                StageRelation::Same
            }
            Some(landing) => StageRelation::Before(Some(time - landing.time)),
        }
    }

    fn into_comparison(self, timeline: &Timeline, tolerance: i64) -> StageComparison {
        let mut pairs: BTreeMap<(StageIndex, StageIndex), StagePair> = BTreeMap::new();
        // A new cell may start with a version older than what the earlier stage had; such a version
        // counts only if the earlier stage has it.
        let tells = |link: &&StageLink| {
            link.is_new
                && (timeline.rows[link.index].kind != DeploymentKind::Add
                    || link.relation != StageRelation::Never)
        };
        for StageLink { before, stage, relation, .. } in self.links.iter().filter(tells).copied() {
            let pair = pairs.entry((before, stage)).or_insert(StagePair {
                before,
                stage,
                versions: 0,
                met: 0,
                later: 0,
                is_contradicted: false,
            });
            pair.versions += 1;
            pair.met += usize::from(relation != StageRelation::Never);
            let is_later = matches!(relation, StageRelation::After(late) if late > tolerance);
            pair.later += usize::from(is_later);
        }
        let stages = self.pipeline.into_stages();
        StageComparison {
            stages,
            links: self.links,
            pairs: pairs.into_values().collect(),
            tolerance,
        }
    }
}

/// Numbers values; equal values get the same number.
fn number_values<T: Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<u32> {
    let mut known = HashMap::new();
    let number = |value| {
        let next = u32::try_from(known.len()).expect("fewer than 2^32 values fit into memory");
        *known.entry(value).or_insert(next)
    };
    values.map(number).collect()
}

/// Turns `Deploy` into `Promote` or `Skip` according to the earlier stages. Of several stages the
/// best relation counts.
fn assign_kinds(timeline: &mut Timeline, comparison: &StageComparison) {
    let mut best: Vec<Option<StageRelation>> = vec![None; timeline.rows.len()];
    for link in comparison.links.iter().filter(|link| link.near) {
        let pair = comparison.pair(link.before, link.stage);
        if comparison.is_in_order(link.relation) || pair.is_some_and(StagePair::is_comparable) {
            let best = &mut best[link.index];
            *best = Some(best.map_or(link.relation, |best| best.min(link.relation)));
        }
    }
    // If the nearest stage cannot be compared, the stages beyond it count.
    let judged: Vec<bool> = best.iter().map(Option::is_some).collect();
    for link in comparison.links.iter().filter(|link| !link.near && !judged[link.index]) {
        if comparison.is_in_order(link.relation) {
            best[link.index] = Some(link.relation);
        }
    }
    for (row, relation) in timeline.rows.iter_mut().zip(best) {
        if let Some(relation) = relation.filter(|_| row.kind == DeploymentKind::Deploy) {
            let in_order = comparison.is_in_order(relation);
            row.kind = if in_order { DeploymentKind::Promote } else { DeploymentKind::Skip };
            row.lead = if in_order { relation.lead() } else { None };
        }
    }
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;

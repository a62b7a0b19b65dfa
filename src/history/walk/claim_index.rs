//! The claims at the point that the walk has reached: their versions, and the paths they depend on.

use super::claim_state::{ClaimState, is_local};
use super::deployment_matching::ClaimedVersion;
use super::layer_index::LayerIndex;
use super::place_owners::PlaceOwners;
use crate::git::path::folder_of;
use crate::history::timeline::{ImageVersion, Interner, Timeline};
use crate::model::{Location, MappingEntry, OverriddenVersion};
use crate::source::{Claim, layers};
use rustc_hash::FxHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

/// A claim and its current state.
pub(super) struct TrackedClaim<'a> {
    pub claim: Claim<'a>,
    /// All versions it holds, each with the numbers of its places.
    holds: Vec<(ClaimedVersion, Vec<u32>)>,
    /// The entries of the first of them; versions hidden by a broken file have none.
    entries: Vec<MappingEntry>,
    /// Versions that count: without those owned by earlier rules, and without duplicates.
    pub shown: Vec<ClaimedVersion>,
    /// Other paths that were read.
    touched: Vec<u32>,
    /// Files that could not be parsed at the tip; they are no new damage.
    tolerated: BTreeSet<String>,
    /// True if objects are missing in this clone, so that older states are unknown.
    lost: bool,
}

/// All claims, with indexes by path.
#[derive(Default)]
pub(super) struct ClaimIndex<'a> {
    all: Vec<TrackedClaim<'a>>,
    /// Claims by path and rule.
    numbers: HashMap<(u32, usize), usize>,
    /// Claims on each file.
    on: HashMap<u32, Vec<usize>>,
    /// Claims built from each folder, which the worker threads do not read.
    built: HashMap<String, Vec<usize>>,
    /// Claims that read a path besides their own file.
    watchers: HashMap<u32, BTreeSet<usize>>,
    owners: PlaceOwners,
    layers: LayerIndex,
    /// Cells by their number before a change of layout gave them another name.
    renamed: HashMap<u32, u32>,
    /// True if there are several rules, so that a place can be read twice.
    shared: bool,
}

impl<'a> ClaimIndex<'a> {
    /// Creates an index for this many rules.
    pub fn new(rules: usize) -> Self {
        ClaimIndex { shared: rules > 1, ..ClaimIndex::default() }
    }

    /// Returns the number of a claim, adding it if new.
    pub fn number(&mut self, claim: Claim<'a>, path: u32) -> usize {
        let key = (path, claim.index);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(key, number);
        self.on.entry(path).or_default().push(number);
        self.layers.add_claim(number, &claim.path);
        if !is_local(claim.rule.kind) {
            self.built.entry(folder_of(&claim.path).to_owned()).or_default().push(number);
        }
        self.all.push(TrackedClaim {
            claim,
            holds: Vec::new(),
            entries: Vec::new(),
            shown: Vec::new(),
            touched: Vec::new(),
            tolerated: BTreeSet::new(),
            lost: false,
        });
        number
    }

    /// Returns the number of a rule's claim on a file, if known.
    pub fn find_claim(&self, path: u32, rule: usize) -> Option<usize> {
        self.numbers.get(&(path, rule)).copied()
    }

    /// Number of known claims.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Paths read besides the claims' own files.
    pub fn watched_paths(&self) -> impl Iterator<Item = u32> {
        self.watchers.keys().copied()
    }

    /// True if a version is still searched in older commits because a file is broken.
    pub fn any_pending(&self) -> bool {
        self.all.iter().flat_map(|tracked| &tracked.shown).any(|held| held.pending.is_some())
    }

    /// Returns a claim.
    pub fn get(&self, number: usize) -> &TrackedClaim<'a> {
        &self.all[number]
    }

    /// Sets the versions of a claim that count.
    pub fn set_effective(&mut self, number: usize, shown: Vec<ClaimedVersion>) {
        self.all[number].shown = shown;
    }

    /// Claims on a file.
    pub fn claims_on(&self, path: u32) -> &[usize] {
        self.on.get(&path).map_or(&[], Vec::as_slice)
    }

    /// Claims built from a folder.
    pub fn built_in(&self, folder: &str) -> &[usize] {
        self.built.get(folder).map_or(&[], Vec::as_slice)
    }

    /// All claims built from folders.
    pub fn built_claims(&self) -> impl Iterator<Item = usize> {
        self.built.values().flatten().copied()
    }

    /// Claims that read a path besides their own file.
    pub fn claims_watching(&self, path: u32) -> impl Iterator<Item = usize> {
        self.watchers.get(&path).into_iter().flatten().copied()
    }

    /// Claims of other rules that read a value which this claim reads, and those of layers above
    /// and below it.
    pub fn others_reading(&self, number: usize) -> impl Iterator<Item = usize> {
        let held = self.all[number].holds.iter().filter(|_| self.shared);
        let places: BTreeSet<u32> = held.flat_map(|(_, places)| places).copied().collect();
        let mut claims: Vec<usize> = self.owners.claims_reading(&places).collect();
        claims.extend(self.layers.linked(number, &self.all[number].claim.path));
        claims.into_iter().filter(move |other| *other != number)
    }

    /// Sets the state of a claim before the commit numbered `commit`; `None` as state: its file did
    /// not exist. Adds to `moved` the claims whose effective versions may change, including this
    /// one.
    pub fn update_claim(
        &mut self,
        number: usize,
        look: Option<ClaimState>,
        commit: Option<u32>,
        timeline: &mut Timeline,
        moved: &mut BTreeSet<usize>,
    ) {
        if self.all[number].lost {
            return;
        }
        moved.insert(number);
        let rule = self.all[number].claim.index;
        let look = look.unwrap_or_default();
        let holds = self.held_versions(number, &look, commit, timeline);
        let tracked = &mut self.all[number];
        tracked.lost = look.missing;
        let before = std::mem::replace(&mut tracked.holds, holds);
        if self.shared {
            let after = tracked
                .holds
                .iter()
                .flat_map(|(_, places)| places)
                .copied()
                .collect::<BTreeSet<u32>>();
            let before =
                before.iter().flat_map(|(_, places)| places).copied().collect::<BTreeSet<u32>>();
            before.difference(&after).for_each(|place| self.owners.remove(*place, rule, number));
            after.difference(&before).for_each(|place| self.owners.add(*place, rule, number));
            moved.extend(
                self.owners.claims_reading(&before.symmetric_difference(&after).copied().collect()),
            );
        }
        self.watch_paths(number, look.touched, &mut timeline.paths);
        moved.extend(self.layers.update(number, &look.entries));
        self.all[number].entries = look.entries;
        if !self.layers.is_empty() {
            moved.extend(self.layers.claims_over(&self.all[number].claim.path));
        }
    }

    /// Versions in a state, including those hidden by a broken file.
    fn held_versions(
        &mut self,
        number: usize,
        look: &ClaimState,
        commit: Option<u32>,
        timeline: &mut Timeline,
    ) -> Vec<(ClaimedVersion, Vec<u32>)> {
        let mut holds: Vec<(ClaimedVersion, Vec<u32>)> = Vec::new();
        for entry in &look.entries {
            let held = self.claimed_version(number, entry, timeline);
            let places = if self.shared { self.owners.place_ids(entry) } else { Vec::new() };
            holds.push((held, places));
        }
        tell_places_apart(&mut holds, &look.entries);
        let tracked = &mut self.all[number];
        if look.broken.iter().all(|path| commit.is_none() || tracked.tolerated.contains(path)) {
            tracked.tolerated = look.broken.iter().cloned().collect();
            return holds;
        }
        // Until the files can be read again, hidden versions are assumed to be unchanged.
        let known: BTreeSet<u32> = holds.iter().map(|(held, _)| held.cell).collect();
        let hidden = tracked.holds.iter().filter(|(held, _)| !known.contains(&held.cell));
        let hidden = hidden.cloned().map(|(held, places)| {
            (ClaimedVersion { pending: held.pending.or(commit), asked: false, ..held }, places)
        });
        holds.extend(hidden);
        holds
    }

    fn claimed_version(
        &self,
        number: usize,
        entry: &MappingEntry,
        timeline: &mut Timeline,
    ) -> ClaimedVersion {
        let path = entry
            .locations
            .first()
            .map_or(self.all[number].claim.path.as_str(), |at| at.path.as_str());
        let cell = timeline.cells.number(&entry.cell());
        ClaimedVersion {
            claim: number,
            cell: self.renamed.get(&cell).copied().unwrap_or(cell),
            pin: timeline.pins.number(&ImageVersion {
                image: entry.image.clone(),
                version: entry.version.clone(),
            }),
            path: timeline.paths.number_of(path),
            pending: None,
            asked: false,
            places: Vec::new(),
        }
    }

    /// True if a claim besides these holds a version in the cell.
    pub fn holds_cell(&self, cell: u32, besides: &BTreeSet<usize>) -> bool {
        let others = self.all.iter().enumerate().filter(|(number, _)| !besides.contains(number));
        others.flat_map(|(_, tracked)| &tracked.holds).any(|(held, _)| held.cell == cell)
    }

    /// Gives a cell the name that it has at the tip, in all older states.
    pub fn rename_cell(&mut self, old: u32, new: u32) {
        self.renamed.insert(old, new);
        for tracked in &mut self.all {
            let held = tracked.holds.iter_mut().map(|(held, _)| held).chain(&mut tracked.shown);
            held.filter(|held| held.cell == old).for_each(|held| held.cell = new);
        }
    }

    /// Cells that had another name in older states: the old number and the new one.
    pub fn into_renamed(self) -> HashMap<u32, u32> {
        self.renamed
    }

    /// Computes the versions of a claim that count now.
    pub fn effective_versions(&self, number: usize) -> Vec<ClaimedVersion> {
        let tracked = &self.all[number];
        let own = |places: &[u32]| {
            !self.shared || !self.owners.are_of_earlier_rules(places, tracked.claim.index)
        };
        let counting = tracked.holds.iter().enumerate().filter(|(_, (_, places))| own(places));
        let counting = counting.filter_map(|(at, (held, _))| self.layered(tracked, at, held));
        let mut known: HashMap<(u32, u32), usize> = HashMap::new();
        let mut out: Vec<ClaimedVersion> = Vec::new();
        for held in counting {
            match known.get(&(held.cell, held.pin)) {
                Some(at) => out[*at].places.extend(&held.places),
                None => {
                    known.insert((held.cell, held.pin), out.len());
                    out.push(held);
                }
            }
        }
        out
    }

    /// Returns a version of a claim as the layer above has it; `None` if it is itself a layer that
    /// replaces a version, and so shown there.
    fn layered(
        &self,
        tracked: &TrackedClaim<'a>,
        at: usize,
        held: &ClaimedVersion,
    ) -> Option<ClaimedVersion> {
        let Some(entry) = tracked.entries.get(at).filter(|_| !self.layers.is_empty()) else {
            return Some(held.clone());
        };
        let replaces_any = |one: &&OverriddenVersion| {
            let below = self.layers.claims_at(layers::place_of(one));
            let mut entries = below.flat_map(|claim| &self.all[claim].entries);
            entries.any(|below| below != entry && layers::replaces(entry, one, below))
        };
        let mut layered = entry.overrides.iter().filter(|one| !layers::is_build(one));
        if layered.any(|one| replaces_any(&one)) {
            return None;
        }
        let above = self.layers.claims_over(&tracked.claim.path);
        let above =
            above.flat_map(|claim| self.all[claim].entries.iter().zip(&self.all[claim].holds));
        let over = |layer: &MappingEntry| {
            let mut overrides = layer.overrides.iter();
            overrides.find(|one| layers::replaces(layer, one, entry)).map(layers::is_build)
        };
        let above = above.filter(|(layer, _)| *layer != entry);
        let above: Vec<_> = above.filter_map(|pair| Some((pair, over(pair.0)?))).collect();
        let candidates: Vec<(&MappingEntry, bool)> =
            above.iter().map(|((layer, _), is_build)| (*layer, *is_build)).collect();
        let winner = layers::winner(entry, &candidates).map(|at| &above[at].0.1.0);
        Some(match winner {
            Some(above) => ClaimedVersion { pin: above.pin, path: above.path, ..held.clone() },
            None => held.clone(),
        })
    }

    /// True if older states of the claim are unknown.
    pub fn is_lost(&self, number: usize) -> bool {
        self.all[number].lost
    }

    fn watch_paths(&mut self, number: usize, touched: Vec<String>, paths: &mut Interner<String>) {
        let touched: Vec<u32> = touched.iter().map(|path| paths.number_of(path)).collect();
        let before = std::mem::replace(&mut self.all[number].touched, touched);
        if before == self.all[number].touched {
            return;
        }
        for path in before {
            if let Some(watchers) = self.watchers.get_mut(&path) {
                watchers.remove(&number);
            }
        }
        for path in &self.all[number].touched {
            self.watchers.entry(*path).or_default().insert(number);
        }
    }
}

/// Fills in the places of versions that share their cell with others of the claim, or stand in
/// several places themselves. The others need none: a cell of one place changes as a whole.
fn tell_places_apart(holds: &mut [(ClaimedVersion, Vec<u32>)], entries: &[MappingEntry]) {
    let mut counts: HashMap<u32, usize> = HashMap::with_capacity(holds.len());
    for ((held, _), entry) in holds.iter().zip(entries) {
        *counts.entry(held.cell).or_default() += entry.locations.len().max(1);
    }
    for ((held, _), entry) in holds.iter_mut().zip(entries) {
        if counts[&held.cell] > 1 {
            held.places = entry.locations.iter().map(place_hash).collect();
        }
    }
}

/// A number for a place regardless of its line.
fn place_hash(at: &Location) -> u64 {
    let mut hasher = FxHasher::default();
    (&at.path, at.document, &at.key).hash(&mut hasher);
    hasher.finish()
}

//! The claims as they are at the point the walk has reached: what they hold, and which paths matter
//! to them.

use super::claim_state::{ClaimState, is_local};
use super::deployment_matching::ClaimedVersion;
use super::place_owners::PlaceOwners;
use crate::git::path::folder_of;
use crate::history::timeline::{ImageVersion, Interner, Timeline};
use crate::source::Claim;
use std::collections::{BTreeSet, HashMap};

/// One claim.
pub(super) struct TrackedClaim<'a> {
    pub claim: Claim<'a>,
    /// Everything it holds, with the places where that is written.
    holds: Vec<(ClaimedVersion, Vec<u32>)>,
    /// What counts of it: without what belongs to earlier rules, and without repetitions.
    pub shown: Vec<ClaimedVersion>,
    /// The other paths that were looked at.
    touched: Vec<u32>,
    /// The files that could not be understood when all was well.
    tolerated: BTreeSet<String>,
    /// Something is missing in this clone: nothing older can be said.
    lost: bool,
}

/// All claims, and who looks at what.
#[derive(Default)]
pub(super) struct ClaimIndex<'a> {
    all: Vec<TrackedClaim<'a>>,
    /// The claims on a file, by rule.
    numbers: HashMap<(u32, usize), usize>,
    /// The claims on a file.
    on: HashMap<u32, Vec<usize>>,
    /// The claims on the files of a folder that are not read beside the walk.
    built: HashMap<String, Vec<usize>>,
    /// The claims that looked at a path that is not their own file's.
    watchers: HashMap<u32, BTreeSet<usize>>,
    owners: PlaceOwners,
    /// Is there more than one rule, so that places can be read twice?
    shared: bool,
}

impl<'a> ClaimIndex<'a> {
    /// No claims yet, of this many rules.
    pub fn new(rules: usize) -> Self {
        ClaimIndex { shared: rules > 1, ..ClaimIndex::default() }
    }

    /// The number of a claim, known from now on.
    pub fn number(&mut self, claim: Claim<'a>, path: u32) -> usize {
        let key = (path, claim.index);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(key, number);
        self.on.entry(path).or_default().push(number);
        if !is_local(claim.rule.kind) {
            self.built.entry(folder_of(&claim.path).to_owned()).or_default().push(number);
        }
        self.all.push(TrackedClaim {
            claim,
            holds: Vec::new(),
            shown: Vec::new(),
            touched: Vec::new(),
            tolerated: BTreeSet::new(),
            lost: false,
        });
        number
    }

    /// The number of a rule's claim on a file, if it is known.
    pub fn find_claim(&self, path: u32, rule: usize) -> Option<usize> {
        self.numbers.get(&(path, rule)).copied()
    }

    /// How many claims are known.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The paths that were looked at beside the claims' own.
    pub fn watched_paths(&self) -> impl Iterator<Item = u32> {
        self.watchers.keys().copied()
    }

    /// Does something wait for an older state, because a file is broken here?
    pub fn any_pending(&self) -> bool {
        self.all.iter().flat_map(|tracked| &tracked.shown).any(|held| held.pending.is_some())
    }

    /// A claim.
    pub fn get(&self, number: usize) -> &TrackedClaim<'a> {
        &self.all[number]
    }

    /// Sets what counts of a claim.
    pub fn set_effective(&mut self, number: usize, shown: Vec<ClaimedVersion>) {
        self.all[number].shown = shown;
    }

    /// The claims on a file.
    pub fn claims_on(&self, path: u32) -> &[usize] {
        self.on.get(&path).map_or(&[], Vec::as_slice)
    }

    /// The claims that are built from a folder.
    pub fn built_in(&self, folder: &str) -> &[usize] {
        self.built.get(folder).map_or(&[], Vec::as_slice)
    }

    /// All claims that are built from folders.
    pub fn built_claims(&self) -> impl Iterator<Item = usize> {
        self.built.values().flatten().copied()
    }

    /// The claims that looked at a path beside their own.
    pub fn claims_watching(&self, path: u32) -> impl Iterator<Item = usize> {
        self.watchers.get(&path).into_iter().flatten().copied()
    }

    /// A claim says something else before the commit with number `commit`; `None`: its file was not
    /// there. Adds to `moved` the claims that may count otherwise for that, itself included.
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
    }

    /// What a look shows, and what it hides because a file is broken.
    fn held_versions(
        &mut self,
        number: usize,
        look: &ClaimState,
        commit: Option<u32>,
        timeline: &mut Timeline,
    ) -> Vec<(ClaimedVersion, Vec<u32>)> {
        let mut holds = Vec::new();
        for entry in &look.entries {
            let path = entry
                .locations
                .first()
                .map_or(self.all[number].claim.path.as_str(), |at| at.path.as_str());
            let held = ClaimedVersion {
                claim: number,
                slot: timeline.slots.number(&entry.slot()),
                pin: timeline.pins.number(&ImageVersion {
                    image: entry.image.clone(),
                    version: entry.version.clone(),
                }),
                path: timeline.paths.number_of(path),
                pending: None,
                asked: false,
            };
            let places = if self.shared { self.owners.place_ids(entry) } else { Vec::new() };
            holds.push((held, places));
        }
        let tracked = &mut self.all[number];
        if look.broken.iter().all(|path| commit.is_none() || tracked.tolerated.contains(path)) {
            tracked.tolerated = look.broken.iter().cloned().collect();
            return holds;
        }
        // Until the files can be read again, what they hide is taken to be what it is after this.
        let known: BTreeSet<u32> = holds.iter().map(|(held, _)| held.slot).collect();
        let hidden = tracked.holds.iter().filter(|(held, _)| !known.contains(&held.slot));
        let hidden = hidden.cloned().map(|(held, places)| {
            (ClaimedVersion { pending: held.pending.or(commit), asked: false, ..held }, places)
        });
        holds.extend(hidden);
        holds
    }

    /// What counts of a claim now.
    pub fn effective_versions(&self, number: usize) -> Vec<ClaimedVersion> {
        let tracked = &self.all[number];
        let mut known = BTreeSet::new();
        let own = |places: &[u32]| {
            !self.shared || !self.owners.are_of_earlier_rules(places, tracked.claim.index)
        };
        let counting = tracked.holds.iter().filter(|(_, places)| own(places)).map(|(held, _)| held);
        counting.filter(|held| known.insert((held.slot, held.pin))).cloned().collect()
    }

    /// Nothing older can be said of this claim.
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

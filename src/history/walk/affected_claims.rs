//! Which claims a commit affects: those on the files it changed, those that read them, and those
//! whose builds may differ.

use super::HistoryReplay;
use super::claim_state::{ClaimState, PriorClaimState, is_local};
use crate::git::CommitChanges;
use crate::source::{Claim, FileChangeKind, claims_on};
use std::collections::{BTreeMap, BTreeSet};

/// Limit for claims read to find where moved files came from, over the whole walk.
const MAX_SEARCHED: usize = 5_000;

impl<'a> HistoryReplay<'a> {
    /// Claims affected by a step: the states already read by worker threads, and the claims still
    /// to be read.
    pub(super) fn affected_claims(
        &mut self,
        step: &CommitChanges,
        locals: Vec<PriorClaimState>,
    ) -> (BTreeMap<usize, Option<ClaimState>>, BTreeSet<usize>) {
        let mut looks: BTreeMap<usize, Option<ClaimState>> = BTreeMap::new();
        for local in locals {
            let path = &step.changes[local.change].path;
            if let Some(number) = self.number(path, local.rule) {
                looks.insert(number, Some(local.look));
            }
        }
        let mut unread = self.rebuilt_claims(step);
        for change in &step.changes {
            if self.builds && self.search.is_none() && change.before.is_some() {
                unread.extend(self.built_on(&change.path));
            }
            let Some(path) = self.timeline.paths.find(change.path.as_str()) else { continue };
            for number in self.claims.claims_on(path) {
                match change.before {
                    Some(_) => drop(unread.insert(*number)),
                    None => drop(looks.insert(*number, None)),
                }
            }
            unread.extend(self.claims.claims_watching(path));
        }
        unread.retain(|number| !looks.contains_key(number));
        if self.search.is_some() {
            self.keep_asked(step, &mut looks, &mut unread);
        }
        (looks, unread)
    }

    /// Keeps the claims that are still searched. For a new file, adds those that its versions may
    /// come from.
    fn keep_asked(
        &mut self,
        step: &CommitChanges,
        looks: &mut BTreeMap<usize, Option<ClaimState>>,
        unread: &mut BTreeSet<usize>,
    ) {
        // A claim of another rule may read the same value, and would show it once this one is gone.
        let is_searched =
            |number: usize| self.claims.get(number).shown.iter().any(|held| held.asked);
        let asked = |number: &usize| {
            is_searched(*number) || self.claims.others_reading(*number).any(is_searched)
        };
        let new = looks.iter().any(|(number, look)| look.is_none() && asked(number));
        looks.retain(|number, _| asked(number));
        unread.retain(asked);
        if new {
            unread.extend(
                self.left_behind(step).into_iter().filter(|number| !looks.contains_key(number)),
            );
        }
    }

    /// Returns the number of a rule's claim on a path, adding it if new.
    fn number(&mut self, path: &str, rule: usize) -> Option<usize> {
        let number = self.timeline.paths.number_of(path);
        if let Some(known) = self.claims.find_claim(number, rule) {
            return Some(known);
        }
        let claim =
            claims_on(self.question.config, path).into_iter().find(|claim| claim.index == rule)?;
        Some(self.claims.number(claim, number))
    }

    /// Claims on a path that worker threads do not read.
    fn built_on(&mut self, path: &str) -> Vec<usize> {
        let claims = claims_on(self.question.config, path)
            .into_iter()
            .filter(|claim| !is_local(claim.rule.kind));
        let claims: Vec<Claim<'a>> = claims.collect();
        claims.into_iter().map(|claim| self.add_claim(claim)).collect()
    }

    /// Claims whose builds may differ before the step.
    fn rebuilt_claims(&mut self, step: &CommitChanges) -> BTreeSet<usize> {
        let Some(parent) = step.parent.filter(|_| self.builds) else { return BTreeSet::new() };
        let changes = step.changes.iter().map(|change| {
            let going_back = match (change.before, change.after) {
                (None, _) => FileChangeKind::Removed,
                (_, None) => FileChangeKind::Added,
                _ => FileChangeKind::Modified,
            };
            (change.path.as_str(), going_back)
        });
        let from = std::mem::replace(&mut self.built, parent);
        match self.question.cache.apply_changes(from, parent, changes) {
            Some(folders) => {
                folders.iter().flat_map(|folder| self.claims.built_in(folder)).copied().collect()
            }
            None => self.claims.built_claims().collect(),
        }
    }

    /// Claims on files that the commit changed or removed: versions of a new file may come from
    /// there.
    fn left_behind(&mut self, step: &CommitChanges) -> Vec<usize> {
        let mut out = Vec::new();
        for change in step.changes.iter().filter(|change| change.before.is_some()) {
            for claim in claims_on(self.question.config, &change.path) {
                let Some(search) =
                    self.search.as_mut().filter(|search| search.searched < MAX_SEARCHED)
                else {
                    return out;
                };
                search.searched += 1;
                out.push(self.add_claim(claim));
            }
        }
        out
    }
}

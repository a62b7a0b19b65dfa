//! The owners whose permission a change needs, besides that for the stage.
//!
//! An app is recognised by its name, by its images, and by the places of its versions, so that
//! another name does not take it from its owners.

use super::cell_changes::CellChange;
use super::permissions::{ChangeContributors, PermissionResult};
use super::rulings::{Ruling, split_permit};
use crate::config::Config;
use crate::config::gates::{OwnerRule, Permission};
use crate::model::{CellKey, Location, MappingEntry};
use std::collections::{BTreeMap, BTreeSet};

/// Finds owners, by the rules of the base.
pub struct Ownership<'o> {
    pub config: &'o Config,
    pub before: &'o [MappingEntry],
    pub after: &'o [MappingEntry],
}

/// The owners of one thing. All permissions of one of the alternatives have to allow the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerDemand<'o> {
    /// What is owned: `web`, `ghcr.io/acme/web, which web runs`.
    pub subject: String,
    pub alternatives: Vec<Vec<&'o Permission>>,
}

impl<'o> Ownership<'o> {
    /// The owners of what a change moves.
    pub fn demands_of(&self, one: &CellChange) -> Vec<OwnerDemand<'o>> {
        if self.config.pipeline.owners.is_empty() {
            return Vec::new();
        }
        let mut out: Vec<OwnerDemand<'o>> =
            self.owners_of_cell(&one.cell).into_iter().map(OwnerDemand::of_rule).collect();
        let images = one.to.iter().filter_map(|to| to.image.as_deref());
        out.extend(images.filter_map(|image| self.demand_of_image(image, &one.cell)));
        out.extend(self.demands_of_places(&one.cell));
        let mut known = BTreeSet::new();
        out.retain(|demand| known.insert(demand.subject.clone()));
        out
    }

    /// The owners of an app, and of the folders in which a cell stands before or after.
    fn owners_of_cell(&self, cell: &CellKey) -> Vec<&'o OwnerRule> {
        let own = |entry: &&MappingEntry| entry.is_of(cell);
        let entries = self.before.iter().chain(self.after).filter(own);
        let mut out = self.config.pipeline.app_owners(&cell.app, cell.component.as_deref());
        out.extend(entries.flat_map(|entry| folder_owners(entry, self.config)));
        out
    }

    /// The owners of the apps that run an image which is new to this app. An image that an app
    /// without owners runs too belongs to nobody.
    fn demand_of_image(&self, image: &str, cell: &CellKey) -> Option<OwnerDemand<'o>> {
        let image = repository_key(image);
        let runs_it = |entry: &&MappingEntry| {
            entry.image.as_deref().is_some_and(|known| repository_key(known) == image)
        };
        let running: Vec<&MappingEntry> = self.before.iter().filter(runs_it).collect();
        if running.iter().any(|entry| entry.app == cell.app) {
            return None;
        }
        let mut by_app: BTreeMap<&str, Vec<&'o Permission>> = BTreeMap::new();
        for entry in running {
            let owners = entry_owners(entry, self.config).into_iter().map(|rule| &rule.permission);
            by_app.entry(entry.app.as_str()).or_default().extend(owners);
        }
        if by_app.is_empty() || by_app.values().any(Vec::is_empty) {
            return None;
        }
        let apps: Vec<&str> = by_app.keys().copied().collect();
        let subject = format!("{image}, which {} runs", apps.join(", "));
        Some(OwnerDemand { subject, alternatives: by_app.into_values().collect() })
    }

    /// The owners of other apps whose versions stood in the places of this cell, in files that they
    /// are no longer in.
    fn demands_of_places(&self, cell: &CellKey) -> Vec<OwnerDemand<'o>> {
        let own = self.after.iter().filter(|entry| entry.is_of(cell));
        let places: BTreeSet<(&str, u32, &str)> =
            own.flat_map(|entry| &entry.locations).map(place_key).collect();
        let is_taken = |entry: &&MappingEntry| {
            entry.app != cell.app
                && entry.locations.iter().any(|place| {
                    places.contains(&place_key(place)) && !self.stays_in(entry, &place.path)
                })
        };
        let taken = self.before.iter().filter(is_taken);
        let demand = |entry: &'o MappingEntry| {
            let owners = app_owners(entry, self.config);
            let owners: Vec<&Permission> =
                owners.into_iter().map(|rule| &rule.permission).collect();
            let subject = format!("{}, whose place it takes", entry.app);
            (!owners.is_empty()).then(|| OwnerDemand { subject, alternatives: vec![owners] })
        };
        taken.filter_map(demand).collect()
    }

    /// True if the version of an entry stands in the file after the change, too.
    fn stays_in(&self, entry: &MappingEntry, path: &str) -> bool {
        let cell = entry.cell();
        let mut there = self.after.iter().filter(|other| other.is_of(&cell));
        there.any(|other| other.locations.iter().any(|place| place.path == path))
    }

    /// Rules on cells that leave a folder with owners, or come into one, without another version.
    pub fn of_relocations(
        &self,
        moves: &[CellChange],
        people: &ChangeContributors<'_>,
    ) -> Vec<Ruling> {
        if self.config.pipeline.owners.is_empty() {
            return Vec::new();
        }
        let moved: BTreeSet<&CellKey> = moves.iter().map(|one| &one.cell).collect();
        let (before, after) = (self.folders(self.before), self.folders(self.after));
        let is_relocated =
            |cell: &&CellKey| !moved.contains(cell) && before.get(*cell) != after.get(*cell);
        let cells: BTreeSet<&CellKey> = before.keys().chain(after.keys()).collect();
        let relocated = cells.into_iter().filter(is_relocated);
        relocated.map(|cell| self.relocation_ruling(cell, people)).collect()
    }

    fn relocation_ruling(&self, cell: &CellKey, people: &ChangeContributors<'_>) -> Ruling {
        let demands: Vec<OwnerDemand<'_>> =
            self.owners_of_cell(cell).into_iter().map(OwnerDemand::of_rule).collect();
        let (granted, refusal) = split_permit(&people.permit_owners(&demands), self.config);
        let place = self.after.iter().chain(self.before).find(|entry| entry.is_of(cell));
        let path = place.map_or_else(String::new, |entry| entry.file.clone());
        Ruling { granted, ..Ruling::of_file(path, None, refusal) }
    }

    /// The keys of the folders' owners, by cell.
    fn folders(&self, entries: &[MappingEntry]) -> BTreeMap<CellKey, BTreeSet<&'o str>> {
        let mut out: BTreeMap<CellKey, BTreeSet<&str>> = BTreeMap::new();
        for entry in entries {
            let owners = folder_owners(entry, self.config);
            let keys = owners.into_iter().map(|rule| rule.permission.of.as_str());
            out.entry(entry.cell()).or_default().extend(keys);
        }
        out
    }
}

impl<'o> OwnerDemand<'o> {
    fn of_rule(rule: &'o OwnerRule) -> Self {
        OwnerDemand { subject: rule.scope.describe(), alternatives: vec![vec![&rule.permission]] }
    }
}

impl ChangeContributors<'_> {
    /// Checks the permission to move a cell: that of its stage, and those of its owners.
    pub fn permit_move(
        &self,
        config: &Config,
        stage: &str,
        demands: &[OwnerDemand<'_>],
    ) -> PermissionResult {
        self.stage(&config.pipeline, stage).and(self.permit_owners(demands))
    }

    /// Checks that every demand has an alternative that allows the change.
    pub fn permit_owners(&self, demands: &[OwnerDemand<'_>]) -> PermissionResult {
        let one = |demand: &OwnerDemand<'_>| {
            let group = format!("owners of {}", demand.subject);
            let alternatives = demand.alternatives.iter().map(|all| {
                let each = all.iter().map(|one| self.check_permission(one, &group));
                each.fold(PermissionResult::Free, PermissionResult::and)
            });
            let mut denied = None;
            for found in alternatives {
                match found {
                    PermissionResult::Denied(_) => denied = denied.or(Some(found)),
                    granted => return granted,
                }
            }
            denied.unwrap_or(PermissionResult::Free)
        };
        demands.iter().map(one).fold(PermissionResult::Free, PermissionResult::and)
    }
}

/// The owners of the app and of the folders of an entry.
pub fn entry_owners<'o>(entry: &MappingEntry, config: &'o Config) -> Vec<&'o OwnerRule> {
    let mut out = app_owners(entry, config);
    out.extend(folder_owners(entry, config));
    out
}

fn app_owners<'o>(entry: &MappingEntry, config: &'o Config) -> Vec<&'o OwnerRule> {
    config.pipeline.app_owners(&entry.app, entry.component.as_deref())
}

/// The owners of the folders in which an entry's version is written, or its file lies.
fn folder_owners<'o>(entry: &MappingEntry, config: &'o Config) -> Vec<&'o OwnerRule> {
    let places = entry.locations.iter().map(|place| place.path.as_str());
    let paths: BTreeSet<&str> = places.chain([entry.file.as_str()]).collect();
    paths.into_iter().filter_map(|path| config.pipeline.folder_owner(path)).collect()
}

fn place_key(place: &Location) -> (&str, u32, &str) {
    (&place.path, place.document, &place.key)
}

/// The repository of an image, however Docker Hub is spelled: `docker.io/library/nginx` is `nginx`.
fn repository_key(image: &str) -> String {
    let image = image.to_ascii_lowercase();
    let hub = ["index.docker.io/", "registry-1.docker.io/", "docker.io/"];
    let short = hub.iter().find_map(|host| image.strip_prefix(host)).unwrap_or(&image);
    short.strip_prefix("library/").unwrap_or(short).to_owned()
}

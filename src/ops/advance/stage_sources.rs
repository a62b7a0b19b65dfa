//! The stages that each app of a stage is promoted from: the nearest ones before it that run the
//! app, as for the gates.

use crate::config::{Config, Stage};
use crate::model::{MappingEntry, StageName, matches_app};
use std::collections::{BTreeMap, BTreeSet};

/// The apps that are promoted into a stage from other stages than the ones right before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SkippingApps {
    /// For each of those stages, its apps; with their component, if they have one.
    by_source: BTreeMap<StageName, BTreeSet<String>>,
}

impl SkippingApps {
    /// Finds the apps that no stage right before this one runs, but one before those does.
    pub fn find(config: &Config, stage: &Stage, entries: &[MappingEntry]) -> Self {
        let mut out = SkippingApps::default();
        for entry in entries.iter().filter(|entry| entry.stage == stage.name) {
            let is_same =
                |other: &MappingEntry| other.app == entry.app && other.component == entry.component;
            let runs = |before: &StageName| {
                entries.iter().any(|other| other.stage == *before && is_same(other))
            };
            let nearest = config.nearest_previous(&stage.name, &runs);
            for before in nearest.into_iter().filter(|before| !stage.after.contains(before)) {
                let name = match &entry.component {
                    Some(component) => format!("{}/{component}", entry.app),
                    None => entry.app.to_string(),
                };
                out.by_source.entry(before).or_default().insert(name);
            }
        }
        out
    }

    /// Each source with its apps, of which only those that `named` means count where it is given.
    pub fn sources(&self, named: Option<&str>) -> Vec<(&StageName, Vec<String>)> {
        let wanted = |app: &&String| named.is_none_or(|named| matches_app(named, app));
        let sources = self.by_source.iter();
        let chosen =
            sources.map(|(before, apps)| (before, apps.iter().filter(wanted).cloned().collect()));
        chosen.filter(|(_, apps): &(_, Vec<String>)| !apps.is_empty()).collect()
    }

    /// True if this app, with its component, comes from such a source.
    pub fn contains(&self, app: &str) -> bool {
        self.by_source.values().any(|apps| apps.contains(app))
    }
}

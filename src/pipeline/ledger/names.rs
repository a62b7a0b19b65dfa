//! Names of apps change with the layout of a repository; the ledger keeps those of its time. The
//! places that an event names tell what it is about now.

use super::event::LedgerEvent;
use crate::model::MappingEntry;
use crate::pipeline::query::AppComponent;
use std::collections::{BTreeSet, HashMap};

/// Other names of the apps in the ledger.
#[derive(Debug, Clone, Default)]
pub(super) struct CurrentNames {
    /// By the name in the ledger.
    now: HashMap<String, Vec<String>>,
    /// By the current name.
    earlier: HashMap<String, Vec<String>>,
    /// Names that the mapping has.
    known: BTreeSet<String>,
}

impl CurrentNames {
    /// Finds the current names of the apps in these events.
    pub fn new(events: &[LedgerEvent], entries: &[MappingEntry]) -> Self {
        let mut standing: HashMap<(&str, &str), BTreeSet<String>> = HashMap::new();
        let mut out = CurrentNames::default();
        for entry in entries {
            let name = AppComponent::of_cell(entry.cell()).to_string();
            out.known.insert(entry.app.to_string());
            out.known.insert(name.clone());
            for location in &entry.locations {
                let names = standing.entry((&location.path, &location.key)).or_default();
                names.insert(name.clone());
            }
        }
        for event in events {
            let Some(app) = event.what.app() else { continue };
            let places = event.places.iter().map(|place| (place.path.as_str(), place.key.as_str()));
            let standing = places.filter_map(|place| standing.get(&place));
            let names: BTreeSet<&String> = standing.flatten().collect();
            let is_same = |name: &str| name == app || belongs_to(name, app);
            for name in names.into_iter().filter(|name| !is_same(name)) {
                add(&mut out.now, app, name);
                add(&mut out.earlier, name, app);
            }
        }
        out
    }

    /// Current names of an app of the ledger, without its own.
    pub fn now(&self, app: &str) -> &[String] {
        self.now.get(app).map_or(&[], Vec::as_slice)
    }

    /// Names that the ledger has for what now has this name.
    pub fn earlier(&self, name: &str) -> &[String] {
        self.earlier.get(name).map_or(&[], Vec::as_slice)
    }

    /// True if the app is there, under this name or another one.
    pub fn is_there(&self, app: &str) -> bool {
        self.known.contains(app) || self.now.contains_key(app)
    }
}

fn add(names: &mut HashMap<String, Vec<String>>, key: &str, name: &str) {
    let known = names.entry(key.to_owned()).or_default();
    if !known.iter().any(|known| known == name) {
        known.push(name.to_owned());
    }
}

/// True if a name is that of a component of the app.
fn belongs_to(name: &str, app: &str) -> bool {
    name.strip_prefix(app).is_some_and(|rest| rest.starts_with('/'))
}

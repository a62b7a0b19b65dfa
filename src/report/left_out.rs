//! Versions that the configuration does not show.

use super::display_names;
use crate::model::{MappingEntry, StageName};

/// A version that is not shown, and the reason.
#[derive(Debug, Clone)]
pub struct LeftOutEntry {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    /// The stage, if something names one.
    pub stage: Option<StageName>,
    pub entry: MappingEntry,
    /// The reason as a word in JSON.
    pub reason_code: &'static str,
    /// The reason as it is shown.
    pub reason: &'static str,
}

impl LeftOutEntry {
    /// The entries that are left out for one reason, by file.
    pub fn list(
        entries: Vec<MappingEntry>,
        (reason_code, reason): (&'static str, &'static str),
        has_stages: bool,
    ) -> Vec<Self> {
        let names = display_names(&entries);
        let make = |entry: MappingEntry| LeftOutEntry {
            name: names[&(entry.app.clone(), entry.component.clone())].clone(),
            stage: has_stages.then(|| entry.stage.clone()),
            entry,
            reason_code,
            reason,
        };
        let mut out: Vec<Self> = entries.into_iter().map(make).collect();
        out.sort_by(|a, b| a.place().cmp(&b.place()));
        out
    }

    /// The file and line of its main location.
    pub fn place(&self) -> Option<(&str, u32)> {
        self.entry.locations.first().map(|location| (location.path.as_str(), location.line))
    }
}

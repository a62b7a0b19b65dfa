//! What `towpath guard` tells.

use super::{GateReport, display_names};
use crate::guard::{BreakGlassCommit, Contributor, Ruling};
use crate::model::{AppName, CellKey, MappingEntry};
use std::collections::BTreeMap;

/// What was said to each part of a change.
#[derive(Debug, Clone, Default)]
pub struct GuardReport {
    pub repository: String,
    /// The commits.
    pub base: String,
    pub head: String,
    /// How many files differ.
    pub files: usize,
    pub persons: Vec<Contributor>,
    /// What does not pass first.
    pub rulings: Vec<Ruling>,
    /// The answers of the gates that rulings speak of.
    pub judged: Vec<GateReport>,
    /// Commits that say they break the glass.
    pub glasses: Vec<BreakGlassCommit>,
    names: BTreeMap<(AppName, Option<String>), String>,
}

impl GuardReport {
    /// Nothing is said yet.
    pub fn new(repository: String, base: String, head: String) -> Self {
        GuardReport { repository, base, head, ..GuardReport::default() }
    }

    /// Learns how cells are called.
    pub fn name_cells(&mut self, before: &[MappingEntry], after: &[MappingEntry]) {
        self.names = display_names(after);
        self.names.extend(display_names(before));
    }

    /// May all of it be merged?
    pub fn is_allowed(&self) -> bool {
        self.rulings.iter().all(Ruling::is_allowed)
    }

    /// The cells of a ruling, as people call them; several images of one app share its name.
    pub fn name(&self, ruling: &Ruling) -> String {
        let name =
            |slot: &CellKey| self.names.get(&(slot.app.clone(), slot.component.clone())).cloned();
        match ruling.slots.as_slice() {
            [] => String::new(),
            [first, rest @ ..] if rest.iter().all(|slot| slot.component == first.component) => {
                name(first).unwrap_or_else(|| first.app.to_string())
            }
            [first, ..] => first.app.to_string(),
        }
    }

    /// `prod`, `prod/eu`, or `prod (3 targets)`.
    pub fn place_text(ruling: &Ruling) -> String {
        let Some(first) = ruling.slots.first() else { return String::new() };
        let mut targets: Vec<&str> =
            ruling.slots.iter().filter_map(|slot| Some(slot.target.as_ref()?.as_str())).collect();
        targets.sort_unstable();
        targets.dedup();
        match targets.as_slice() {
            [] => first.stage.to_string(),
            [one] => format!("{}/{one}", first.stage),
            several => format!("{} ({} targets)", first.stage, several.len()),
        }
    }

    /// `v1 → v2`, with the arrow that is shown.
    pub fn versions(ruling: &Ruling, arrow: &str) -> String {
        let words = |versions: &[crate::model::Version]| {
            let mut words: Vec<String> = versions.iter().map(ToString::to_string).collect();
            words.dedup();
            words.join(" ")
        };
        match (ruling.from.is_empty(), ruling.to.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("new: {}", words(&ruling.to)),
            (false, true) => format!("{} goes", words(&ruling.from)),
            _ if ruling.from == ruling.to => format!("{}, another image", words(&ruling.to)),
            _ => format!("{} {arrow} {}", words(&ruling.from), words(&ruling.to)),
        }
    }

    /// All of it in a sentence, without its end.
    pub fn summary_sentence(&self) -> String {
        let (moving, other): (Vec<&Ruling>, Vec<&Ruling>) =
            self.rulings.iter().partition(|ruling| !ruling.slots.is_empty());
        let refused =
            |rulings: &[&Ruling]| rulings.iter().filter(|ruling| !ruling.is_allowed()).count();
        let files = match self.files {
            1 => "1 file differs".to_owned(),
            count => format!("{count} files differ"),
        };
        if self.rulings.is_empty() && self.files == 0 {
            return "nothing differs".to_owned();
        }
        if self.rulings.is_empty() {
            return format!("{files}, and no version moves");
        }
        let part = |count: usize, one: &str, many: &str, no: usize| match (count, no) {
            (0, _) => None,
            (1, 0) => Some(format!("1 {one} may pass")),
            (1, _) => Some(format!("1 {one} may not")),
            (count, 0) => Some(format!("{count} {many} may pass")),
            (count, no) => Some(format!("{no} of {count} {many} may not")),
        };
        let moves =
            part(moving.len(), "change of a version", "changes of versions", refused(&moving));
        let others = part(other.len(), "other file", "other files", refused(&other));
        let broken = moving.iter().filter(|ruling| !ruling.overridden.is_empty()).count();
        let broken = (broken > 0).then(|| format!("the glass is broken for {broken}"));
        let files = (self.files > 0).then_some(files);
        let parts: Vec<String> = [files, moves, others, broken].into_iter().flatten().collect();
        parts.join("; ")
    }
}

//! The report of `towpath guard`.

use super::{GateReport, display_names};
use crate::guard::{BreakGlassCommit, Contributor, FileExplanation, RenderedBuild, Ruling};
use crate::model::{AppName, CellKey, MappingEntry, Version};
use std::collections::BTreeMap;

/// Rulings on the parts of a change.
#[derive(Debug, Clone, Default)]
pub struct GuardReport {
    pub repository: String,
    /// Commit ids.
    pub base: String,
    pub head: String,
    /// Number of files that differ.
    pub files: usize,
    pub persons: Vec<Contributor>,
    /// Refused ones first.
    pub rulings: Vec<Ruling>,
    /// Gate reports that the rulings refer to.
    pub judged: Vec<GateReport>,
    /// Commits with a break-glass trailer.
    pub glasses: Vec<BreakGlassCommit>,
    /// What each changed file means, if that was asked for.
    pub explained: Option<Vec<FileExplanation>>,
    /// What programs built on both sides, if that was asked for.
    pub rendered: Option<Vec<RenderedBuild>>,
    /// The kind of forge, as the base's configuration names it.
    pub forge: Option<String>,
    names: BTreeMap<(AppName, Option<String>), String>,
}

impl GuardReport {
    /// Creates an empty report.
    pub fn new(repository: String, base: String, head: String) -> Self {
        GuardReport { repository, base, head, ..GuardReport::default() }
    }

    /// Sets the display names of the cells.
    pub fn name_cells(&mut self, before: &[MappingEntry], after: &[MappingEntry]) {
        self.names = display_names(after);
        self.names.extend(display_names(before));
    }

    /// True if everything may be merged.
    pub fn is_allowed(&self) -> bool {
        self.rulings.iter().all(Ruling::is_allowed)
    }

    /// Display name of a ruling's cells; several images of one app share its name.
    pub fn name(&self, ruling: &Ruling) -> String {
        let name =
            |cell: &CellKey| self.names.get(&(cell.app.clone(), cell.component.clone())).cloned();
        match ruling.cells.as_slice() {
            [] => String::new(),
            [first, rest @ ..] if rest.iter().all(|cell| cell.component == first.component) => {
                name(first).unwrap_or_else(|| first.app.to_string())
            }
            [first, ..] => first.app.to_string(),
        }
    }

    /// Formats the place: `prod`, `prod/eu`, or `prod (3 targets)`.
    pub fn place_text(ruling: &Ruling) -> String {
        let Some(first) = ruling.cells.first() else { return String::new() };
        let mut targets: Vec<&str> =
            ruling.cells.iter().filter_map(|cell| Some(cell.target.as_ref()?.as_str())).collect();
        targets.sort_unstable();
        targets.dedup();
        match targets.as_slice() {
            [] => first.stage.to_string(),
            [one] => format!("{}/{one}", first.stage),
            several => format!("{} ({} targets)", first.stage, several.len()),
        }
    }

    /// Formats the change as `v1 → v2`, with this arrow.
    pub fn versions(ruling: &Ruling, arrow: &str) -> String {
        match (ruling.from.is_empty(), ruling.to.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("new: {}", join_versions(&ruling.to)),
            (false, true) => format!("{} removed", join_versions(&ruling.from)),
            _ if ruling.from == ruling.to => {
                format!("{} of another image", join_versions(&ruling.to))
            }
            _ => format!("{} {arrow} {}", join_versions(&ruling.from), join_versions(&ruling.to)),
        }
    }

    /// Summary as a sentence without its full stop.
    pub fn summary_sentence(&self) -> String {
        let (moving, other): (Vec<&Ruling>, Vec<&Ruling>) =
            self.rulings.iter().partition(|ruling| !ruling.cells.is_empty());
        let refused =
            |rulings: &[&Ruling]| rulings.iter().filter(|ruling| !ruling.is_allowed()).count();
        let files = match self.files {
            1 => "1 file differs".to_owned(),
            count => format!("{count} files differ"),
        };
        if self.rulings.is_empty() && self.files == 0 {
            return "no differences".to_owned();
        }
        if self.rulings.is_empty() {
            return format!("{files}; no version changes");
        }
        let moves = count_text(moving.len(), "version change", "version changes", refused(&moving));
        let others = count_text(other.len(), "other file", "other files", refused(&other));
        let broken = moving.iter().filter(|ruling| !ruling.overridden.is_empty()).count();
        let broken = (broken > 0).then(|| format!("gates overridden for {broken}"));
        let files = (self.files > 0).then_some(files);
        let parts: Vec<String> = [files, moves, others, broken].into_iter().flatten().collect();
        parts.join("; ")
    }
}

fn join_versions(versions: &[Version]) -> String {
    let mut words: Vec<String> = versions.iter().map(ToString::to_string).collect();
    words.dedup();
    words.join(" ")
}

/// Tells how many are allowed, and how many of them are not: `no`.
fn count_text(count: usize, one: &str, many: &str, no: usize) -> Option<String> {
    match (count, no) {
        (0, _) => None,
        (1, 0) => Some(format!("1 {one} is allowed")),
        (1, _) => Some(format!("1 {one} is not allowed")),
        (count, 0) => Some(format!("{count} {many} are allowed")),
        (count, no) => Some(format!("{no} of {count} {many} are not allowed")),
    }
}

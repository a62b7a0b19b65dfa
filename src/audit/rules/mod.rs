//! The audit rules, one per file, and their registry.
//!
//! A rule needs no configuration unless its explanation says so; without what it needs it is
//! skipped.

mod applied_late;
mod bake_too_short;
mod break_glass;
mod break_glass_without_follow_up;
mod direct_push;
mod diverged_targets;
mod drift;
mod during_freeze;
mod flapping;
mod gone;
mod merged_past_lock;
mod merged_past_rejection;
mod mutable_tag;
mod never_applied;
mod out_of_band;
mod out_of_order;
mod outside_window;
mod overtaken;
mod skipped_stage;
mod stale_stage;
mod tag_moved;
mod twins_disagree;
mod unattested;
mod unauthorised;
mod unbuildable;
mod unhealthy_when_promoted;
mod unknown_image;
mod unknown_version;
mod unpinned;
mod unsigned;
mod unverified;

use super::{AuditContext, Finding, ImageSighting, LiveSighting, RuleRequirement, Severity};
use crate::config::gates::GateKind;
use crate::model::{CellKey, EntryNote, MappingEntry, Version};
use std::collections::HashMap;
use std::fmt;

/// An audit rule.
pub struct AuditRule {
    /// Stable name, also used in baselines.
    pub id: &'static str,
    pub severity: Severity,
    /// The rule is skipped if this is missing.
    pub needs: RuleRequirement,
    /// Short description of the findings.
    pub title: &'static str,
    /// One paragraph: what is found, when nothing is, and what to do.
    pub about: &'static str,
    /// One sentence: what to do about the findings.
    pub remedy: &'static str,
    /// Returns the findings.
    pub find: fn(&AuditContext<'_>) -> Vec<Finding>,
}

impl fmt::Debug for AuditRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// All rules, in display order.
pub static ALL: &[&AuditRule] = &[
    &unauthorised::RULE,
    &unknown_version::RULE,
    &unknown_image::RULE,
    &skipped_stage::RULE,
    &out_of_order::RULE,
    &unverified::RULE,
    &unhealthy_when_promoted::RULE,
    &out_of_band::RULE,
    &drift::RULE,
    &gone::RULE,
    &tag_moved::RULE,
    &unattested::RULE,
    &overtaken::RULE,
    &merged_past_lock::RULE,
    &merged_past_rejection::RULE,
    &during_freeze::RULE,
    &outside_window::RULE,
    &bake_too_short::RULE,
    &break_glass_without_follow_up::RULE,
    &break_glass::RULE,
    &unbuildable::RULE,
    &twins_disagree::RULE,
    &direct_push::RULE,
    &unsigned::RULE,
    &never_applied::RULE,
    &applied_late::RULE,
    &flapping::RULE,
    &diverged_targets::RULE,
    &stale_stage::RULE,
    &mutable_tag::RULE,
    &unpinned::RULE,
];

/// Returns the rule with this id.
pub fn find_rule(id: &str) -> Option<&'static AuditRule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// Creates a finding about a current entry.
fn finding_at_entry(
    rule: &'static AuditRule,
    entry: &MappingEntry,
    message: impl Into<String>,
) -> Finding {
    let place = entry.locations.first();
    Finding {
        cells: vec![entry.cell()],
        version: Some(entry.version.clone()),
        path: place.map(|place| place.path.clone()),
        line: place.map(|place| place.line),
        ..Finding::from_message(rule, message)
    }
}

/// Creates findings about what witnesses saw of the current entries. Of earlier looks, each state
/// is told once, with the first time that it was seen.
fn live_findings(
    scene: &AuditContext<'_>,
    rule: &'static AuditRule,
    says: impl Fn(&LiveSighting) -> Option<String>,
) -> Vec<Finding> {
    let mut by_cell: HashMap<&CellKey, Vec<&LiveSighting>> = HashMap::new();
    for sighting in scene.live.unwrap_or_default() {
        by_cell.entry(&sighting.cell).or_default().push(sighting);
    }
    let mut out = Vec::new();
    for entry in scene.entries() {
        let cell = entry.cell();
        let mut seen = by_cell.remove(&cell).unwrap_or_default();
        seen.sort_by_key(|one| one.looked);
        let newest = seen.iter().rfind(|one| one.is_newest);
        out.extend(
            newest.and_then(|one| says(one)).map(|told| finding_at_entry(rule, entry, told)),
        );
        let mut known: Vec<(&Version, &[Version])> = Vec::new();
        known.extend(newest.filter(|one| says(one).is_some()).map(|one| state_of(one)));
        for earlier in seen.iter().filter(|one| !one.is_newest) {
            let Some(told) = says(earlier).filter(|_| !known.contains(&state_of(earlier))) else {
                continue;
            };
            known.push(state_of(earlier));
            let at = format_seconds(earlier.looked);
            let finding = finding_at_entry(rule, entry, format!("{told}; seen at {at}"));
            out.push(Finding { version: Some(earlier.version.clone()), ..finding });
        }
    }
    out
}

/// What was wanted and what ran, which tells states apart.
fn state_of(seen: &LiveSighting) -> (&Version, &[Version]) {
    (&seen.version, &seen.runs)
}

fn format_seconds(at: i64) -> String {
    let time = jiff::Timestamp::from_second(at).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Creates findings about what registries have of the current entries.
fn image_findings(
    scene: &AuditContext<'_>,
    rule: &'static AuditRule,
    says: impl Fn(&MappingEntry, &ImageSighting) -> Option<String>,
) -> Vec<Finding> {
    let told = |entry: &MappingEntry| {
        let sighting = scene.registry?.sighting(&entry.cell())?;
        says(entry, sighting).map(|message| finding_at_entry(rule, entry, message))
    };
    scene.entries().filter_map(told).collect()
}

/// Creates findings for entries with a note.
fn findings_by_note(
    scene: &AuditContext<'_>,
    rule: &'static AuditRule,
    says: impl Fn(&EntryNote) -> Option<String>,
) -> Vec<Finding> {
    let told = |entry: &MappingEntry| {
        entry.notes.iter().find_map(&says).map(|message| finding_at_entry(rule, entry, message))
    };
    scene.entries().filter_map(told).collect()
}

/// Creates findings for deployments that landed while a gate was not open.
fn findings_by_gate(
    scene: &AuditContext<'_>,
    rule: &'static AuditRule,
    gate: GateKind,
) -> Vec<Finding> {
    let found = scene.closed_by(gate).into_iter();
    found
        .map(|(deployment, answer)| {
            Finding::from_deployment(rule, &deployment, answer.reason.clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;

    /// The documentation has a row per rule, with its severity and whether it needs something.
    #[test]
    fn the_document_lists_the_rules() {
        let document = include_str!("../../../docs/audit.md");
        for rule in ALL {
            let begin = format!("| `{}` | {} | ", rule.id, rule.severity.as_str());
            let row = document
                .lines()
                .find(|line| line.starts_with(&begin))
                .unwrap_or_else(|| panic!("{begin}"));
            assert_eq!(row.ends_with(" | |"), rule.needs.missing_text().is_empty(), "{row}");
        }
    }

    #[test]
    fn every_rule_has_a_name_of_its_own_and_explains_itself() {
        let ids: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for rule in ALL {
            assert!(rule.about.len() > 80 && rule.about.ends_with('.'), "{}", rule.id);
            assert!(!rule.title.ends_with('.') && rule.title.len() < 70, "{}", rule.id);
        }
    }
}

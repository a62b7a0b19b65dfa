//! `version`: requirements on the version itself, and flags in the mapping.

use super::{GateInput, rule_origin, target_suffix};
use crate::config::gates::{Gate, GateKind, GateRule, VersionGate, matches_glob};
use crate::model::is_mutable;
use crate::pipeline::verdict::GateAnswer;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Version(wanted) = &rule.gate else { return None };
    let why = version_problem(case, wanted).or_else(|| false_flag(case, wanted));
    Some(match why {
        Some(why) => GateAnswer::shut(GateKind::Version, rule_origin(rule), why),
        None => GateAnswer::open(
            GateKind::Version,
            rule_origin(rule),
            format!("{} meets the requirements", case.question.version),
        ),
    })
}

fn version_problem(case: &GateInput<'_>, wanted: &VersionGate) -> Option<String> {
    let version = case.question.version;
    let tag = version.tag.as_deref().unwrap_or_default();
    if let Some(pattern) = wanted.pattern.as_ref().filter(|pattern| !pattern.is_match(tag)) {
        let text = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
        return Some(format!("{version} does not match `{text}`"));
    }
    let comes_from = |branch: &String| matches_glob(&format!("{branch}-*"), tag);
    if !wanted.branches.is_empty() && !wanted.branches.iter().any(comes_from) {
        return Some(format!("{version} is not from branch {}", wanted.branches.join(" or ")));
    }
    if wanted.immutable && is_mutable(version) {
        return Some(format!("{version} is mutable"));
    }
    (wanted.digest && version.digest.is_none()).then(|| format!("{version} has no digest"))
}

/// Finds a flag that is `false` beside the version, in its source or its destination.
fn false_flag(case: &GateInput<'_>, wanted: &VersionGate) -> Option<String> {
    let sources =
        case.before.iter().flat_map(|stage| case.evidence.source_cells(case.question, stage));
    for cell in sources.chain(case.cells.iter().copied()) {
        let is_source = cell.stage != *case.question.stage;
        let Some(flags) = case.evidence.facts.flags.get(cell) else { continue };
        // `automatic_deploys_enabled` is about the stage it is written in, `promote_…` about the
        // next one.
        let speaks = |name: &String| name.starts_with("promote") == is_source;
        let off = wanted.flags.iter().find(|name| speaks(name) && flags.get(*name) == Some(&false));
        if let Some(name) = off {
            return Some(format!("{name} is false in {}{}", cell.stage, target_suffix(cell)));
        }
    }
    None
}

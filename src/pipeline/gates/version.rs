//! `version`: requirements on the version itself, and flags in the mapping.

use super::{GateInput, rule_origin, target_suffix};
use crate::config::gates::{DEFAULT_FLAGS, Gate, GateKind, GateRule, VersionGate, matches_glob};
use crate::model::is_mutable;
use crate::pipeline::verdict::{GateAnswer, RuleOrigin};

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Version(wanted) = &rule.gate else { return None };
    let why = version_problem(case, wanted).or_else(|| false_flag(case, &wanted.flags));
    Some(match why {
        Some(why) => GateAnswer::shut(GateKind::Version, rule_origin(rule), why),
        None => GateAnswer::open(
            GateKind::Version,
            rule_origin(rule),
            format!("{} meets the requirements", case.question.version),
        ),
    })
}

/// The answer where no rule is about the version: shut if a flag of the repository says so.
pub(super) fn answer_without_rule(case: &GateInput<'_>) -> Option<GateAnswer> {
    if !case.rules_of(GateKind::Version).is_empty() {
        return None;
    }
    let why = false_flag(case, &DEFAULT_FLAGS.map(str::to_owned))?;
    Some(GateAnswer::shut(GateKind::Version, RuleOrigin::BuiltIn, why))
}

/// True if a tag carries a branch: at its start, or after numbers such as a date, and followed by
/// `-`, `.`, `_` or `+`. A branch with `/` is written with `-` in tags.
fn carries_branch(tag: &str, branch: &str) -> bool {
    let branch = branch.replace('/', "-");
    let starts = |rest: &str| {
        ['-', '.', '_', '+'].iter().any(|sign| matches_glob(&format!("{branch}{sign}*"), rest))
    };
    let mut rest = tag;
    loop {
        if starts(rest) || (rest != tag && matches_glob(&branch, rest)) {
            return true;
        }
        let Some((number, after)) = rest.split_once(['-', '.', '_', '+']) else { return false };
        let digits = number.strip_prefix('v').unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
        rest = after;
    }
}

fn version_problem(case: &GateInput<'_>, wanted: &VersionGate) -> Option<String> {
    let version = case.question.version;
    let tag = version.tag.as_deref().unwrap_or_default();
    if let Some(pattern) = wanted.pattern.as_ref().filter(|pattern| !pattern.is_match(tag)) {
        let text = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
        return Some(format!("{version} does not match `{text}`"));
    }
    let comes_from = |branch: &String| carries_branch(tag, branch);
    if !wanted.branches.is_empty() && !wanted.branches.iter().any(comes_from) {
        return Some(format!("{version} is not from branch {}", wanted.branches.join(" or ")));
    }
    if wanted.immutable && is_mutable(version) {
        return Some(format!("{version} is mutable"));
    }
    (wanted.digest && version.digest.is_none()).then(|| format!("{version} has no digest"))
}

/// Finds a flag that is `false` beside the version, in its source or its destination.
fn false_flag(case: &GateInput<'_>, wanted: &[String]) -> Option<String> {
    let sources =
        case.before.iter().flat_map(|stage| case.evidence.source_cells(case.question, stage));
    for cell in sources.chain(case.cells.iter().copied()) {
        let is_source = cell.stage != *case.question.stage;
        let Some(flags) = case.evidence.facts.flags.get(cell) else { continue };
        // `automatic_deploys_enabled` is about the stage it is written in, `promote_…` about the
        // next one.
        let speaks = |name: &String| name.starts_with("promote") == is_source;
        let off = wanted.iter().find(|name| speaks(name) && flags.get(*name) == Some(&false));
        if let Some(name) = off {
            return Some(format!("{name} is false in {}{}", cell.stage, target_suffix(cell)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::carries_branch;

    #[test]
    fn tags_carry_branches_in_several_ways() {
        for tag in [
            "main-27e1396",
            "main.20240302-080000.feedbee",
            "main_12",
            "20240302-main-27e1396",
            "v1.2-main.5",
            "1.2.3-main",
        ] {
            assert!(carries_branch(tag, "main"), "{tag}");
        }
        for tag in ["main", "maine-1", "feature-main-1", "v1.2", "", "domain-1", "x1-main-2"] {
            assert!(!carries_branch(tag, "main"), "{tag}");
        }
        assert!(carries_branch("release-9-27e1396", "release-*"));
        assert!(carries_branch("feature-x-1", "feature/x"));
    }
}

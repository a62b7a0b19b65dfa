//! Lines shared by the table, Markdown and HTML output: findings by place, and the order of the
//! stages.

use super::{AuditDetail, commit_text, format_minute, version_text};
use crate::model::short_commit;
use crate::report::{AuditReport, FindingGroup, StagePairFigures};

/// Lines per rule; `--all` shows all.
const SHOWN: usize = 12;

/// A group of findings as a line.
pub(in crate::ui) struct FindingLine {
    pub rule: &'static str,
    /// App, stage, findings, version, first, last, commit, message.
    pub cells: [String; 8],
}

pub(in crate::ui) const HEADINGS: [&str; 9] =
    ["rule", "app", "stage", "findings", "version", "first", "last", "commit", "message"];

/// Lines of all rules, highest severity first.
pub(in crate::ui) fn finding_lines(audited: &AuditReport, detail: AuditDetail) -> Vec<FindingLine> {
    if detail == AuditDetail::Whole {
        return audited
            .findings
            .iter()
            .map(|told| group_line(&FindingGroup::from_finding(told)))
            .collect();
    }
    let groups = audited.finding_groups();
    let rules = groups.chunk_by(|a, b| (a.rule().id, a.severity()) == (b.rule().id, b.severity()));
    rules
        .flat_map(|groups| groups.iter().take(SHOWN).map(group_line).chain(rest_line(groups)))
        .collect()
}

pub(in crate::ui) fn group_line(group: &FindingGroup<'_>) -> FindingLine {
    let newest = group.newest();
    let count = group.findings.len();
    let versions = group.findings.iter().all(|told| told.finding.version == newest.finding.version);
    let is_one_app = group.names.len() == 1;
    let (first, last) = group
        .time_span()
        .map(|(first, last)| (format_minute(first), format_minute(last)))
        .unwrap_or_default();
    let cells = [
        group.name(),
        newest.place_text(),
        if count > 1 { format_count(count) } else { String::new() },
        if is_one_app || versions { version_text(newest) } else { String::new() },
        if first == last { String::new() } else { first },
        last,
        short_commit(&commit_text(newest)),
        newest.finding.message.clone(),
    ];
    FindingLine { rule: group.rule().id, cells }
}

/// The line for the groups of a rule that are not shown.
fn rest_line(groups: &[FindingGroup<'_>]) -> Option<FindingLine> {
    let left = groups.get(SHOWN..).filter(|left| !left.is_empty())?;
    let findings = left.iter().map(|group| group.findings.len()).sum();
    let what = match left.len() {
        1 => "in 1 more place; --all lists it".to_owned(),
        several => format!("in {} more places; --all lists them", format_count(several)),
    };
    let none = String::new;
    let cells =
        ["…".to_owned(), none(), format_count(findings), none(), none(), none(), none(), what];
    Some(FindingLine { rule: groups[0].rule().id, cells })
}

/// Figures of two stages: names, changes, early arrivals, those within the tolerance, versions
/// never in the earlier stage, and whether the figures are used.
pub(in crate::ui) type StagePairLine = [String; 6];

pub(in crate::ui) fn pair_headings(audited: &AuditReport) -> [String; 6] {
    let within = format!("within {}", crate::model::format_duration(audited.tolerance));
    ["stages", "changes", "too early", &within, "never before", "compared"].map(str::to_owned)
}

/// Stage pairs in pipeline order; when folded, only those with most to report. Returns also the
/// number left out.
pub(in crate::ui) fn pair_lines(
    audited: &AuditReport,
    detail: AuditDetail,
) -> (Vec<StagePairLine>, usize) {
    let mut pairs: Vec<(usize, &StagePairFigures)> = audited.pairs.iter().enumerate().collect();
    if detail == AuditDetail::Folded {
        pairs.retain(|(_, pair)| pair.comparable);
        pairs.sort_by_key(|(_, pair)| std::cmp::Reverse(pair.after - pair.tolerated + pair.never));
        pairs.truncate(SHOWN);
        pairs.sort_by_key(|(at, _)| *at);
    }
    let left = audited.pairs.len() - pairs.len();
    (pairs.into_iter().map(|(_, pair)| format_pair(pair)).collect(), left)
}

fn format_pair(pair: &StagePairFigures) -> StagePairLine {
    let StagePairFigures { before, stage, changes, after, tolerated, never, versions, met, .. } =
        pair;
    let [changes, after, tolerated, never] =
        [*changes, *after, *tolerated, *never].map(format_count);
    let silent = || {
        format!(
            "no: {} of {} versions never match",
            format_count(versions - met),
            format_count(*versions)
        )
    };
    let judged = if pair.comparable { String::new() } else { silent() };
    [format!("{before} to {stage}"), changes, after, tolerated, never, judged]
}

/// Text about the pairs that were left out.
pub(in crate::ui) fn more_pairs(left: usize) -> String {
    match left {
        1 => "1 more pair of stages; --all lists it".to_owned(),
        left => format!("{} more pairs of stages; --all lists them", format_count(left)),
    }
}

/// Formats a number with separators: `22,092`.
pub(in crate::ui) fn format_count(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::format_count;

    #[test]
    fn long_numbers_are_readable() {
        assert_eq!(
            [0, 999, 1_000, 22_092, 1_234_567].map(format_count),
            ["0", "999", "1,000", "22,092", "1,234,567"]
        );
    }
}

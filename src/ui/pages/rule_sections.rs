//! Sections of the page: one per rule, with foldable details per place.

use crate::model::short_commit;
use crate::report::{AuditPage, FindingGroup, FindingReport};
use crate::ui::audit::lines::format_count;
use crate::ui::audit::{AuditDetail, commit_text, format_minute, version_text};
use crate::ui::pages::display_text;
use crate::ui::pages::view::anchor;
use serde::Serialize;

/// Limits for readability: places per rule, and findings per place.
const PLACES: usize = 40;
const FINDINGS: usize = 25;

#[derive(Serialize)]
pub(super) struct RuleSection {
    anchor: String,
    rule: &'static str,
    severity: &'static str,
    title: &'static str,
    about: &'static str,
    count: String,
    folds: Vec<FindingDetails>,
    /// Text about what was left out.
    rest: Option<String>,
}

#[derive(Serialize)]
struct FindingDetails {
    name: String,
    place: String,
    message: String,
    /// Set if there is more than one.
    count: Option<String>,
    /// `2026-08-21`, or `2026-08-01 to 2026-08-21`.
    span: String,
    items: Vec<FindingItem>,
    rest: Option<String>,
}

#[derive(Serialize)]
struct FindingItem {
    id: String,
    time: String,
    /// Set if the group has several apps.
    name: Option<String>,
    version: String,
    commit: String,
    link: Option<String>,
    author: String,
    pull_request: Option<u64>,
    subject: String,
    path: String,
    message: String,
}

pub(super) fn rule_sections(page: &AuditPage, detail: AuditDetail) -> Vec<RuleSection> {
    let groups = page.audited.finding_groups();
    let rules = groups.chunk_by(|a, b| (a.rule().id, a.severity()) == (b.rule().id, b.severity()));
    rules.map(|groups| rule_section(page, groups, detail)).collect()
}

fn rule_section(page: &AuditPage, groups: &[FindingGroup<'_>], detail: AuditDetail) -> RuleSection {
    let (rule, severity) = (groups[0].rule(), groups[0].severity());
    let (shown, left) = split_shown(groups, PLACES, detail);
    let count: usize = groups.iter().map(|group| group.findings.len()).sum();
    let findings: usize = left.iter().map(|group| group.findings.len()).sum();
    RuleSection {
        anchor: anchor(rule, severity),
        rule: rule.id,
        severity: severity.as_str(),
        title: rule.title,
        about: rule.about,
        count: format_count(count),
        folds: shown.iter().map(|group| finding_details(page, group, detail)).collect(),
        rest: (!left.is_empty())
            .then(|| more_text(findings, &format!(" in {} more places", format_count(left.len())))),
    }
}

/// Splits into the shown part and the rest.
fn split_shown<T>(all: &[T], most: usize, detail: AuditDetail) -> (&[T], &[T]) {
    match detail {
        AuditDetail::Folded => all.split_at(all.len().min(most)),
        AuditDetail::Whole => (all, &[]),
    }
}

fn more_text(findings: usize, place: &str) -> String {
    let noun = if findings == 1 { "finding" } else { "findings" };
    format!(
        "{} more {noun}{place}; use --all or --output json to list them",
        format_count(findings)
    )
}

fn finding_details(
    page: &AuditPage,
    group: &FindingGroup<'_>,
    detail: AuditDetail,
) -> FindingDetails {
    let newest = group.newest();
    let (listed, left) = split_shown(&group.findings, FINDINGS, detail);
    let several = group.names.len() > 1;
    let day = |time| format_minute(time).chars().take(10).collect::<String>();
    let span = group.time_span().map(|(first, last)| (day(first), day(last)));
    let count = group.findings.len();
    FindingDetails {
        name: display_text(&group.name()),
        place: display_text(&newest.place_text()),
        message: display_text(&newest.finding.message),
        count: (count > 1).then(|| format_count(count)),
        span: match span {
            Some((first, last)) if first == last => last,
            Some((first, last)) => format!("{first} to {last}"),
            None => "now".to_owned(),
        },
        items: listed
            .iter()
            .map(|told| finding_item(page, told, (several, &newest.finding.message)))
            .collect(),
        rest: (!left.is_empty()).then(|| more_text(left.len(), "")),
    }
}

/// Creates an item. `said` is the message of the group, which is not repeated.
fn finding_item(
    page: &AuditPage,
    told: &FindingReport,
    (several, said): (bool, &str),
) -> FindingItem {
    let finding = &told.finding;
    let account = told.account.as_deref();
    let commit = commit_text(told);
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    let path = finding.path.as_deref().map(|path| format!("{path}{line}"));
    let link =
        page.place.as_ref().filter(|_| !commit.is_empty()).map(|place| place.commit_url(&commit));
    FindingItem {
        id: finding.id(),
        time: finding.time.map(format_minute).unwrap_or_default(),
        name: several.then(|| display_text(&told.name)),
        version: display_text(&version_text(told)),
        commit: short_commit(&commit),
        link: link.filter(|link| link.starts_with("https://")),
        author: account.map(|account| display_text(&account.author.name)).unwrap_or_default(),
        pull_request: account.and_then(|account| account.pull_request),
        subject: account.map(|account| display_text(&account.subject)).unwrap_or_default(),
        path: path.as_deref().map(display_text).unwrap_or_default(),
        message: if finding.message == said {
            String::new()
        } else {
            display_text(&finding.message)
        },
    }
}

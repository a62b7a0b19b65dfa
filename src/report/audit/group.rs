//! Groups repeated findings: a cell that breaks a rule with every deployment is one group, and so
//! are apps that always break it together.

use super::{AuditReport, FindingReport};
use crate::audit::{AuditRule, Severity};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// Findings of one rule about one place; of several apps, if these were changed by the same
/// commits.
#[derive(Debug, Clone)]
pub struct FindingGroup<'a> {
    /// Display names of the apps, without duplicates.
    pub names: Vec<&'a str>,
    /// In the order of the report: newest first.
    pub findings: Vec<&'a FindingReport>,
}

impl<'a> FindingGroup<'a> {
    /// Creates a group of one finding.
    pub fn from_finding(told: &'a FindingReport) -> Self {
        FindingGroup { names: vec![&told.name], findings: vec![told] }
    }

    /// The newest finding; a group is never empty.
    pub fn newest(&self) -> &'a FindingReport {
        self.findings[0]
    }

    pub fn rule(&self) -> &'static AuditRule {
        self.newest().finding.rule
    }

    pub fn severity(&self) -> Severity {
        self.newest().finding.severity
    }

    /// Times of the first and last finding, in seconds since 1970; `None` for findings about the
    /// current state.
    pub fn time_span(&self) -> Option<(i64, i64)> {
        let times = || self.findings.iter().filter_map(|told| told.finding.time);
        Some((times().min()?, times().max()?))
    }

    /// Formats the names: `web`, or `web and 3 more`.
    pub fn name(&self) -> String {
        match self.names.as_slice() {
            [one] => (*one).to_owned(),
            names => format!("{} and {} more", names[0], names.len() - 1),
        }
    }
}

impl AuditReport {
    /// Groups the findings, in the order of each group's newest one.
    pub fn finding_groups(&self) -> Vec<FindingGroup<'_>> {
        let by_app =
            group_by_key(self.findings.iter(), |told| (group_key(told), told.name.as_str()));
        // Apps are merged if all their findings have the same commits, or for the current state the
        // same messages.
        let together = group_by_key(by_app.into_iter(), |findings| {
            let marks = findings.iter().map(|told| {
                let finding = &told.finding;
                (
                    finding.commit,
                    finding.commit.is_none().then_some(finding.message.as_str()),
                    finding.time,
                )
            });
            (group_key(findings[0]), marks.collect::<Vec<_>>())
        });
        together.into_iter().map(merge_apps).collect()
    }
}

fn group_key(told: &FindingReport) -> (&'static str, Severity, String) {
    (told.finding.rule.id, told.finding.severity, told.place_text())
}

/// Groups values by key, in the order of each key's first value.
fn group_by_key<T, K: Eq + Hash>(
    values: impl Iterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Vec<T>> {
    let mut out: Vec<Vec<T>> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    for value in values {
        let at = *known.entry(key(&value)).or_insert(out.len());
        if at == out.len() {
            out.push(Vec::new());
        }
        out[at].push(value);
    }
    out
}

/// Merges the findings of several apps, newest first.
fn merge_apps(apps: Vec<Vec<&FindingReport>>) -> FindingGroup<'_> {
    let names = apps.iter().map(|findings| findings[0].name.as_str()).collect();
    let mut findings: Vec<&FindingReport> = apps.into_iter().flatten().collect();
    findings.sort_by_key(|told| Reverse(told.finding.time));
    FindingGroup { names, findings }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Finding, rules};
    use crate::model::CellKey;
    use crate::report::audit::testing::audited;

    /// `time app[/target] stage`; without a time it is about the current state.
    fn told(line: &str) -> FindingReport {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("three words");
        let (time, cell, stage) = (word().parse::<i64>().ok(), word(), word());
        let (app, target) =
            cell.split_once('/').map_or((cell, None), |(app, target)| (app, Some(target.into())));
        let cell = CellKey { app: app.into(), component: None, stage: stage.into(), target };
        let rule = rules::find_rule("mutable-tag").expect("there is such a rule");
        // One commit per time, as in most repositories.
        let commit = time.map(|time| format!("{time:040x}").parse().expect("forty digits"));
        let finding =
            Finding { cells: vec![cell], time, commit, ..Finding::from_message(rule, "said") };
        FindingReport { finding, name: app.to_owned(), account: None }
    }

    fn groups(lines: &[&str]) -> Vec<String> {
        let audited = audited(lines.iter().map(|line| told(line)).collect());
        let shown = |group: &FindingGroup<'_>| {
            let span = group
                .time_span()
                .map(|(first, last)| format!(" {first}-{last}"))
                .unwrap_or_default();
            format!(
                "{} {} x{}{span}",
                group.name(),
                group.newest().place_text(),
                group.findings.len()
            )
        };
        audited.finding_groups().iter().map(shown).collect()
    }

    #[test]
    fn a_cell_that_repeats_itself_is_one_line() {
        let lines = ["9 web prod", "8 api prod", "7 web dev", "5 web prod", "2 web prod"];
        assert_eq!(groups(&lines), ["web prod x3 2-9", "api prod x1 8-8", "web dev x1 7-7"]);
    }

    #[test]
    fn apps_that_always_go_together_are_one_line() {
        let lines = ["9 web prod", "9 api prod", "9 job prod", "5 web prod", "5 api prod"];
        assert_eq!(groups(&lines), ["web and 1 more prod x4 5-9", "job prod x1 9-9"]);
        assert_eq!(
            groups(&["- web prod", "- api prod", "- job dev"]),
            ["web and 1 more prod x2", "job dev x1"]
        );
    }

    #[test]
    fn other_targets_are_another_place() {
        assert_eq!(
            groups(&["9 web/eu prod", "5 web/us prod"]),
            ["web prod/eu x1 9-9", "web prod/us x1 5-5"]
        );
    }
}

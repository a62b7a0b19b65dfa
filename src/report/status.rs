//! The report of `towpath status`: every entry of the mapping, and since when it is there.

use super::{LeftOutEntry, LiveCell};
use crate::config::Config;
use crate::history::IntroducingCommit;
use crate::model::{AppName, CellKey, Mapping, MappingEntry, StageName, Warning, base_name};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Answer of `status`.
#[derive(Debug, Clone)]
pub struct StatusReport {
    /// As the user named it, or its path.
    pub repository: String,
    pub branch: Option<String>,
    /// The commit that was read, or `None` for the work tree.
    pub revision: Option<String>,
    /// Committer time of that commit.
    pub time: Option<Timestamp>,
    /// In pipeline order.
    pub stages: Vec<StageName>,
    /// For each of `stages`, the indexes of its direct upstream stages.
    pub before: Vec<Vec<usize>>,
    pub occupants: Vec<StatusEntry>,
    pub warnings: Vec<Warning>,
    /// Versions that the configuration does not show, if they were asked for.
    pub left_out: Option<Vec<LeftOutEntry>>,
}

/// An image in a cell.
#[derive(Debug, Clone)]
pub struct StatusEntry {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub entry: MappingEntry,
    pub since: Option<BroughtBy>,
    /// File and line of the rule, or `discovered`.
    pub found: String,
    /// What runs, if the witnesses were asked.
    pub live: Option<LiveCell>,
}

/// The commit that introduced a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtBy {
    pub commit: String,
    pub time: Timestamp,
    pub author_name: String,
    pub author_email: String,
    pub subject: String,
    pub pull_request: Option<u64>,
}

impl From<&IntroducingCommit> for BroughtBy {
    fn from(since: &IntroducingCommit) -> Self {
        BroughtBy {
            commit: since.commit.to_string(),
            time: Timestamp::from_second(since.time).unwrap_or(Timestamp::UNIX_EPOCH),
            author_name: since.author.name.clone(),
            author_email: since.author.email.clone(),
            subject: since.subject.clone(),
            pull_request: since.pull_request,
        }
    }
}

impl StatusReport {
    /// Creates a report of a mapping, without history and repository details.
    pub fn new(config: &Config, mapping: Mapping, found: impl Fn(&MappingEntry) -> String) -> Self {
        let names = display_names(&mapping.entries);
        let before = upstream_indexes(config, &mapping.stages);
        let occupants = mapping.entries.into_iter().map(|entry| StatusEntry {
            name: names[&(entry.app.clone(), entry.component.clone())].clone(),
            since: None,
            live: None,
            found: found(&entry),
            entry,
        });
        StatusReport {
            repository: String::new(),
            branch: None,
            revision: None,
            time: None,
            stages: mapping.stages,
            before,
            occupants: occupants.collect(),
            warnings: mapping.warnings,
            left_out: None,
        }
    }

    /// Position of a stage.
    pub fn position(&self, stage: &StageName) -> usize {
        self.stages.iter().position(|s| s == stage).unwrap_or(self.stages.len())
    }

    /// Keeps the stages for which `wanted` is true; the upstream relation skips the others.
    pub fn keep_stages(&mut self, wanted: impl Fn(&StageName) -> bool) {
        let kept: Vec<usize> =
            (0..self.stages.len()).filter(|i| wanted(&self.stages[*i])).collect();
        let before = kept.iter().map(|i| self.nearest_upstream(*i, &|j| kept.contains(&j)));
        let before: Vec<Vec<usize>> = before
            .map(|found| {
                kept.iter().enumerate().filter(|(_, j)| found.contains(j)).map(|(k, _)| k).collect()
            })
            .collect();
        self.before = before;
        self.stages = kept.iter().map(|i| self.stages[*i].clone()).collect();
        let stages = &self.stages;
        self.occupants.retain(|occupant| stages.contains(&occupant.entry.stage));
    }

    /// The nearest upstream stages that satisfy `accept`; the search along a path ends at the first
    /// one.
    pub fn nearest_upstream(
        &self,
        stage: usize,
        accept: &dyn Fn(usize) -> bool,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = self.before.get(stage).cloned().unwrap_or_default();
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            if accept(next) {
                found.insert(next);
            } else {
                open.extend(self.before.get(next).into_iter().flatten());
            }
        }
        found
    }
}

fn upstream_indexes(config: &Config, stages: &[StageName]) -> Vec<Vec<usize>> {
    let position = |name: &StageName| stages.iter().position(|stage| stage == name);
    stages
        .iter()
        .map(|name| {
            config
                .stage(name.as_str())
                .map(|stage| stage.after.iter().filter_map(position).collect())
        })
        .map(Option::unwrap_or_default)
        .collect()
}

/// Display names of apps and components, as short as is unique. An only component is left out, and
/// of `deploy/web` beside `cron/web` only the first word is used. `web` of the app `web` is `web`.
pub fn display_names(entries: &[MappingEntry]) -> BTreeMap<(AppName, Option<String>), String> {
    shortest_names(entries.iter().map(|entry| (&entry.app, &entry.component)))
}

/// Display names including apps and components of the past. Current ones keep the names they have
/// in `status`.
pub fn names_over_time(
    now: &[MappingEntry],
    past: &[CellKey],
) -> BTreeMap<(AppName, Option<String>), String> {
    let mut all = shortest_names(past.iter().map(|cell| (&cell.app, &cell.component)));
    all.extend(display_names(now));
    all
}

fn shortest_names<'a>(
    known: impl Iterator<Item = (&'a AppName, &'a Option<String>)>,
) -> BTreeMap<(AppName, Option<String>), String> {
    let mut components: BTreeMap<&AppName, BTreeSet<&Option<String>>> = BTreeMap::new();
    for (app, component) in known {
        components.entry(app).or_default().insert(component);
    }
    let mut names = BTreeMap::new();
    for (app, all) in components {
        for component in &all {
            let name = match component {
                Some(component) if all.len() > 1 && !is_main(component, app, &all) => {
                    format!("{app}/{}", shortest_unique_prefix(component, &all))
                }
                _ => app.to_string(),
            };
            names.insert((app.clone(), (*component).clone()), name);
        }
    }
    names
}

/// True for the component that is called like its app, which carries the app's name alone.
fn is_main(component: &str, app: &AppName, all: &BTreeSet<&Option<String>>) -> bool {
    component == base_name(app.as_str()) && !all.contains(&None)
}

/// Shortest leading words of a component that no other component of the app shares.
fn shortest_unique_prefix<'a>(component: &'a str, all: &BTreeSet<&Option<String>>) -> &'a str {
    let ends = component.match_indices('/').map(|(at, _)| at).chain([component.len()]);
    let alone = |end: &usize| {
        let head = &component[..*end];
        let same = |other: &str| {
            other == head || other.strip_prefix(head).is_some_and(|rest| rest.starts_with('/'))
        };
        all.iter().filter(|other| other.as_deref().is_some_and(same)).count() == 1
    };
    ends.into_iter().find(alone).map_or(component, |end| &component[..end])
}

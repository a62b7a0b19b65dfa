//! A look at all witnesses, and the answers about cells.

use super::judgement::{WantedCell, judge_cell};
use super::revisions::RevisionIndex;
use super::sight::{CellSight, SightIndex, SightQuery};
use super::witnesses::{WitnessKey, look_at_witness};
use crate::config::{Config, LiveRule};
use crate::git::Repository;
use crate::history::{Deployment, Timeline};
use crate::live::{AppliedRevision, LiveScope, LiveSnapshot};
use crate::model::{AppName, CellKey, MappingEntry, Version, Warning};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::report::{LiveCell, to_timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::thread;

/// Deployments closer together than this are one change to a cluster that has not applied them.
const ONE_CHANGE: i64 = 3600;

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LiveSource {
    /// The witnesses of `live:`.
    #[default]
    Configured,
    /// A snapshot that the user names.
    Snapshot(PathBuf),
}

impl LiveSource {
    /// The snapshots in a folder, by name; anything else is itself.
    pub fn with_folder(self) -> Vec<Self> {
        let LiveSource::Snapshot(path) = &self else { return vec![self] };
        let Ok(folder) = std::fs::read_dir(path) else { return vec![self] };
        let is_snapshot = |path: &PathBuf| {
            let kind = path.extension().and_then(|kind| kind.to_str());
            matches!(kind, Some("json" | "yaml" | "yml"))
        };
        let files = folder.filter_map(|entry| Some(entry.ok()?.path())).filter(is_snapshot);
        let mut files: Vec<PathBuf> = files.collect();
        files.sort();
        match files.is_empty() {
            true => vec![self],
            false => files.into_iter().map(LiveSource::Snapshot).collect(),
        }
    }
}

/// The state that a look is about.
#[derive(Clone, Copy)]
pub struct LiveSubject<'a> {
    pub repository: &'a Repository,
    pub config: &'a Config,
    pub timeline: &'a Timeline,
    /// All entries of the mapping.
    pub entries: &'a [MappingEntry],
    /// Deployments after this time do not count, in seconds since 1970.
    pub until: Option<i64>,
}

impl<'a> LiveSubject<'a> {
    /// All of a state, with its whole history.
    pub fn new(
        repository: &'a Repository,
        state: &'a RepositoryState,
        history: &'a DeploymentHistory<'_>,
    ) -> Self {
        LiveSubject {
            repository,
            config: &state.settings.config,
            timeline: &history.timeline,
            entries: &state.mapping.entries,
            until: None,
        }
    }
}

/// Context and namespace of a gap, and its reason.
type GapPlace<'g> = (&'g Option<String>, &'g Option<String>, &'g str);

/// What the witnesses saw, by witness.
pub struct LiveLook<'a> {
    subject: LiveSubject<'a>,
    seen: BTreeMap<WitnessKey, Result<LiveSnapshot, String>>,
    /// The snapshot of the user, which answers for all witnesses.
    named: Option<LiveSnapshot>,
    histories: HashMap<&'a CellKey, Vec<Deployment<'a>>>,
    /// The apps of each image.
    apps: HashMap<&'a str, BTreeSet<&'a AppName>>,
    commits: RevisionIndex<'a>,
}

impl<'a> LiveLook<'a> {
    /// Asks the witnesses of some cells, each once and all at the same time.
    ///
    /// # Errors
    /// When none is configured, or the snapshot of the user cannot be read.
    pub fn take(
        subject: LiveSubject<'a>,
        cells: &[CellKey],
        source: &LiveSource,
        session: &Session,
    ) -> Result<Self, Failure> {
        let mut look = LiveLook {
            subject,
            seen: BTreeMap::new(),
            named: None,
            histories: HashMap::new(),
            apps: HashMap::new(),
            commits: RevisionIndex::new(subject.repository),
        };
        let is_known = |one: &Deployment<'_>| subject.until.is_none_or(|until| one.time <= until);
        for deployment in subject.timeline.deployments().filter(is_known) {
            look.histories.entry(deployment.cell).or_default().push(deployment);
        }
        for entry in subject.entries {
            let image = entry.image.as_deref().unwrap_or_default();
            look.apps.entry(image).or_default().insert(&entry.app);
        }
        match source {
            LiveSource::Snapshot(path) => {
                let witness = crate::live::FileWitness::new(path);
                let seen = crate::live::Witness::look(&witness, &LiveScope::default());
                look.named = Some(seen?);
            }
            LiveSource::Configured => look.seen = ask_witnesses(subject, cells, session)?,
        }
        Ok(look)
    }

    /// Answers about cells, which the report calls by these names.
    pub fn answers<'e>(
        &self,
        cells: impl Iterator<Item = (&'e str, &'e MappingEntry)>,
    ) -> Vec<LiveCell> {
        let (names, entries): (Vec<&str>, Vec<&MappingEntry>) = cells.unzip();
        let mut names = names.into_iter();
        self.for_each_sight(entries.into_iter(), |entry, sight| {
            let rule = self.subject.config.live.rule_for(&entry.cell());
            let mut answer = self.judge(names.next().unwrap_or_default(), entry, sight);
            answer.witness = rule.map(|rule| rule.witness.as_str());
            answer.context = rule.and_then(|rule| WitnessKey::new(rule, &entry.cell()).context);
            answer
        })
    }

    /// The revisions that the controllers of cells applied, as far as they keep them.
    pub fn applied_revisions(&self, entries: &[MappingEntry]) -> Vec<Vec<AppliedRevision>> {
        self.for_each_sight(entries.iter(), |_, sight| {
            let applied = sight.deliveries.iter().flat_map(|object| &object.applied);
            applied.cloned().collect()
        })
    }

    /// Passes on what was seen of each cell.
    fn for_each_sight<'e, T>(
        &self,
        entries: impl Iterator<Item = &'e MappingEntry>,
        mut take: impl FnMut(&'e MappingEntry, &CellSight<'_>) -> T,
    ) -> Vec<T> {
        let index =
            |key: &'_ WitnessKey| self.seen.get(key).map(|seen| seen.as_ref().map(SightIndex::new));
        let named = self.named.as_ref().map(SightIndex::new);
        let keys = self.seen.keys().map(|key| (key, index(key)));
        let indexes: HashMap<&WitnessKey, _> =
            keys.filter_map(|(key, index)| Some((key, index?))).collect();
        let mut out = Vec::new();
        for entry in entries {
            let cell = entry.cell();
            let rule = self.subject.config.live.rule_for(&cell);
            let key = rule.map(|rule| WitnessKey::new(rule, &cell));
            let image = entry.image.as_deref().unwrap_or_default();
            let shares_image = self.apps.get(image).is_some_and(|apps| apps.len() > 1);
            let query = SightQuery { entry, rule, shares_image };
            let sight = match (&named, key.as_ref().and_then(|key| indexes.get(key))) {
                (Some(named), _) => named.find(query),
                (None, Some(Ok(index))) => index.find(query),
                (None, Some(Err(reason))) => trouble(reason),
                (None, None) => trouble("`live` in towpath.yaml names no witness for this stage"),
            };
            out.push(take(entry, &sight));
        }
        out
    }

    fn judge(&self, name: &str, entry: &MappingEntry, sight: &CellSight<'_>) -> LiveCell {
        let cell = entry.cell();
        let history = self.histories.get(&cell).map(Vec::as_slice).unwrap_or_default();
        let arrival = history
            .first()
            .filter(|newest| newest.to.is_some_and(|to| to.version == entry.version));
        let covers = |revision: &str| self.commits.contains(revision, arrival?.commit);
        let wanted = WantedCell {
            name: name.to_owned(),
            entry,
            landed: arrival.map(|newest| to_timestamp(newest.time)),
            before: versions_before(history),
            covers: &covers,
        };
        judge_cell(&wanted, sight)
    }

    /// What the witnesses could not see.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut out = Vec::new();
        let failed = self.seen.iter().filter_map(|(key, seen)| Some((key, seen.as_ref().err()?)));
        for (key, reason) in failed {
            out.push(Warning::general("live-failed", format!("{}: {reason}", key.title())));
        }
        let snapshots = self.seen.values().filter_map(|seen| seen.as_ref().ok());
        let mut gaps: BTreeMap<GapPlace<'_>, Vec<&str>> = BTreeMap::new();
        for gap in snapshots.chain(&self.named).flat_map(|snapshot| &snapshot.gaps) {
            let key = (&gap.context, &gap.namespace, gap.reason.as_str());
            gaps.entry(key).or_default().push(&gap.what);
        }
        for ((context, namespace, reason), what) in gaps {
            let context = context.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
            let place = match namespace {
                Some(namespace) => format!("namespace {namespace}"),
                None => "all namespaces".to_owned(),
            };
            let what = what.join(", ");
            let message = format!("not seen in {place}{context}: {what}; {reason}");
            out.push(Warning::general("live-gap", message));
        }
        out
    }

    /// Everything that was seen, as one snapshot.
    pub fn into_snapshot(self, now: jiff::Timestamp) -> LiveSnapshot {
        let seen: Vec<LiveSnapshot> =
            self.seen.into_values().filter_map(Result::ok).chain(self.named).collect();
        let time = seen.iter().map(|snapshot| snapshot.time).min().unwrap_or(now);
        let mut out = LiveSnapshot::new(time);
        for snapshot in seen {
            out.objects.extend(snapshot.objects);
            out.gaps.extend(snapshot.gaps);
        }
        out
    }
}

/// The versions that a cell had just before its present one.
fn versions_before<'a>(history: &[Deployment<'a>]) -> Vec<&'a Version> {
    let mut out = Vec::new();
    for (index, deployment) in history.iter().enumerate() {
        let is_near = index == 0 || history[index - 1].time - deployment.time < ONE_CHANGE;
        if !is_near {
            break;
        }
        out.extend(deployment.from.map(|from| &from.version));
    }
    out
}

fn trouble<'s>(reason: &str) -> CellSight<'s> {
    CellSight { trouble: Some(reason.to_owned()), ..CellSight::default() }
}

/// Asks each witness of the cells about all namespaces that it is needed for.
fn ask_witnesses(
    subject: LiveSubject<'_>,
    cells: &[CellKey],
    session: &Session,
) -> Result<BTreeMap<WitnessKey, Result<LiveSnapshot, String>>, Failure> {
    if subject.config.live.is_empty() {
        return Err(Failure::usage("`live` in towpath.yaml names no witness of what runs")
            .hint("add `live:` to it, for example `live: {'*': {witness: kubernetes, namespace: '{app}'}}`")
            .hint("`--live=FILE` takes a snapshot whose objects name their stages"));
    }
    let mut scopes: BTreeMap<WitnessKey, LiveScope> = BTreeMap::new();
    let mut whole: BTreeSet<WitnessKey> = BTreeSet::new();
    for cell in cells {
        let Some(rule) = subject.config.live.rule_for(cell) else { continue };
        let key = WitnessKey::new(rule, cell);
        let scope = scopes.entry(key.clone()).or_default();
        scope.context.clone_from(&key.context);
        match namespace_of(rule, cell) {
            Some(namespace) => drop(scope.namespaces.insert(namespace)),
            None => drop(whole.insert(key)),
        }
    }
    for key in whole {
        scopes.entry(key).or_default().namespaces.clear();
    }
    let work_tree = subject.repository.work_tree();
    Ok(thread::scope(|threads| {
        let asked: Vec<_> = scopes
            .iter()
            .map(|(key, scope)| {
                let ask = move || look_at_witness(key, scope, work_tree, session);
                (key.clone(), threads.spawn(ask))
            })
            .collect();
        let answers = asked.into_iter().map(|(key, asked)| {
            let seen = asked.join().unwrap_or_else(|_| Err("the witness ended early".to_owned()));
            (key, seen)
        });
        answers.collect()
    }))
}

fn namespace_of(rule: &LiveRule, cell: &CellKey) -> Option<String> {
    rule.namespace.as_ref().map(|template| template.expand(cell))
}

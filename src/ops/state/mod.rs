//! The state of a repository: its revision, its effective configuration and its mapping.

mod branches;
pub mod effective_config;
pub mod index_location;
pub mod indexed_history;
pub mod owned_readings;
mod source;

use crate::config::{CONFIG_FILE, Config, ConfigOrigin};
use crate::discovery::{DiscoveredConfig, StageBasis};
use crate::git::{GitError, Oid, Repository, Snapshot, WalkEnd, revision_or_time};
use crate::history;
use crate::history::index::IndexRecord;
use crate::history::{IntroducingCommit, IntroducingCommits, WalkOptions};
use crate::model::{CellKey, Mapping, MappingEntry, StageName, Version};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::branches::{branch_time, stage_branches, tip_at};
use crate::ops::state::effective_config::{ConfigFile, EffectiveConfig};
use crate::ops::state::index_location::IndexLocation;
use crate::ops::state::indexed_history::IndexedHistory;
use crate::ops::state::owned_readings::OwnedReadings;
use crate::ops::state::source::StateSource;
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader};
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Selects a state of the repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct RevisionSelector<'a> {
    /// A revision or a time; `None` means the newest commit.
    pub at: Option<&'a str>,
    /// True for the files on disk instead of a commit.
    pub work_tree: bool,
    /// True where the revision may be newer than the branch in this clone. The index is then read
    /// but not written.
    pub is_ahead: bool,
    /// True where only the configuration in this state is used.
    pub is_alone: bool,
}

/// The state of a repository: configuration, mapping, branch and commit.
pub struct RepositoryState {
    pub settings: EffectiveConfig,
    pub mapping: Mapping,
    pub branch: Option<String>,
    /// The commit that was read, or `None` for the files on disk.
    pub commit: Option<Oid>,
    pub time: Option<Timestamp>,
    /// The parsed files, for the history walk.
    pub(super) cache: ParseCache,
    /// The claim readings at the tip, until the history walk takes them.
    pub(super) readings: RefCell<OwnedReadings>,
    /// The number of threads that read history, if the user set it.
    threads: Option<usize>,
    /// The time of the state, if it is not now. Branches of stages are read up to it.
    moment: Option<Timestamp>,
    pub(super) keep: IndexLocation,
    /// The record from the index, until it is used.
    pub(super) archive: RefCell<Option<IndexedHistory>>,
}

/// The commits that introduced the present versions.
#[derive(Default)]
pub struct SinceLookup {
    pub found: HashMap<(CellKey, Version), IntroducingCommit>,
    /// True where the clone is shallow and ended before everything was found.
    pub shallow: bool,
}

impl SinceLookup {
    fn add(&mut self, arrivals: IntroducingCommits) {
        self.shallow |= matches!(arrivals.stopped, WalkEnd::Shallow(_));
        self.found.extend(arrivals.found);
    }
}

impl RepositoryState {
    /// Reads one state of a repository, from the index if it is current.
    ///
    /// # Errors
    /// When the state does not exist or the configuration is wrong. A file that cannot be read is a
    /// warning of the mapping.
    pub fn load(
        session: &Session,
        repository: &Repository,
        when: RevisionSelector<'_>,
    ) -> Result<Self, Failure> {
        let cache = ParseCache::default();
        let StateSource { snapshot, mut stated, branch } =
            StateSource::load(session, repository, when, &cache)?;
        let time = snapshot.time().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let commit = snapshot.commit();
        let moment = branch_time(session, repository, when, branch.as_deref(), &snapshot);
        let keep = IndexLocation::new(session, repository, branch.as_deref(), stated.as_ref());
        let mut record = commit.and_then(|_| keep.load_record(session));
        if let (Some(tip), Some(known)) = (commit, &mut record)
            && is_current(session, repository, (tip, moment), stated.as_ref(), known)
        {
            if let Some(settings) =
                effective_config::restore_config(session, stated.take(), known.found.as_ref())
            {
                let mapping = std::mem::take(&mut known.mapping);
                let archive = RefCell::new(record.map(IndexedHistory::Current));
                let threads = session.options.threads;
                let readings = RefCell::default();
                return Ok(RepositoryState {
                    settings,
                    mapping,
                    branch,
                    commit,
                    time,
                    cache,
                    readings,
                    threads,
                    moment,
                    keep,
                    archive,
                });
            }
            stated = source::find_config_file(
                session,
                repository,
                when,
                &SnapshotReader::new(&snapshot, &cache),
            )?;
        }
        let settings = effective_config::load(
            session,
            repository,
            stated,
            &SnapshotReader::new(&snapshot, &cache),
        );
        let (mut mapping, readings) = {
            let reader = SnapshotReader::new(&snapshot, &cache);
            let readings = crate::source::read_claims(&settings.config, &reader, None);
            let mapping = assemble_mapping(
                session,
                repository,
                (&settings.config, moment),
                (&reader, &readings),
                &cache,
            )?;
            (mapping, OwnedReadings::from_readings(readings))
        };
        if let Some(proposal) = &settings.assumed {
            mapping.warnings.extend(proposal.unreadable.iter().cloned());
            mapping.warnings.sort();
            mapping.warnings.dedup();
        }
        drop(snapshot);
        let threads = session.options.threads;
        let keep = if settings.follow_from_a_commit() && !when.is_ahead {
            keep
        } else {
            IndexLocation::none()
        };
        let archive = RefCell::new(
            record.filter(|_| when.at.is_none() || when.is_ahead).map(IndexedHistory::Older),
        );
        let readings = RefCell::new(readings);
        Ok(RepositoryState {
            settings,
            mapping,
            branch,
            commit,
            time,
            cache,
            readings,
            threads,
            moment,
            keep,
            archive,
        })
    }

    /// The commits that introduced the versions of these entries. Files on disk have no history.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn find_introducing_commits(
        &self,
        session: &Session,
        repository: &Repository,
        entries: Vec<MappingEntry>,
    ) -> Result<SinceLookup, GitError> {
        let mut past = SinceLookup::default();
        let Some(tip) = self.commit else { return Ok(past) };
        self.answer_from_index(session, repository, &entries, &mut past)?;
        let config = &self.settings.config;
        let branch_of = |slot: &CellKey| {
            config.stage(slot.stage.as_str()).and_then(|stage| stage.branch.as_deref())
        };
        let open = entries.iter().map(|entry| (entry.slot(), entry.version.clone()));
        let slots = open.filter(|key| !past.found.contains_key(key)).map(|(slot, _)| slot);
        let (elsewhere, here): (HashSet<CellKey>, HashSet<CellKey>) =
            slots.partition(|slot| branch_of(slot).is_some());
        past.add(self.search_mainline(repository, tip, None, &here)?);
        for (stage, branch) in config.stage_branches() {
            let slots = elsewhere.iter().filter(|slot| slot.stage == *stage).cloned().collect();
            if let Some(tip) = tip_at(session, repository, branch, self.moment)? {
                past.add(self.search_mainline(repository, tip, Some(stage), &slots)?);
            }
        }
        Ok(past)
    }

    fn search_mainline(
        &self,
        repository: &Repository,
        tip: Oid,
        branch_stage: Option<&StageName>,
        slots: &HashSet<CellKey>,
    ) -> Result<IntroducingCommits, GitError> {
        if slots.is_empty() {
            return Ok(IntroducingCommits { found: HashMap::new(), stopped: WalkEnd::Done });
        }
        let question = self.walk_options(repository, tip, branch_stage);
        history::find_introducing_commits(
            question,
            self.branch_readings(repository, tip, branch_stage, &self.cache)?,
            slots,
        )
    }

    pub(super) fn walk_options<'a>(
        &'a self,
        repository: &'a Repository,
        tip: Oid,
        branch_stage: Option<&'a StageName>,
    ) -> WalkOptions<'a> {
        let (config, cache) = (&self.settings.config, &self.cache);
        WalkOptions {
            repository,
            config,
            tip,
            branch_stage,
            cache,
            until: None,
            threads: self.threads,
        }
    }

    /// Notes the assumptions, and how to save them.
    pub fn note_assumption(&self, session: &Session) {
        if let Some(note) = &self.settings.note {
            session.note(note);
        }
        if let Some(proposal) = &self.settings.assumed {
            session.note(&assumption_text(proposal, &self.settings.config, &self.mapping));
            for (sure, rules) in
                [("assumed", &proposal.config.rules), ("unsure", &proposal.unsure.rules)]
            {
                for rule in rules {
                    session.detail(&format!("{sure}: {} {}", rule.kind, rule.path.as_str()));
                }
            }
        } else if self.mapping.entries.is_empty() {
            let stages: Vec<&str> =
                self.mapping.stages.iter().map(|stage| stage.as_str()).collect();
            let what = if self.mapping.warnings.is_empty() { "is pinned" } else { "could be read" };
            session.note(&format!("no version {what} in stages {}", stages.join(", ")));
        }
    }

    /// The origin of an entry in words: the line of the configuration, or the discovered path.
    pub fn entry_origin(&self, entry: &MappingEntry) -> String {
        let Some(rule) = self.settings.config.rules.get(entry.rule) else { return String::new() };
        match (&self.settings.config.origin, rule.line) {
            (ConfigOrigin::File(name), Some(line)) => format!("{name}:{line}"),
            _ => format!("discovered in {}", rule.path.as_str()),
        }
    }
}

/// True where the record is for the newest commits.
fn is_current(
    session: &Session,
    repository: &Repository,
    (commit, moment): (Oid, Option<Timestamp>),
    stated: Option<&ConfigFile>,
    record: &IndexRecord,
) -> bool {
    let branches = stated.into_iter().flat_map(|stated| stated.config.stage_branches());
    let tips = branches.filter_map(|(stage, branch)| {
        let tip = tip_at(session, repository, branch, moment).transpose()?;
        Some(tip.map(|tip| (Some(stage), tip)))
    });
    let tips: Result<Vec<_>, GitError> = [Ok((None, commit))].into_iter().chain(tips).collect();
    tips.is_ok_and(|tips| record.is_of(&tips))
}

/// Reads the mapping of one state, and of the branches of its stages.
///
/// # Errors
/// When a stage's branch is missing.
pub fn read_mapping(
    session: &Session,
    repository: &Repository,
    config: &Config,
    reader: &SnapshotReader<'_>,
    cache: &ParseCache,
) -> Result<Mapping, Failure> {
    let readings = crate::source::read_claims(config, reader, None);
    assemble_mapping(session, repository, (config, None), (reader, &readings), cache)
}

/// Combines claim readings into a mapping.
fn assemble_mapping(
    session: &Session,
    repository: &Repository,
    (config, moment): (&Config, Option<Timestamp>),
    (reader, readings): (&SnapshotReader<'_>, &[(Claim<'_>, ClaimReading)]),
    cache: &ParseCache,
) -> Result<Mapping, Failure> {
    let entries = readings.iter().map(|(_, reading)| reading.entries.clone());
    let mut mapping = crate::source::build_mapping(config, entries, reader.warnings());
    stage_branches(session, repository, (config, moment), cache, &mut mapping)?;
    Ok(mapping)
}

/// Opens the selected state.
///
/// # Errors
/// When the state does not exist.
pub fn open_snapshot<'r>(
    session: &Session,
    repository: &'r Repository,
    when: RevisionSelector<'_>,
    branch: Option<&str>,
) -> Result<Snapshot<'r>, Failure> {
    if when.work_tree {
        return Ok(Snapshot::of_work_tree(repository)?);
    }
    let tip = match branch {
        Some(branch) => session.branch_tip(repository, branch)?,
        None => repository.head_commit()?,
    };
    let commit = match when.at {
        Some(at) => revision_or_time::resolve_at(repository, tip, at, session.local_time())?,
        None => tip,
    };
    Ok(Snapshot::of_commit(repository, commit)?)
}

/// `assumed: stages dev → prod, from 214 files in 3 layouts. No towpath.yaml found. …`
fn assumption_text(proposal: &DiscoveredConfig, config: &Config, mapping: &Mapping) -> String {
    let unsure = match proposal.unsure.rules.len() {
        0 => String::new(),
        1 => "; 1 more layout is uncertain".into(),
        n => format!("; {n} more layouts are uncertain"),
    };
    if mapping.entries.is_empty() {
        let mut stages: Vec<&str> = mapping.stages.iter().map(|stage| stage.as_str()).collect();
        stages.extend(proposal.empty_stages.iter().map(String::as_str));
        let mut seen = BTreeSet::new();
        stages.retain(|stage| seen.insert(*stage));
        return match stages.as_slice() {
            [] => format!("no stages found in this repository{unsure}; name them in {CONFIG_FILE}"),
            _ => {
                format!(
                    "found stages {}, but no version is pinned in them{unsure}",
                    stages.join(", ")
                )
            }
        };
    }
    let files: BTreeSet<&str> =
        mapping.entries.iter().flat_map(|e| &e.locations).map(|at| at.path.as_str()).collect();
    let count =
        |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    format!(
        "assumed: {}, from {} in {}{unsure}. No {CONFIG_FILE} found. Run `towpath init` to save \
         these settings.",
        stages_in_words(proposal, config),
        count(files.len(), "file"),
        count(proposal.config.rules.len(), "layout"),
    )
}

/// The stages in words, such as `stages dev → prod`; first stages are joined by "and".
fn stages_in_words(proposal: &DiscoveredConfig, config: &Config) -> String {
    let mut chain = String::new();
    for stage in &config.stages {
        let sign = if stage.after.is_empty() { " and ".to_owned() } else { " → ".to_owned() };
        chain.push_str(if chain.is_empty() { "" } else { &sign });
        chain.push_str(stage.name.as_str());
    }
    match proposal.basis {
        StageBasis::Paths => format!("stages {chain}"),
        StageBasis::Keys => format!("stages {chain} (keys inside files)"),
        StageBasis::Branches => format!("stages {chain} (one branch each)"),
        StageBasis::Nothing if proposal.empty_stages.is_empty() => {
            format!("one stage ({chain}), because nothing is named like a stage")
        }
        StageBasis::Nothing => {
            format!(
                "one stage ({chain}), because no version is pinned in {}",
                proposal.empty_stages.join(", ")
            )
        }
    }
}

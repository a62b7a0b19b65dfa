//! From a repository to its mapping: which revision, which configuration, what it says.

use super::context::Context;
use super::failure::Failure;
use crate::config::{Config, Origin};
use crate::discovery::{self, Proposal};
use crate::git::{Repository, Snapshot};
use crate::model::{Entry, Mapping};
use crate::source::{self, Cache, Reader};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The file that holds a repository's configuration.
pub const CONFIG_FILE: &str = "towpath.yaml";

/// Which state of the repository is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct When<'a> {
    /// A revision or a time; the newest commit if not said.
    pub at: Option<&'a str>,
    /// The files on disk instead of a commit.
    pub work_tree: bool,
}

/// What was found, and how.
pub struct Survey {
    pub config: Config,
    pub mapping: Mapping,
    /// What discovery assumed, where there is no configuration.
    pub assumed: Option<Proposal>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub time: Option<Timestamp>,
    /// The configuration came from a file on disk that the commit does not have.
    pub uncommitted: bool,
}

impl Survey {
    /// Reads one state of a repository.
    ///
    /// # Errors
    /// When the state does not exist or the configuration is wrong. A file that cannot be read is a
    /// warning of the mapping.
    pub fn of(context: &Context, repository: &Repository, when: When<'_>) -> Result<Self, Failure> {
        let branch = context.globals.branch.clone().or_else(|| repository.head_branch());
        let snapshot = match (when.work_tree, when.at) {
            (true, _) => Snapshot::of_work_tree(repository)?,
            (false, Some(at)) => Snapshot::of_commit(repository, repository.resolve(at)?)?,
            (false, None) => match &context.globals.branch {
                Some(branch) => Snapshot::of_commit(repository, repository.resolve(branch)?)?,
                None => Snapshot::of_commit(repository, repository.head()?)?,
            },
        };
        let cache = Cache::default();
        let reader = Reader::new(&snapshot, &cache);
        let proposal = discovery::propose(&reader);
        let config = proposal.config.clone();
        let mapping = source::read(&config, &reader, None);
        Ok(Survey {
            config,
            mapping,
            assumed: Some(proposal),
            branch,
            revision: snapshot.commit().map(|id| id.to_string()),
            time: snapshot.time().and_then(|seconds| Timestamp::from_second(seconds).ok()),
            uncommitted: false,
        })
    }

    /// Says in one line what was assumed, and how to keep or change it.
    pub fn tell(&self, context: &Context) {
        let Some(proposal) = &self.assumed else { return };
        context.ui.note(&assumption(proposal, &self.mapping, context.ui.err.arrow()));
    }

    /// How an entry was found, in words: the line of the configuration, or the rule discovery made.
    pub fn found(&self, entry: &Entry) -> String {
        let Some(rule) = self.config.rules.get(entry.rule) else { return String::new() };
        match (&self.config.origin, rule.line) {
            (Origin::File(name), Some(line)) => format!("{name}:{line}"),
            (Origin::File(name), None) => name.clone(),
            (Origin::Discovered, _) => format!("discovered in {}", rule.path.as_str()),
        }
    }
}

/// `assumed: stages dev → prod, 214 files in 3 shapes (no towpath.yaml; `towpath init` keeps it)`
fn assumption(proposal: &Proposal, mapping: &Mapping, arrow: &str) -> String {
    let words = |names: Vec<String>| names.join(&format!(" {arrow} "));
    let unsure = match proposal.unsure.rules.len() {
        0 => String::new(),
        1 => "; 1 more shape is unsure".into(),
        n => format!("; {n} more shapes are unsure"),
    };
    if mapping.entries.is_empty() {
        let mut stages: Vec<String> = mapping.stages.iter().map(ToString::to_string).collect();
        stages.extend(proposal.empty_stages.iter().filter(|word| !stages.contains(word)).cloned().collect::<Vec<_>>());
        return match stages.as_slice() {
            [] => format!("no stage was recognised in this repository{unsure}; `towpath init` helps to describe it"),
            _ => format!("stages found: {}; no version is pinned in them{unsure}", stages.join(", ")),
        };
    }
    let files: BTreeSet<&str> = mapping.entries.iter().flat_map(|e| &e.locations).map(|at| at.path.as_str()).collect();
    let stages = words(mapping.stages.iter().map(ToString::to_string).collect());
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    format!(
        "assumed: stages {stages}, {} in {}{unsure} (no {CONFIG_FILE}; `towpath init` keeps it)",
        count(files.len(), "file"),
        count(proposal.config.rules.len(), "shape"),
    )
}

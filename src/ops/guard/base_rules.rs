//! The rules that judge a change: the configuration that counts, the stages that the branch holds,
//! and the files that rules are made of.

use crate::config::gates::FactNeed;
use crate::config::{CONFIG_FILE, Config};
use crate::git::{Oid, Repository, Snapshot};
use crate::model::StageName;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::effective_config;
use crate::ops::state::effective_config::EffectiveConfig;
use crate::source::{ParseCache, SnapshotReader};
use std::collections::BTreeSet;

/// The configuration of this state, or what discovery finds in it; other states are not read.
pub(super) fn own_settings(
    session: &Session,
    repository: &Repository,
    reader: &SnapshotReader<'_>,
) -> Result<EffectiveConfig, Failure> {
    let stated = effective_config::find_own_config(session, reader)?;
    Ok(effective_config::load(session, repository, stated, reader))
}

/// The rules, and the commit that they are from.
pub(super) struct RulesAtCommit {
    pub settings: EffectiveConfig,
    pub at: Oid,
    /// The stages that the branch holds.
    pub stages: Vec<StageName>,
}

/// Finds the rules, and the stages that the branch holds. Where stages are branches, the rules of
/// all of them are on the default branch, if it has any.
pub(super) fn find_branch_rules(
    session: &Session,
    repository: &Repository,
    own: (EffectiveConfig, Oid),
    branch: Option<&str>,
) -> Result<RulesAtCommit, Failure> {
    let has_rules = own.0.assumed.is_none();
    let main = if has_rules { None } else { main_settings(session, repository)? };
    let (settings, at) = main.unwrap_or(own);
    let held: Vec<(&StageName, &str)> = settings.config.stage_branches().collect();
    match branch {
        None if !held.is_empty() => {
            let failure = Failure::usage(
                "stages are branches in this repository, and --base does not name a branch",
            );
            Err(failure.hint("use --branch BRANCH, or --base refs/remotes/origin/BRANCH"))
        }
        _ => {
            let here = held.into_iter().filter(|(_, held)| Some(*held) == branch);
            let stages = here.map(|(stage, _)| stage.clone()).collect();
            Ok(RulesAtCommit { settings, at, stages })
        }
    }
}

/// The configuration on the default branch of `origin`, if it says that stages are branches.
fn main_settings(
    session: &Session,
    repository: &Repository,
) -> Result<Option<(EffectiveConfig, Oid)>, Failure> {
    let own = repository.origin_head().into_iter().chain(["main".to_owned(), "master".to_owned()]);
    let tip = own.into_iter().find_map(|branch| {
        repository.resolve_revision(&format!("refs/remotes/origin/{branch}")).ok()
    });
    let Some(tip) = tip else { return Ok(None) };
    let (snapshot, cache) = (Snapshot::of_commit(repository, tip)?, ParseCache::default());
    let reader = SnapshotReader::new(&snapshot, &cache);
    let stated = effective_config::find_own_config(session, &reader)?
        .filter(|stated| stated.config.stages.iter().any(|one| one.branch.is_some()));
    Ok(stated
        .map(|stated| (effective_config::load(session, repository, Some(stated), &reader), tip)))
}

/// A path without `.`, `..` and empty names, as the file system resolves it.
pub fn plain_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The files with rules: the configuration, the lists of signers, the files of `blocker` gates, and
/// the files that commands of gates name.
pub(super) fn rule_files(config: &Config, standing: &Snapshot<'_>) -> BTreeSet<String> {
    let signers =
        config.pipeline.all_permissions().flat_map(|permission| permission.signers.clone());
    let words = config.pipeline.all_facts().flat_map(FactNeed::rule_paths);
    let named = words.map(plain_path).filter(|path| standing.find_file(path).is_some());
    signers.map(|path| plain_path(&path)).chain(named).chain([CONFIG_FILE.to_owned()]).collect()
}

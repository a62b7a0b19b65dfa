//! Stages that are branches: where these are, or were at the moment that is meant.

use super::selector::RevisionSelector;
use crate::config::Config;
use crate::git::{GitError, Oid, Repository, Snapshot, revision_or_time};
use crate::model::{Mapping, MappingEntry, StageName};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::source;
use crate::source::{ParseCache, SnapshotReader};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The moment that `--at` means for branches: the one it names, or that of the commit it names. `None`
/// for now, which the newest commit means too. Guard compares states of one branch, the others as they are.
pub(super) fn branch_time(
    session: &Session,
    repository: &Repository,
    when: RevisionSelector<'_>,
    branch: Option<&str>,
    snapshot: &Snapshot<'_>,
) -> Option<Timestamp> {
    let text = when.at.filter(|_| !when.is_ahead && !when.is_alone)?;
    let tip = branch.and_then(|branch| session.branch_tip(repository, branch).ok());
    match repository.resolve_revision(text) {
        Ok(commit) if Some(commit) == tip => None,
        Ok(_) => snapshot.time().and_then(|seconds| Timestamp::from_second(seconds).ok()),
        Err(_) => revision_or_time::parse_time(text, session.local_time()),
    }
}

/// The newest commit that a branch had at a moment; `None` where it had none yet.
pub(super) fn tip_at(
    session: &Session,
    repository: &Repository,
    branch: &str,
    moment: Option<Timestamp>,
) -> Result<Option<Oid>, GitError> {
    let tip = session.branch_tip(repository, branch)?;
    match moment {
        None => Ok(Some(tip)),
        Some(moment) => {
            repository.find_on_mainline(tip, |_, seconds| seconds <= moment.as_second())
        }
    }
}

/// Adds what the branches of branch-per-environment stages say. A branch that is missing is a
/// warning: the other stages are still answered.
pub(super) fn stage_branches(
    session: &Session,
    repository: &Repository,
    (config, moment): (&Config, Option<Timestamp>),
    cache: &ParseCache,
    mapping: &mut Mapping,
) -> Result<(), Failure> {
    let mut found = false;
    for (stage, branch) in config.stage_branches() {
        found = true;
        mapping.entries.retain(|entry| entry.stage != *stage);
        let Some(commit) = tip_at(session, repository, branch, moment)? else { continue };
        let snapshot = Snapshot::of_commit(repository, commit)?;
        let there =
            source::read_mapping(config, &SnapshotReader::new(&snapshot, cache), Some(stage));
        mapping.entries.extend(there.entries.into_iter().filter(|entry| entry.stage == *stage));
        mapping.warnings.extend(there.warnings);
    }
    if found {
        let key = |entry: &MappingEntry| {
            (entry.app.clone(), entry.component.clone(), config.position(&entry.stage))
        };
        mapping.entries.sort_by_cached_key(key);
        mapping.warnings.sort();
        mapping.warnings.dedup();
    }
    Ok(())
}

/// The branches that hold a stage, with the commits that `tip_of` finds for them.
///
/// # Errors
/// Those of `tip_of`, with where the branch is configured.
pub fn stage_branch_tips(
    config: &Config,
    tip_of: &dyn Fn(&str) -> Result<Oid, Failure>,
) -> Result<BTreeMap<StageName, (String, Oid)>, Failure> {
    let tip = |(stage, branch): (&StageName, &str)| {
        let tip = tip_of(branch).map_err(|failure| {
            failure.hint(format!(
                "the stage `{stage}` is said to be on this branch; `towpath config show` says by whom"
            ))
        })?;
        Ok((stage.clone(), (branch.to_owned(), tip)))
    };
    config.stage_branches().map(tip).collect()
}

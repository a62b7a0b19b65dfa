//! Finds the commits that changed files of the mapping, whether or not a version changed.

use crate::audit::MappedFileChange;
use crate::git::{CommitChanges, MainlineWalk, PathScope, WalkControl};
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use std::collections::BTreeSet;

/// The changes to files of the mapping; none where the configuration has no `permissions`.
///
/// # Errors
/// When the clone lacks commits.
pub fn find_file_changes(inquiry: &GateContext<'_>) -> Result<Vec<MappedFileChange>, Failure> {
    let Some(tip) = inquiry.survey.commit else { return Ok(Vec::new()) };
    if !inquiry.config().pipeline.has_permissions() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    let mut walk = MainlineWalk::new(inquiry.repository, tip, PathScope::of(paths(inquiry)));
    if let Some(threads) = inquiry.session.options.threads {
        walk = walk.threads(threads);
    }
    let visit = |step: CommitChanges, (): ()| {
        out.extend(step.changes.iter().map(|change| MappedFileChange {
            commit: step.commit,
            time: step.time,
            path: change.path.clone(),
        }));
        WalkControl::Continue
    };
    walk.run(|| |_, _| (), visit, |_| ())?;
    Ok(out)
}

/// The files that hold versions, now or in the past.
fn paths(inquiry: &GateContext<'_>) -> BTreeSet<String> {
    let past =
        inquiry.chronicle.timeline.deployments().map(|deployment| deployment.path.to_owned());
    let places = inquiry.survey.mapping.entries.iter().flat_map(|entry| &entry.locations);
    past.chain(places.map(|place| place.path.clone())).collect()
}

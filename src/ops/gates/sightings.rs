//! The places that run a version already, and since when.

use crate::git::{Oid, Repository};
use crate::history::CommitDetails;
use crate::ops::gates::GateRequest;
use crate::pipeline::Evidence;
use crate::promotion::VersionSighting;
use crate::report::to_timestamp;

/// The commit itself, or what it merges.
fn merged_commit(repository: &Repository, commit: Oid) -> Oid {
    let parents = repository.commit_parents(commit).unwrap_or_default();
    parents.get(1).copied().unwrap_or(commit)
}

/// Finds the cells of other stages that run the requested version now.
pub fn find_sightings(
    asked: &GateRequest,
    evidence: &Evidence<'_>,
    repository: &Repository,
) -> Vec<VersionSighting> {
    let mut out = Vec::new();
    for cell in evidence.cells_of_app(&asked.subject) {
        if cell.stage == asked.stage {
            continue;
        }
        let Some(run) = evidence.current_run(cell, None) else { continue };
        if !run.version.is_same(&asked.version) {
            continue;
        }
        let place = match &cell.target {
            Some(target) => format!("{} ({target})", cell.stage),
            None => cell.stage.to_string(),
        };
        let details = run.commit.and_then(|id| repository.commit_info(id).ok());
        let sighting = VersionSighting {
            app: asked.subject.app.clone(),
            version: asked.version.clone(),
            place,
            since: run.time.map(|time| to_timestamp(time).strftime("%Y-%m-%d").to_string()),
            by: details.map(|info| CommitDetails::from(info).who.name),
            commit: run.commit.map(|id| merged_commit(repository, id).to_string()),
        };
        if !out.contains(&sighting) {
            out.push(sighting);
        }
    }
    // In the order of the pipeline.
    let stages = &evidence.config.stages;
    let place = |one: &VersionSighting| {
        stages.iter().position(|stage| one.place.starts_with(stage.name.as_str()))
    };
    out.sort_by_key(place);
    out
}

//! The pairs of stages between which versions are promoted.

use crate::config::{Config, Stage};
use crate::ops::error::Failure;

/// A previous stage, and the stage that takes its versions.
pub type StageEdge<'c> = (&'c Stage, &'c Stage);

/// The failure to promote to a stage that no stage comes before.
pub fn first_stage_failure(to: &Stage) -> Failure {
    Failure::usage(format!(
        "{} is a first stage, so it has no previous stage to promote from",
        to.name
    ))
    .hint(format!("`towpath deploy APP VERSION --to {}` deploys a version there", to.name))
}

/// Each stage with each of its previous stages.
pub fn stage_edges(config: &Config) -> Vec<StageEdge<'_>> {
    let before = |stage: &'_ Stage| stage.after.clone();
    config
        .stages
        .iter()
        .flat_map(|stage| before(stage).into_iter().map(move |name| (name, stage)))
        .filter_map(|(name, stage)| Some((config.stage(name.as_str())?, stage)))
        .collect()
}

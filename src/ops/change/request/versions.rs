//! The versions that a request names: among those that ran, or new ones.

use super::Planner;
use crate::config::Stage;
use crate::model::{StageName, Version};
use crate::ops::error::Failure;
use crate::ops::gates::{named_version, parse_version};
use crate::promotion::PastVersions;
use crate::report::to_timestamp;

/// A stage in which nothing has moved for so long, while others did, is stale.
const STALE: i64 = 90 * 24 * 60 * 60;
/// The fewest deployments in other stages that count as moving.
const MOVES: usize = 5;

impl Planner<'_> {
    /// The version that a text names among those that these apps ran.
    pub(super) fn known_version(
        &self,
        text: &str,
        apps: &[String],
        past: &PastVersions,
    ) -> Result<Version, Failure> {
        let named = self.app_filter(apps);
        let ran = past.iter().filter(|(cell, _)| named(cell)).flat_map(|(_, ran)| ran);
        let ran = ran.map(|one| &one.version);
        let here = self.entries.iter().filter(|entry| named(&entry.cell()));
        named_version(text, ran.chain(here.map(|entry| &entry.version)))
    }

    /// The version that a text names for a stage, where it need not have run anywhere. The image of
    /// a whole reference must be that of the app.
    pub(super) fn new_version(
        &self,
        text: &str,
        apps: &[String],
        stage: &Stage,
    ) -> Result<Version, Failure> {
        let named = self.app_filter(apps);
        let of_app = || self.entries.iter().filter(|entry| named(&entry.cell()));
        let written = parse_version(text)?;
        if written.short_digest.is_some() {
            return named_version(text, of_app().map(|entry| &entry.version));
        }
        let here = of_app().filter(|entry| entry.stage == stage.name);
        let other = here.filter_map(|entry| entry.image.as_deref()).find(|image| {
            written.image.as_deref().is_some_and(|named| !is_same_image(named, image))
        });
        match other {
            None => Ok(written.version),
            Some(image) => Err(Failure::usage(format!(
                "`{text}` is not a version of {}, whose image in {} is {image}",
                apps.join(", "),
                stage.name
            ))
            .hint(format!("name the version alone: {}", written.version))),
        }
    }
}

/// Refuses to take a stale stage as the source of a promotion where its place in the order is
/// assumed: a folder called `test` may not have been a stage for years.
pub(super) fn check_is_alive(stage: &StageName, past: &PastVersions) -> Result<(), Failure> {
    let times = |is_here: bool| {
        let cells = past.iter().filter(move |(cell, _)| (cell.stage == *stage) == is_here);
        cells.flat_map(|(_, ran)| ran).map(|one| one.time)
    };
    let Some(last) = times(true).max() else { return Ok(()) };
    if times(false).filter(|time| *time > last + STALE).count() < MOVES {
        return Ok(());
    }
    let since = to_timestamp(last).strftime("%Y-%m-%d").to_string();
    Err(Failure::usage(format!(
        "nothing has moved in {stage} since {since}, while other stages moved; it is not \
         promoted from on an assumption"
    ))
    .hint(format!("--from {stage} takes it all the same, --from STAGE another one"))
    .hint("`towpath init` writes the stages and their order to towpath.yaml"))
}

/// True if both name one image, of which one name may lack the registry or the first folders.
fn is_same_image(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(one, other) || ends(other, one)
}

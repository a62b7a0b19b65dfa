//! JSON of versions that are not shown.

use super::{LocationJson, location_json};
use crate::report::LeftOutEntry;
use serde::Serialize;

/// A version that the configuration does not show (`status --all`).
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOutJson {
    pub app: String,
    /// `null` where nothing names a stage.
    pub stage: Option<String>,
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub locations: Vec<LocationJson>,
    /// `uncertain`, `no-stage` or `no-source`.
    pub reason: &'static str,
}

impl From<&LeftOutEntry> for LeftOutJson {
    fn from(left: &LeftOutEntry) -> Self {
        let entry = &left.entry;
        let source = entry.source.as_str();
        let place = |location| location_json(location, source);
        LeftOutJson {
            app: left.name.clone(),
            stage: left.stage.as_ref().map(ToString::to_string),
            image: entry.image.clone(),
            tag: entry.version.tag.clone(),
            digest: entry.version.digest.clone(),
            locations: entry.locations.iter().map(place).collect(),
            reason: left.reason_code,
        }
    }
}

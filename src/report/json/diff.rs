//! `towpath.diff/1`.

use super::WarningJson;
use super::changes::SourceChangesJson;
use crate::history::AheadSide;
use crate::report::{AppDifference, DiffReport, DiffSide, SideVersion};
use serde::Serialize;

/// Answer of `diff --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.diff/1"))]
pub struct DiffJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.diff/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub a: DiffSideJson,
    pub b: DiffSideJson,
    pub compared: usize,
    pub differences: Vec<DifferenceJson>,
    pub warnings: Vec<WarningJson>,
}

/// One of the two states.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiffSideJson {
    pub text: String,
    pub stage: Option<String>,
    pub revision: Option<String>,
    pub time: Option<String>,
}

/// An app that differs.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DifferenceJson {
    pub app: String,
    pub component: Option<String>,
    pub stage: Option<String>,
    pub target: Option<String>,
    pub a: Vec<SideVersionJson>,
    pub b: Vec<SideVersionJson>,
    pub ahead: Option<&'static str>,
    pub deployments: Option<usize>,
    /// With `--changes`: the commits that `a` has and `b` lacks, or the other way round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<SourceChangesJson>,
}

/// A version on one side.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideVersionJson {
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub targets: Vec<String>,
}

impl DiffJson {
    /// Creates the answer for a repository.
    pub fn new(diff: &DiffReport, repository: String) -> Self {
        DiffJson {
            schema: "towpath.diff/1",
            repository,
            a: DiffSideJson::from(&diff.left),
            b: DiffSideJson::from(&diff.right),
            compared: diff.compared,
            differences: diff.differences.iter().map(DifferenceJson::from).collect(),
            warnings: diff.warnings.iter().map(WarningJson::from).collect(),
        }
    }
}

impl From<&DiffSide> for DiffSideJson {
    fn from(side: &DiffSide) -> Self {
        DiffSideJson {
            text: side.text.clone(),
            stage: side.stage.as_ref().map(ToString::to_string),
            revision: side.revision.clone(),
            time: side.time.map(|time| time.to_string()),
        }
    }
}

impl From<&AppDifference> for DifferenceJson {
    fn from(difference: &AppDifference) -> Self {
        let (ahead, deployments) = match difference.ahead {
            AheadSide::Left(count) => (Some("a"), Some(count)),
            AheadSide::Right(count) => (Some("b"), Some(count)),
            AheadSide::Unknown => (None, None),
        };
        DifferenceJson {
            app: difference.name.clone(),
            component: difference.component.clone(),
            stage: difference.stage.as_ref().map(ToString::to_string),
            target: difference.target.as_ref().map(ToString::to_string),
            a: difference.left.iter().map(SideVersionJson::from).collect(),
            b: difference.right.iter().map(SideVersionJson::from).collect(),
            ahead,
            deployments,
            changes: difference.changes.as_ref().map(SourceChangesJson::from),
        }
    }
}

impl From<&SideVersion> for SideVersionJson {
    fn from(here: &SideVersion) -> Self {
        SideVersionJson {
            image: here.image.clone(),
            tag: here.version.tag.clone(),
            digest: here.version.digest.clone(),
            targets: here.targets.iter().map(ToString::to_string).collect(),
        }
    }
}

//! `towpath.plan/1`.

use super::ImageVersionJson;
use crate::history::ImageVersion;
use crate::model::Version;
use crate::promotion::{ItemOutcome, PlanItem, PlanPurpose, PlannedMove};
use crate::report::PlanReport;
use serde::Serialize;

/// Answer of `--dry-run --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.plan/1"))]
pub struct PlanJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.plan/1")))]
    pub schema: &'static str,
    pub repository: String,
    /// The branch to change.
    pub branch: Option<String>,
    /// The commit that the plan is based on.
    pub revision: String,
    /// `promote`, `deploy` or `rollback`.
    pub purpose: &'static str,
    /// Source stage of a promotion.
    pub from_stage: Option<String>,
    pub to_stage: String,
    pub items: Vec<PlanItemJson>,
}

/// Result for one app.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanItemJson {
    pub app: String,
    /// The named component, if the app has several.
    pub component: Option<String>,
    /// `moves`, `up-to-date` or `refused`.
    pub outcome: &'static str,
    pub moves: Vec<PlannedMoveJson>,
    /// Files that change.
    pub files: Vec<String>,
    /// The change as a diff for `git apply`.
    pub diff: Option<String>,
    /// Reason for the refusal.
    pub refusal: Option<PlanObstacleJson>,
}

/// A mapping entry that gets another version.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlannedMoveJson {
    pub component: Option<String>,
    pub target: Option<String>,
    pub from: ImageVersionJson,
    pub to: ImageVersionJson,
}

/// Reason why an app does not move.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanObstacleJson {
    pub code: &'static str,
    pub reason: String,
    pub hint: Option<String>,
}

impl From<&PlanReport> for PlanJson {
    fn from(planned: &PlanReport) -> Self {
        let purpose = match planned.purpose() {
            PlanPurpose::Promote { .. } => "promote",
            PlanPurpose::Deploy => "deploy",
            PlanPurpose::RollBack => "rollback",
        };
        PlanJson {
            schema: "towpath.plan/1",
            repository: planned.repository.clone(),
            branch: planned.branch.clone(),
            revision: planned.revision.clone(),
            purpose,
            from_stage: planned.from.as_ref().map(ToString::to_string),
            to_stage: planned.plan.to.to_string(),
            items: planned.plan.items.iter().map(PlanItemJson::from).collect(),
        }
    }
}

impl From<&PlanItem> for PlanItemJson {
    fn from(item: &PlanItem) -> Self {
        let (app, component) = (item.app.to_string(), item.component.clone());
        let empty = PlanItemJson {
            app,
            component,
            outcome: "up-to-date",
            moves: Vec::new(),
            files: Vec::new(),
            diff: None,
            refusal: None,
        };
        match &item.outcome {
            ItemOutcome::UpToDate(_) => empty,
            ItemOutcome::Moves(moves) => PlanItemJson {
                outcome: "moves",
                moves: moves.steps.iter().map(PlannedMoveJson::from).collect(),
                files: moves.edits.paths().map(str::to_owned).collect(),
                diff: Some(moves.edits.unified_diff()),
                ..empty
            },
            ItemOutcome::Refused(obstacle) => {
                let (code, reason, hint) =
                    (obstacle.code, obstacle.reason.clone(), obstacle.hint.clone());
                PlanItemJson {
                    outcome: "refused",
                    refusal: Some(PlanObstacleJson { code, reason, hint }),
                    ..empty
                }
            }
        }
    }
}

impl From<&PlannedMove> for PlannedMoveJson {
    fn from(step: &PlannedMove) -> Self {
        let pinned = |version: &Version| ImageVersion {
            image: step.entry.image.clone(),
            version: version.clone(),
        };
        PlannedMoveJson {
            component: step.entry.component.clone(),
            target: step.entry.target.as_ref().map(ToString::to_string),
            from: ImageVersionJson::from(&pinned(&step.entry.version)),
            to: ImageVersionJson::from(&pinned(&step.to)),
        }
    }
}

//! `towpath.plan/1`.

use super::PinnedJson;
use crate::history::Pinned;
use crate::model::Version;
use crate::promotion::{Item, Outcome, Purpose, Step};
use crate::report::Planned;
use serde::Serialize;

/// The whole answer of `--dry-run --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.plan/1"))]
pub struct PlanJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.plan/1")))]
    pub schema: &'static str,
    pub repository: String,
    /// The branch that is to change.
    pub branch: Option<String>,
    /// The commit the plan was made on.
    pub revision: String,
    /// `promote`, `deploy` or `rollback`.
    pub purpose: &'static str,
    /// The stage the versions come from, for a promotion.
    pub from_stage: Option<String>,
    pub to_stage: String,
    pub items: Vec<ItemJson>,
}

/// The result for one app.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ItemJson {
    pub app: String,
    /// The component that was named, where the app has several.
    pub component: Option<String>,
    /// `moves`, `up-to-date` or `refused`.
    pub outcome: &'static str,
    pub moves: Vec<StepJson>,
    /// The files that change.
    pub files: Vec<String>,
    /// The change, as `git apply` takes it.
    pub diff: Option<String>,
    /// Why it is refused.
    pub refusal: Option<RefusalJson>,
}

/// One place that gets another version.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepJson {
    pub component: Option<String>,
    pub target: Option<String>,
    pub from: PinnedJson,
    pub to: PinnedJson,
}

/// What is in the way.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RefusalJson {
    pub code: &'static str,
    pub reason: String,
    pub hint: Option<String>,
}

impl From<&Planned> for PlanJson {
    fn from(planned: &Planned) -> Self {
        let purpose = match planned.purpose() {
            Purpose::Promote { .. } => "promote",
            Purpose::Deploy => "deploy",
            Purpose::RollBack => "rollback",
        };
        PlanJson {
            schema: "towpath.plan/1",
            repository: planned.repository.clone(),
            branch: planned.branch.clone(),
            revision: planned.revision.clone(),
            purpose,
            from_stage: planned.from.as_ref().map(ToString::to_string),
            to_stage: planned.plan.to.to_string(),
            items: planned.plan.items.iter().map(ItemJson::from).collect(),
        }
    }
}

impl From<&Item> for ItemJson {
    fn from(item: &Item) -> Self {
        let (app, component) = (item.app.to_string(), item.component.clone());
        let empty = ItemJson {
            app,
            component,
            outcome: "up-to-date",
            moves: Vec::new(),
            files: Vec::new(),
            diff: None,
            refusal: None,
        };
        match &item.outcome {
            Outcome::UpToDate(_) => empty,
            Outcome::Moves(moves) => ItemJson {
                outcome: "moves",
                moves: moves.steps.iter().map(StepJson::from).collect(),
                files: moves.edits.paths().map(str::to_owned).collect(),
                diff: Some(moves.edits.diff()),
                ..empty
            },
            Outcome::Refused(obstacle) => {
                let (code, reason, hint) =
                    (obstacle.code, obstacle.reason.clone(), obstacle.hint.clone());
                ItemJson {
                    outcome: "refused",
                    refusal: Some(RefusalJson { code, reason, hint }),
                    ..empty
                }
            }
        }
    }
}

impl From<&Step> for StepJson {
    fn from(step: &Step) -> Self {
        let pinned = |version: &Version| Pinned {
            image: step.entry.image.clone(),
            version: version.clone(),
        };
        StepJson {
            component: step.entry.component.clone(),
            target: step.entry.target.as_ref().map(ToString::to_string),
            from: PinnedJson::from(&pinned(&step.entry.version)),
            to: PinnedJson::from(&pinned(&step.to)),
        }
    }
}

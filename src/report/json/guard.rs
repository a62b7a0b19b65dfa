//! `towpath.guard/1`.

use super::ask::{GateAnswerJson, gates_json};
use crate::guard::{
    FileExplanation, GuardRefusal, ImageDifference, RenderedBuild, Ruling, UnprovenDifference,
};
use crate::model::CellKey;
use crate::report::GuardReport;
use serde::Serialize;

/// Answer of `guard --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.guard/1"))]
pub struct GuardJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.guard/1")))]
    pub schema: &'static str,
    pub repository: String,
    /// The commit to merge into, whose rules apply.
    pub base: String,
    /// The commit to merge.
    pub head: String,
    /// True if everything may be merged.
    pub allowed: bool,
    pub sentence: String,
    /// Number of files that differ.
    pub files: usize,
    /// People whose identity is proven.
    pub persons: Vec<ContributorJson>,
    /// Rulings. Files unrelated to the mapping are left out.
    pub rulings: Vec<RulingJson>,
    /// What each changed file means for protected stages, with `--explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<Vec<FileExplanationJson>>,
    /// What programs build on both sides, with `--render` or `render: true`. Builds that the change
    /// cannot affect are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendered: Option<Vec<RenderedBuildJson>>,
}

/// A build on both sides.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RenderedBuildJson {
    /// The file that a source reads.
    pub path: String,
    /// The protected stages that it is for; empty if unknown.
    pub stages: Vec<String>,
    /// The command that builds it; `null` where no program does.
    pub command: Option<String>,
    /// `same`, `explained` by the versions that move, `unexplained`, `broken`, `broken-before`,
    /// `not-run` or `not-built`.
    pub outcome: &'static str,
    /// Why it was not built.
    pub reason: Option<String>,
    /// The number of images in the build, on the side that has more.
    pub images: usize,
    /// The images that no version explains.
    pub differences: Vec<ImageDifferenceJson>,
}

/// An image that a program builds on one side only, or in place of another.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImageDifferenceJson {
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    /// The list that holds it, and the name in that list: `containers api`.
    pub container: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// What a changed file means for protected stages.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileExplanationJson {
    pub path: String,
    /// The protected stages that read it; empty if none does.
    pub stages: Vec<String>,
    /// True if versions in it change. They are judged in `rulings`.
    pub has_cells: bool,
    /// The rules by which its other differences are harmless.
    pub harmless: Vec<&'static str>,
    pub unproven: Vec<UnprovenJson>,
}

/// A difference that is not known to be harmless.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnprovenJson {
    /// The keys that lead there; empty for the whole file.
    pub keys: String,
    /// 1-based line in the new file.
    pub line: Option<u32>,
    pub why: String,
}

/// A person who contributed to the change.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ContributorJson {
    pub name: String,
    /// `event`, `sender`, `forge` or `actor`.
    pub proof: &'static str,
}

/// Ruling on cells that move alike, or on a file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RulingJson {
    pub allowed: bool,
    /// Empty if the ruling is about a file.
    pub cells: Vec<CellJson>,
    /// The old versions.
    pub from: Vec<String>,
    /// The new versions.
    pub to: Vec<String>,
    pub path: Option<String>,
    /// 1-based line in the new file.
    pub line: Option<u32>,
    /// The permission that allows the change; `null` if nobody needs one, or if it is refused.
    pub granted: Option<String>,
    pub refusals: Vec<GuardRefusalJson>,
    /// Refusals that were overridden.
    pub overridden: Vec<GuardRefusalJson>,
    /// Answers of the gates.
    pub gates: Vec<GateAnswerJson>,
}

/// A cell of the mapping.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellJson {
    pub app: String,
    pub component: Option<String>,
    pub stage: String,
    pub target: Option<String>,
}

/// Reason for a refusal.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GuardRefusalJson {
    /// Name of a gate, or `permission`, `image`, `rename`, `rules`, `unreadable`, `unproven`,
    /// `rendered`, `link`, `alike` or `merge`.
    pub check: &'static str,
    pub reason: String,
    pub hint: Option<String>,
}

impl From<&GuardReport> for GuardJson {
    fn from(guarded: &GuardReport) -> Self {
        let person = |one: &crate::guard::Contributor| ContributorJson {
            name: one.name.clone(),
            proof: one.proof.json_name(),
        };
        GuardJson {
            schema: "towpath.guard/1",
            repository: guarded.repository.clone(),
            base: guarded.base.clone(),
            head: guarded.head.clone(),
            allowed: guarded.is_allowed(),
            sentence: guarded.summary_sentence(),
            files: guarded.files,
            persons: guarded.persons.iter().map(person).collect(),
            rulings: guarded.rulings.iter().map(|ruling| ruling_json(ruling, guarded)).collect(),
            explained: guarded.explained.as_ref().map(|all| all.iter().map(explained).collect()),
            rendered: guarded.rendered.as_ref().map(|all| all.iter().map(rendered).collect()),
        }
    }
}

fn explained(one: &FileExplanation) -> FileExplanationJson {
    let place = |place: &UnprovenDifference| UnprovenJson {
        keys: place.keys.clone(),
        line: place.line,
        why: place.why.clone(),
    };
    FileExplanationJson {
        path: one.path.clone(),
        stages: one.stages.iter().map(ToString::to_string).collect(),
        has_cells: one.has_cells,
        harmless: one.harmless.iter().copied().collect(),
        unproven: one.unproven.iter().map(place).collect(),
    }
}

fn rendered(one: &RenderedBuild) -> RenderedBuildJson {
    let difference = |one: &ImageDifference| ImageDifferenceJson {
        kind: one.place.kind.clone(),
        namespace: one.place.namespace.clone(),
        name: one.place.name.clone(),
        container: one.place.container.clone(),
        old: one.old.clone(),
        new: one.new.clone(),
    };
    RenderedBuildJson {
        path: one.path.clone(),
        stages: one.build.stages.iter().map(ToString::to_string).collect(),
        command: one.build.root.command_text(),
        outcome: one.outcome.as_str(),
        reason: one.outcome.reason().map(str::to_owned),
        images: one.images,
        differences: one.outcome.differences().iter().map(difference).collect(),
    }
}

fn ruling_json(ruling: &Ruling, guarded: &GuardReport) -> RulingJson {
    let words =
        |versions: &[crate::model::Version]| versions.iter().map(ToString::to_string).collect();
    let judged = ruling.queries.iter().filter_map(|at| guarded.judged.get(*at));
    RulingJson {
        allowed: ruling.is_allowed(),
        cells: ruling.cells.iter().map(cell_json).collect(),
        from: words(&ruling.from),
        to: words(&ruling.to),
        path: ruling.path.clone(),
        line: ruling.line,
        granted: ruling.granted.clone(),
        refusals: ruling.refusals.iter().map(refusal_json).collect(),
        overridden: ruling.overridden.iter().map(refusal_json).collect(),
        gates: judged.flat_map(gates_json).collect(),
    }
}

fn cell_json(cell: &CellKey) -> CellJson {
    CellJson {
        app: cell.app.to_string(),
        component: cell.component.clone(),
        stage: cell.stage.to_string(),
        target: cell.target.as_ref().map(ToString::to_string),
    }
}

fn refusal_json(refusal: &GuardRefusal) -> GuardRefusalJson {
    GuardRefusalJson {
        check: refusal.check.as_str(),
        reason: refusal.reason.clone(),
        hint: refusal.hint.clone(),
    }
}

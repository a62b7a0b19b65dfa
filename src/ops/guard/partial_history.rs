//! Reads the history only as far as a change needs it, where there is no index: back to the
//! deployments of the present versions in the changed cells, and of the new versions in their
//! previous stages. The gates need nothing older.

use crate::config::Config;
use crate::config::gates::{GateKind, PastNeed};
use crate::git::{Repository, WalkControl, WalkEnd};
use crate::guard::{CellChange, CellChangeKind};
use crate::history::{Deployment, Timeline};
use crate::model::{CellKey, MappingEntry, StageName, Version};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::recent::walk_until;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::pipeline::{Evidence, GateQuery, HistoryLimit, MoveDirection, judge};

/// The number of deploying commits after which the search gives up and the whole history is read.
const GIVE_UP: usize = 3_000;

/// Reads the history as far as these changes need it. `None` where all of it is needed, or an index
/// exists.
///
/// # Errors
/// When the clone lacks objects.
pub fn load_partial_history<'r>(
    repository: &'r Repository,
    survey: &RepositoryState,
    moves: &[CellChange],
) -> Result<Option<DeploymentHistory<'r>>, Failure> {
    let config = &survey.settings.config;
    let Some(needs) =
        walk_goals(moves, config, &survey.mapping.entries).filter(|_| is_plain(config, moves))
    else {
        return Ok(None);
    };
    if survey.is_near(repository)? {
        return Ok(None);
    }
    let (mut open, mut seen, mut commits) = (needs, 0, 0);
    let enough = |timeline: &Timeline| {
        commits += 1;
        let new: Vec<_> = (seen..timeline.len()).map(|index| timeline.deployment(index)).collect();
        seen = timeline.len();
        open.retain(|need| !new.iter().any(|deployment| need.is_met_by(deployment)));
        if open.is_empty() || commits >= GIVE_UP {
            WalkControl::Stop
        } else {
            WalkControl::Continue
        }
    };
    let told = walk_until(repository, survey, enough)?;
    let told = told.filter(|told| open.is_empty() && told.stopped == WalkEnd::Done);
    Ok(told.map(|told| DeploymentHistory::of_part(repository, survey, told.timeline)))
}

/// The limit of a partial history. It starts now, so that unknown history opens no gate.
pub fn partial_limit(session: &Session) -> HistoryLimit {
    HistoryLimit { since: session.now().as_second(), remedy: "" }
}

/// True where the answers of the gates do not depend on older history.
pub fn is_enough(evidence: &Evidence<'_>, questions: &[GateQuery<'_>]) -> bool {
    let is_known = |cell: &CellKey| {
        evidence.current_run(cell, None).is_none_or(|landing| landing.commit.is_some())
    };
    let needs_more = |question: &GateQuery<'_>, gate: GateKind| {
        let pipeline = &evidence.config.pipeline;
        pipeline.past_need(gate, question.stage, &question.subject.app) >= PastNeed::AllRuns
    };
    questions.iter().all(|question| {
        let visit = |cell| {
            evidence
                .run_periods(cell, None)
                .into_iter()
                .find(|one| one.version.is_same(question.version))
        };
        let before = evidence.previous_stages(question);
        let mut sources = before.iter().flat_map(|stage| evidence.source_cells(question, stage));
        question.purpose == MoveDirection::Forward
            && evidence.queried_cells(question).into_iter().all(is_known)
            && sources.all(|cell| visit(cell).is_none_or(|visit| visit.commit.is_some()))
            && !judge(evidence, question)
                .closed_gates()
                .any(|answer| needs_more(question, answer.gate))
    })
}

/// A deployment that the walk must find.
enum WalkGoal<'m> {
    /// The deployment of the present version of a cell.
    Landing(&'m CellKey),
    /// A deployment of this version to a cell, at any time.
    Visit(CellKey, &'m Version),
}

impl WalkGoal<'_> {
    fn is_met_by(&self, deployment: &Deployment<'_>) -> bool {
        let (from, to) =
            (deployment.from.map(|from| &from.version), deployment.to.map(|to| &to.version));
        match self {
            WalkGoal::Landing(cell) => deployment.cell == *cell && from != to,
            WalkGoal::Visit(cell, version) => {
                deployment.cell == cell && from != to && to.is_some_and(|to| to.is_same(version))
            }
        }
    }
}

/// The goals for cells that change their version. `None` where a change needs the whole history.
fn walk_goals<'m>(
    moves: &'m [CellChange],
    config: &Config,
    standing: &[MappingEntry],
) -> Option<Vec<WalkGoal<'m>>> {
    let mut out = Vec::new();
    for one in moves {
        if one.kind() != CellChangeKind::Changed || one.arriving_versions().is_empty() {
            return None;
        }
        out.push(WalkGoal::Landing(&one.cell));
        for before in &config.stage(one.cell.stage.as_str())?.after {
            let sources = source_cells(&one.cell, before, standing);
            if sources.is_empty() {
                return None;
            }
            for cell in sources {
                out.extend(
                    one.arriving_versions()
                        .iter()
                        .map(|version| WalkGoal::Visit(cell.clone(), version)),
                );
            }
        }
    }
    Some(out)
}

/// The cells in the previous stage that a version comes from: the same target, if that stage has
/// it.
fn source_cells(cell: &CellKey, before: &StageName, standing: &[MappingEntry]) -> Vec<CellKey> {
    let is_source = |other: &CellKey| {
        (&other.app, &other.component, &other.stage) == (&cell.app, &cell.component, before)
    };
    let all: Vec<CellKey> = standing.iter().map(MappingEntry::cell).filter(is_source).collect();
    let same = all.iter().filter(|other| cell.target.is_some() && other.target == cell.target);
    let same: Vec<CellKey> = same.cloned().collect();
    if same.is_empty() { all } else { same }
}

/// True where the gates read only the changed cells and their previous stages.
fn is_plain(config: &Config, moves: &[CellChange]) -> bool {
    let is_plain = |one: &CellChange, gate: GateKind| {
        let need = config.pipeline.past_need(gate, &one.cell.stage, &one.cell.app);
        need < PastNeed::WholeHistory
    };
    moves.iter().all(|one| GateKind::ALL.iter().all(|gate| is_plain(one, *gate)))
}

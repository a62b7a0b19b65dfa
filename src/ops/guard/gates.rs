//! Asks the gates about the versions that a change would deploy.

use crate::config::gates::FactNeed;
use crate::git::Repository;
use crate::guard;
use crate::guard::{CellChange, ChangeQuery, PlannedQueries};
use crate::history::MERGE_TOLERANCE;
use crate::model::CellKey;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::gates::ask::ask_gates;
use crate::ops::gates::facts::FactCollector;
use crate::ops::gates::sightings::find_sightings;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::guard::GuardQuery;
use crate::ops::guard::comparison::BaseHeadComparison;
use crate::ops::guard::partial_history;
use crate::ops::guard::requester::Requester;
use crate::ops::ledger;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::pipeline::{AppComponent, Evidence, ExternalFacts, MoveDirection};
use crate::report::GateReport;

/// The questions, and the answers in the same order.
#[derive(Default)]
pub struct QueryAnswers {
    pub asked: PlannedQueries,
    pub judged: Vec<GateReport>,
}

/// Asks the gates on the state before the change, by its rules.
///
/// # Errors
/// When the history cannot be read.
pub fn answer_queries(
    query: &GuardQuery,
    session: &Session,
    repository: &Repository,
    sides: &BaseHeadComparison<'_>,
    (moves, asker): (&[CellChange], &Requester<'_>),
) -> Result<QueryAnswers, Failure> {
    if moves.is_empty() {
        return Ok(QueryAnswers::default());
    }
    let inquiry = load_gate_context(session, repository, sides, moves)?;
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let (asked, owned) = build_queries(moves, sides, &inquiry, &evidence);
    let questions: Vec<_> = owned.iter().map(|one| one.to_query(session, None)).collect();
    let mut facts =
        FactCollector::with_trusted_commit(&inquiry, sides.rules_at).collect(&evidence, &questions);
    let needs_reviews = |question: &&crate::pipeline::GateQuery<'_>| {
        let needs = sides.config().pipeline.facts_for(question.stage, &question.subject.app);
        needs.iter().any(|(_, need)| *need == FactNeed::Reviews)
    };
    if questions.iter().any(|question| needs_reviews(&question)) {
        let reviews = asker.load_reviews(query, session, repository, sides);
        questions
            .iter()
            .filter(needs_reviews)
            .for_each(|question| facts.set_reviews(question, Ok(reviews.clone())));
    }
    let evidence = inquiry.evidence(&past, &facts);
    let one = |(asked, question)| GateReport {
        is_there: false,
        sightings: find_sightings(asked, &evidence, repository),
        ..ask_gates(asked, question, &evidence)
    };
    let judged = owned.iter().zip(&questions).map(one).collect();
    inquiry.chronicle.tell_edge(session);
    Ok(QueryAnswers { asked, judged })
}

/// The state before the change, with as much history as these changes need.
fn load_gate_context<'r>(
    session: &'r Session,
    repository: &'r Repository,
    sides: &BaseHeadComparison<'_>,
    moves: &[CellChange],
) -> Result<GateContext<'r>, Failure> {
    let survey = load_base_state(session, repository, sides)?;
    let ledger = ledger::load_ledger(session, repository, survey.ledger_rules())?;
    let whole = |survey: &RepositoryState| {
        DeploymentHistory::load(session, repository, survey, MERGE_TOLERANCE)
    };
    let Some(chronicle) = partial_history::load_partial_history(repository, &survey, moves)? else {
        let chronicle = whole(&survey)?;
        return GateContext::new(session, repository, (survey, chronicle), ledger).check_waves();
    };
    let brief = GateContext::new(session, repository, (survey, chronicle), ledger);
    if is_enough(&brief, moves, sides) {
        session.detail("read only the newest commits");
        return Ok(brief);
    }
    let chronicle = whole(&brief.survey)?;
    GateContext { chronicle, ..brief }.check_waves()
}

/// True where the partial history answers the questions. Nothing external is asked here, so that no
/// command and no forge is asked twice.
fn is_enough(
    inquiry: &GateContext<'_>,
    moves: &[CellChange],
    sides: &BaseHeadComparison<'_>,
) -> bool {
    let past =
        inquiry.whole_past().ending_at(Some(partial_history::partial_limit(inquiry.session)));
    let nothing = ExternalFacts::default();
    let evidence = inquiry.evidence(&past, &nothing);
    let (_, owned) = build_queries(moves, sides, inquiry, &evidence);
    let questions: Vec<_> = owned.iter().map(|one| one.to_query(inquiry.session, None)).collect();
    partial_history::is_enough(&evidence, &questions)
}

/// The questions about the changed cells, and their form for the gates.
pub fn build_queries(
    moves: &[CellChange],
    sides: &BaseHeadComparison<'_>,
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
) -> (PlannedQueries, Vec<GateRequest>) {
    let mut asked =
        guard::plan_queries(moves, evidence, &sides.before.entries, inquiry.session.now());
    asked.refusals.extend(sides.unknown_stages(moves));
    let owned = asked.queries.iter().map(|query| of_query(query, inquiry)).collect();
    (asked, owned)
}

/// Reads the state before the change. If it is the tip of the branch, the index of the branch is
/// used and updated.
fn load_base_state(
    session: &Session,
    repository: &Repository,
    sides: &BaseHeadComparison<'_>,
) -> Result<RepositoryState, Failure> {
    let at = sides.rules_at.to_string();
    let branch = session.options.branch.as_deref();
    let is_tip = branch
        .is_some_and(|branch| session.branch_tip(repository, branch).ok() == Some(sides.rules_at));
    let when = RevisionSelector {
        at: (!is_tip).then_some(at.as_str()),
        is_ahead: !is_tip,
        is_alone: true,
        ..RevisionSelector::default()
    };
    RepositoryState::load(session, repository, when)
}

/// Converts a question to the form of other commands, where the only image of an app has the name
/// of the app.
fn of_query(query: &ChangeQuery, inquiry: &GateContext<'_>) -> GateRequest {
    let asked = &query.subject;
    let is_other = |cell: &&CellKey| cell.app == asked.app && cell.component != asked.component;
    let is_only = inquiry.chronicle.cells().find(is_other).is_none();
    GateRequest {
        subject: if is_only {
            AppComponent { component: None, ..asked.clone() }
        } else {
            asked.clone()
        },
        stage: query.stage.clone(),
        targets: query.target.iter().cloned().collect(),
        version: query.version.clone(),
        purpose: if query.is_back { MoveDirection::Back } else { MoveDirection::Forward },
    }
}

//! The gates, asked about what a change would bring.

use super::people::Asker;
use super::sides::Sides;
use super::{GuardArgs, brief};
use crate::cli::ask::judged;
use crate::cli::book;
use crate::cli::choice::TOLERANCE;
use crate::cli::chronicle::Chronicle;
use crate::cli::context::Context;
use crate::cli::facts::Witness;
use crate::cli::failure::Failure;
use crate::cli::inquiry::{self, Inquiry};
use crate::cli::survey::{Survey, When};
use crate::config::gates::GateKind;
use crate::git::Repository;
use crate::guard::{self, Asked, Move, Query};
use crate::model::SlotKey;
use crate::pipeline::{Evidence, Facts, Purpose, Subject};
use crate::report::Judged;

/// What was asked, and the answers in the same order.
#[derive(Default)]
pub struct Answers {
    pub asked: Asked,
    pub judged: Vec<Judged>,
}

/// Asks as of the state that stands, by its rules.
///
/// # Errors
/// When the past cannot be read.
pub fn answers(
    args: &GuardArgs,
    context: &Context,
    repository: &Repository,
    sides: &Sides<'_>,
    (moves, asker): (&[Move], &Asker<'_>),
) -> Result<Answers, Failure> {
    if moves.is_empty() {
        return Ok(Answers::default());
    }
    let inquiry = inquiry(context, repository, sides, moves)?;
    let (past, nothing) = (inquiry.past(), Facts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let (asked, owned) = queries(moves, sides, &inquiry, &evidence);
    let questions: Vec<_> = owned.iter().map(|one| one.question(context, None)).collect();
    let mut facts = Witness::trusting(&inquiry, sides.rules_at).facts(&evidence, &questions);
    let needs_reviews = |question: &&crate::pipeline::Question<'_>| {
        !sides
            .config()
            .pipeline
            .rules(GateKind::Approval, question.stage, &question.subject.app)
            .is_empty()
    };
    if questions.iter().any(|question| needs_reviews(&question)) {
        let reviews = asker.reviews(args, context, repository, sides);
        questions
            .iter()
            .filter(needs_reviews)
            .for_each(|question| facts.review(question, Ok(reviews.clone())));
    }
    let evidence = inquiry.evidence(&past, &facts);
    let one = |(asked, question)| Judged { is_there: false, ..judged(asked, question, &evidence) };
    let judged = owned.iter().zip(&questions).map(one).collect();
    inquiry.chronicle.tell_edge(context);
    Ok(Answers { asked, judged })
}

/// The state that stands, with as much of its past as these moves need.
fn inquiry<'r>(
    context: &'r Context,
    repository: &'r Repository,
    sides: &Sides<'_>,
    moves: &[Move],
) -> Result<Inquiry<'r>, Failure> {
    let survey = survey(context, repository, sides)?;
    let ledger = book::read(context, repository, &survey.settings.config)?;
    let whole = |survey: &Survey| Chronicle::of(context, repository, survey, TOLERANCE);
    let Some(chronicle) = brief::chronicle(repository, &survey, moves)? else {
        let chronicle = whole(&survey)?;
        return Inquiry { context, repository, survey, chronicle, ledger }.checked();
    };
    let brief = Inquiry { context, repository, survey, chronicle, ledger };
    if is_enough(&brief, moves, sides) {
        context.ui.detail("only the newest commits were read");
        return Ok(brief);
    }
    let chronicle = whole(&brief.survey)?;
    Inquiry { chronicle, ..brief }.checked()
}

/// Does the part of the past that was read answer the very questions? Nothing outside is asked yet, so
/// that no program and no forge is asked twice.
fn is_enough(inquiry: &Inquiry<'_>, moves: &[Move], sides: &Sides<'_>) -> bool {
    let past = inquiry.whole_past().ending_at(Some(brief::edge(inquiry.context)));
    let nothing = Facts::default();
    let evidence = inquiry.evidence(&past, &nothing);
    let (_, owned) = queries(moves, sides, inquiry, &evidence);
    let questions: Vec<_> = owned.iter().map(|one| one.question(inquiry.context, None)).collect();
    brief::is_enough(&evidence, &questions)
}

/// What has to be asked, and as the gates take it.
pub fn queries(
    moves: &[Move],
    sides: &Sides<'_>,
    inquiry: &Inquiry<'_>,
    evidence: &Evidence<'_>,
) -> (Asked, Vec<inquiry::Asked>) {
    let asked = guard::queries(moves, evidence, &sides.before.entries, inquiry.context.now());
    let owned = asked.queries.iter().map(|query| of_query(query, inquiry)).collect();
    (asked, owned)
}

/// The state that stands. Where that is what the branch is at, an index of the branch helps, and is kept.
fn survey(
    context: &Context,
    repository: &Repository,
    sides: &Sides<'_>,
) -> Result<Survey, Failure> {
    let at = sides.rules_at.to_string();
    let branch = context.globals.branch.as_deref();
    let is_tip = branch
        .is_some_and(|branch| context.branch_tip(repository, branch).ok() == Some(sides.rules_at));
    let when = When {
        at: (!is_tip).then_some(at.as_str()),
        is_ahead: !is_tip,
        is_alone: true,
        ..When::default()
    };
    Survey::of(context, repository, when)
}

/// The same question, as everything else asks it: the only image of an app goes by the name of the app.
fn of_query(query: &Query, inquiry: &Inquiry<'_>) -> inquiry::Asked {
    let asked = &query.subject;
    let is_other = |slot: &&SlotKey| slot.app == asked.app && slot.component != asked.component;
    let is_only = inquiry.chronicle.slots().find(is_other).is_none();
    inquiry::Asked {
        subject: if is_only { Subject { component: None, ..asked.clone() } } else { asked.clone() },
        stage: query.stage.clone(),
        targets: query.target.iter().cloned().collect(),
        version: query.version.clone(),
        purpose: if query.is_back { Purpose::Back } else { Purpose::Forward },
    }
}

//! `ask`: asks the gates whether a version may go to a stage, now or at another time.

use super::facts::FactCollector;
use super::{GateContext, GateRequest};
use crate::git::Repository;
use crate::git::revision_or_time::{RevisionError, TIME_FORMS, parse_time};
use crate::model::Version;
use crate::ops::error::Failure;
use crate::ops::follow::fetching_session;
use crate::ops::session::Session;
use crate::pipeline::{Evidence, ExternalFacts, GateQuery, MoveDirection, judge, targets_by_wave};
use crate::report::json::AskJson;
use crate::report::{GateReport, WaveReports};
use jiff::{SignedDuration, Timestamp};
use std::thread;
use std::time::{Duration, Instant};

/// A question to the gates, as users write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateQuestion {
    /// The app, or `app/component`.
    pub app: String,
    pub to: String,
    /// The only target of the stage; `None` means all.
    pub target: Option<String>,
    /// The version; `None` means the one that the previous stage runs.
    pub version: Option<String>,
    /// A time or a revision; `None` means now.
    pub at: Option<String>,
}

/// The answer of the gates to one question, and the repository state that it is about.
#[derive(Debug)]
pub struct AskAnswer {
    pub waves: WaveReports,
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
}

impl AskAnswer {
    fn new(waves: WaveReports, inquiry: &GateContext<'_>) -> Self {
        AskAnswer {
            waves,
            repository: inquiry.session.repository_name(inquiry.repository),
            branch: inquiry.survey.branch.clone(),
            revision: inquiry.survey.commit.map(|commit| commit.to_string()),
        }
    }

    /// True where all gates of the next wave are open.
    pub fn is_allowed(&self) -> bool {
        self.waves.current().is_allowed()
    }

    /// The answer as JSON.
    pub fn to_json(&self) -> AskJson {
        AskJson::new(
            &self.waves,
            self.repository.clone(),
            self.branch.clone(),
            self.revision.clone(),
        )
    }
}

/// Options for waiting until the gates are open.
#[derive(Debug, Clone, Copy)]
pub struct WaitOptions {
    /// The interval between checks.
    pub every: SignedDuration,
    /// The time after which the answer is returned as it is; `None` means never.
    pub timeout: Option<SignedDuration>,
}

/// Asks the gates one question.
///
/// # Errors
/// When the repository cannot be read, or a name is unknown.
pub fn ask(question: &GateQuestion, session: &Session) -> Result<AskAnswer, Failure> {
    let repository = session.open_repository()?;
    let inquiry = GateContext::load(session, &repository)?;
    inquiry.survey.note_assumption(session);
    Ok(AskAnswer::new(answer_question(question, &inquiry)?, &inquiry))
}

/// Asks the gates many questions about one state, which is read once. Each answer is passed on at
/// once. Questions are lines `APP STAGE [VERSION [TIME]]`; the version `-` means the one that the
/// previous stage runs.
///
/// # Errors
/// The errors of [`ask`], with the line, and the errors of `each`.
pub fn ask_many(
    text: &str,
    session: &Session,
    each: &mut dyn FnMut(&AskAnswer) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let repository = session.open_repository()?;
    let inquiry = GateContext::load(session, &repository)?;
    inquiry.survey.note_assumption(session);
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let witness = FactCollector::new(&inquiry);
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |failure: Failure| failure.hint(format!("the question is in line {number}"));
        let (asked, at) = parse_line(line)
            .and_then(|question| resolve_question(&question, &inquiry, &evidence))
            .map_err(wrong)?;
        let waves = answers_by_wave(&asked, at, &evidence, &witness);
        each(&AskAnswer::new(waves, &inquiry))?;
    }
    Ok(())
}

/// Fetches and asks at intervals, until all gates are open or time runs out.
///
/// # Errors
/// The errors of [`ask`].
pub fn wait_until_open(
    question: &GateQuestion,
    options: WaitOptions,
    session: &Session,
) -> Result<AskAnswer, Failure> {
    let started = Instant::now();
    let mut said = String::new();
    loop {
        let now = fetching_session(&session.at_current_time())?;
        let repository = now.open_repository()?;
        let inquiry = GateContext::load(&now, &repository)?;
        let answer = AskAnswer::new(answer_question(question, &inquiry)?, &inquiry);
        let is_over =
            options.timeout.is_some_and(|limit| started.elapsed() >= limit.unsigned_abs());
        if answer.is_allowed() || is_over {
            return Ok(answer);
        }
        let sentence = answer.waves.current().summary_sentence();
        if sentence != said {
            now.note(&sentence);
            said = sentence;
        }
        thread::sleep(options.every.unsigned_abs().max(Duration::from_millis(50)));
    }
}

fn parse_line(line: &str) -> Result<GateQuestion, Failure> {
    let mut words = line.split_whitespace();
    let (Some(app), Some(stage)) = (words.next(), words.next()) else {
        return Err(Failure::usage(format!("`{line}` is not a question"))
            .hint("write a question as APP STAGE [VERSION [TIME]]"));
    };
    let version = words.next().filter(|version| *version != "-").map(str::to_owned);
    let at = Some(words.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty());
    Ok(GateQuestion { app: app.to_owned(), to: stage.to_owned(), target: None, version, at })
}

fn answer_question(
    question: &GateQuestion,
    inquiry: &GateContext<'_>,
) -> Result<WaveReports, Failure> {
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let (asked, at) = resolve_question(question, inquiry, &evidence)?;
    Ok(answers_by_wave(&asked, at, &evidence, &FactCollector::new(inquiry)))
}

fn resolve_question(
    question: &GateQuestion,
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
) -> Result<(GateRequest, Option<Timestamp>), Failure> {
    let resolve_time = |text: &String| resolve_time(text, inquiry.session, inquiry.repository);
    let subject = inquiry.subject(&question.app)?;
    let stage = inquiry.stage(&question.to)?.name.clone();
    let target = question.target.as_deref().map(|word| inquiry.resolve_target(word)).transpose()?;
    let at = question.at.as_ref().map(resolve_time).transpose()?;
    let (targets, purpose) = (target.into_iter().collect(), MoveDirection::Forward);
    let mut asked = GateRequest { subject, stage, targets, version: Version::default(), purpose };
    // `promote` refuses this, too, as there is no file to write to.
    if evidence.queried_cells(&asked.to_query(inquiry.session, at)).is_empty() {
        let failure = Failure::absent(format!("{} is not in {}", asked.subject, asked.stage));
        return Err(failure.hint("write its files there first"));
    }
    asked.version = match &question.version {
        Some(text) => inquiry.version(evidence, &asked.subject, text)?,
        None => inquiry.find_candidate(evidence, &asked, at)?,
    };
    Ok((asked, at))
}

/// Asks the gates about each wave of the stage, or about all targets together if it has no waves.
fn answers_by_wave(
    asked: &GateRequest,
    at: Option<Timestamp>,
    evidence: &Evidence<'_>,
    witness: &FactCollector<'_, '_>,
) -> WaveReports {
    let session = witness.session();
    let end = asked.to_query(session, at).history_end();
    let turns = match asked.targets.is_empty() {
        true => targets_by_wave(evidence, &asked.subject, &asked.stage, end),
        false => vec![asked.targets.clone()],
    };
    let waves: Vec<GateRequest> =
        turns.into_iter().map(|targets| GateRequest { targets, ..asked.clone() }).collect();
    let questions: Vec<GateQuery<'_>> =
        waves.iter().map(|wave| wave.to_query(session, at)).collect();
    let facts = witness.collect(evidence, &questions);
    let evidence = evidence.with_facts(&facts);
    let mut all =
        waves.iter().zip(&questions).map(|(wave, question)| ask_gates(wave, question, &evidence));
    let first = all.next().expect("all targets together are one");
    WaveReports::new(first, all.collect())
}

/// Asks the gates one resolved question, with the evidence.
pub fn ask_gates(
    asked: &GateRequest,
    question: &GateQuery<'_>,
    evidence: &Evidence<'_>,
) -> GateReport {
    let judgement = judge(evidence, question);
    let places = GateReport::rule_places(&judgement, evidence.config);
    let cells = evidence.queried_cells(question);
    let runs = |cell| {
        evidence
            .current_run(cell, question.history_end())
            .is_some_and(|now| now.version.is_same(question.version))
    };
    GateReport {
        subject: asked.subject.clone(),
        stage: asked.stage.clone(),
        targets: asked.targets.clone(),
        version: asked.version.clone(),
        at: question.at,
        is_there: !cells.is_empty() && cells.into_iter().all(runs),
        judgement,
        places,
        sightings: Vec::new(),
    }
}

/// The time of a text; for a revision, its commit time.
fn resolve_time(
    text: &str,
    session: &Session,
    repository: &Repository,
) -> Result<Timestamp, Failure> {
    if let Some(time) = parse_time(text, session.local_time()) {
        return Ok(time);
    }
    match repository.resolve_revision(text) {
        Ok(commit) => Ok(crate::report::to_timestamp(repository.commit_info(commit)?.time)),
        Err(_) => {
            let failure =
                Failure::usage(RevisionError::Unknown { text: text.to_owned() }.to_string());
            Err(failure.hint(format!("write a time as {TIME_FORMS}")))
        }
    }
}

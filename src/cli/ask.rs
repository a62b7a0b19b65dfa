//! `towpath ask`: may this be deployed now?

mod many;
mod wait;

use super::context::CommandContext;
use super::facts::FactCollector;
use super::failure::{ExitKind, Failure};
use super::inquiry::{GateContext, GateRequest};
use super::{args, complete, output, value_parsers};
use crate::git::Repository;
use crate::git::revision_or_time::{RevisionError, TIME_FORMS, parse_time};
use crate::model::Version;
use crate::pipeline::{Evidence, ExternalFacts, GateQuery, MoveDirection, judge, targets_by_wave};
use crate::report::json::AskJson;
use crate::report::{GateReport, WaveReports};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath ask web --to prod                    may what staging runs go to prod now?
  towpath ask web --to prod --version v1.4     may this version?
  towpath ask web --to prod --at 'last friday' might it have gone then?
  towpath ask web --to prod --wait             come back when it may
  towpath ask web --to prod --output json | jq -r '.gates[] | select(.verdict != \"open\") | .clear'
  towpath ask --questions questions.txt        many at once, a line each: APP STAGE [VERSION [TIME]]

Exit codes:
  0  open: it may
  1  it could not be read
  2  wrong usage or configuration
  3  it may not, or not yet";

/// May this version go to that stage? The answer of every gate, and why.
///
/// It reads this clone and nothing else but what gates ask for (docs/gates.md): the mainline and the
/// ledger as they were last fetched. Nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AskArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps), required_unless_present = "questions")]
    app: Option<String>,

    /// The stage it is to go to
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    #[arg(required_unless_present = "questions")]
    to: Option<String>,

    /// Only this target of the stage
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// The version; what the stage before runs, unless said
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Answer for another time: `2026-08-01T10:00`, `14:05`, `3 days ago`
    #[arg(long, value_name = "TIME", conflicts_with = "wait")]
    at: Option<String>,

    /// Wait until it may, fetching what is new
    #[arg(long)]
    wait: bool,

    /// With --wait: look so often
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = args::parse_duration, requires = "wait")]
    #[arg(hide_short_help = true)]
    every: SignedDuration,

    /// With --wait: give up after so long
    #[arg(long, value_name = "TIME", value_parser = args::parse_duration, requires = "wait", hide_short_help = true)]
    timeout: Option<SignedDuration>,

    /// Answer the questions in a file, `-` for the standard input: `APP STAGE [VERSION [TIME]]`, a line
    /// each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["app", "to", "target", "version", "at", "wait"])]
    questions: Option<PathBuf>,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 3] = [OutputFormat::Table, OutputFormat::Json, OutputFormat::Jsonl];

/// Answers, with the exit code of the answer.
pub fn run(args: &AskArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.wait {
        return wait::run(args, context);
    }
    let repository = context.open_repository()?;
    let inquiry = GateContext::load(context, &repository)?;
    inquiry.survey.print_assumption(context);
    match &args.questions {
        Some(path) => many::run(path, args.output, &inquiry),
        None => print_answer(&answer_waves(args, &inquiry)?, args.output, &inquiry),
    }
}

/// Prints the answer.
fn print_answer(
    waves: &WaveReports,
    format: OutputFormat,
    inquiry: &GateContext<'_>,
) -> Result<ExitKind, Failure> {
    let context = inquiry.context;
    let text = match format {
        OutputFormat::Table => ui::ask(waves, &context.ui.out),
        OutputFormat::Json => ui::to_json(&json(waves, inquiry)),
        _ => serde_json::to_string(&json(waves, inquiry)).unwrap_or_default(),
    };
    context.ui.write_answer(&text)?;
    Ok(if waves.current().is_allowed() { ExitKind::Done } else { ExitKind::Refused })
}

fn json(waves: &WaveReports, inquiry: &GateContext<'_>) -> AskJson {
    let (repository, survey) =
        (inquiry.context.shown_repository(inquiry.repository), &inquiry.survey);
    AskJson::new(
        waves,
        repository,
        survey.branch.clone(),
        survey.commit.map(|commit| commit.to_string()),
    )
}

/// The answer to the question on the command line, wave by wave.
fn answer_waves(args: &AskArgs, inquiry: &GateContext<'_>) -> Result<WaveReports, Failure> {
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let subject = inquiry.subject(args.app.as_deref().unwrap_or_default())?;
    let stage = inquiry.stage(args.to.as_deref().unwrap_or_default())?.name.clone();
    let targets = args
        .target
        .as_deref()
        .map(|word| inquiry.resolve_target(word))
        .transpose()?
        .into_iter()
        .collect();
    let at = args
        .at
        .as_deref()
        .map(|text| resolve_time(text, inquiry.context, inquiry.repository))
        .transpose()?;
    let mut asked = GateRequest {
        subject,
        stage,
        targets,
        version: Version::default(),
        purpose: MoveDirection::Forward,
    };
    asked.version = match &args.version {
        Some(text) => inquiry.version(&evidence, &asked.subject, text),
        None => inquiry.find_candidate(&evidence, &asked, at)?,
    };
    Ok(by_wave(&asked, at, &evidence, &FactCollector::new(inquiry)))
}

/// Asks the gates about each wave of the stage, or about all at once where it has none.
fn by_wave(
    asked: &GateRequest,
    at: Option<Timestamp>,
    evidence: &Evidence<'_>,
    witness: &FactCollector<'_, '_>,
) -> WaveReports {
    let context = witness.context();
    let end = asked.to_query(context, at).history_end();
    let turns = match asked.targets.is_empty() {
        true => targets_by_wave(evidence, &asked.subject, &asked.stage, end),
        false => vec![asked.targets.clone()],
    };
    let waves: Vec<GateRequest> =
        turns.into_iter().map(|targets| GateRequest { targets, ..asked.clone() }).collect();
    let questions: Vec<GateQuery<'_>> =
        waves.iter().map(|wave| wave.to_query(context, at)).collect();
    let facts = witness.collect(evidence, &questions);
    let evidence = evidence.with_facts(&facts);
    let mut all =
        waves.iter().zip(&questions).map(|(wave, question)| ask_gates(wave, question, &evidence));
    let first = all.next().expect("all targets together are one");
    WaveReports::new(first, all.collect())
}

/// Asks the gates.
pub fn ask_gates(
    asked: &GateRequest,
    question: &GateQuery<'_>,
    evidence: &Evidence<'_>,
) -> GateReport {
    let judgement = judge(evidence, question);
    let places = GateReport::rule_places(&judgement, evidence.config);
    let slots = evidence.queried_cells(question);
    let runs = |slot| {
        evidence
            .current_run(slot, question.history_end())
            .is_some_and(|now| now.version.is_same(question.version))
    };
    GateReport {
        subject: asked.subject.clone(),
        stage: asked.stage.clone(),
        targets: asked.targets.clone(),
        version: asked.version.clone(),
        at: question.at,
        is_there: !slots.is_empty() && slots.into_iter().all(runs),
        judgement,
        places,
    }
}

/// A time, or the moment a revision landed.
fn resolve_time(
    text: &str,
    context: &CommandContext,
    repository: &Repository,
) -> Result<Timestamp, Failure> {
    if let Some(time) = parse_time(text, &context.environment.now) {
        return Ok(time);
    }
    match repository.resolve_revision(text) {
        Ok(commit) => Ok(crate::report::to_timestamp(repository.commit_info(commit)?.time)),
        Err(_) => {
            let failure =
                Failure::usage(RevisionError::Unknown { text: text.to_owned() }.to_string());
            Err(failure.hint(format!("a time can be written {TIME_FORMS}")))
        }
    }
}

//! `towpath record`: how a deployment turned out.

use super::book::{self, LedgerWriteArgs};
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::inquiry::{GateContext, GateRequest};
use super::{complete, value_parsers};
use crate::model::Version;
use crate::pipeline::ledger::{EventKind, Outcome};
use crate::pipeline::{Evidence, EvidenceRunPeriod, ExternalFacts, MoveDirection};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  towpath record web --stage staging passed --evidence \"$CI_JOB_URL\"
  towpath record web --stage prod failed
  towpath record web --stage staging passed --version v1.4

Exit codes:
  0  it is recorded
  1  failed: the ledger could not be written
  2  wrong usage or configuration; the stage has never run that version";

/// Record how a deployment turned out: for the job that tests it.
///
/// It is written to the ledger, about the deployment that brought the version to the stage. The last
/// word counts.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RecordArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// How it turned out
    #[arg(value_name = "passed|failed", value_parser = outcome_parser())]
    outcome: Outcome,

    /// The stage that was tested
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// Only this target of the stage
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// The version; what the stage runs, unless said
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Where one can see how it turned out
    #[arg(long, value_name = "URL", value_parser = value_parsers::text)]
    evidence: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

fn outcome_parser() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(["passed", "failed"])
        .map(|word| if word == "passed" { Outcome::Passed } else { Outcome::Failed })
}

/// Writes one event for each version that is meant: an app has one for each of its images.
pub fn run(args: &RecordArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let inquiry = GateContext::load(context, &repository)?;
    let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &facts);
    let asked = GateRequest {
        subject: inquiry.subject(&args.app)?,
        stage: inquiry.stage(&args.stage)?.name.clone(),
        targets: args
            .target
            .as_deref()
            .map(|word| inquiry.resolve_target(word))
            .transpose()?
            .into_iter()
            .collect(),
        version: args.version.as_deref().map(Version::parse).unwrap_or_default(),
        purpose: MoveDirection::Forward,
    };
    let landings = find_runs(&asked, args.version.is_some(), &evidence, context)?;
    let events = outcome_events(&asked, &landings, args.outcome, args.evidence.as_deref());
    for event in book::write_events(context, &repository, inquiry.config(), events, args.book)? {
        context.ui.print_note(&event.what.sentence());
    }
    Ok(ExitKind::Done)
}

/// What is meant: what runs, or the newest coming of the version that was named.
fn find_runs<'e>(
    asked: &'e GateRequest,
    is_named: bool,
    evidence: &Evidence<'e>,
    context: &CommandContext,
) -> Result<Vec<EvidenceRunPeriod<'e>>, Failure> {
    let question = asked.to_query(context, None);
    let meant = |slot| {
        let course = evidence.run_periods(slot, None);
        let is_it = |landing: &EvidenceRunPeriod<'_>| {
            if is_named { landing.version.is_same(&asked.version) } else { landing.left.is_none() }
        };
        course.into_iter().find(is_it)
    };
    let found: Vec<EvidenceRunPeriod<'e>> =
        evidence.queried_cells(&question).into_iter().filter_map(meant).collect();
    if found.is_empty() {
        let (app, stage) = (&asked.subject, &asked.stage);
        let failure = match is_named {
            true => Failure::usage(format!("{stage} has never run {app} {}", asked.version)),
            false => Failure::usage(format!("{app} does not run in {stage}")),
        };
        return Err(
            failure.hint(format!("`towpath history {app} --stage {stage}` shows what it ran"))
        );
    }
    Ok(found)
}

/// One event for each version among the landings.
pub fn outcome_events(
    asked: &GateRequest,
    landings: &[EvidenceRunPeriod<'_>],
    outcome: Outcome,
    evidence: Option<&str>,
) -> Vec<EventKind> {
    let mut commits: BTreeMap<&Version, Vec<String>> = BTreeMap::new();
    for landing in landings {
        let known = commits.entry(landing.version).or_default();
        let commit = landing.commit.map(|commit| commit.to_string());
        known.extend(commit.filter(|commit| !known.contains(commit)));
    }
    let one = |(version, deployments): (&Version, Vec<String>)| EventKind::Outcome {
        app: asked.subject.to_string(),
        stage: asked.stage.clone(),
        target: asked.targets.first().filter(|_| asked.targets.len() == 1).cloned(),
        version: version.to_string(),
        deployments,
        outcome,
        evidence: evidence.map(str::to_owned),
    };
    commits.into_iter().map(one).collect()
}

//! `towpath record`: how a deployment turned out.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::ledger_args::LedgerWriteArgs;
use super::value_parsers;
use crate::ops::error::Failure;
use crate::ops::gates::outcomes::{OutcomeRequest, record_outcome};
use crate::pipeline::ledger::Outcome;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;

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

/// Writes the events, and notes each.
pub fn run(args: &RecordArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let request = OutcomeRequest {
        app: args.app.clone(),
        stage: args.stage.clone(),
        outcome: args.outcome,
        target: args.target.clone(),
        version: args.version.clone(),
        evidence: args.evidence.clone(),
    };
    context.note_events(&record_outcome(&request, args.book.target(), &context.session)?);
    Ok(ExitKind::Done)
}

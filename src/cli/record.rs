//! `towpath record`: records the outcome of a deployment.

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
  0  recorded
  1  failed: the ledger could not be written
  2  wrong usage or configuration, or the stage has never run that version";

/// Record whether a deployment passed or failed
///
/// Use it in the job that tests the deployment. It writes the outcome to the ledger, for the
/// deployment that brought the version to the stage. The last outcome counts.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RecordArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Outcome of the deployment
    #[arg(value_name = "passed|failed", value_parser = outcome_parser())]
    outcome: Outcome,

    /// Stage that was tested
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// Only this target of the stage
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// Version that was tested [default: the one that the stage runs]
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Page that shows the outcome, such as the CI job
    #[arg(long, value_name = "URL", value_parser = value_parsers::text)]
    evidence: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

fn outcome_parser() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(["passed", "failed"])
        .map(|word| if word == "passed" { Outcome::Passed } else { Outcome::Failed })
}

/// Writes the events to the ledger, and notes each.
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

//! `towpath trace`: the way of one version through the stages.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::one_of;
use crate::ops::error::Failure;
use crate::ops::trace::trace;
use crate::report::json::TraceJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  towpath trace v1367                      every app that ever had this version
  towpath trace publisher@v1367            of one app
  towpath trace 27e139                     the beginning of a commit id or digest
  towpath trace \"$(git rev-parse HEAD)\"    where did my commit get to?

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration; there is no such version";

/// Show where a version runs and ran, when it came and went, and how long each step took.
///
/// A version is a tag, a digest, both (`1.2@sha256:…`), or at least six digits of a commit id that is
/// part of one.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct TraceArgs {
    /// The version, of any app or of one
    #[arg(value_name = "VERSION|APP@VERSION")]
    version: String,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 2] = [OutputFormat::Table, OutputFormat::Json];

/// Prints the way of the version in every app that has or had it.
pub fn run(args: &TraceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let answer = trace(&args.version, &context.session)?;
    let now = context.session.now();
    let text = match args.output {
        OutputFormat::Json => {
            ui::to_json(&TraceJson::new(&answer.report, answer.repository, now.as_second()))
        }
        _ => ui::trace(&answer.report, &context.ui.out, now),
    };
    context.ui.write_answer(&text)?;
    Ok(ExitKind::Done)
}

//! `towpath trace`: follows one version through the stages.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::trace::trace;
use crate::report::json::TraceJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  towpath trace v1367                      every app that ever ran this version
  towpath trace publisher@v1367            one app only
  towpath trace 27e139                     the start of a commit id or digest
  towpath trace \"$(git rev-parse HEAD)\"    find out where your commit runs

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration, or there is no such version";

/// Follow a version through the stages, and show how long each step took
///
/// A version is a tag, a digest, both (`1.2@sha256:…`), or at least six digits of a commit id that
/// is part of the version.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct TraceArgs {
    /// Version, of any app or of one
    #[arg(value_name = "VERSION|APP@VERSION")]
    version: String,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the path of the version in every app that runs or ran it.
pub fn run(args: &TraceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let answer = trace(&args.version, &context.session)?;
    let now = context.session.now();
    let data = TraceJson::new(&answer.report, answer.repository, now.as_second());
    let text = ui::render_data(args.output, &data, "found")
        .unwrap_or_else(|| ui::trace(&answer.report, &context.ui.out, now));
    context.ui.page_answer(&text, false)?;
    Ok(ExitKind::Done)
}

//! `towpath trace`: follows one version through the stages.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::trace_commit::{TraceQuery, TraceResult, trace_any};
use crate::report::json::{CommitTraceJson, TraceJson};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath trace v1367                      every app that ever ran this version
  towpath trace publisher@v1367            one app only
  towpath trace 27e139                     the start of a commit id or digest
  towpath trace \"$(git rev-parse HEAD)\"    find out where your commit runs
  towpath trace 4f2a9c1 --source web       the stages whose version contains a commit
  towpath trace '#12' --source web         the same for a pull request of the app

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration, or there is no such version";

/// Follow a version through the stages, and show how long each step took
///
/// A version is a tag, a digest, both (`1.2@sha256:…`), or at least six digits of a commit id that
/// is part of the version.
///
/// Where no version has that name, the text may be a commit or a pull request (`#12`) of the source
/// repository of an app. The answer is which stages contain it, since when, and which wait for it.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct TraceArgs {
    /// Version, of any app or of one; or a commit or pull request of an app's sources
    #[arg(value_name = "VERSION|APP@VERSION|COMMIT")]
    version: String,

    /// App whose source repository has the commit or pull request
    #[arg(long, value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    source: Option<String>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the path of the version in every app that runs or ran it.
pub fn run(args: &TraceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = TraceQuery { text: args.version.clone(), source: args.source.clone() };
    let now = context.session.now();
    let text = match trace_any(&query, &context.session)? {
        TraceResult::Version(answer) => {
            let data = TraceJson::new(&answer.report, answer.repository, now.as_second());
            ui::render_data(args.output, &data, "found")
                .unwrap_or_else(|| ui::trace(&answer.report, &context.ui.out, now))
        }
        TraceResult::Commit(answer) => {
            let data = CommitTraceJson::new(&answer.report, answer.repository);
            ui::render_data(args.output, &data, "found")
                .unwrap_or_else(|| ui::commit_trace(&answer.report, &context.ui.out))
        }
    };
    context.ui.page_answer(&text, false)?;
    Ok(ExitKind::Done)
}

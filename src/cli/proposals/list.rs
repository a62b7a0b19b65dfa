//! `towpath proposals list`: lists open pull requests.

use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::cli::forge_args::ForgeArgs;
use crate::cli::value_parsers::{DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::proposals::{ProposalList, list_proposals};
use crate::report::json::ProposalsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

/// List the open pull requests, newest first
#[derive(Debug, Args)]
pub struct ProposalListArgs {
    /// Include pull requests that towpath did not open
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    forge: ForgeArgs,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the open pull requests.
pub fn run(args: &ProposalListArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let listed = list_proposals(&args.forge.to_choice(), args.all, &context.session)?;
    let ProposalList { report, others } = listed;
    let text = ui::render_data(args.output, &ProposalsJson::from(&report), "proposals")
        .unwrap_or_else(|| ui::proposals(&report, &context.ui.out));
    context.ui.write_answer(&text)?;
    if report.proposals.is_empty() {
        context.ui.print_note("no pull request from towpath is open");
    }
    if others > 0 {
        let requests = if others == 1 { "request is" } else { "requests are" };
        context.ui.print_note(&format!("{others} other pull {requests} open; --all lists them"));
    }
    Ok(ExitKind::Done)
}

//! `towpath proposals show`: shows one pull request.

use super::SelectedProposalArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::cli::value_parsers::{DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::proposals::find_proposal;
use crate::report::json::ProposalsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

/// Show one pull request, with its author and state
#[derive(Debug, Args)]
pub struct ProposalShowArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the pull request.
pub fn run(args: &ProposalShowArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, forge) = (&args.which.proposal, args.which.forge.to_choice());
    let report = find_proposal(named, &forge, &context.session)?;
    let data = ProposalsJson::from(&report);
    let text = ui::render_data(args.output, &data, "proposals").unwrap_or_else(|| {
        report.proposals.iter().map(|one| ui::proposal(one, &context.ui.out)).collect()
    });
    context.ui.write_answer(&text)?;
    Ok(ExitKind::Done)
}

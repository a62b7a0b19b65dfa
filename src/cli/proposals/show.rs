//! `towpath proposals show`: shows one pull request.

use super::SelectedProposalArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::cli::value_parsers::one_of;
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
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&FORMATS))]
    output: OutputFormat,
}

pub(super) const FORMATS: [OutputFormat; 2] = [OutputFormat::Table, OutputFormat::Json];

/// Prints the pull request.
pub fn run(args: &ProposalShowArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, forge) = (&args.which.proposal, args.which.forge.to_choice());
    let report = find_proposal(named, &forge, &context.session)?;
    context.ui.write_answer(&match (args.output, report.proposals.first()) {
        (OutputFormat::Table, Some(one)) => ui::proposal(one, &context.ui.out),
        _ => ui::to_json(&ProposalsJson::from(&report)),
    })?;
    Ok(ExitKind::Done)
}

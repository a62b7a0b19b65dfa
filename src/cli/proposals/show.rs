//! `towpath proposals show`: all about one.

use super::{ForgeSession, SelectedProposalArgs};
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::output;
use crate::report::ProposalsReport;
use crate::report::json::ProposalsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

/// Show one pull request: what it is about, whose it is, and what became of it.
#[derive(Debug, Args)]
pub struct ProposalShowArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

pub(super) const FORMATS: [OutputFormat; 2] = [OutputFormat::Table, OutputFormat::Json];

/// Shows.
pub fn run(args: &ProposalShowArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let office = ForgeSession::open(&args.which.forge, &repository, context)?;
    let found = office.find(&args.which.proposal)?;
    if args.output != OutputFormat::Json {
        context.ui.write_answer(&ui::proposal(&found, &context.ui.out))?;
        return Ok(ExitKind::Done);
    }
    let one = ProposalsReport {
        repository: context.shown_repository(&repository),
        forge: office.forge.kind().name(),
        proposals: vec![found],
    };
    context.ui.write_answer(&ui::to_json(&ProposalsJson::from(&one)))?;
    Ok(ExitKind::Done)
}

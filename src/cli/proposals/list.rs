//! `towpath proposals list`: what is open.

use super::ForgeSession;
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::forge_args::ForgeArgs;
use crate::cli::output;
use crate::promotion::BRANCHES;
use crate::report::ProposalsReport;
use crate::report::json::ProposalsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;

/// List the pull requests that are open, newest first.
#[derive(Debug, Args)]
pub struct ProposalListArgs {
    /// Also those that are not towpath's
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    forge: ForgeArgs,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&super::show::FORMATS))]
    output: OutputFormat,
}

/// Lists.
pub fn run(args: &ProposalListArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let office = ForgeSession::open(&args.forge, &repository, context)?;
    let mut open = office.forge.open_proposals()?;
    let all = open.len();
    open.retain(|one| args.all || (one.head.starts_with(BRANCHES) && !one.from_fork));
    let others = all - open.len();
    let listed = ProposalsReport {
        repository: context.shown_repository(&repository),
        forge: office.forge.kind().name(),
        proposals: open,
    };
    match args.output {
        OutputFormat::Json => {
            context.ui.write_answer(&ui::to_json(&ProposalsJson::from(&listed)))?
        }
        _ => context.ui.write_answer(&ui::proposals(&listed, &context.ui.out))?,
    }
    if listed.proposals.is_empty() {
        context.ui.print_note("no pull request of towpath's is open");
    }
    if others > 0 {
        context.ui.print_note(&format!(
            "{others} of others {}; --all lists them",
            if others == 1 { "is open" } else { "are open" }
        ));
    }
    Ok(ExitKind::Done)
}

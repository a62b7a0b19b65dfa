//! `towpath proposals show`: all about one.

use super::{Office, WhichArgs};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::report::Proposals;
use crate::report::json::ProposalsJson;
use crate::ui::{self, Format};
use clap::Args;

/// Show one pull request: what it is about, whose it is, and what became of it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    which: WhichArgs,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: Format,
}

pub(super) const FORMATS: [Format; 2] = [Format::Table, Format::Json];

/// Shows.
pub fn run(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let repository = context.repository()?;
    let office = Office::open(&args.which.forge, &repository, context)?;
    let found = office.find(&args.which.proposal)?;
    if args.output != Format::Json {
        context.ui.answer(&ui::proposal(&found, &context.ui.out))?;
        return Ok(Exit::Done);
    }
    let one = Proposals {
        repository: context.shown_repository(&repository),
        forge: office.forge.kind().name(),
        proposals: vec![found],
    };
    context.ui.answer(&ui::json(&ProposalsJson::from(&one)))?;
    Ok(Exit::Done)
}

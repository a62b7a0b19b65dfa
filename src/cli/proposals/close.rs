//! `towpath proposals close`: the end without a merge.

use super::{Office, WhichArgs};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::forge::State;
use clap::Args;

/// Close a pull request without merging it. Its branch stays.
#[derive(Debug, Args)]
pub struct CloseArgs {
    #[command(flatten)]
    which: WhichArgs,
}

/// Closes.
pub fn run(args: &CloseArgs, context: &Context) -> Result<Exit, Failure> {
    let repository = context.repository()?;
    let office = Office::open(&args.which.forge, &repository, context)?;
    let found = office.find(&args.which.proposal)?;
    let name = format!("pull request {}", found.number);
    match found.state {
        State::Open => {
            office.forge.close(found.number)?;
            context.ui.note(&format!("closed {name}: {}", found.title));
        }
        State::Closed => context.ui.note(&format!("{name} is closed already")),
        State::Merged => {
            let failure = Failure::failed(format!("{name} is merged, so it cannot be closed"));
            return Err(failure.hint("`towpath rollback` takes back what it brought"));
        }
    }
    Ok(Exit::Done)
}

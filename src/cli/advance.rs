//! `towpath advance`: the pipeline's tick.

use crate::cli::complete;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::cli::forge_args::ForgeArgs;
use crate::ops::advance::{AdvanceRequest, advance};
use crate::ops::error::Failure;
use crate::ui::escape_for_terminal;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath advance                      propose what may go on, in every stage
  towpath advance --dry-run            what would it do, and why not the rest?
  towpath advance --stage prod         only what goes to prod
  */10 * * * * towpath advance -q      from a cron job; or after each push to the deployed branch

Exit codes:
  0  done, or nothing to do
  1  something failed; the rest was done
  2  wrong usage or configuration";

/// Take every app a step on, where the gates allow it.
///
/// For each app and each stage that comes after another: propose what is newer and not shut, say in open
/// proposals what they wait for, merge those of stages with `merge: auto` whose gates are open, and close
/// those that came too late. Running it twice, or twice at once, does nothing more.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AdvanceArgs {
    /// Say what would be done, and touch nothing
    #[arg(long)]
    dry_run: bool,

    /// Only what goes to this stage
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: Option<String>,

    /// Only this app
    #[arg(long, value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: Option<String>,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Prints one line for each step that was taken, and one for each that was not.
pub fn run(args: &AdvanceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let print =
        |line: &str| Ok(context.ui.write_part(&format!("{}\n", escape_for_terminal(line)))?);
    let request = AdvanceRequest {
        stage: args.stage.as_deref(),
        app: args.app.as_deref(),
        dry_run: args.dry_run,
        forge: &args.forge.to_choice(),
        observer: &print,
    };
    let report = advance(&request, &context.session)?;
    Ok(if report.has_failures { ExitKind::Failed } else { ExitKind::Done })
}

//! `towpath advance`: promotes every app whose gates are open.

use crate::cli::complete;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::cli::forge_args::ForgeArgs;
use crate::ops::advance::{AdvanceRequest, advance};
use crate::ops::error::Failure;
use crate::report::AdvanceLine;
use crate::ui::{self, escape_for_terminal};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath advance                      propose the next promotions, in every stage
  towpath advance --dry-run            show what it would propose, and why not the rest
  towpath advance --record-live        also keep what the clusters say about the last ones
  towpath advance --stage prod         only promotions to prod
  */10 * * * * towpath advance -q      run it from cron, or after each push to the deployed branch

Exit codes:
  0  done, or nothing to do
  1  a step failed; the other steps were done
  2  wrong usage or configuration";

/// Promote every app whose gates are open to its next stage
///
/// For each app and each stage that comes after another, towpath opens a pull request for a newer
/// version, unless a gate is shut. It updates open pull requests with the gates that they wait for.
/// In stages with `merge: auto` it merges them once all gates are open. It closes pull requests
/// whose version the stage already runs. Running the command twice, or twice at once, does nothing
/// more.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AdvanceArgs {
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// First record the outcomes that the gate `verified: {live: healthy}` has from witnesses
    #[arg(long)]
    record_live: bool,

    /// Only promotions to this stage
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: Option<String>,

    /// Only apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB", add = ArgValueCompleter::new(complete::apps))]
    app: Option<String>,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Advances the apps, and prints one line for each step that was taken or held back.
pub fn run(args: &AdvanceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let print = |line: &str| -> Result<(), Failure> {
        Ok(context.ui.write_part(&format!("{}\n", escape_for_terminal(line)))?)
    };
    // A person reads the reasons at the end, each once; a script gets a line for each step.
    let is_folded = context.environment.stdout_is_terminal;
    let observer = |line: &AdvanceLine| match is_folded && line.is_held {
        true => Ok(()),
        false => print(&line.to_string()),
    };
    let request = AdvanceRequest {
        stage: args.stage.as_deref(),
        app: args.app.as_deref(),
        dry_run: args.dry_run,
        record_live: args.record_live,
        forge: &args.forge.to_choice(),
        observer: &observer,
    };
    let report = advance(&request, &context.session)?;
    if is_folded {
        let held: Vec<AdvanceLine> =
            report.lines.iter().filter(|line| line.is_held).cloned().collect();
        ui::fold_advance_lines(&held, &context.ui.out).iter().try_for_each(|line| print(line))?;
    }
    Ok(if report.has_failures { ExitKind::Failed } else { ExitKind::Done })
}

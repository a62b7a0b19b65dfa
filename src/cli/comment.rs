//! `towpath comment`: says on a pull request what it would move.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use crate::forge::CommentChange;
use crate::ops::error::Failure;
use crate::ops::guard::GuardQuery;
use crate::ops::guard::comment::comment;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath comment --base origin/main                 comment on the pull request of this CI job
  towpath comment --base origin/main --proposal 12   comment on this one
  towpath comment --base main --head feature --dry-run   print the comment

Exit codes:
  0  done, or nothing to say
  1  failed
  2  wrong usage or configuration";

/// Say in a comment on a pull request what it would move
///
/// The comment lists each version that the pull request would change, where the new one runs
/// already, and what the gates say. There is one comment, which each run brings up to date. Nothing
/// is refused: `towpath guard --comment` also says whether the change may be merged.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct CommentArgs {
    /// Revision to merge into
    #[arg(long, value_name = "REVISION")]
    base: String,

    /// Revision to merge
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    head: String,

    /// Number of the pull request [default: that of the CI job]
    #[arg(long, value_name = "NUMBER")]
    proposal: Option<u64>,

    /// Event file that the forge's automation wrote
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_EVENT_PATH",
        hide_env_values = true,
        hide_short_help = true
    )]
    event: Option<PathBuf>,

    /// Print the comment, and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Writes the comment, and notes what became of it.
pub fn run(args: &CommentArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = GuardQuery {
        base: args.base.clone(),
        head: args.head.clone(),
        proposal: args.proposal,
        event: args.event.clone(),
        forge: args.forge.to_choice(),
        ..GuardQuery::default()
    };
    let report = comment(&query, args.dry_run, &context.session)?;
    if args.dry_run {
        context.ui.write_answer(&report.text)?;
    } else {
        tell_comment(report.written, context);
    }
    Ok(ExitKind::Done)
}

/// Notes what became of a comment.
pub fn tell_comment(written: Option<(u64, CommentChange)>, context: &CommandContext) {
    let Some((number, change)) = written else { return };
    let done = match change {
        CommentChange::Added => "added",
        CommentChange::Edited => "brought up to date",
        CommentChange::Unchanged => "is as it was",
    };
    context.ui.print_note(&format!("comment on pull request {number}: {done}"));
}

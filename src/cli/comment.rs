//! `towpath comment`: says on a pull request what it would move.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use super::range_args::{EventArgs, RangeArgs};
use crate::forge::CommentChange;
use crate::ops::error::Failure;
use crate::ops::guard::comment::{comment, preview_comment};
use crate::ops::guard::{GuardQuery, RenderRequest};
use clap::Args;

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
    #[command(flatten)]
    range: RangeArgs,

    /// Number of the pull request [default: that of the CI job]
    #[arg(long, value_name = "NUMBER")]
    proposal: Option<u64>,

    #[command(flatten)]
    event: EventArgs,

    /// Print the comment, and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Writes the comment, and notes what became of it.
pub fn run(args: &CommentArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = GuardQuery {
        base: args.range.base.clone(),
        head: args.range.head.clone(),
        proposal: args.proposal,
        event: args.event.event.clone(),
        forge: args.forge.to_choice(),
        // Nothing is refused here.
        render: RenderRequest::Never,
        ..GuardQuery::default()
    };
    if args.dry_run {
        context.ui.write_answer(&preview_comment(&query, &context.session)?)?;
    } else {
        tell_comment(comment(&query, &context.session)?, context);
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

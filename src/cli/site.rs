//! `towpath site`: writes the pages as files.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::ops::error::Failure;
use crate::web::write_site;
use clap::{Args, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath site --out public                     write the pages of the current repository
  towpath site -C https://example.com/team/deploy.git --out /srv/www/deployments

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration";

/// Write the pages of `serve` as a static site
///
/// Writes the matrix, a page for each app and stage, the history, the DORA metrics and the audit as
/// HTML, with status.json, history.json, metrics.json, audit.json, deployments.atom and
/// calendar.ics beside them. The folder can be published by GitHub Pages, GitLab Pages or any web
/// server. The new version takes the place of the old one in one step; files that did not change
/// stay the same files.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct SiteArgs {
    /// Folder to write: missing, empty, or an earlier site
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
}

/// Writes the site, and prints the number of files on stderr.
pub fn run(args: &SiteArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let written = write_site(&args.out, threads, &context.session)?;
    let removed = match written.removed {
        0 => String::new(),
        count => format!(", {count} removed"),
    };
    context.ui.print_note(&format!(
        "{} files in {}, {} new or changed{removed}",
        written.files,
        args.out.display(),
        written.changed
    ));
    Ok(ExitKind::Done)
}

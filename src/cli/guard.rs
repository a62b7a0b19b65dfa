//! `towpath guard`: may this pull request change what runs where?

use super::context::CommandContext;
use super::environment;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use crate::ops::error::Failure;
use crate::ops::guard::{GuardQuery, guard};
use crate::report::GuardReport;
use crate::report::json::GuardJson;
use crate::ui;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath guard --base origin/main                   judge HEAD, as a check on a pull request does
  towpath guard --base main --head feature           judge another branch
  towpath guard --base origin/main --output github   annotations on the changed lines
  towpath guard --base $old --head $new --actor $user  in a hook of a server that knows the user

Exit codes:
  0  nothing is in the way
  1  it could not be read
  2  wrong usage or configuration
  3  something must not be merged, or not yet";

/// Judge a pull request: may it change what runs where?
///
/// Each version that would move is judged: may whoever asks change that stage (`permissions`), did the
/// version come in order, are the gates open. Everything else in the repository may change freely. The
/// rules are those of the base, so no change grants itself anything; a change of towpath.yaml needs a
/// permission of its own. Who asks is what can be proven: the forge's word for who opened the pull
/// request, or signatures by signers the base names; never the author line of a commit. docs/guard.md
/// tells more.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct GuardArgs {
    /// The branch it is to be merged into
    #[arg(long, value_name = "REVISION")]
    base: String,

    /// What is to be merged
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    head: String,

    /// Who asks, where the caller knows for certain: the user of a server hook
    #[arg(long, value_name = "NAME")]
    actor: Vec<String>,

    /// Ask the forge who opened this pull request
    #[arg(long, value_name = "NUMBER")]
    proposal: Option<u64>,

    /// The event that the forge's automation wrote
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_EVENT_PATH",
        hide_env_values = true,
        hide_short_help = true
    )]
    event: Option<PathBuf>,

    /// Add a summary in Markdown to this file
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_STEP_SUMMARY",
        hide_env_values = true,
        hide_short_help = true
    )]
    summary: Option<PathBuf>,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(FORMATS))]
    output: String,

    #[command(flatten)]
    forge: ForgeArgs,
}

const FORMATS: [&str; 5] = ["table", "json", "markdown", "sarif", "github"];

/// Judges, with the exit code of the answer.
pub fn run(args: &GuardArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let report = guard(&args.to_query(), &context.session)?;
    print_report(args, context, &report)?;
    Ok(if report.is_allowed() { ExitKind::Done } else { ExitKind::Refused })
}

impl GuardArgs {
    fn to_query(&self) -> GuardQuery {
        GuardQuery {
            base: self.base.clone(),
            head: self.head.clone(),
            actors: self.actor.clone(),
            proposal: self.proposal,
            event: self.event.clone(),
            forge: self.forge.to_choice(),
            quarantine: environment::quarantine_path(),
        }
    }
}

/// Prints the answer, and adds the summary.
fn print_report(
    args: &GuardArgs,
    context: &CommandContext,
    guarded: &GuardReport,
) -> Result<(), Failure> {
    let text = match args.output.as_str() {
        "json" => ui::to_json(&GuardJson::from(guarded)),
        "markdown" => ui::guard_markdown(guarded),
        "sarif" => ui::guard_sarif(guarded, env!("CARGO_PKG_VERSION")),
        "github" => ui::guard_github(guarded),
        _ => ui::guard(guarded, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    if !guarded.rulings.is_empty() || args.output != "table" {
        context.ui.print_note(&guarded.summary_sentence());
    }
    match &args.summary {
        Some(path) if context.session.options.read_only => {
            context.ui.print_note(&format!(
                "no summary is added to {} under --read-only",
                path.display()
            ));
            Ok(())
        }
        Some(path) => append_summary(path, guarded),
        None => Ok(()),
    }
}

fn append_summary(path: &PathBuf, guarded: &GuardReport) -> Result<(), Failure> {
    let written = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let written =
        written.and_then(|mut file| file.write_all(ui::guard_markdown(guarded).as_bytes()));
    written.map_err(|error| {
        Failure::failed(format!("the summary cannot be added to `{}`", path.display()))
            .with_cause(&error)
    })
}

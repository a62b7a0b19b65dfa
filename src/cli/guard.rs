//! `towpath guard`: checks whether a pull request may change what runs where.

use super::comment::tell_comment;
use super::context::CommandContext;
use super::environment;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use super::range_args::{EventArgs, RangeArgs};
use crate::ops::error::Failure;
use crate::ops::guard::comment::{CommentKind, write_comment};
use crate::ops::guard::{GuardQuery, RenderRequest, guard};
use crate::report::GuardReport;
use crate::report::json::GuardJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath guard --base origin/main                   judge HEAD, as a check on a pull request
  towpath guard --base main --head feature           judge another branch
  towpath guard --base origin/main --output github   annotate the changed lines
  towpath guard --base main --explain                also say why each file may change
  towpath guard --base origin/main --render          also compare what the programs build
  towpath guard --base $old --head $new --actor $user  judge a push, in a hook of the server

Exit codes:
  0  the change is allowed
  1  failed
  2  wrong usage or configuration
  3  the change must not be merged, or not yet";

/// Check whether a pull request may change what runs where
///
/// Judges each version that the pull request would change. The requester must be permitted to
/// change the stage (`permissions`), the version must come in order, and the gates must be open.
/// Everything else in the repository may change freely.
///
/// The rules are those of the base, so a change cannot grant itself anything. A change to
/// towpath.yaml needs a permission of its own. The requester is the person who opened the pull
/// request, as the forge reports it, or the signer of the commits, or --actor. The author line of a
/// commit proves nothing. See docs/guard.md.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct GuardArgs {
    #[command(flatten)]
    range: RangeArgs,

    /// Requester, if the caller knows for certain, as in a server hook
    #[arg(long, value_name = "NAME")]
    actor: Vec<String>,

    /// Number of the pull request, to ask the forge who opened it
    #[arg(long, value_name = "NUMBER")]
    proposal: Option<u64>,

    #[command(flatten)]
    event: EventArgs,

    /// File to append a Markdown summary to
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_STEP_SUMMARY",
        hide_env_values = true,
        hide_short_help = true
    )]
    summary: Option<PathBuf>,

    /// Also say for each changed file what it means for protected stages, and by which rule
    #[arg(long)]
    explain: bool,

    /// Also have kustomize, Helm and Compose build both states, and compare the images
    ///
    /// Refuses an image that differs although no version moves so. The programs run with files of
    /// the repository, without a network, plug-ins or your settings. `render: true` in the
    /// towpath.yaml of the base does the same.
    #[arg(long)]
    render: bool,

    /// Let the programs of --render use the network, where it cannot be cut off
    #[arg(long)]
    allow_network: bool,

    /// Also say it in a comment on the pull request, which each run brings up to date
    #[arg(long)]
    comment: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(FORMATS))]
    output: String,

    #[command(flatten)]
    forge: ForgeArgs,
}

const FORMATS: [&str; 8] = ["table", "json", "jsonl", "yaml", "csv", "markdown", "sarif", "github"];

/// Judges the change; the exit code tells whether it is allowed.
pub fn run(args: &GuardArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    args.check_format()?;
    let query = args.to_query();
    let report = guard(&query, &context.session)?;
    print_report(args, context, &report)?;
    if args.comment {
        comment_on(&query, &report, context);
    }
    Ok(if report.is_allowed() { ExitKind::Done } else { ExitKind::Refused })
}

impl GuardArgs {
    /// Refuses formats that have no place for explanations.
    fn check_format(&self) -> Result<(), Failure> {
        if self.explain && !["table", "json", "yaml"].contains(&self.output.as_str()) {
            return Err(Failure::usage("--explain is shown as `table`, `json` or `yaml`"));
        }
        Ok(())
    }

    fn to_query(&self) -> GuardQuery {
        GuardQuery {
            base: self.range.base.clone(),
            head: self.range.head.clone(),
            actors: self.actor.clone(),
            proposal: self.proposal,
            event: self.event.event.clone(),
            forge: self.forge.to_choice(),
            explain: self.explain,
            render: match self.render {
                true => RenderRequest::Always,
                false => RenderRequest::IfConfigured,
            },
            allow_network: self.allow_network,
            quarantine: environment::quarantine_path(),
        }
    }
}

/// Says the judgement on the pull request. It stands without the comment, too: the token of a pull
/// request from a fork may not write.
fn comment_on(query: &GuardQuery, report: &GuardReport, context: &CommandContext) {
    match write_comment(query, report, CommentKind::Guard, &context.session) {
        Ok(written) => tell_comment(written, context),
        Err(failure) => {
            context.ui.print_caution(&format!("cannot comment: {}", failure.message()));
            failure.hints().iter().for_each(|hint| context.ui.print_hint(hint));
        }
    }
}

/// Prints the answer, and appends the summary to its file.
fn print_report(
    args: &GuardArgs,
    context: &CommandContext,
    guarded: &GuardReport,
) -> Result<(), Failure> {
    let text = match args.output.as_str() {
        "json" => ui::to_json(&GuardJson::from(guarded)),
        "jsonl" => render_rulings(OutputFormat::Jsonl, guarded),
        "yaml" => ui::to_yaml(&GuardJson::from(guarded)),
        "csv" => render_rulings(OutputFormat::Csv, guarded),
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
                "no summary is written to `{}` under --read-only",
                path.display()
            ));
            Ok(())
        }
        Some(path) => append_summary(path, guarded),
        None => Ok(()),
    }
}

/// One line for each ruling.
fn render_rulings(format: OutputFormat, guarded: &GuardReport) -> String {
    ui::render_data(format, &GuardJson::from(guarded), "rulings").unwrap_or_default()
}

fn append_summary(path: &PathBuf, guarded: &GuardReport) -> Result<(), Failure> {
    let written = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let written =
        written.and_then(|mut file| file.write_all(ui::guard_markdown(guarded).as_bytes()));
    written.map_err(|error| {
        Failure::failed(format!("cannot write the summary to `{}`", path.display()))
            .with_cause(&error)
    })
}

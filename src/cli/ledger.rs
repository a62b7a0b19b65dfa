//! `towpath ledger`: shows, fetches, pushes and annotates the ledger.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::ledger_args::LedgerWriteArgs;
use super::value_parsers::{self, DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::ledger::queries::{LedgerQuery, add_note, fetch_ledger, list_events, push_ledger};
use crate::report::json::{LedgerEventJson, LedgerJson};
use crate::ui::{self, OutputFormat};
use clap::{Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  towpath ledger                        show the newest events in this clone
  towpath ledger --app web -n 0         show all events about one app
  towpath ledger fetch                  fetch the events of others
  towpath ledger note 27e13961 'the incident report is at …'

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration";

/// Show the ledger of outcomes, approvals, rejections, locks and overrides
///
/// The ledger is a chain of commits at refs/towpath/ledger, with one event each. The command shows
/// the copy in this clone. Commands that write an event update the copy first.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct LedgerArgs {
    #[command(subcommand)]
    command: Option<LedgerCommand>,

    /// Only events about apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB")]
    app: Option<String>,

    /// Only events about this stage
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,

    /// Number of events to show, newest first; 0 for all
    #[arg(short = 'n', long = "limit", value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Fetch the ledger from the origin
    Fetch,
    /// Push events that only this clone has to the origin
    Push,
    /// Add a note to an event, such as the follow-up of a break glass
    Note(LedgerNoteArgs),
}

#[derive(Debug, Args)]
struct LedgerNoteArgs {
    /// Id of the event, or the start of it
    #[arg(value_name = "EVENT", value_parser = value_parsers::text)]
    event: String,

    /// Text of the note
    #[arg(value_name = "TEXT", value_parser = value_parsers::text)]
    text: String,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Shows the ledger, or runs the subcommand.
pub fn run(args: &LedgerArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    match &args.command {
        None => show_events(args, context)?,
        Some(LedgerCommand::Fetch) => fetch(context)?,
        Some(LedgerCommand::Push) => {
            push_ledger(&context.session)?;
            context.ui.print_note("the origin has all events of this clone");
        }
        Some(LedgerCommand::Note(args)) => {
            let target = args.book.target();
            context.note_events(&add_note(&args.event, &args.text, target, &context.session)?);
        }
    }
    Ok(ExitKind::Done)
}

fn show_events(args: &LedgerArgs, context: &CommandContext) -> Result<(), Failure> {
    let (app, stage) = (args.app.clone(), args.stage.clone());
    let events = list_events(&LedgerQuery { app, stage, limit: args.limit }, &context.session)?;
    let data = LedgerJson {
        schema: "towpath.ledger/1",
        events: events.iter().map(LedgerEventJson::from).collect(),
    };
    let text = ui::render_data(args.output, &data, "events")
        .unwrap_or_else(|| ui::render_events(&events.iter().collect::<Vec<_>>(), &context.ui.out));
    Ok(context.ui.page_answer(&text, false)?)
}

fn fetch(context: &CommandContext) -> Result<(), Failure> {
    let fetched = fetch_ledger(&context.session)?;
    context.ui.print_note(&match fetched.news {
        0 => "nothing new".to_owned(),
        1 => "1 new event".to_owned(),
        news => format!("{news} new events"),
    });
    if fetched.only_here > 0 {
        context.ui.print_note(&format!(
            "{} only in this clone; `towpath ledger push` pushes them to the origin",
            fetched.only_here
        ));
    }
    Ok(())
}

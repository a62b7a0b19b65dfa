//! `towpath ledger`: the record of locks, outcomes, approvals, rejections and overrides.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::ledger_args::LedgerWriteArgs;
use super::value_parsers::{self, one_of};
use crate::ops::error::Failure;
use crate::ops::ledger::queries::{LedgerQuery, add_note, fetch_ledger, list_events, push_ledger};
use crate::report::json::LedgerEventJson;
use crate::ui::{self, OutputFormat};
use clap::{Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  towpath ledger                        the newest events, of this clone
  towpath ledger --app web -n 0         all about one app
  towpath ledger fetch                  bring what others have written
  towpath ledger note 27e13961 'the incident report is at …'

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration";

/// Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass.
///
/// It is a chain of commits at refs/towpath/ledger, one event each. What is shown is the copy in this
/// clone; every command that writes an event brings it up to date.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct LedgerArgs {
    #[command(subcommand)]
    command: Option<LedgerCommand>,

    /// Only about this app
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Only about this stage
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,

    /// Only so many, the newest; 0 for all
    #[arg(short = 'n', long = "limit", value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = one_of(&[OutputFormat::Table, OutputFormat::Jsonl]))]
    output: OutputFormat,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Bring what others have written to the origin
    Fetch,
    /// Bring what was only written here to the origin
    Push,
    /// Say something about an event: the follow-up of a broken glass
    Note(LedgerNoteArgs),
}

#[derive(Debug, Args)]
struct LedgerNoteArgs {
    /// The event, or the beginning of its id
    #[arg(value_name = "EVENT", value_parser = value_parsers::text)]
    event: String,

    /// What there is to say
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
            context.ui.print_note("the origin has all that is here");
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
    let text = match args.output {
        OutputFormat::Jsonl => {
            events.iter().map(|event| ui::to_json_line(&LedgerEventJson::from(event))).collect()
        }
        _ => ui::render_events(&events.iter().collect::<Vec<_>>(), &context.ui.out),
    };
    Ok(context.ui.write_part(&text)?)
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
            "{} only here; `towpath ledger push` brings them to the origin",
            fetched.only_here
        ));
    }
    Ok(())
}

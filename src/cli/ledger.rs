//! `towpath ledger`: what cannot be read from the mainline.

use super::book::{self, LedgerWriteArgs};
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::suggest::unknown_name;
use super::survey::{RepositoryState, RevisionSelector};
use super::{output, value_parsers};
use crate::config::Config;
use crate::git::Repository;
use crate::pipeline::ledger::{EventKind, Ledger, LedgerEvent};
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
    #[arg(value_parser = output::one_of(&[OutputFormat::Table, OutputFormat::Jsonl]))]
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
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    let config = &survey.settings.config;
    match &args.command {
        None => {
            show_events(args, &book::load_ledger(context, &repository, config)?, &survey, context)
        }
        Some(LedgerCommand::Fetch) => fetch(context, &repository, config),
        Some(LedgerCommand::Push) => {
            book::push(context, &repository, config)?;
            context.ui.print_note("the origin has all that is here");
            Ok(ExitKind::Done)
        }
        Some(LedgerCommand::Note(args)) => write_note(args, context, &repository, config),
    }
}

/// Do the names that are asked for belong to anything? What a slip finds should not look like an answer.
fn check_names(
    args: &LedgerArgs,
    ledger: &Ledger,
    survey: &RepositoryState,
) -> Result<(), Failure> {
    let events = || ledger.events().iter().map(|event| &event.what);
    let standing = || survey.mapping.entries.iter().map(|entry| entry.app.to_string());
    let apps: Vec<String> =
        standing().chain(events().filter_map(|what| what.app().map(str::to_owned))).collect();
    let configured = || survey.settings.config.stages.iter().map(|stage| stage.name.to_string());
    let stages: Vec<String> = configured()
        .chain(events().filter_map(|what| what.stage().map(|at| at.to_string())))
        .collect();
    for (kind, asked, names) in [("app", &args.app, apps), ("stage", &args.stage, stages)] {
        if let Some(word) = asked.as_ref().filter(|word| !names.contains(word)) {
            return Err(unknown_name(kind, word, &names, &names));
        }
    }
    Ok(())
}

/// The newest come first.
fn show_events(
    args: &LedgerArgs,
    ledger: &Ledger,
    survey: &RepositoryState,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    let is_meant = |event: &&LedgerEvent| {
        let app = args.app.as_deref().is_none_or(|app| event.what.app() == Some(app));
        app && args
            .stage
            .as_deref()
            .is_none_or(|stage| event.what.stage().is_some_and(|at| at.as_str() == stage))
    };
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let events: Vec<&LedgerEvent> =
        ledger.events().iter().rev().filter(is_meant).take(limit).collect();
    if events.is_empty() {
        check_names(args, ledger, survey)?;
        context.ui.print_note("the ledger has no such event here; `towpath ledger fetch` brings what others have written");
    }
    let text = match args.output {
        OutputFormat::Jsonl => events.iter().map(|event| json(event) + "\n").collect(),
        _ => ui::render_events(&events, &context.ui.out),
    };
    context.ui.write_part(&text)?;
    Ok(ExitKind::Done)
}

fn json(event: &LedgerEvent) -> String {
    serde_json::to_string(&LedgerEventJson::from(event)).unwrap_or_default()
}

fn fetch(
    context: &CommandContext,
    repository: &Repository,
    config: &Config,
) -> Result<ExitKind, Failure> {
    let before = book::load_ledger(context, repository, config)?.events().len();
    let ours = book::fetch(context, repository, config)?.ours;
    let news =
        book::load_ledger(context, repository, config)?.events().len().saturating_sub(before);
    context.ui.print_note(&match news {
        0 => "nothing new".to_owned(),
        1 => "1 new event".to_owned(),
        news => format!("{news} new events"),
    });
    if ours > 0 {
        context.ui.print_note(&format!(
            "{ours} only here; `towpath ledger push` brings them to the origin"
        ));
    }
    Ok(ExitKind::Done)
}

fn write_note(
    args: &LedgerNoteArgs,
    context: &CommandContext,
    repository: &Repository,
    config: &Config,
) -> Result<ExitKind, Failure> {
    let ledger = book::load_ledger(context, repository, config)?;
    let fitting: Vec<&LedgerEvent> =
        ledger.events().iter().filter(|event| event.id.starts_with(&args.event)).collect();
    let about = match fitting.as_slice() {
        [one] => one.id.clone(),
        [] => {
            let failure = Failure::usage(format!("the ledger has no event `{}` here", args.event));
            return Err(failure
                .hint("`towpath ledger` lists them, `towpath ledger fetch` brings what is new"));
        }
        _ => return Err(Failure::usage(format!("several events begin with `{}`", args.event))),
    };
    let what = EventKind::Noted { about, text: args.text.clone() };
    for event in book::write_events(context, repository, config, vec![what], args.book)? {
        context.ui.print_note(&event.what.sentence());
    }
    Ok(ExitKind::Done)
}

//! `towpath config`: shows, verifies and documents the configuration.

use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::output;
use super::settings;
use super::survey::{self, CONFIG_FILE, RepositoryState, RevisionSelector};
use crate::config::{self, Config};
use crate::git::{Repository, Snapshot};
use crate::report::json::ConfigJson;
use crate::source::{self, ParseCache, SnapshotReader};
use crate::ui::{self, OutputFormat};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath config show                 what counts here, and who said it
  towpath config check                is this work tree's towpath.yaml right?
  towpath config schema > schema.json for editors that know JSON Schema

Exit codes:
  0  shown, or the file is right
  1  failed
  2  the configuration is wrong; every problem is named with its line";

/// Show, verify and document the configuration.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    Show(ConfigShowArgs),
    Check(ConfigCheckArgs),
    /// Print the JSON Schema of towpath.yaml
    Schema,
}

/// Show the configuration that counts, with where each value comes from.
///
/// Without a towpath.yaml this is what towpath finds out by itself.
#[derive(Debug, Args)]
struct ConfigShowArgs {
    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 3] = [OutputFormat::Table, OutputFormat::Json, OutputFormat::Yaml];

/// Verify a configuration file.
///
/// Names every mistake with its line. In a repository it also tells which sources match no file and
/// in which stages nothing is found.
#[derive(Debug, Args)]
struct ConfigCheckArgs {
    /// The file; the work tree's towpath.yaml, or the newest commit's, if not named
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: &ConfigArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    match &args.command {
        ConfigCommand::Show(args) => show_config(args, context),
        ConfigCommand::Check(args) => check(args, context),
        ConfigCommand::Schema => {
            context.ui.write_answer(&ui::to_json(&config::schema()))?;
            Ok(ExitKind::Done)
        }
    }
}

fn show_config(args: &ConfigShowArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    let default_branch = survey.branch.as_deref().unwrap_or("HEAD");
    let shown = config::describe_config(&survey.settings.config, default_branch);
    let text = match args.output {
        OutputFormat::Json => ui::to_json(&ConfigJson::from(&shown)),
        OutputFormat::Yaml => ui::to_yaml(&ConfigJson::from(&shown)),
        _ => ui::config(&shown, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    survey.print_assumption(context);
    Ok(ExitKind::Done)
}

fn check(args: &ConfigCheckArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (name, text) = match args.file.as_ref().or(context.globals.config.as_ref()) {
        Some(path) => (path.display().to_string(), settings::read_config_text(path)?),
        None => (CONFIG_FILE.to_owned(), own_file(context)?),
    };
    let config = config::parse(&text, &name)?;
    if let Ok(repository) = context.open_repository() {
        try_out(&config, context, &repository)?;
    }
    let count =
        |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let (stages, sources) =
        (count(config.stages.len(), "stage"), count(config.rules.len(), "source"));
    context.ui.print_note(&format!("{name} is right: {stages}, {sources}"));
    Ok(ExitKind::Done)
}

/// Says what the configuration does not find in the repository around it.
fn try_out(
    config: &Config,
    context: &CommandContext,
    repository: &Repository,
) -> Result<(), Failure> {
    if config.rules.is_empty() {
        return Ok(());
    }
    let when = RevisionSelector {
        work_tree: repository.work_tree().is_some(),
        ..RevisionSelector::default()
    };
    let snapshot = survey::open_snapshot(context, repository, when, None)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let matched =
        source::find_claims(config, &reader).into_iter().map(|claim| claim.index).collect();
    let mapping = survey::read_mapping(context, repository, config, &reader, &cache)?;
    let apps = mapping.entries.iter().map(|entry| entry.app.clone()).collect();
    let reached = mapping.entries.into_iter().map(|entry| entry.stage).collect();
    for odd in config::find_unused(config, &matched, &reached)
        .iter()
        .chain(&config::strange_apps(config, &apps))
    {
        context.ui.print_caution(&odd.to_string());
    }
    Ok(())
}

/// The file people would edit: on disk where there is a work tree, else of the newest commit.
fn own_file(context: &CommandContext) -> Result<String, Failure> {
    let repository = context.open_repository()?;
    let snapshot = match Snapshot::of_work_tree(&repository) {
        Ok(snapshot) => snapshot,
        Err(_) => Snapshot::of_commit(&repository, repository.head_commit()?)?,
    };
    let cache = ParseCache::default();
    settings::text_in(&SnapshotReader::new(&snapshot, &cache))?.ok_or_else(|| {
        Failure::usage(format!("there is no {CONFIG_FILE} in this repository"))
            .hint("`towpath init` writes one; without it, towpath looks for itself")
    })
}

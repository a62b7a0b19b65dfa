//! `towpath config`: shows, verifies and documents the configuration.

use super::context::Context;
use super::failure::{Exit, Failure};
use super::settings;
use super::survey::CONFIG_FILE;
use crate::config;
use crate::git::Snapshot;
use crate::source::{Cache, Reader};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath config check                the towpath.yaml of this work tree
  towpath config check draft.yaml     another file

Exit codes:
  0  the file is right
  2  it is wrong; every problem is named with its line";

/// Show, verify and document the configuration.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    Check(CheckArgs),
}

/// Verify a configuration file.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct CheckArgs {
    /// The file; the work tree's towpath.yaml, or the newest commit's, if not named
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: &ConfigArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.command {
        ConfigCommand::Check(args) => check(args, context),
    }
}

fn check(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let (name, text) = match args.file.as_ref().or(context.globals.config.as_ref()) {
        Some(path) => (path.display().to_string(), settings::read(path)?),
        None => (CONFIG_FILE.to_owned(), own_file(context)?),
    };
    let config = config::parse(&text, &name)?;
    let (stages, sources) = (config.stages.len(), config.rules.len());
    context.ui.note(&format!("{name} is right: {stages} stages, {sources} sources"));
    Ok(Exit::Done)
}

/// The file people would edit: on disk where there is a work tree, else of the newest commit.
fn own_file(context: &Context) -> Result<String, Failure> {
    let repository = context.repository()?;
    let snapshot = match Snapshot::of_work_tree(&repository) {
        Ok(snapshot) => snapshot,
        Err(_) => Snapshot::of_commit(&repository, repository.head()?)?,
    };
    let cache = Cache::default();
    let reader = Reader::new(&snapshot, &cache);
    let none = || {
        Failure::usage(format!("there is no {CONFIG_FILE} in this repository"))
            .hint("`towpath init` writes one; without it, towpath looks for itself")
    };
    match reader.find(CONFIG_FILE) {
        None => Err(none()),
        Some(_) => reader.text(CONFIG_FILE).map(|text| text.to_string()).ok_or_else(|| {
            let why = reader.warnings().into_iter().map(|warning| warning.message).next().unwrap_or_default();
            Failure::usage(format!("{CONFIG_FILE} {why}"))
        }),
    }
}

//! `towpath config`: shows, checks and documents the configuration.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{DATA_FORMATS, one_of};
use crate::config;
use crate::ops::config::{check_config, show_config};
use crate::ops::error::Failure;
use crate::report::json::ConfigJson;
use crate::ui::{self, OutputFormat};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath config show                 show the effective configuration and its origin
  towpath config check                check towpath.yaml in the work tree
  towpath config schema > schema.json write the JSON Schema, for editors

Exit codes:
  0  done; the configuration is valid
  1  failed
  2  the configuration is invalid; every problem is reported with its line";

/// Show, check and document the configuration
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

/// Show the effective configuration, and where each value comes from
///
/// Without a towpath.yaml, the command shows what towpath found by itself.
#[derive(Debug, Args)]
struct ConfigShowArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Check a configuration file
///
/// Reports every mistake with its line. In a repository, the command also reports sources that
/// match no file, and stages without versions.
#[derive(Debug, Args)]
struct ConfigCheckArgs {
    /// Configuration file [default: towpath.yaml in the work tree, else in the newest commit]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: &ConfigArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    match &args.command {
        ConfigCommand::Show(args) => {
            let report = show_config(&context.session)?;
            let text = ui::render_data(args.output, &ConfigJson::from(&report), "sources")
                .unwrap_or_else(|| ui::config(&report, &context.ui.out));
            context.ui.write_answer(&text)?;
        }
        ConfigCommand::Check(args) => {
            let checked = check_config(args.file.as_deref(), &context.session)?;
            let stages = count(checked.stages, "stage");
            let sources = count(checked.sources, "source");
            context.ui.print_note(&format!("{} is valid: {stages}, {sources}", checked.name));
        }
        ConfigCommand::Schema => context.ui.write_answer(&ui::to_json(&config::schema()))?,
    }
    Ok(ExitKind::Done)
}

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

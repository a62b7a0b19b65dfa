//! `towpath init`: writes down what discovery proposes, after asking.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::config::{CONFIG_FILE, Config, SourceRule};
use crate::git::Repository;
use crate::model::Confidence;
use crate::ops::error::Failure;
use crate::ops::init::{ConfigProposal, propose_config, render_config, write_config};
use crate::ui;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath init               ask, then write towpath.yaml into the work tree
  towpath init --yes         write what towpath proposes
  towpath init --stdout      only show it

Exit codes:
  0  written, or shown
  1  nothing was found, or the file could not be written
  2  wrong usage";

/// Write what towpath finds out about this repository as towpath.yaml.
///
/// Looks at the repository as `towpath status` does without a configuration: which words are stages,
/// and which files pin images. On a terminal it asks for the order of the stages and which sources
/// to keep, also those it is not sure of; without one, `--yes` takes the proposal, and unsure
/// sources become comments.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct InitArgs {
    /// Take the proposal without asking
    #[arg(short, long)]
    yes: bool,

    /// Overwrite a towpath.yaml that is there
    #[arg(long)]
    force: bool,

    /// Print the file instead of writing it
    #[arg(long)]
    stdout: bool,
}

/// Asks, and writes or shows.
pub fn run(args: &InitArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.session.open_repository()?;
    let goal = if args.stdout { None } else { Some(target_path(args, context, &repository)?) };
    let proposal = propose_config(&context.session)?;
    let ask = goal.is_some() && !args.yes;
    let chosen = if ask { ask_user(&proposal, context)? } else { Some(proposal.config) };
    let Some(config) = chosen else {
        context.ui.print_note("nothing was written");
        return Ok(ExitKind::Done);
    };
    let text = render_config(&config, &context.session)?;
    match goal {
        None => context.ui.write_answer(&text)?,
        Some(path) => {
            write_config(&path, &text, args.force)?;
            context.ui.print_note(&format!(
                "wrote {CONFIG_FILE}; `towpath status` reads it, commit it to share it"
            ));
        }
    }
    Ok(ExitKind::Done)
}

/// The file to write, if it may be written. All refusals come before any work.
fn target_path(
    args: &InitArgs,
    context: &CommandContext,
    repository: &Repository,
) -> Result<PathBuf, Failure> {
    let show = "`towpath init --stdout` prints it instead";
    let Some(top) = repository.work_tree() else {
        let path = context.session.repository_name(repository);
        return Err(Failure::usage(format!(
            "`{path}` has no work tree to write {CONFIG_FILE} into"
        ))
        .hint(show));
    };
    let path = top.join(CONFIG_FILE);
    if !args.force && path.symlink_metadata().is_ok() {
        let failure = Failure::failed(format!("there is a {CONFIG_FILE} already"));
        return Err(failure.hint("--force overwrites it").hint(show));
    }
    if !args.yes && !context.session.can_ask() {
        let failure = Failure::usage("there is no terminal to ask on");
        return Err(failure.hint("`towpath init --yes` takes the proposal").hint(show));
    }
    Ok(path)
}

/// The proposal as a person wants it, or `None` if they gave up.
fn ask_user(
    proposal: &ConfigProposal,
    context: &CommandContext,
) -> Result<Option<Config>, Failure> {
    let mut config = proposal.config.clone();
    if config.stages.len() > 1 {
        let names: Vec<String> = config.stages.iter().map(|stage| stage.name.to_string()).collect();
        let question = "Order of the stages, first to last (space picks one up, arrows move it)";
        let Some(order) = ui::ask_order(&context.ui, question, &names)? else { return Ok(None) };
        reorder_stages(&mut config, &order);
    }
    let shown = |(index, rule): (usize, &SourceRule)| {
        let files = match proposal.files.get(&index).map_or(0, |(files, _)| *files) {
            1 => "1 file".to_owned(),
            n => format!("{n} files"),
        };
        let sure = if rule.confidence == Confidence::Low { "unsure, " } else { "" };
        let text = format!("{}: {}  ({sure}{files})", rule.kind, rule.path.as_str());
        (text, rule.confidence != Confidence::Low)
    };
    let items: Vec<(String, bool)> = config.rules.iter().enumerate().map(shown).collect();
    let Some(kept) = ui::ask_choices(&context.ui, "Sources to keep (space toggles)", &items)?
    else {
        return Ok(None);
    };
    config.rules = kept.into_iter().filter_map(|index| config.rules.get(index).cloned()).collect();
    for rule in &mut config.rules {
        // Said by a person now.
        rule.confidence = Confidence::Configured;
    }
    Ok(Some(config))
}

/// A new order makes the stages one chain; the order that was proposed keeps its forks.
fn reorder_stages(config: &mut Config, order: &[usize]) {
    if order.iter().copied().eq(0..config.stages.len()) {
        return;
    }
    config.stages = order.iter().filter_map(|index| config.stages.get(*index).cloned()).collect();
    for index in 0..config.stages.len() {
        let before = index.checked_sub(1).map(|before| config.stages[before].name.clone());
        config.stages[index].after = before.into_iter().collect();
    }
}

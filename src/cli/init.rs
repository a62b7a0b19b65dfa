//! `towpath init`: writes the configuration that discovery proposes, after asking.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::config::{CONFIG_FILE, Config, SourceRule};
use crate::git::Repository;
use crate::model::Confidence;
use crate::ops::error::Failure;
use crate::ops::init::{
    ConfigProposal, outside_comment, propose_config, render_config, write_config,
};
use crate::ui;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath init               ask, then write towpath.yaml into the work tree
  towpath init --yes         write the proposal without asking
  towpath init --stdout      print it instead

Exit codes:
  0  written, or printed
  1  nothing was found, or the file could not be written
  2  wrong usage";

/// Write towpath.yaml from what towpath finds in the repository
///
/// Finds stages, and files that pin images, as `towpath status` does without a configuration. On a
/// terminal, the command asks for the order of the stages and for the sources to keep, including
/// uncertain ones. `--yes` accepts the proposal and writes uncertain sources as comments.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct InitArgs {
    /// Accept the proposal without asking
    #[arg(short, long)]
    yes: bool,

    /// Overwrite an existing towpath.yaml
    #[arg(long)]
    force: bool,

    /// Print the file instead of writing it
    #[arg(long)]
    stdout: bool,
}

/// Proposes a configuration, asks about it, and writes or prints it.
pub fn run(args: &InitArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.session.open_repository()?;
    let goal = if args.stdout { None } else { Some(target_path(args, context, &repository)?) };
    let proposal = propose_config(&context.session)?;
    let ask = goal.is_some() && !args.yes;
    let outside = outside_comment(&proposal);
    let chosen = if ask { ask_user(&proposal, context)? } else { Some(proposal.config) };
    let Some(config) = chosen else {
        context.ui.print_note("nothing was written");
        return Ok(ExitKind::Done);
    };
    let text = render_config(&config, &context.session)?;
    match goal {
        None => context.ui.write_answer(&format!("{text}{outside}"))?,
        Some(path) => {
            write_config(&path, &text, args.force)?;
            context.ui.print_note(&format!(
                "wrote {CONFIG_FILE}. `towpath status` uses it. Commit it to share it."
            ));
        }
    }
    Ok(ExitKind::Done)
}

/// The path of the file to write. Refuses before any work if it may not be written.
fn target_path(
    args: &InitArgs,
    context: &CommandContext,
    repository: &Repository,
) -> Result<PathBuf, Failure> {
    let show = "`towpath init --stdout` prints it instead";
    let Some(top) = repository.work_tree() else {
        let path = context.session.repository_name(repository);
        return Err(
            Failure::usage(format!("`{path}` has no work tree for {CONFIG_FILE}")).hint(show)
        );
    };
    let path = top.join(CONFIG_FILE);
    if !args.force && path.symlink_metadata().is_ok() {
        let failure = Failure::failed(format!("{CONFIG_FILE} already exists"));
        return Err(failure.hint("`towpath init --force` overwrites it").hint(show));
    }
    if !args.yes && !context.session.can_ask() {
        let failure = Failure::usage("`towpath init` needs a terminal to ask on");
        return Err(failure.hint("`towpath init --yes` accepts the proposal").hint(show));
    }
    Ok(path)
}

/// The proposal with the user's changes, or `None` if the user cancelled.
fn ask_user(
    proposal: &ConfigProposal,
    context: &CommandContext,
) -> Result<Option<Config>, Failure> {
    let mut config = proposal.config.clone();
    if config.stages.len() > 1 {
        let names: Vec<String> = config.stages.iter().map(|stage| stage.name.to_string()).collect();
        let question = "Order of the stages, first to last (space picks one, arrows move it)";
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
        // The user has confirmed it.
        rule.confidence = Confidence::Configured;
    }
    Ok(Some(config))
}

/// Applies the chosen order, which makes the stages one chain. The proposed order keeps its forks.
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

//! `towpath init`: writes the configuration that discovery proposes, after asking, and CI files.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::config::{CONFIG_FILE, Config, SourceRule};
use crate::git::Repository;
use crate::model::Confidence;
use crate::ops::ci_files::{CiSystem, RECIPE_IMAGE, ci_files, is_plain_word};
use crate::ops::error::Failure;
use crate::ops::explain::explain_discovery;
use crate::ops::init::{
    ConfigProposal, SCHEMA_FILE, check_place, outside_comment, present_config, propose_config,
    render_config, second_stage, with_schema_line, write_file,
};
use crate::ui;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  towpath init               ask, then write towpath.yaml into the work tree
  towpath init --yes         write the proposal without asking
  towpath init --stdout      print it instead
  towpath init --explain     print why these are the stages, and what is left out
  towpath init --ci github   also write workflows that check pull requests and promote

Exit codes:
  0  written, or printed
  1  nothing was found, or the file could not be written
  2  wrong usage";

/// Write towpath.yaml from what towpath finds in the repository
///
/// Finds stages, and files that pin images, as `towpath status` does without a configuration. On a
/// terminal, the command asks for the order of the stages and for the sources to keep, including
/// uncertain ones. `--yes` accepts the proposal and writes uncertain sources as comments.
///
/// The JSON schema goes into .towpath/schema.json, where editors find it by the first line of
/// towpath.yaml. `--ci` also writes the check of pull requests and a promotion every night, as
/// docs/ci.md has them; a towpath.yaml that is there already is kept then.
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
    #[arg(long, conflicts_with = "ci")]
    stdout: bool,

    /// Print what was found, why, and what is left out, instead of writing a file
    #[arg(long, conflicts_with_all = ["yes", "force", "stdout", "ci"])]
    explain: bool,

    /// Also write files for this CI system
    #[arg(long, value_name = "SYSTEM", value_parser = ci_system())]
    ci: Option<CiSystem>,

    /// Image with towpath, which the CI files run
    #[arg(long, value_name = "IMAGE", requires = "ci", default_value = RECIPE_IMAGE)]
    #[arg(value_parser = ci_image)]
    ci_image: String,
}

fn ci_system() -> impl TypedValueParser<Value = CiSystem> {
    PossibleValuesParser::new(CiSystem::ALL.map(CiSystem::as_str)).map(|typed| {
        let found = CiSystem::ALL.into_iter().find(|system| system.as_str() == typed);
        found.expect("the parser takes no other words")
    })
}

fn ci_image(text: &str) -> Result<String, String> {
    match is_plain_word(text) {
        true => Ok(text.to_owned()),
        false => Err("expected a reference such as `registry.example.com/towpath:0.1`".into()),
    }
}

/// Proposes a configuration, asks about it, and writes or prints it.
pub fn run(args: &InitArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.explain {
        let explained = explain_discovery(&context.session)?;
        context.ui.page_answer(&ui::explanation(&explained, &context.ui.out), false)?;
        return Ok(ExitKind::Done);
    }
    let repository = context.session.open_repository()?;
    let keeps_config = args.ci.is_some() && !args.force && has_config(&repository);
    if let (Some(system), true) = (args.ci, keeps_config) {
        let config = present_config(&context.session)?;
        context.ui.print_note(&format!("{CONFIG_FILE} is there already, and is kept"));
        return write_ci_files(system, args, &config, &work_tree(context, &repository)?, context);
    }
    let goal = if args.stdout { None } else { Some(target_folder(args, context, &repository)?) };
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
        Some(top) => {
            let schema = format!("{}\n", ui::to_json(&crate::config::schema()).trim_end());
            write_file(&top, (SCHEMA_FILE, &schema), true)?;
            write_file(&top, (CONFIG_FILE, &with_schema_line(&text)), args.force)?;
            context.ui.print_note(&format!(
                "wrote {CONFIG_FILE}, and {SCHEMA_FILE} for editors. `towpath status` uses it. \
                 Commit both to share them."
            ));
            if let Some(system) = args.ci {
                return write_ci_files(system, args, &config, &top, context);
            }
        }
    }
    Ok(ExitKind::Done)
}

fn has_config(repository: &Repository) -> bool {
    repository.work_tree().is_some_and(|top| top.join(CONFIG_FILE).symlink_metadata().is_ok())
}

/// Writes the files of a CI system, and says what is left to do.
fn write_ci_files(
    system: CiSystem,
    args: &InitArgs,
    config: &Config,
    top: &Path,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    let stage = second_stage(config);
    let plain = stage.filter(|stage| is_plain_word(stage.as_str()));
    if let (Some(stage), None) = (stage, plain) {
        context.ui.print_caution(&format!(
            "the name of the stage `{stage}` needs quotes, so no promotion is written"
        ));
    }
    let files = ci_files(system, plain, &args.ci_image);
    for file in &files {
        check_place(top, file.path, args.force)?;
    }
    for file in &files {
        write_file(top, (file.path, &file.text), args.force)?;
    }
    let paths: Vec<&str> = files.iter().map(|file| file.path).collect();
    context.ui.print_note(&format!("wrote {}", paths.join(" and ")));
    if args.ci_image == RECIPE_IMAGE {
        context.ui.print_hint(&format!(
            "replace `{RECIPE_IMAGE}` in them by an image with towpath, or use --ci-image"
        ));
    }
    context.ui.print_hint("docs/ci.md says which tokens and settings they need");
    Ok(ExitKind::Done)
}

/// The other way to get the configuration.
const SHOW: &str = "`towpath init --stdout` prints it instead";

fn work_tree(context: &CommandContext, repository: &Repository) -> Result<PathBuf, Failure> {
    repository.work_tree().map(Path::to_owned).ok_or_else(|| {
        let path = context.session.repository_name(repository);
        Failure::usage(format!("`{path}` has no work tree for {CONFIG_FILE}")).hint(SHOW)
    })
}

/// The folder for the files. Refuses before any work if they may not be written.
fn target_folder(
    args: &InitArgs,
    context: &CommandContext,
    repository: &Repository,
) -> Result<PathBuf, Failure> {
    let top = work_tree(context, repository)?;
    check_place(&top, SCHEMA_FILE, true)?;
    check_place(&top, CONFIG_FILE, args.force).map_err(|failure| failure.hint(SHOW))?;
    for path in args.ci.into_iter().flat_map(CiSystem::paths) {
        check_place(&top, path, args.force)?;
    }
    if !args.yes && !context.session.can_ask() {
        let failure = Failure::usage("`towpath init` needs a terminal to ask on");
        return Err(failure.hint("`towpath init --yes` accepts the proposal").hint(SHOW));
    }
    Ok(top)
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

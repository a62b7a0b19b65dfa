//! `towpath init`: writes down what discovery proposes, after asking.

use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::survey::CONFIG_FILE;
use crate::config::{self, Config, SourceNote, SourceRule};
use crate::discovery::{self, DiscoveredConfig};
use crate::git::{Repository, Snapshot};
use crate::model::Confidence;
use crate::source::{self, ParseCache, SnapshotReader};
use crate::ui;
use clap::Args;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

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

/// Proposes, asks, writes.
pub fn run(args: &InitArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let goal = if args.stdout { None } else { Some(target_path(args, context, &repository)?) };
    let commit = match &context.globals.branch {
        Some(branch) => context.branch_tip(&repository, branch)?,
        None => repository.head_commit()?,
    };
    let snapshot = Snapshot::of_commit(&repository, commit)?;
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let proposal = discovery::propose(&reader, &repository);
    if proposal.config.rules.is_empty() && proposal.unsure.rules.is_empty() {
        return Err(nothing_found(&proposal));
    }
    let ask = goal.is_some() && !args.yes;
    let chosen =
        if ask { ask_user(&proposal, &reader, context)? } else { Some(accept_proposal(&proposal)) };
    let Some(config) = chosen else {
        context.ui.print_note("nothing was written");
        return Ok(ExitKind::Done);
    };
    let text = config::to_yaml(&config, &source_notes(&config, &reader));
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
        let path = context.shown_repository(repository);
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
    if !args.yes && !context.can_ask() {
        let failure = Failure::usage("there is no terminal to ask on");
        return Err(failure.hint("`towpath init --yes` takes the proposal").hint(show));
    }
    Ok(path)
}

fn nothing_found(proposal: &DiscoveredConfig) -> Failure {
    let failure = if proposal.empty_stages.is_empty() {
        Failure::failed("no stage was recognised in this repository")
    } else {
        let stages = proposal.empty_stages.join(", ");
        Failure::failed(format!("stages were found ({stages}), but no version is pinned in them"))
    };
    failure
        .hint(format!("write {CONFIG_FILE} by hand: `towpath config schema` says what it may hold"))
}

/// The proposal as it is; what is unsure goes along and is written as comments.
fn accept_proposal(proposal: &DiscoveredConfig) -> Config {
    let mut config = proposal.config.clone();
    config.rules.extend(unsure_rules(proposal));
    config
}

fn unsure_rules(proposal: &DiscoveredConfig) -> impl Iterator<Item = SourceRule> {
    proposal
        .unsure
        .rules
        .iter()
        .cloned()
        .map(|rule| SourceRule { confidence: Confidence::Low, ..rule })
}

/// The proposal as a person wants it, or `None` if they gave up.
fn ask_user(
    proposal: &DiscoveredConfig,
    reader: &SnapshotReader<'_>,
    context: &CommandContext,
) -> Result<Option<Config>, Failure> {
    let mut config = accept_proposal(proposal);
    if config.stages.len() > 1 {
        let names: Vec<String> = config.stages.iter().map(|stage| stage.name.to_string()).collect();
        let question = "Order of the stages, first to last (space picks one up, arrows move it)";
        let Some(order) = ui::ask_order(&context.ui, question, &names)? else { return Ok(None) };
        reorder_stages(&mut config, &order);
    }
    let counts = count_files(&config, reader);
    let shown = |(index, rule): (usize, &SourceRule)| {
        let files = match counts.get(&index).map_or(0, |(files, _)| *files) {
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

fn source_notes(config: &Config, reader: &SnapshotReader<'_>) -> Vec<SourceNote> {
    let note = |(rule, (files, example)): (usize, (usize, String))| SourceNote {
        rule,
        comment: ui::escape_for_terminal(&files_in_words(files, &example)).into_owned(),
    };
    count_files(config, reader).into_iter().map(note).collect()
}

/// How many files each rule claims, and the first of them.
fn count_files(config: &Config, reader: &SnapshotReader<'_>) -> BTreeMap<usize, (usize, String)> {
    let mut out: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for claim in source::find_claims(config, reader) {
        out.entry(claim.index).or_insert_with(|| (0, claim.path)).0 += 1;
    }
    out
}

fn files_in_words(files: usize, example: &str) -> String {
    match files {
        0 => "no file".into(),
        1 => example.to_owned(),
        n => format!("{n} files, such as {example}"),
    }
}

/// Writes the file at once or not at all.
fn write_config(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("`{}` could not be written", path.display())).with_cause(&error)
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = readable_by_all().tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let placed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map(|_| ()).map_err(|error| failed(error.error))
}

/// A temporary file is its owner's alone; this one becomes a file like any other, under the umask.
fn readable_by_all() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".towpath-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

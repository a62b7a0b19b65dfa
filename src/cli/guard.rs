//! `towpath guard`: may this pull request change what runs where?

mod brief;
mod event;
mod gates;
mod people;
mod reading;
mod sides;

use super::context::CommandContext;
use super::environment;
use super::failure::{ExitKind, Failure};
use super::forge_args::ForgeArgs;
use super::survey::CONFIG_FILE;
use crate::git::{GitError, MergePreview, Oid, Repository};
use crate::guard::{ChangeContributors, GuardCheck, GuardRefusal, Ruling, of_moves, of_rules};
use crate::report::GuardReport;
use crate::report::json::GuardJson;
use crate::ui;
use clap::Args;
use clap::builder::PossibleValuesParser;
pub use gates::build_queries;
use gates::{QueryAnswers, answer_queries};
use people::{ProposedCommits, Requester};
pub use sides::BaseHeadComparison;
use std::io::Write;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath guard --base origin/main                   judge HEAD, as a check on a pull request does
  towpath guard --base main --head feature           judge another branch
  towpath guard --base origin/main --output github   annotations on the changed lines
  towpath guard --base $old --head $new --actor $user  in a hook of a server that knows the user

Exit codes:
  0  nothing is in the way
  1  it could not be read
  2  wrong usage or configuration
  3  something must not be merged, or not yet";

/// Judge a pull request: may it change what runs where?
///
/// Each version that would move is judged: may whoever asks change that stage (`permissions`), did the
/// version come in order, are the gates open. Everything else in the repository may change freely. The
/// rules are those of the base, so no change grants itself anything; a change of towpath.yaml needs a
/// permission of its own. Who asks is what can be proven: the forge's word for who opened the pull
/// request, or signatures by signers the base names; never the author line of a commit. docs/guard.md
/// tells more.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct GuardArgs {
    /// The branch it is to be merged into
    #[arg(long, value_name = "REVISION")]
    base: String,

    /// What is to be merged
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    head: String,

    /// Who asks, where the caller knows for certain: the user of a server hook
    #[arg(long, value_name = "NAME")]
    actor: Vec<String>,

    /// Ask the forge who opened this pull request
    #[arg(long, value_name = "NUMBER")]
    proposal: Option<u64>,

    /// The event that the forge's automation wrote
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_EVENT_PATH",
        hide_env_values = true,
        hide_short_help = true
    )]
    event: Option<PathBuf>,

    /// Add a summary in Markdown to this file
    #[arg(
        long,
        value_name = "FILE",
        env = "GITHUB_STEP_SUMMARY",
        hide_env_values = true,
        hide_short_help = true
    )]
    summary: Option<PathBuf>,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(FORMATS))]
    output: String,

    #[command(flatten)]
    forge: ForgeArgs,
}

const FORMATS: [&str; 5] = ["table", "json", "markdown", "sarif", "github"];

/// Judges, with the exit code of the answer.
pub fn run(args: &GuardArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let repository = match environment::quarantine_path() {
        Some(folder) => repository.with_incoming(&folder)?,
        None => repository,
    };
    let (base, head) = (commit(&repository, &args.base)?, commit(&repository, &args.head)?);
    let premerge = repository.preview_merge(base, head)?;
    let mut guarded =
        GuardReport::new(context.shown_repository(&repository), base.to_string(), head.to_string());
    match &premerge {
        MergePreview::Nothing => {}
        MergePreview::Unrelated => guarded.rulings.push(unrelated_ruling()),
        MergePreview::Conflict(paths) => {
            guarded.rulings.extend(paths.iter().map(|path| conflict_ruling(path)))
        }
        MergePreview::Forward(_) | MergePreview::Tree(_) => {
            let branch = branch_name(&args.base, context, &repository);
            let context = context.on_branch(branch.as_deref(), base);
            let sides = BaseHeadComparison::load(
                &context,
                &repository,
                (base, head),
                &premerge,
                branch.as_deref(),
            )?;
            judge_change(args, &context, &repository, &sides, &mut guarded)?;
        }
    }
    print_report(args, context, &guarded)?;
    Ok(if guarded.is_allowed() { ExitKind::Done } else { ExitKind::Refused })
}

fn commit(repository: &Repository, revision: &str) -> Result<Oid, Failure> {
    repository.resolve_only(revision).map_err(|error| {
        let failure = Failure::usage(error.to_string());
        if let GitError::Ambiguous { .. } = error {
            return failure.hint(error.hint().unwrap_or_default());
        }
        failure.hint(format!(
            "`git fetch origin` brings branches; a check needs `{revision}` and its history"
        ))
    })
}

/// The branch that the base is: the one the user names, or `main` for `refs/remotes/origin/main`.
fn branch_name(
    revision: &str,
    context: &CommandContext,
    repository: &Repository,
) -> Option<String> {
    if let Some(named) = &context.globals.branch {
        return Some(named.clone());
    }
    let name = ["refs/heads/", "refs/remotes/", ""]
        .iter()
        .find_map(|start| revision.strip_prefix(start))?;
    let name = name.strip_prefix("origin/").unwrap_or(name);
    if name.contains(['~', '^']) {
        return None;
    }
    let places = [format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")];
    places.iter().any(|place| repository.resolve_revision(place).is_ok()).then(|| name.to_owned())
}

fn unrelated_ruling() -> Ruling {
    let refusal = GuardRefusal::new(
        GuardCheck::Merge,
        "base and head have no commit in common, so it is not known what changes",
    );
    Ruling::of_file(
        ".",
        None,
        Some(refusal.hint("fetch the whole history: `git fetch --unshallow`")),
    )
}

fn conflict_ruling(path: &str) -> Ruling {
    let refusal = GuardRefusal::new(
        GuardCheck::Merge,
        "the base has changed this file, too, and the two do not go together",
    );
    Ruling::of_file(path, None, Some(refusal.hint("bring the branch up to date first")))
}

/// Everything that is said about the change.
fn judge_change(
    args: &GuardArgs,
    context: &CommandContext,
    repository: &Repository,
    sides: &BaseHeadComparison<'_>,
    guarded: &mut GuardReport,
) -> Result<(), Failure> {
    let (moves, config) = (sides.cell_changes(), sides.config());
    let (rule_paths, wrong) = sides.changed_rules();
    let asker = Requester::find(args, context, repository, sides)?;
    let commits = ProposedCommits::list(context, repository, sides)?;
    let QueryAnswers { asked, judged } =
        answer_queries(args, context, repository, sides, (&moves, &asker))?;
    let people = ChangeContributors {
        persons: asker.persons.clone(),
        signed: &|lists| commits.check_signatures(lists),
        vouched: &|lists, commit| commits.has_good_signature(lists, commit),
    };
    let judgements: Vec<_> = judged.iter().map(|one| one.judgement.clone()).collect();
    guarded.rulings = sides.unsafe_changes();
    guarded.rulings.extend(commits.rebase_conflicts()?);
    let known = guarded.rulings.iter().filter_map(|ruling| ruling.path.clone()).collect();
    guarded.rulings.extend(sides.blind_spot_rulings(&people, &known));
    guarded.rulings.extend(of_rules(&rule_paths, wrong.as_deref(), config, &people));
    guarded.glasses = commits.break_glass_commits();
    guarded.rulings.extend(of_moves(
        &moves,
        &asked,
        &judgements,
        config,
        &people,
        &guarded.glasses,
    ));
    guarded.rulings.sort_by_key(Ruling::is_allowed);
    guarded.files = sides.differences.changes.len();
    guarded.name_cells(&sides.before.entries, &sides.after.entries);
    guarded.judged = judged;
    guarded.persons = asker.persons;
    if rule_paths.contains(&CONFIG_FILE) && sides.text(CONFIG_FILE).is_none() {
        context.ui.print_note(&format!(
            "the base has no {CONFIG_FILE}; from the next change on, the new one counts"
        ));
    }
    Ok(())
}

/// Prints the answer, and adds the summary.
fn print_report(
    args: &GuardArgs,
    context: &CommandContext,
    guarded: &GuardReport,
) -> Result<(), Failure> {
    let text = match args.output.as_str() {
        "json" => ui::to_json(&GuardJson::from(guarded)),
        "markdown" => ui::guard_markdown(guarded),
        "sarif" => ui::guard_sarif(guarded, env!("CARGO_PKG_VERSION")),
        "github" => ui::guard_github(guarded),
        _ => ui::guard(guarded, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    if !guarded.rulings.is_empty() || args.output != "table" {
        context.ui.print_note(&guarded.summary_sentence());
    }
    match &args.summary {
        Some(path) if context.globals.read_only => {
            context.ui.print_note(&format!(
                "no summary is added to {} under --read-only",
                path.display()
            ));
            Ok(())
        }
        Some(path) => append_summary(path, guarded),
        None => Ok(()),
    }
}

fn append_summary(path: &PathBuf, guarded: &GuardReport) -> Result<(), Failure> {
    let written = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let written =
        written.and_then(|mut file| file.write_all(ui::guard_markdown(guarded).as_bytes()));
    written.map_err(|error| {
        Failure::failed(format!("the summary cannot be added to `{}`", path.display()))
            .with_cause(&error)
    })
}

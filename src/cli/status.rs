//! `towpath status`: what runs where.

use super::book;
use super::complete;
use super::completion_cache::{self, CompletionNames};
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::filter::GlobPatterns;
use super::output;
use super::suggest::unknown_name;
use super::survey::{RepositoryState, RevisionSelector};
use crate::git::Repository;
use crate::git::revision_or_time::parse_time;
use crate::model::Warning;
use crate::report::{BroughtBy, Matrix, StatusEntry, StatusReport};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::Timestamp;

const EXAMPLES: &str = "\
Examples:
  towpath status                           every app, stage by stage
  towpath status publisher                 one app in full
  towpath status --stage 'prod*' --targets each cluster of the production stages
  towpath status --at v1.2                 as it was at a tag
  towpath status --at '3 days ago'         as it was then
  towpath status --output json | jq '.entries[] | select(.stage == \"prod\") | .tag'
  towpath status --exit-code --quiet       is everything promoted?

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration
  4  stages differ (only with --exit-code)";

/// Show which version of which app runs in which stage.
///
/// Apps go down, stages across in pipeline order. A cell that differs from the stage before bears a
/// sign. Where the places of one stage (clusters, regions) agree, they are one cell. With an app,
/// shows everything about it: image, tag, digest, each file and line, and the commit behind it.
///
/// Everything is read from git objects of the deployed branch; a dirty work tree changes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct StatusArgs {
    /// Show these apps in full
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only apps that fit; `*` and `?` stand for any text and any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that fit
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,

    /// As it was at a revision or a time, with ages counted from there: `v1.2`, `2026-05-05T10:00`, `3 days ago`
    #[arg(long, value_name = "REV|TIME", conflicts_with = "worktree")]
    at: Option<String>,

    /// Read the files on disk instead of a commit
    #[arg(long)]
    worktree: bool,

    /// Give each target (cluster, region) a column of its own
    #[arg(long)]
    targets: bool,

    /// Do not look up since when each version is there
    #[arg(long)]
    no_since: bool,

    /// End with 4 when stages differ
    #[arg(long)]
    exit_code: bool,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 5] = [
    OutputFormat::Table,
    OutputFormat::Json,
    OutputFormat::Yaml,
    OutputFormat::Csv,
    OutputFormat::Markdown,
];

/// Answers, and says on stderr what was assumed and passed over.
pub fn run(args: &StatusArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(
        context,
        &repository,
        RevisionSelector {
            at: args.at.as_deref(),
            work_tree: args.worktree,
            ..RevisionSelector::default()
        },
    )?;
    if args.at.is_none() {
        completion_cache::store_names(
            context,
            &repository,
            &CompletionNames::from_mapping(&survey.mapping),
        );
    }
    survey.print_assumption(context);
    let mut status = build_report(&survey, context, &repository);
    filter_status(&mut status, args, context)?;
    if !args.no_since {
        look_back(&mut status, &survey, context, &repository);
    }
    let stacked = Matrix::new(&status, false);
    let moment = reference_time(args, &survey, context, &repository);
    context.ui.write_answer(&render_status(&status, &stacked, args, context, moment))?;
    if args.output == OutputFormat::Table && args.apps.is_empty() {
        print_summary(&stacked, context);
    }
    if args.output == OutputFormat::Table && args.at.is_none() {
        book::warn_missing_follow_up(context, &repository, &survey.settings.config);
    }
    context.ui.print_warnings(&status.warnings);
    Ok(if args.exit_code && stacked.differing_rows() > 0 {
        ExitKind::Different
    } else {
        ExitKind::Done
    })
}

fn build_report(
    survey: &RepositoryState,
    context: &CommandContext,
    repository: &Repository,
) -> StatusReport {
    let mut status = StatusReport::new(&survey.settings.config, survey.mapping.clone(), |entry| {
        survey.entry_origin(entry)
    });
    status.repository = context.shown_repository(repository);
    status.branch.clone_from(&survey.branch);
    status.revision = survey.commit.map(|id| id.to_string());
    status.time = survey.time;
    status
}

/// Adds the commits that put the versions where they are, for what is left to be shown. A clone
/// that lacks a part of the past still has its present.
fn look_back(
    status: &mut StatusReport,
    survey: &RepositoryState,
    context: &CommandContext,
    repository: &Repository,
) {
    let entries = status.occupants.iter().map(|occupant| occupant.entry.clone()).collect();
    let past = match survey.find_introducing_commits(context, repository, entries) {
        Ok(past) => past,
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            let message =
                format!("it is not known since when each version is there: {error}{hint}");
            status.warnings.push(Warning::general("no-history", message));
            return;
        }
    };
    for occupant in &mut status.occupants {
        let key = (occupant.entry.slot(), occupant.entry.version.clone());
        occupant.since = past.found.get(&key).map(BroughtBy::from);
    }
    let unknown = status.occupants.iter().filter(|occupant| occupant.since.is_none()).count();
    if past.shallow && unknown > 0 {
        let message = format!(
            "{unknown} versions are older than this shallow clone; `git fetch --unshallow` brings their commits"
        );
        status.warnings.push(Warning::general("shallow", message));
    }
}

/// Keeps what the arguments name; a name that nothing bears is an error.
fn filter_status(
    status: &mut StatusReport,
    args: &StatusArgs,
    context: &CommandContext,
) -> Result<(), Failure> {
    let apps: Vec<String> = status
        .occupants
        .iter()
        .flat_map(|occupant| app_names(occupant).map(str::to_owned))
        .collect();
    let names: Vec<String> =
        status.occupants.iter().map(|occupant| occupant.name.clone()).collect();
    let stages: Vec<String> = status.stages.iter().map(ToString::to_string).collect();
    for app in &args.apps {
        if !apps.contains(app) {
            return Err(unknown_name("app", app, &apps, &names));
        }
    }
    let (by_app, by_stage) = (GlobPatterns::new(&args.app), GlobPatterns::new(&args.stage));
    for (kind, patterns, words, names) in
        [("app", &by_app, &apps, &names), ("stage", &by_stage, &stages, &stages)]
    {
        for pattern in patterns.unmatched_patterns(words) {
            if !pattern.contains(['*', '?']) {
                return Err(unknown_name(kind, pattern, words, names));
            }
            context.ui.print_note(&format!("no {kind} fits `{pattern}`"));
        }
    }
    status.occupants.retain(|occupant| {
        let names = app_names(occupant);
        by_app.matches_any(names.clone())
            && (args.apps.is_empty() || names.clone().any(|n| args.apps.iter().any(|a| a == n)))
    });
    status.keep_stages(|stage| by_stage.matches_any([stage.as_str()]));
    Ok(())
}

/// The words an occupant is known by.
fn app_names(occupant: &StatusEntry) -> impl Iterator<Item = &str> + Clone {
    let component = occupant.entry.component.as_deref();
    [Some(occupant.name.as_str()), Some(occupant.entry.app.as_str()), component]
        .into_iter()
        .flatten()
}

/// The moment that ages are counted from: now, or the one that `--at` names.
fn reference_time(
    args: &StatusArgs,
    survey: &RepositoryState,
    context: &CommandContext,
    repository: &Repository,
) -> Timestamp {
    let Some(at) = &args.at else { return context.now() };
    let named = if repository.resolve_revision(at).is_ok() {
        survey.time
    } else {
        parse_time(at, &context.environment.now)
    };
    named.unwrap_or_else(|| context.now())
}

fn render_status(
    status: &StatusReport,
    stacked: &Matrix,
    args: &StatusArgs,
    context: &CommandContext,
    now: Timestamp,
) -> String {
    let look = &context.ui.out;
    if args.output == OutputFormat::Table && !args.apps.is_empty() {
        return ui::app_in_full(status, look, now);
    }
    if args.output == OutputFormat::Table && stacked.rows.is_empty() {
        return String::new();
    }
    if args.targets {
        ui::status_as(args.output, status, &Matrix::new(status, true), look, now)
    } else {
        ui::status_as(args.output, status, stacked, look, now)
    }
}

/// What the sign means, and how often it stands there.
fn print_summary(matrix: &Matrix, context: &CommandContext) {
    let (rows, differing) = (matrix.rows.len(), matrix.differing_rows());
    if differing > 0 {
        let sign = context.ui.err.difference_sign();
        context.ui.print_note(&format!(
            "{sign} differs from the stage before, in {differing} of {rows} rows"
        ));
    }
}

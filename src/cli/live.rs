//! `towpath live`: compares what runs with what is wanted.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{DATA_FORMATS, REPORT_FORMATS, one_of, parse_duration, parse_interval};
use crate::ops::deployments::selection::SelectionQuery;
use crate::ops::error::Failure;
use crate::ops::live::{
    LiveQuery, LiveSource, LiveWait, RbacQuery, SnapshotQuery, look_at_cells, render_rbac,
    take_snapshot,
};
use crate::ops::status::StatusQuery;
use crate::report::LiveReport;
use crate::report::json::LiveJson;
use crate::ui::{self, OutputFormat};
use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use jiff::SignedDuration;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  towpath live                             compare every app in every stage
  towpath live web --stage prod            compare one app in one stage
  towpath live web --wait=10m              wait until everything runs as wanted
  towpath live --exit-code --quiet         check whether everything runs as wanted
  towpath live --snapshot seen.json        compare with a snapshot instead of the clusters
  towpath live snapshot > seen.json        write down what the witnesses see
  towpath live rbac | kubectl apply -f -   let a service account see what towpath needs

Exit codes:
  0  done; with --wait, everything runs as wanted
  1  failed
  2  wrong usage or configuration
  3  the time of --wait is over
  4  something does not run as wanted (only with --exit-code)";

/// Compare what the clusters run with what the repository wants
///
/// The witnesses are those of `live` in towpath.yaml: Kubernetes, Argo CD, Flux, or a snapshot in a
/// file. They are only read. What a witness cannot see is unknown, which is never the same as well.
/// The health of a workload counts only with the wanted version.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct LiveArgs {
    #[command(subcommand)]
    command: Option<LiveCommand>,

    /// Apps to compare, or patterns such as `web-*`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only stages that match
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,

    /// Take what was seen from this snapshot instead of the witnesses
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    snapshot: Option<PathBuf>,

    /// Ask again until everything runs as wanted, or for this long
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true)]
    #[arg(value_parser = parse_duration, conflicts_with = "snapshot")]
    wait: Option<Option<SignedDuration>>,

    /// How often to ask with --wait
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_interval)]
    every: SignedDuration,

    /// Exit with code 4 if something does not run as wanted
    #[arg(long, conflicts_with = "wait")]
    exit_code: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&REPORT_FORMATS))]
    output: OutputFormat,
}

/// What can be done with what runs.
#[derive(Debug, Subcommand)]
enum LiveCommand {
    Snapshot(LiveSnapshotArgs),
    Rbac(LiveRbacArgs),
}

/// Write down what the witnesses see, for those without access and for later
///
/// The snapshot has every object in the namespaces of the witnesses. It can be read again with
/// `--snapshot`, `status --live=FILE` and the witness `file`.
#[derive(Debug, Args)]
struct LiveSnapshotArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "json", value_parser = one_of(&SNAPSHOT_FORMATS))]
    output: OutputFormat,
}

/// Formats of a snapshot. A table, lines and CSV are for people and programs that do not read it
/// again.
const SNAPSHOT_FORMATS: [OutputFormat; 5] = DATA_FORMATS;

/// Print the role that the witnesses need
///
/// The role only allows to get, list and watch. It is a ClusterRole with a binding, or with
/// --namespace a Role in each namespace.
#[derive(Debug, Args)]
struct LiveRbacArgs {
    /// Only in these namespaces
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    namespace: Vec<String>,

    /// The service account that gets the role, as NAMESPACE/NAME
    #[arg(long, value_name = "ACCOUNT", default_value = "towpath/towpath")]
    account: String,
}

/// Prints the comparison, and a summary and what was not seen on stderr.
pub fn run(args: &LiveArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    match &args.command {
        Some(LiveCommand::Snapshot(args)) => return write_snapshot(args, context),
        Some(LiveCommand::Rbac(args)) => return write_rbac(args, context),
        None => {}
    }
    let wait = args.wait.map(|timeout| LiveWait { every: args.every, timeout });
    let query = LiveQuery { status: args.to_query(context), wait };
    let mut last = String::new();
    let mut tell = |report: &LiveReport| {
        let legend = ui::live_legend(report.cells.iter(), &context.ui.err).unwrap_or_default();
        if wait.is_some() && legend != last {
            context.ui.print_note(&legend);
            last = legend;
        }
        Ok(())
    };
    let report = look_at_cells(&query, &context.session, &mut tell)
        .map_err(|failure| args.explain_wait(failure))?;
    let data = LiveJson::from(&report);
    let style = context.ui.style_for(args.output);
    let text = match args.output {
        OutputFormat::Markdown => ui::live_markdown(&report, &style),
        format => {
            ui::render_data(format, &data, "cells").unwrap_or_else(|| ui::live(&report, &style))
        }
    };
    context.ui.page_answer(&text, args.output == OutputFormat::Wide)?;
    if matches!(args.output, OutputFormat::Table | OutputFormat::Wide) {
        let legend = ui::live_legend(report.cells.iter(), &context.ui.err);
        legend.filter(|_| wait.is_none()).iter().for_each(|text| context.ui.print_note(text));
    }
    context.ui.print_warnings(&report.warnings);
    Ok(match (report.is_as_wanted(), wait.is_some()) {
        (false, true) => ExitKind::Refused,
        (false, false) if args.exit_code => ExitKind::Different,
        _ => ExitKind::Done,
    })
}

impl LiveArgs {
    /// Explains a failure of `--wait 2m`, in which the duration is taken for an app.
    fn explain_wait(&self, failure: Failure) -> Failure {
        let duration = self.apps.iter().find(|app| parse_duration(app).is_ok());
        match (self.wait, duration) {
            (Some(None), Some(app)) => {
                failure.hint(format!("the time to wait is written `--wait={app}`"))
            }
            _ => failure,
        }
    }

    fn to_query(&self, context: &CommandContext) -> StatusQuery {
        let selection = SelectionQuery { apps: Vec::new(), stages: self.stage.clone() };
        StatusQuery {
            apps: self.apps.clone(),
            selection,
            no_since: true,
            live: Some(live_source(self.snapshot.as_deref(), context)),
            ..StatusQuery::default()
        }
    }
}

/// The snapshot that the user names, seen from the working directory; else the witnesses.
pub fn live_source(snapshot: Option<&Path>, context: &CommandContext) -> LiveSource {
    let here = context.environment.working_directory.as_deref();
    match snapshot {
        Some(path) => {
            LiveSource::Snapshot(here.map_or_else(|| path.to_path_buf(), |here| here.join(path)))
        }
        None => LiveSource::Configured,
    }
}

/// The witnesses, or the named snapshots; of a folder, all that are in it.
pub fn live_series(files: &[PathBuf], context: &CommandContext) -> Vec<LiveSource> {
    if files.is_empty() {
        return vec![live_source(None, context)];
    }
    let named = files.iter().map(|file| live_source(Some(file), context));
    named.flat_map(LiveSource::with_folder).collect()
}

fn write_snapshot(args: &LiveSnapshotArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = SnapshotQuery { source: LiveSource::Configured };
    let snapshot = take_snapshot(&query, &context.session)?;
    let text = ui::render_data(args.output, &snapshot, "objects")
        .unwrap_or_else(|| ui::live_objects(&snapshot, &context.ui.style_for(args.output)));
    context.ui.write_answer(&text)?;
    Ok(ExitKind::Done)
}

fn write_rbac(args: &LiveRbacArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = RbacQuery { namespaces: args.namespace.clone(), account: args.account.clone() };
    context.ui.write_answer(&render_rbac(&query)?)?;
    Ok(ExitKind::Done)
}

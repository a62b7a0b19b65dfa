//! `towpath versions`: lists the versions of an app in its registry.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{REPORT_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::versions::{VersionsQuery, list_versions};
use crate::report::VersionsReport;
use crate::report::json::VersionsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath versions web                     list the newest versions in the registry
  towpath versions web --details           ask for digests, build times and commits
  towpath versions web --all               also list the tags that are left out, and why
  towpath versions web --since '2 days ago'
  towpath versions api/nginx -n 0 -o json  all versions of one image, for a script
  towpath deploy web --latest --push       deploy the newest that may be deployed

Exit codes:
  0  done
  1  failed, such as a registry that does not answer
  2  wrong usage or configuration";

/// List the versions of an app in its registry, and whether they may be deployed
///
/// The image comes from towpath.yaml, else from the files that deploy it. The order comes from
/// `versions` in towpath.yaml, else from the times of the builds, else from the history; it is
/// never guessed from the text of tags. Only this command, `attest`, and options that say so ask a
/// registry. Answers are kept: tags for --max-age, contents by digest for ever.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct VersionsArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Number of versions to list, newest first; 0 for all
    #[arg(short = 'n', long = "limit", value_name = "COUNT", default_value_t = 20)]
    limit: usize,

    /// Also list tags that are no versions of the app, with the reason
    #[arg(long)]
    all: bool,

    /// Only versions built since this time
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Ask for the digest, build time, commit and platforms of each listed version
    #[arg(long)]
    details: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&REPORT_FORMATS))]
    output: OutputFormat,
}

/// Prints the versions, and where their order comes from on stderr.
pub fn run(args: &VersionsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = VersionsQuery {
        app: args.app.clone(),
        limit: (args.limit > 0 && !args.all).then_some(args.limit),
        all: args.all,
        since: args.since.clone(),
        details: args.details,
        only_configured: false,
    };
    let answer = list_versions(&query, &context.session)?;
    let report = &answer.report;
    let data = VersionsJson::new(report, answer.repository.clone());
    let text = match args.output {
        OutputFormat::Markdown => ui::versions_markdown(report, context.session.now()),
        format => ui::render_data(format, &data, "versions").unwrap_or_else(|| {
            ui::versions(report, &context.ui.style_for(format), context.session.now())
        }),
    };
    context.ui.page_answer(&text, args.output == OutputFormat::Wide)?;
    if matches!(args.output, OutputFormat::Table | OutputFormat::Wide) {
        context.ui.print_note(&summary(report));
    }
    Ok(ExitKind::Done)
}

fn summary(report: &VersionsReport) -> String {
    let count = report.versions.len();
    let more = match report.unlisted {
        0 => String::new(),
        more => format!(" and {more} more (`-n 0` lists all)"),
    };
    let versions = if count == 1 { "version" } else { "versions" };
    format!("{count} {versions} of {}{more}, {}", report.image, report.order.sentence())
}

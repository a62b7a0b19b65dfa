//! `towpath audit`: the rules, asked of the whole past.

mod marks;
mod page;
mod touches;

use super::choice::{self, CellSelection};
use super::chronicle::DeploymentHistory;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::inquiry::GateContext;
use super::survey::{RepositoryState, RevisionSelector};
use super::{args, book, settings};
use crate::audit::{self, AuditCache, AuditContext, AuditRule, Finding, Severity, rules};
use crate::history::{self, TimeWindow};
use crate::model::CellKey;
use crate::pipeline::ExternalFacts;
use crate::report::json::AuditJson;
use crate::report::{AuditReport, FindingReport, StagePairFigures, to_timestamp};
use crate::ui::{self, AuditDetail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  towpath audit                                 everything, from the beginning
  towpath audit --since 2026-01-01 --stage prod
  towpath audit --explain skipped-stage         what a rule finds, and what to do
  towpath audit --output html > audit.html      one page, to be opened anywhere
  towpath audit --policy tomorrow.yaml          what would these gates have stopped?
  towpath audit --output json > known.json      … and later only what is new:
  towpath audit --baseline known.json --fail-on medium
  towpath audit -C https://github.com/owner/repo --output sarif

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration
  3  something was found that is as grave as --fail-on says";

/// Find what the rules do not allow, in all that ever happened.
///
/// Reads the history of the deployed branch and asks of every deployment what a pipeline asks before
/// it: had the version been in the stages before, was somebody allowed to, were the gates open? And of
/// what runs now: can it be built, do clusters agree, does it move? Rules that need a configuration
/// or a ledger are silent where there is none; docs/audit.md lists them. Nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AuditArgs {
    #[command(flatten)]
    choice: choice::SelectionArgs,

    #[command(flatten)]
    window: choice::WindowArgs,

    /// Only these rules
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = rule_parser())]
    rule: Vec<&'static AuditRule>,

    /// Say what a rule finds, and nothing else
    #[arg(long, value_name = "ID", value_parser = rule_parser())]
    explain: Option<&'static AuditRule>,

    /// End with 3 when something as grave as this is found
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<Severity>,

    /// Judge by the gates and permissions of this file, as if they had always been in force
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    policy: Option<PathBuf>,

    /// Leave out what this answer of `audit --output json` has already
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    baseline: Option<PathBuf>,

    /// A version may come to the stage before this much later: merges overtake each other
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = args::parse_duration)]
    tolerance: SignedDuration,

    /// List every finding by itself; `table`, `markdown` and `html` fold what repeats itself
    #[arg(long)]
    all: bool,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(FORMATS))]
    output: String,
}

const FORMATS: [&str; 7] = ["table", "json", "csv", "markdown", "html", "sarif", "junit"];

fn rule_parser() -> impl TypedValueParser<Value = &'static AuditRule> {
    PossibleValuesParser::new(rules::ALL.map(|rule| rule.id))
        .map(|typed| rules::find_rule(&typed).expect("the parser takes no other words"))
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str)).map(|typed| {
        let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == typed);
        found.expect("the parser takes no other words")
    })
}

/// Answers, and says on stderr how it was judged.
pub fn run(args: &AuditArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if let Some(rule) = args.explain {
        let text =
            format!("{} ({}): {}\n\n{}\n", rule.id, rule.severity.as_str(), rule.title, rule.about);
        context.ui.write_answer(&text)?;
        return Ok(ExitKind::Done);
    }
    let known = args.baseline.as_deref().map(load_baseline).transpose()?.unwrap_or_default();
    let repository = context.open_repository()?;
    let mut survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    survey.print_assumption(context);
    let tolerance = args.tolerance.as_secs();
    let chronicle = DeploymentHistory::load(context, &repository, &survey, tolerance)?;
    if let Some(path) = &args.policy {
        survey.settings.config.pipeline = load_policy(path)?;
    }
    let ledger = book::load_ledger(context, &repository, &survey.settings.config)?;
    let mut inquiry = GateContext { context, repository: &repository, survey, chronicle, ledger }
        .check_waves()?;
    let meant = AuditSelection::resolve(args, &inquiry)?;
    let audited = run_audit(args, &mut inquiry, &meant, &known)?;
    context.ui.write_answer(&render_report(args, &audited, &inquiry, &meant))?;
    print_summary(&audited, context);
    inquiry.chronicle.tell_edge(context);
    let fails = args.fail_on.is_some_and(|severity| audited.has_severity(severity));
    Ok(if fails { ExitKind::Refused } else { ExitKind::Done })
}

/// The gates and permissions of a file that is not in force.
fn load_policy(path: &Path) -> Result<crate::config::gates::PipelineConfig, Failure> {
    Ok(crate::config::parse(&settings::read_config_text(path)?, &path.display().to_string())?
        .pipeline)
}

/// The ids of an older answer.
fn load_baseline(path: &Path) -> Result<HashSet<String>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("the baseline `{shown}` cannot be read")).with_cause(&error)
    })?;
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if value["schema"] != "towpath.audit/1" {
        let failure = Failure::usage(format!("`{shown}` is no baseline"));
        return Err(failure.hint("`towpath audit --output json > FILE` writes one"));
    }
    let findings = value["findings"].as_array().into_iter().flatten();
    Ok(findings.filter_map(|finding| Some(finding["id"].as_str()?.to_owned())).collect())
}

/// The part of the past that is meant.
struct AuditSelection {
    choice: CellSelection,
    window: TimeWindow,
}

impl AuditSelection {
    fn resolve(args: &AuditArgs, inquiry: &GateContext<'_>) -> Result<Self, Failure> {
        let choice = CellSelection::new(
            &[],
            &args.choice,
            inquiry.context,
            &inquiry.survey,
            &inquiry.chronicle,
        )?;
        Ok(AuditSelection { choice, window: resolve_window(args, inquiry)? })
    }
}

/// Asks the rules.
fn run_audit(
    args: &AuditArgs,
    inquiry: &mut GateContext<'_>,
    meant: &AuditSelection,
    known: &HashSet<String>,
) -> Result<AuditReport, Failure> {
    let tolerance = args.tolerance.as_secs();
    let comparison = inquiry.chronicle.compare_stages(&inquiry.survey.settings.config, tolerance);
    let inquiry = &*inquiry;
    let (survey, chronicle) = (&inquiry.survey, &inquiry.chronicle);
    let AuditSelection { choice, window } = meant;
    let (past, facts, touches) =
        (inquiry.whole_past(), ExternalFacts::default(), touches::find_file_changes(inquiry)?);
    let accepts = |slot: &CellKey| choice.contains(slot);
    let marked = marks::CommitFlagStore::load(inquiry.context, inquiry.repository);
    let scene = AuditContext {
        timeline: &chronicle.timeline,
        comparison: &comparison,
        config: inquiry.config(),
        evidence: &inquiry.evidence(&past, &facts),
        entries: &survey.mapping.entries,
        window: *window,
        touches: &touches,
        now: inquiry.context.now().as_second(),
        wanted: &accepts,
        tells: &|commit| chronicle.commit_details(commit).ok(),
        marks: &|commit| marked.flags_of(commit, chronicle),
        known: AuditCache::default(),
    };
    let is_asked = |rule: &&'static AuditRule| {
        args.rule.is_empty() || args.rule.iter().any(|asked| asked.id == rule.id)
    };
    let found = audit::run_rules(&scene).into_iter().filter(|finding| is_asked(&finding.rule));
    let (hidden, findings): (Vec<Finding>, Vec<Finding>) =
        found.partition(|finding| known.contains(&finding.id()));
    marked.store(inquiry.context);
    Ok(AuditReport {
        repository: inquiry.context.shown_repository(inquiry.repository),
        branch: survey.branch.clone(),
        revision: survey.commit.map(|commit| commit.to_string()),
        since: to_timestamp(window.since),
        until: to_timestamp(window.until),
        tolerance,
        complete: chronicle.is_complete(),
        deployments: scene.deployments().count(),
        findings: findings
            .into_iter()
            .map(|finding| to_report(finding, &scene, chronicle))
            .collect(),
        hidden: hidden.len(),
        pairs: history::compute_metrics(&chronicle.timeline, &comparison, *window, &accepts).pairs,
        asked: rules::ALL.into_iter().filter(is_asked).collect(),
        unjudged: audit::unjudged_rules(&scene).into_iter().filter(is_asked).collect(),
        stopped: args.policy.as_ref().map(|_| audit::count_stopped(&scene)),
    })
}

/// From the first deployment until now, unless said otherwise.
fn resolve_window(args: &AuditArgs, inquiry: &GateContext<'_>) -> Result<TimeWindow, Failure> {
    let moment = |text: &Option<String>| {
        text.as_ref()
            .map(|text| choice::resolve_seconds(text, inquiry.context, inquiry.repository))
            .transpose()
    };
    let until = moment(&args.window.until)?.unwrap_or(i64::MAX);
    let times = || inquiry.chronicle.timeline.deployments().map(|deployment| deployment.time);
    let last = times().max().unwrap_or_default().max(inquiry.context.now().as_second());
    let until = until.min(last + 1);
    // Before the first deployment there is nothing to find, which is an answer.
    let begins = || times().min().unwrap_or(last).min(until - 1);
    let since = moment(&args.window.since)?.unwrap_or_else(begins);
    if since >= until {
        let failure = Failure::usage("the time to look at ends before it begins");
        return Err(
            failure.hint("--since has to be earlier than --until, which is now unless said")
        );
    }
    Ok(TimeWindow { since, until })
}

/// Names the app as people know it; several images of one app share its name.
fn to_report(
    finding: Finding,
    scene: &AuditContext<'_>,
    chronicle: &DeploymentHistory<'_>,
) -> FindingReport {
    let name = match finding.slots.split_first() {
        None => String::new(),
        Some((first, rest)) if rest.iter().all(|slot| slot.component == first.component) => {
            chronicle.name(first).to_owned()
        }
        Some((first, _)) => first.app.to_string(),
    };
    let account = finding.commit.and_then(|commit| scene.commit_details(commit));
    FindingReport { finding, name, account }
}

fn render_report(
    args: &AuditArgs,
    audited: &AuditReport,
    inquiry: &GateContext<'_>,
    meant: &AuditSelection,
) -> String {
    let detail = if args.all { AuditDetail::Whole } else { AuditDetail::Folded };
    match args.output.as_str() {
        "json" => ui::to_json(&AuditJson::from(audited)),
        "csv" => ui::audit_csv(audited),
        "markdown" => ui::audit_markdown(audited, detail),
        "html" => ui::audit_html(&page::build_page(audited, inquiry, meant), detail),
        "sarif" => ui::render_sarif(audited, env!("CARGO_PKG_VERSION")),
        "junit" => ui::render_junit(audited),
        _ => ui::audit(audited, detail, &inquiry.context.ui.out),
    }
}

/// What was looked at, and what was left out.
fn print_summary(audited: &AuditReport, context: &CommandContext) {
    let day = |time: jiff::Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let counted = audited.deployments;
    context.ui.print_note(&format!(
        "{counted} deployments from {} to {}",
        day(audited.since),
        day(audited.until)
    ));
    if audited.hidden > 0 {
        context.ui.print_note(&format!("{} that the baseline has are left out", audited.hidden));
    }
    if let Some(stopped) = audited.stopped {
        context
            .ui
            .print_note(&format!("the gates of the policy would have stopped {stopped} of them"));
    }
    if !audited.unjudged.is_empty() {
        let ids: Vec<&str> = audited.unjudged.iter().map(|rule| rule.id).collect();
        context
            .ui
            .print_note(&format!("not judged, for want of what they need: {}", ids.join(", ")));
    }
    let apart: Vec<&StagePairFigures> =
        audited.pairs.iter().filter(|pair| !pair.comparable).collect();
    if apart.len() > FEW && context.ui.verbosity < ui::Verbosity::Verbose {
        let count = apart.len();
        context.ui.print_caution(&format!(
            "{count} pairs of stages are not comparable, as tags seem to be renamed on the way; -v lists them"
        ));
        return;
    }
    apart.into_iter().for_each(|pair| context.ui.print_caution(&ui::describe_incomparable(pair)));
}

/// So many cautions of one kind are read.
const FEW: usize = 3;

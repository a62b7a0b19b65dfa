//! `towpath audit`: checks all past deployments against the rules.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::live::live_series;
use super::selection_args::{AppSelectionArgs, WindowArgs};
use super::value_parsers::parse_duration;
use crate::audit::{AuditRule, RuleRequirement, Severity, rules};
use crate::ops::audit::{AuditQuery, audit};
use crate::ops::error::Failure;
use crate::report::json::AuditJson;
use crate::report::{AuditPage, AuditReport, StagePairFigures, UnknownImage};
use crate::ui::{self, AuditDetail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath audit                                 check the whole history
  towpath audit --since 2026-01-01 --stage prod
  towpath audit web 'pay*'                      check only these apps
  towpath audit --explain skipped-stage         what a rule finds, and what to do
  towpath audit --output html > audit.html      write one self-contained page
  towpath audit --registry                      also ask the registries about what runs
  towpath audit --policy tomorrow.yaml          show what these gates would have stopped
  towpath audit --output json > known.json      save the findings, to report only new ones:
  towpath audit --baseline known.json --fail-on medium
  towpath audit -C https://github.com/owner/repo --output sarif

Exit codes:
  0  done
  1  failed; with --fail-on, also: a registry gave no answer
  2  wrong usage or configuration
  3  a finding has at least the severity of --fail-on";

/// Find past deployments that broke the rules
///
/// Checks every deployment in the history of the deployed branch: had the version run in the
/// earlier stages, was its author permitted, and were the gates open? Also checks the versions that
/// run now: whether they can be built, whether clusters agree, whether tags are mutable, and
/// whether stages fall behind. Rules that need a configuration or a ledger are skipped without
/// one; docs/audit.md lists them. The command writes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AuditArgs {
    #[command(flatten)]
    choice: AppSelectionArgs,

    #[command(flatten)]
    window: WindowArgs,

    /// Only these rules
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = rule_parser())]
    rule: Vec<&'static AuditRule>,

    /// Explain a rule and exit
    #[arg(long, value_name = "ID", value_parser = rule_parser())]
    explain: Option<&'static AuditRule>,

    /// Exit with code 3 if a finding has at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<Severity>,

    /// Judge by the gates and permissions in this file, as if they had always applied
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    policy: Option<PathBuf>,

    /// Leave out findings that this earlier output of `audit --output json` contains
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    baseline: Option<PathBuf>,

    /// How much later a version may reach the previous stage, as merges can overtake each other
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    tolerance: SignedDuration,

    /// Also ask the witnesses of `live` in towpath.yaml what runs, or take it from a snapshot
    ///
    /// Repeat it for a series of snapshots, or name a folder of them: earlier ones are judged by
    /// what the repository said at their time.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[arg(value_hint = ValueHint::AnyPath)]
    live: Option<Vec<PathBuf>>,

    /// Also ask the registries whether the images that run are there, unmoved and attested
    #[arg(long)]
    registry: bool,

    /// List every finding; otherwise `table`, `markdown` and `html` group repeated ones
    #[arg(long)]
    all: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = PossibleValuesParser::new(FORMATS))]
    output: String,
}

const FORMATS: [&str; 10] =
    ["table", "wide", "json", "jsonl", "yaml", "csv", "markdown", "html", "sarif", "junit"];

fn rule_parser() -> impl TypedValueParser<Value = &'static AuditRule> {
    PossibleValuesParser::new(rules::ALL.iter().map(|rule| rule.id))
        .map(|typed| rules::find_rule(&typed).expect("the parser takes no other words"))
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str)).map(|typed| {
        let found = Severity::ALL.into_iter().find(|severity| severity.as_str() == typed);
        found.expect("the parser takes no other words")
    })
}

/// Prints the findings, and a summary on stderr.
pub fn run(args: &AuditArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if let Some(rule) = args.explain {
        let text = ui::explain_rule(rule, &context.ui.out);
        context.ui.page_answer(&text, false)?;
        return Ok(ExitKind::Done);
    }
    let answer = audit(&args.to_query(context), &context.session)?;
    context.ui.page_answer(&render_answer(args, &answer, context), args.output == "wide")?;
    print_summary(&answer.audited, context);
    match args.fail_on {
        Some(severity) if answer.audited.has_severity(severity) => Ok(ExitKind::Refused),
        Some(_) if answer.audited.lacks_answers() => Err(Failure::failed(
            "a registry gave no answer, so it is unknown whether --fail-on would find something",
        )),
        _ => Ok(ExitKind::Done),
    }
}

impl AuditArgs {
    fn to_query(&self, context: &CommandContext) -> AuditQuery {
        AuditQuery {
            selection: self.choice.to_query(),
            window: self.window.to_query(),
            rules: self.rule.clone(),
            policy: self.policy.clone(),
            baseline: self.baseline.clone(),
            tolerance: self.tolerance.as_secs(),
            registry: self.registry,
            live: self.live.as_deref().map(|files| live_series(files, context)),
        }
    }
}

fn render_answer(args: &AuditArgs, answer: &AuditPage, context: &CommandContext) -> String {
    let detail = if args.all { AuditDetail::Whole } else { AuditDetail::Folded };
    let report = &answer.audited;
    match args.output.as_str() {
        "json" => ui::to_json(&AuditJson::from(report)),
        "jsonl" => AuditJson::from(report).findings.iter().map(ui::to_json_line).collect(),
        "yaml" => ui::to_yaml(&AuditJson::from(report)),
        "wide" => ui::audit(report, detail, &context.ui.out.unlimited()),
        "csv" => ui::audit_csv(report),
        "markdown" => ui::audit_markdown(report, detail),
        "html" => ui::audit_html(answer, detail),
        "sarif" => ui::render_sarif(report, env!("CARGO_PKG_VERSION")),
        "junit" => ui::render_junit(report),
        _ => ui::audit(report, detail, &context.ui.out),
    }
}

/// Prints the number of deployments, the skipped rules and the incomparable stages.
fn print_summary(audited: &AuditReport, context: &CommandContext) {
    let day = |time: jiff::Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let counted = audited.deployments;
    context.ui.print_note(&format!(
        "{counted} deployments from {} to {}",
        day(audited.since),
        day(audited.until)
    ));
    if audited.hidden > 0 {
        let findings = if audited.hidden == 1 { "finding" } else { "findings" };
        context.ui.print_note(&format!("left out {} {findings} in the baseline", audited.hidden));
    }
    if let Some(stopped) = audited.stopped {
        context
            .ui
            .print_note(&format!("the gates in the policy would have stopped {stopped} of them"));
    }
    print_unknown(audited, context);
    // What registries did not answer was just said.
    let is_about_images = |rule: &&&AuditRule| {
        matches!(rule.needs, RuleRequirement::Registry | RuleRequirement::RegistryFor(_))
            && !audited.unknown.is_empty()
    };
    let skipped = audited.unjudged.iter().filter(|rule| !is_about_images(rule));
    let ids: Vec<&str> = skipped.map(|rule| rule.id).collect();
    if !ids.is_empty() {
        context
            .ui
            .print_note(&format!("skipped rules (no configuration or ledger): {}", ids.join(", ")));
    }
    let apart: Vec<&StagePairFigures> =
        audited.pairs.iter().filter(|pair| !pair.comparable).collect();
    if apart.len() > FEW && context.ui.verbosity < ui::Verbosity::Verbose {
        let count = apart.len();
        context.ui.print_caution(&format!(
            "{count} pairs of stages are not comparable, because their tags seem to be renamed; \
             -v lists them"
        ));
        return;
    }
    apart.into_iter().for_each(|pair| context.ui.print_caution(&ui::describe_incomparable(pair)));
}

/// Prints what the registries did not tell.
fn print_unknown(audited: &AuditReport, context: &CommandContext) {
    let versions = |count: usize| if count == 1 { "version" } else { "versions" };
    let (asked, nameless): (Vec<&UnknownImage>, Vec<&UnknownImage>) =
        audited.unknown.iter().partition(|unknown| unknown.has_image);
    let mut reasons: Vec<&str> = asked.iter().map(|unknown| unknown.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    if let Some(first) = reasons.first() {
        let count = asked.len();
        let more = match reasons.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more reasons; -v lists them)"),
        };
        let versions = versions(count);
        context.ui.print_caution(&format!("nothing is known of {count} {versions}: {first}{more}"));
    }
    for unknown in asked.iter().chain(&nameless) {
        let (cell, version) = (&unknown.cell, &unknown.version);
        context
            .ui
            .print_detail(&format!("{} {version} in {}: {}", cell.app, cell.stage, unknown.reason));
    }
    if !nameless.is_empty() {
        let (count, versions) = (nameless.len(), versions(nameless.len()));
        context.ui.print_note(&format!(
            "{count} {versions} were not asked about, as the repository does not name the image; \
             `image` under `apps` does"
        ));
    }
    if audited.unrecorded > 0 {
        context.ui.print_note(&format!(
            "whether tags were moved is unknown for {} {}, of which no digest is recorded; \
             `pin: digest` under `apps` records them",
            audited.unrecorded,
            versions(audited.unrecorded)
        ));
    }
}

/// The number of incomparable stage pairs that are listed one by one without `-v`.
const FEW: usize = 3;

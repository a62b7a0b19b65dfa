//! `towpath announce`: tells targets about new deployments.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::selection_args::{DeploymentFilterArgs, SelectionArgs};
use super::value_parsers::{DATA_FORMATS, one_of};
use crate::announce::{AnnouncementTarget, TargetTemplate, announcement_json, open_targets};
use crate::ops::announcements::{
    AnnounceQuery, AnnouncementOutcome, AnnouncementPlace, AnnouncementSender, TargetReport,
    announce,
};
use crate::ops::deployments::selection::WindowQuery;
use crate::ops::error::Failure;
use crate::ops::history::HistoryQuery;
use crate::report::json::{AnnouncementsJson, ToldAnnouncementJson};
use crate::ui::{self, OutputFormat};
use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath announce --to slack --dry-run         show what would be announced
  towpath announce --to slack --stage prod      announce what is new in prod
  towpath announce --to mastodon:https://mastodon.example --since 2h
  towpath announce --to matrix:https://matrix.example/!room:example --kind rollback
  towpath announce --to ops=slack:C0123456789 --to mail:team@example.com
  towpath announce --to webhook:https://example.com/hook --state announced.jsonl

Exit codes:
  0  done, or nothing to announce
  1  failed, at least at one target
  2  wrong usage or configuration";

/// Announce new deployments in chats, by mail, in Grafana and to webhooks
///
/// Tells each target about the deployments since the last run; what one commit deployed is one
/// message. The first run announces nothing, unless --since says from when on. What was announced
/// is kept in the ledger, so that several runners announce it once. Targets: cdevents, discord,
/// grafana, mail, mastodon, matrix, slack, teams and webhook. Their secrets come from variables
/// such as TOWPATH_SLACK_WEBHOOK.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AnnounceArgs {
    /// Only these apps
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Target: KIND or KIND:ADDRESS, with NAME= before it where there are several of a kind
    #[arg(long, value_name = "TARGET", required = true, value_hint = ValueHint::Other)]
    to: Vec<String>,

    /// Template of the messages; NAME=FILE for one target
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    template: Vec<String>,

    /// Keep what was announced in this file instead of the ledger
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    state: Option<PathBuf>,

    #[command(flatten)]
    choice: SelectionArgs,

    /// Announce what landed since this time or revision and was not announced yet
    #[arg(long, value_name = "TIME|REV")]
    since: Option<String>,

    #[command(flatten)]
    filter: DeploymentFilterArgs,

    /// Most messages to one target; the others wait for the next run
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Print the messages; send nothing and write nothing down
    #[arg(long)]
    dry_run: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Announces, prints what was announced as data, and a note for each target.
pub fn run(args: &AnnounceArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let targets: Vec<AnnouncementTarget> =
        args.to.iter().map(|text| AnnouncementTarget::parse(text)).collect::<Result<_, _>>()?;
    let templates: Vec<TargetTemplate> =
        args.template.iter().map(|text| read_template(text)).collect::<Result<_, _>>()?;
    let senders = open_targets(&targets, &templates, &context.session)?;
    let reports = announce(&args.to_query(), &senders, &context.session)?;
    let mut announcements = Vec::new();
    for (report, sender) in reports.iter().zip(&senders) {
        announcements.extend(to_json(report, sender.as_ref())?);
    }
    let data = AnnouncementsJson { schema: "towpath.announcements/1", announcements };
    let text = ui::render_data(args.output, &data, "announcements")
        .unwrap_or_else(|| ui::render_announcements(&data));
    if args.dry_run || args.output != OutputFormat::Table {
        context.ui.page_answer(&text, false)?;
    }
    reports.iter().for_each(|report| tell(report, context));
    let failures: Vec<&Failure> =
        reports.iter().filter_map(|report| report.failure.as_ref()).collect();
    failures.iter().for_each(|failure| context.print_failure(failure));
    Ok(if failures.is_empty() { ExitKind::Done } else { ExitKind::Failed })
}

impl AnnounceArgs {
    fn to_query(&self) -> AnnounceQuery {
        let history = HistoryQuery {
            apps: self.apps.clone(),
            selection: self.choice.to_query(),
            window: WindowQuery { since: self.since.clone(), until: None },
            ..HistoryQuery::default()
        };
        let history = self.filter.add_to(history);
        let place = match &self.state {
            Some(path) => AnnouncementPlace::File(path.clone()),
            None => AnnouncementPlace::Ledger,
        };
        AnnounceQuery { history, place, limit: self.limit.max(1), is_dry: self.dry_run }
    }
}

/// Reads `FILE` or `NAME=FILE`.
fn read_template(text: &str) -> Result<TargetTemplate, Failure> {
    let (target, path) = match text.split_once('=') {
        Some((name, path)) => (Some(name.to_owned()), path),
        None => (None, text),
    };
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|error| {
        Failure::usage(format!("cannot read the template `{path}`")).with_cause(&error)
    })?;
    Ok(TargetTemplate { target, text })
}

fn to_json(
    report: &TargetReport,
    sender: &dyn AnnouncementSender,
) -> Result<Vec<ToldAnnouncementJson>, Failure> {
    let told = report.messages.iter().map(|(message, outcome)| {
        let outcome = match outcome {
            AnnouncementOutcome::Planned => "planned",
            AnnouncementOutcome::Sent => "sent",
            AnnouncementOutcome::Found => "found",
        };
        let announcement = announcement_json(message, &report.target, sender.text(message)?);
        Ok(ToldAnnouncementJson { outcome, announcement })
    });
    told.collect()
}

fn tell(report: &TargetReport, context: &CommandContext) {
    let note = |text: &str| context.ui.print_note(&format!("{}: {text}", report.target));
    let count = |meant: AnnouncementOutcome| {
        report.messages.iter().filter(|(_, outcome)| *outcome == meant).count()
    };
    let (planned, sent) = (count(AnnouncementOutcome::Planned), count(AnnouncementOutcome::Sent));
    let found = count(AnnouncementOutcome::Found);
    if report.begins {
        note("announcements begin with the next deployment; --since announces earlier ones");
    } else if report.messages.is_empty() && report.failure.is_none() {
        note("nothing new");
    }
    for (count, text) in [
        (planned, "would be sent"),
        (sent, "sent"),
        (found, "sent by an earlier run that did not end"),
        (report.elsewhere, "being sent by another run"),
        (report.left, "left to the next run"),
    ] {
        if count > 0 {
            note(&format!("{count} {text}"));
        }
    }
}

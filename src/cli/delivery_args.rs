//! Arguments shared by `promote`, `deploy` and `rollback`.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use super::value_parsers::{self, DATA_FORMATS, one_of, parse_duration};
use crate::git::GitIdentity;
use crate::model::TargetName;
use crate::ops::change::{
    BreakGlass, ChangeRequest, DeliveryEvent, DeliveryMode, DeliveryOptions, DeliveryOutcome,
    DeliveryRequest, SelectionMode, deliver,
};
use crate::ops::error::Failure;
use crate::promotion::EditConsent;
use crate::report::PlanReport;
use crate::report::json::PlanJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use jiff::SignedDuration;

/// Options for how a plan is delivered.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// Print the plan and the diff, and change nothing
    #[arg(long, group = "way")]
    dry_run: bool,

    /// Open or update a pull request (default)
    #[arg(long, group = "way")]
    pr: bool,

    /// Push to the deployed branch
    #[arg(long, group = "way")]
    push: bool,

    /// Create a local commit on a branch `towpath/STAGE/APP`
    #[arg(long, group = "way")]
    commit: bool,

    /// Print the commit as an email for `git am`
    #[arg(long, group = "way")]
    patch: bool,

    /// Open one pull request for all apps
    #[arg(long, conflicts_with_all = ["pr_per_app", "push", "patch"])]
    one_pr: bool,

    /// Open one pull request for each app (default)
    #[arg(long, conflicts_with_all = ["push", "patch"])]
    pr_per_app: bool,

    /// Wait until the pull request is merged or closed, for at most this time [default: 1h]
    ///
    /// The exit code is 0 if it was merged, and 3 if it was closed or is still open.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "1h")]
    #[arg(value_parser = parse_duration, conflicts_with_all = ["dry_run", "push", "commit", "patch"])]
    wait: Option<SignedDuration>,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,

    /// Override the gates in an emergency, for this reason; the ledger keeps a permanent record
    #[arg(long, value_name = "REASON", value_parser = value_parsers::text)]
    break_glass: Option<String>,

    /// With --break-glass: incident that it belongs to
    #[arg(long, value_name = "ID", requires = "break_glass", value_parser = value_parsers::text)]
    incident: Option<String>,

    /// With --break-glass: how long the override lasts
    #[arg(long, value_name = "DURATION", requires = "break_glass", default_value = "2h", value_parser = parse_duration)]
    #[arg(hide_short_help = true)]
    expires: SignedDuration,

    /// Only this target of the stage (cluster, region or tenant)
    #[arg(long, value_name = "TARGET", value_parser = |text: &str| Ok::<_, String>(TargetName::from(text)))]
    target: Option<TargetName>,

    /// Author of the commit [default: the user in the Git configuration]
    #[arg(long, value_name = "NAME <MAIL>", value_parser = parse_person)]
    author: Option<GitIdentity>,

    #[command(flatten)]
    forge: ForgeArgs,

    /// Allow replacing a version pinned by digest with one that is not
    #[arg(long, hide_short_help = true)]
    drop_digest: bool,

    /// Allow replacing a fixed version with a mutable one, such as `latest` or `1.x`
    #[arg(long, hide_short_help = true)]
    allow_mutable: bool,

    /// Edit lines that image automation owns (`$imagepolicy`)
    #[arg(long, hide_short_help = true)]
    force_automated: bool,

    /// Edit a value with a YAML anchor, and every value that shares it
    #[arg(long, hide_short_help = true)]
    change_shared: bool,

    /// Output format of `--dry-run`
    #[arg(short, long, value_name = "FORMAT", default_value = "table", requires = "dry_run")]
    #[arg(value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

impl DeliveryArgs {
    /// True for `--dry-run`.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Converts the arguments to delivery options.
    fn to_options(&self) -> DeliveryOptions {
        let (expires, incident) = (self.expires, self.incident.clone());
        let glass = |reason: &String| BreakGlass { reason: reason.clone(), incident, expires };
        DeliveryOptions {
            mode: self.mode(),
            one_pr: self.one_pr,
            wait: self.wait,
            yes: self.yes,
            break_glass: self.break_glass.as_ref().map(glass),
            target: self.target.clone(),
            author: self.author.clone(),
            forge: self.forge.to_choice(),
            consent: EditConsent {
                drop_digest: self.drop_digest,
                pin_digest: false,
                allow_mutable: self.allow_mutable,
                force_automated: self.force_automated,
                change_shared: self.change_shared,
            },
            no_plan_notes: self.output != OutputFormat::Table,
        }
    }

    fn mode(&self) -> DeliveryMode {
        match (self.dry_run, self.patch, self.commit, self.push) {
            (true, ..) => DeliveryMode::DryRun,
            (_, true, ..) => DeliveryMode::Patch,
            (_, _, true, _) => DeliveryMode::Commit,
            (_, _, _, true) => DeliveryMode::Push,
            _ => DeliveryMode::Propose,
        }
    }

    /// Delivers a change, and prints each step as it happens.
    ///
    /// # Errors
    /// The errors of [`deliver`].
    pub fn deliver(
        &self,
        intent: &ChangeRequest,
        selection: SelectionMode,
        context: &CommandContext,
    ) -> Result<ExitKind, Failure> {
        let options = self.to_options();
        let observer = |event: DeliveryEvent<'_>| print_event(&event, context);
        let (session, observer) = (&context.session, &observer);
        let request = DeliveryRequest { intent, options: &options, selection, session, observer };
        let report = deliver(&request)?;
        if let (DeliveryMode::DryRun, Some(planned)) = (options.mode, &report.planned) {
            context.ui.write_answer(&self.render_plan(planned, context))?;
        }
        Ok(match report.outcome {
            DeliveryOutcome::Done => ExitKind::Done,
            DeliveryOutcome::Failed => ExitKind::Failed,
            DeliveryOutcome::Refused => ExitKind::Refused,
        })
    }

    fn render_plan(&self, planned: &PlanReport, context: &CommandContext) -> String {
        if let Some(text) = ui::render_data(self.output, &PlanJson::from(planned), "items") {
            return text;
        }
        let table = ui::plan(planned, &context.ui.out);
        // Apps that share a value have the same edits.
        let mut diffs: Vec<String> = Vec::new();
        for (_, moves) in planned.plan.moving_items() {
            let diff = moves.edits.unified_diff();
            if !diffs.contains(&diff) {
                diffs.push(diff);
            }
        }
        let diffs = diffs.concat();
        let gap = if diffs.is_empty() { "" } else { "\n" };
        format!("{table}{gap}{}", ui::render_patch(&diffs, &context.ui.out))
    }
}

fn print_event(event: &DeliveryEvent<'_>, context: &CommandContext) -> Result<(), Failure> {
    let ui = &context.ui;
    match event {
        DeliveryEvent::Planned(planned) => ui.print_lines(&ui::plan(planned, &ui.err)),
        DeliveryEvent::Patch(mail) => ui.write_part(mail)?,
        DeliveryEvent::Committed { branch } => ui.write_answer(branch)?,
        DeliveryEvent::Pushed { commit } => ui.write_answer(&commit.to_string())?,
        DeliveryEvent::Proposed { url } => ui.write_answer(url)?,
        DeliveryEvent::Failed(failure) => context.print_failure(failure),
    }
    Ok(())
}

/// Parses `Name <address>`.
fn parse_person(text: &str) -> Result<GitIdentity, String> {
    let cut = text
        .split_once('<')
        .and_then(|(name, rest)| Some((name.trim(), rest.trim().strip_suffix('>')?.trim())));
    match cut {
        Some((name, email))
            if !name.is_empty() && !email.is_empty() && !text.chars().any(char::is_control) =>
        {
            Ok(GitIdentity { name: name.to_owned(), email: email.to_owned() })
        }
        _ => Err("expected `Name <mail@example.com>`".into()),
    }
}

//! The arguments that `promote`, `deploy` and `rollback` share.

use crate::cli::args::parse_duration;
use crate::cli::context::CommandContext;
use crate::cli::forge_args::ForgeArgs;
use crate::cli::intent::PlanOptions;
use crate::cli::output;
use crate::cli::value_parsers;
use crate::git::GitIdentity;
use crate::model::TargetName;
use crate::promotion::EditConsent;
use crate::ui::OutputFormat;
use clap::Args;
use jiff::SignedDuration;

/// What is done with the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryMode {
    DryRun,
    Patch,
    Commit,
    Push,
    Propose,
}

/// How a plan is delivered.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// Print the plan and the change, and touch nothing
    #[arg(long, group = "way")]
    dry_run: bool,

    /// Open or update a pull request (the default)
    #[arg(long, group = "way")]
    pr: bool,

    /// Push straight to the branch that is deployed
    #[arg(long, group = "way")]
    push: bool,

    /// Make a local commit on a branch `towpath/STAGE/APP`
    #[arg(long, group = "way")]
    commit: bool,

    /// Print the commit as a mail for `git am`
    #[arg(long, group = "way")]
    patch: bool,

    /// One branch and one pull request for all apps
    #[arg(long, conflicts_with_all = ["pr_per_app", "push", "patch"])]
    one_pr: bool,

    /// One branch and one pull request for each app (the default)
    #[arg(long, conflicts_with_all = ["push", "patch"])]
    pr_per_app: bool,

    /// Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or
    /// time is over
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "1h")]
    #[arg(value_parser = parse_duration, conflicts_with_all = ["dry_run", "push", "commit", "patch"])]
    pub(super) wait: Option<SignedDuration>,

    /// Do it without asking
    #[arg(short, long)]
    yes: bool,

    /// Do it although gates say no: an emergency, with the reason. It is on record for ever
    #[arg(long, value_name = "REASON", value_parser = value_parsers::text)]
    pub(super) break_glass: Option<String>,

    /// With --break-glass: the incident it is about
    #[arg(long, value_name = "ID", requires = "break_glass", value_parser = value_parsers::text)]
    pub(super) incident: Option<String>,

    /// With --break-glass: for so long gates do not stop this version
    #[arg(long, value_name = "TIME", requires = "break_glass", default_value = "2h", value_parser = parse_duration)]
    #[arg(hide_short_help = true)]
    pub(super) expires: SignedDuration,

    /// Only this target of the stage: a cluster, region or tenant
    #[arg(long, value_name = "TARGET", value_parser = |text: &str| Ok::<_, String>(TargetName::from(text)))]
    target: Option<TargetName>,

    /// Who wrote it, instead of the user that git knows
    #[arg(long, value_name = "NAME <MAIL>", value_parser = parse_person)]
    author: Option<GitIdentity>,

    #[command(flatten)]
    pub(super) forge: ForgeArgs,

    /// A version pinned by its digest may become one without
    #[arg(long, hide_short_help = true)]
    drop_digest: bool,

    /// Edit lines that an automation owns (`$imagepolicy`)
    #[arg(long, hide_short_help = true)]
    force_automated: bool,

    /// Edit a value with an anchor, and all that share it
    #[arg(long, hide_short_help = true)]
    change_shared: bool,

    /// How `--dry-run` answers
    #[arg(short, long, value_name = "FORMAT", default_value = "table", requires = "dry_run")]
    #[arg(value_parser = output::one_of(&[OutputFormat::Table, OutputFormat::Json]))]
    output: OutputFormat,
}

impl DeliveryArgs {
    /// Proposals, one for each app, without questions.
    pub(super) fn for_proposals(forge: ForgeArgs) -> Self {
        DeliveryArgs { forge, yes: true, ..DeliveryArgs::default() }
    }

    /// What is to be done with the plan.
    pub(super) fn mode(&self) -> DeliveryMode {
        match (self.dry_run, self.patch, self.commit, self.push) {
            (true, ..) => DeliveryMode::DryRun,
            (_, true, ..) => DeliveryMode::Patch,
            (_, _, true, _) => DeliveryMode::Commit,
            (_, _, _, true) => DeliveryMode::Push,
            _ => DeliveryMode::Propose,
        }
    }

    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    pub(super) fn is_joint(&self) -> bool {
        self.one_pr || self.push || self.patch
    }

    /// Does it push or propose?
    pub(super) fn writes_elsewhere(&self) -> bool {
        !self.dry_run && !self.patch && !self.commit
    }

    /// Is this only a proposal, for which waiting and missing approvals are no obstacle?
    pub(super) fn only_proposes(&self) -> bool {
        !self.push
    }

    pub(super) fn is_interactive(&self, context: &CommandContext) -> bool {
        context.can_ask() && !self.yes
    }

    pub(super) fn author(&self) -> Option<&GitIdentity> {
        self.author.as_ref()
    }

    pub(super) fn targets(&self) -> &[TargetName] {
        self.target.as_slice()
    }

    pub(super) fn output_format(&self) -> OutputFormat {
        self.output
    }

    pub(super) fn edit_consent(&self) -> EditConsent {
        EditConsent {
            drop_digest: self.drop_digest,
            force_automated: self.force_automated,
            change_shared: self.change_shared,
        }
    }

    pub(super) fn plan_options(&self, context: &CommandContext) -> PlanOptions<'_> {
        let ask = self.is_interactive(context) && !self.dry_run && !self.patch;
        let at_once = self.break_glass.is_some();
        PlanOptions { targets: self.targets(), at_once, consent: self.edit_consent(), ask }
    }
}

/// `Name <address>`.
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
        _ => Err("it is written as `Name <mail@example.com>`".into()),
    }
}

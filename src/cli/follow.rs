//! `--follow`: looks again and again whether something new was deployed.

use super::args::GlobalArgs;
use super::choice::TOLERANCE;
use super::chronicle::DeploymentHistory;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::survey::{RepositoryState, RevisionSelector};
use crate::git::Oid;
use jiff::SignedDuration;
use std::collections::HashSet;
use std::thread;

/// Tells of the newest deployments, so many.
pub type DeploymentPrinter<'a> =
    &'a dyn Fn(&RepositoryState, &DeploymentHistory<'_>, usize) -> Result<(), Failure>;

/// The context for looking at what is elsewhere: a copy is fetched each time, and of a clone the
/// branch of its origin counts, fetched too.
///
/// # Errors
/// When the repository cannot be read.
pub fn fetching_context(context: &CommandContext) -> Result<CommandContext, Failure> {
    let mut globals = GlobalArgs { max_age: SignedDuration::ZERO, ..context.globals.clone() };
    if context.url().is_none() {
        let repository = context.open_repository()?;
        fetch(context);
        let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
        let branch = survey.branch.map(|branch| format!("origin/{branch}"));
        globals.branch =
            branch.filter(|name| repository.resolve_revision(name).is_ok()).or(globals.branch);
    }
    Ok(CommandContext::new(globals, context.environment.clone()))
}

/// Looks every so often, until the process is stopped or nobody reads any more.
///
/// # Errors
/// When the repository cannot be read any more, or nobody reads.
pub fn run(
    first: &DeploymentHistory<'_>,
    every: SignedDuration,
    context: &CommandContext,
    tell: DeploymentPrinter<'_>,
) -> Result<ExitKind, Failure> {
    let mut known = commits(first);
    loop {
        thread::sleep(every.unsigned_abs());
        fetch(context);
        let repository = context.open_repository()?;
        let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
        let chronicle = DeploymentHistory::load(context, &repository, &survey, TOLERANCE)?;
        let old = chronicle
            .timeline
            .deployments()
            .position(|deployment| known.contains(&deployment.commit));
        let news = old.unwrap_or(chronicle.timeline.len());
        if news > 0 {
            tell(&survey, &chronicle, news)?;
            known = commits(&chronicle);
        }
    }
}

/// That the origin of a clone cannot be reached is said, and tried again later.
fn fetch(context: &CommandContext) {
    if context.url().is_some() {
        return;
    }
    let fetched =
        context.open_repository().and_then(|repository| context.fetch_origin(&repository));
    if let Err(failure) = fetched {
        context.ui.print_caution(failure.message().unwrap_or("the origin cannot be reached"));
    }
}

fn commits(chronicle: &DeploymentHistory<'_>) -> HashSet<Oid> {
    chronicle.timeline.deployments().map(|deployment| deployment.commit).collect()
}

//! `--follow`: looks again and again whether something new was deployed.

use super::args::Globals;
use super::choice::TOLERANCE;
use super::chronicle::Chronicle;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::survey::{Survey, When};
use crate::git::Oid;
use jiff::SignedDuration;
use std::collections::HashSet;
use std::thread;

/// Tells of the newest deployments, so many.
pub type Tell<'a> = &'a dyn Fn(&Survey, &Chronicle<'_>, usize) -> Result<(), Failure>;

/// The context for looking at what is elsewhere: a copy is fetched each time, and of a clone the
/// branch of its origin counts, fetched too.
///
/// # Errors
/// When the repository cannot be read.
pub fn watching(context: &Context) -> Result<Context, Failure> {
    let mut globals = Globals { max_age: SignedDuration::ZERO, ..context.globals.clone() };
    if context.url().is_none() {
        let repository = context.repository()?;
        fetch(context);
        let survey = Survey::of(context, &repository, When::default())?;
        let branch = survey.branch.map(|branch| format!("origin/{branch}"));
        globals.branch = branch.filter(|name| repository.resolve(name).is_ok()).or(globals.branch);
    }
    Ok(Context::new(globals, context.environment.clone()))
}

/// Looks every so often, until the process is stopped or nobody reads any more.
///
/// # Errors
/// When the repository cannot be read any more, or nobody reads.
pub fn run(
    first: &Chronicle<'_>,
    every: SignedDuration,
    context: &Context,
    tell: Tell<'_>,
) -> Result<Exit, Failure> {
    let mut known = commits(first);
    loop {
        thread::sleep(every.unsigned_abs());
        fetch(context);
        let repository = context.repository()?;
        let survey = Survey::of(context, &repository, When::default())?;
        let chronicle = Chronicle::of(context, &repository, &survey, TOLERANCE)?;
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
fn fetch(context: &Context) {
    if context.url().is_some() {
        return;
    }
    let fetched = context.repository().and_then(|repository| context.fetch_origin(&repository));
    if let Err(failure) = fetched {
        context.ui.caution(failure.message().unwrap_or("the origin cannot be reached"));
    }
}

fn commits(chronicle: &Chronicle<'_>) -> HashSet<Oid> {
    chronicle.timeline.deployments().map(|deployment| deployment.commit).collect()
}

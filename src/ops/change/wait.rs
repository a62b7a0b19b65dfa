//! `--wait`: waits until pull requests are merged or closed.

use crate::forge::{Forge, ForgeError, Proposal, ProposalState};
use crate::ops::error::Failure;
use crate::ops::notice::ProgressKind;
use crate::ops::random::random_fraction;
use crate::ops::session::Session;
use crate::promotion::is_same_change;
use jiff::SignedDuration;
use std::thread;
use std::time::{Duration, Instant};

/// The first pause; each further pause is half as long again, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Waits until all pull requests are merged or closed, or time runs out.
///
/// # Errors
/// When one was closed, time ran out, or the forge refuses. While the forge is unavailable, the
/// wait goes on.
pub fn wait_for_merge(
    forge: &dyn Forge,
    opened: Vec<Proposal>,
    limit: SignedDuration,
    session: &Session,
) -> Result<(), Failure> {
    let (started, mut pause) = (Instant::now(), FIRST_PAUSE);
    let bar = session.progress(ProgressKind::Spinner, "Waiting");
    let mut open = opened;
    let mut closed = Vec::new();
    loop {
        let mut trouble = None;
        open = still_open(forge, open, &mut closed, &mut trouble, session)?;
        if open.is_empty() {
            break;
        }
        let left = limit.unsigned_abs().saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(too_long(&open, limit, trouble.as_ref()));
        }
        bar.set_message(&progress_text(&open, started.elapsed(), trouble.as_ref()));
        thread::sleep(pause.mul_f64(0.75 + random_fraction() / 2.0).min(left));
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
    match closed.as_slice() {
        [] => Ok(()),
        closed => {
            Err(Failure::refused(format!("{} closed without being merged", proposals_text(closed))))
        }
    }
}

/// The pull requests that are still open. Notes those that were merged, and collects those that
/// were closed.
fn still_open(
    forge: &dyn Forge,
    open: Vec<Proposal>,
    closed: &mut Vec<Proposal>,
    trouble: &mut Option<ForgeError>,
    session: &Session,
) -> Result<Vec<Proposal>, Failure> {
    let mut out = Vec::new();
    for one in open {
        match forge.get_proposal(one.number) {
            // The text from the beginning is kept, to tell another change from it.
            Ok(now) if now.state == ProposalState::Open => out.push(one),
            Ok(now) if now.state == ProposalState::Merged => {
                session.note(&format!("pull request {} is merged", now.number));
                note_other_change(&one, &now, session);
            }
            Ok(now) => closed.push(now),
            Err(error) if error.may_pass() => {
                *trouble = Some(error);
                out.push(one);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(out)
}

/// Warns where a pull request was merged with another change than the one waited for: another run
/// had put a newer version into it.
fn note_other_change(begun: &Proposal, merged: &Proposal, session: &Session) {
    if !is_same_change(&begun.body_text(), &merged.body_text()) {
        let (number, title) = (merged.number, &merged.title);
        session.caution(&format!(
            "pull request {number} was changed while this waited, and was merged as: {title}"
        ));
    }
}

fn too_long(open: &[Proposal], limit: SignedDuration, trouble: Option<&ForgeError>) -> Failure {
    let span = crate::model::format_duration(limit.as_secs());
    let failure = match trouble {
        Some(error) => {
            Failure::refused(format!("the state of {} is unknown after {span}", list(open)))
                .with_cause(error)
        }
        None => Failure::refused(format!("{} still open after {span}", proposals_text(open))),
    };
    failure.hint(
        "`towpath proposals show` shows its state; run this again to keep waiting, or \
                  use --wait=2h to wait longer",
    )
}

/// Subject and verb: `pull request 1 is`, or `pull requests 1 and 2 are`.
fn proposals_text(some: &[Proposal]) -> String {
    format!("{} {}", list(some), if some.len() == 1 { "is" } else { "are" })
}

fn list(some: &[Proposal]) -> String {
    let numbers: Vec<String> = some.iter().map(|one| one.number.to_string()).collect();
    match numbers.as_slice() {
        [one] => format!("pull request {one}"),
        [first @ .., last] => format!("pull requests {} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

fn progress_text(open: &[Proposal], passed: Duration, trouble: Option<&ForgeError>) -> String {
    let seconds = i64::try_from(passed.as_secs()).unwrap_or(i64::MAX);
    let why = trouble.map(|error| format!("; {error}")).unwrap_or_default();
    format!("Waiting for {} ({}{why})", list(open), crate::model::format_duration(seconds))
}

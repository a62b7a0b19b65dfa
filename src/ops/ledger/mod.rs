//! The ledger of a repository: read from its remotes, written at `origin`.

pub mod events;
mod proof;
pub mod queries;
mod reading;

pub use reading::{load_ledger, load_local_ledger};

use crate::config::Config;
use crate::config::gates::LedgerPlace;
use crate::git::{
    ChainCommit, ChainFetch, ChainFile, CommitChain, Oid, Repository, Workspace, WriteError,
};
use crate::model::{ImagePart, MappingEntry};
use crate::ops::error::Failure;
use crate::ops::random::unique_word;
use crate::ops::retry;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::pipeline::AppComponent;
use crate::pipeline::ledger::{EventKind, EventPlace, EventProof, Ledger, LedgerEvent};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Instant;

/// The ref of the ledger, also of the copy in every clone.
const HERE: &str = "refs/towpath/ledger";
const BRANCH: &str = "refs/heads/towpath-ledger";

/// The configuration of the ledger, and what proves its events.
#[derive(Clone, Copy)]
pub struct LedgerRules<'c> {
    pub config: &'c Config,
    /// The commit whose files of signers count; without it no signature does.
    pub signers_at: Option<Oid>,
}

impl RepositoryState {
    /// The rules of the ledger in this state.
    pub fn ledger_rules(&self) -> LedgerRules<'_> {
        LedgerRules { config: &self.settings.config, signers_at: self.commit }
    }
}

/// The place to write an event to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerTarget {
    /// The ledger at `origin`, and the copy in this clone.
    Origin,
    /// The copy in this clone, until the ledger is pushed.
    Clone,
}

/// The chain of commits that holds the ledger, by the configuration.
fn ledger_chain(config: &Config) -> CommitChain<'static> {
    let there = match config.pipeline.ledger {
        LedgerPlace::Ref | LedgerPlace::None => HERE,
        LedgerPlace::Branch => BRANCH,
    };
    CommitChain { here: HERE, there }
}

/// Warns that events may be missing.
pub fn tell_gap(session: &Session, ledger: &Ledger) {
    if let Some(gap) = ledger.gap() {
        session.caution(&format!("the ledger was not read: {}", gap.reason));
        session.hint(&format!("`{}` reads it", gap.remedy));
    }
}

/// Warns about each break glass without a follow-up note.
pub fn warn_missing_follow_up(session: &Session, repository: &Repository, rules: LedgerRules<'_>) {
    // Commands that need the ledger report that it cannot be read.
    let Ok(ledger) = load_local_ledger(session, repository, rules) else { return };
    for event in ledger.overrides_without_follow_up() {
        if let EventKind::Overridden { app, stage, version, reason, .. } = &event.what {
            let (by, id) = (&event.by.name, event.id.get(..8).unwrap_or(&event.id));
            session
                .caution(&format!("glass broken by {by} for {app} {version} to {stage}: {reason}"));
            session.hint(&format!("`towpath ledger note {id} TEXT` writes the follow-up"));
        }
    }
}

/// Writes events, all or none, and returns them. The entries tell where the versions of their apps
/// stand.
///
/// # Errors
/// When the remote refuses or cannot be reached, or under `--read-only`.
pub fn write_events(
    session: &Session,
    repository: &Repository,
    config: &Config,
    (what, entries): (Vec<EventKind>, &[MappingEntry]),
    target: LedgerTarget,
) -> Result<Vec<LedgerEvent>, Failure> {
    if config.pipeline.ledger == LedgerPlace::None && !what.is_empty() {
        return Err(Failure::usage("this repository keeps no ledger, so nothing can be recorded")
            .hint("remove `ledger: none` from towpath.yaml"));
    }
    let workspace = session.open_workspace(repository, None)?;
    // Commit times are whole seconds, so event times are too.
    let time = crate::report::to_timestamp(session.now().as_second());
    let event = |what| {
        let places = places_of(&what, entries);
        LedgerEvent {
            id: unique_word(),
            time,
            what,
            places,
            by: Default::default(),
            proof: EventProof::default(),
        }
    };
    let events: Vec<LedgerEvent> = what.into_iter().map(event).collect();
    check_signing(&workspace, config, &events)?;
    let links: Vec<ChainCommit> = events.iter().map(event_link).collect();
    let started = Instant::now();
    let begun = Cell::new(started);
    let patience = |attempt: u32| {
        let goes_on = retry::goes_on(started, begun.get().elapsed(), attempt + 1);
        begun.set(Instant::now());
        goes_on
    };
    workspace.end_by(retry::retry_deadline(started));
    let chain = ledger_chain(config);
    let written = if target == LedgerTarget::Clone {
        workspace.append_here(&chain, &links, &patience)
    } else {
        workspace.append_to_chain(&chain, &links, &patience)
    };
    let could_wait = target == LedgerTarget::Origin && !events.is_empty();
    written.map_err(
        |error| if could_wait { local_write_failure(error) } else { write_failure(error) },
    )?;
    Ok(events)
}

/// Checks that git signs the events, where they count only if signed.
fn check_signing(
    workspace: &Workspace<'_>,
    config: &Config,
    events: &[LedgerEvent],
) -> Result<(), Failure> {
    let Some(demand) = &config.pipeline.ledger_proof else { return Ok(()) };
    let mut unsigned = events.iter().filter(|event| event.what.needs_proof());
    if unsigned.next().is_none() || workspace.signs_with_ssh().map_err(write_failure)? {
        return Ok(());
    }
    let place = config.provenance(Some(demand.line));
    let failure = Failure::refused(format!(
        "the event would not count: `permissions` in {place} demands a signature with an ssh key, \
         and git signs no commits here"
    ));
    Err(failure.hint(
        "`git config gpg.format ssh`, `git config user.signingkey FILE` and `git config \
         commit.gpgsign true` make it sign",
    ))
}

/// Limit of the places in one event: an app in many targets has a line in each.
const MAX_PLACES: usize = 32;

/// Where the versions stand that an event is about.
fn places_of(what: &EventKind, entries: &[MappingEntry]) -> Vec<EventPlace> {
    let Some(app) = what.app() else { return Vec::new() };
    let is_named = |entry: &&MappingEntry| AppComponent::of_cell(entry.cell()).is_called(app);
    let is_meant = |entry: &&MappingEntry| what.stage().is_none_or(|stage| *stage == entry.stage);
    let meant = entries.iter().filter(is_named).filter(is_meant);
    let locations = meant.flat_map(|entry| &entry.locations);
    let written = locations.filter(|location| location.part != ImagePart::Name);
    let places: BTreeSet<EventPlace> = written
        .map(|location| EventPlace { path: location.path.clone(), key: location.key.clone() })
        .collect();
    places.into_iter().take(MAX_PLACES).collect()
}

/// Fetches the ledger from the origin.
///
/// # Errors
/// When the remote cannot be reached.
pub fn fetch(
    session: &Session,
    repository: &Repository,
    config: &Config,
) -> Result<ChainFetch, Failure> {
    let fetched = session
        .open_workspace(repository, None)?
        .fetch_chain(&ledger_chain(config))
        .map_err(write_failure)?;
    reading::keep_answer(session, repository, config, fetched.there.at);
    Ok(fetched)
}

/// Pushes the events that only this clone has to the origin.
///
/// # Errors
/// When there is no remote, or it cannot be reached or refuses.
pub fn push(session: &Session, repository: &Repository, config: &Config) -> Result<(), Failure> {
    if repository.origin_url().is_none() {
        return Err(write_failure(WriteError::NoRemote));
    }
    write_events(session, repository, config, (Vec::new(), &[]), LedgerTarget::Origin).map(drop)
}

fn event_link(event: &LedgerEvent) -> ChainCommit {
    let change = event.state_change();
    ChainCommit {
        message: event.message(),
        files: vec![ChainFile { path: change.path, text: change.text }],
    }
}

fn write_failure(error: WriteError) -> Failure {
    match error {
        WriteError::Refused { branch, message } => Failure::failed(format!(
            "the remote refuses \
                                                                            `{branch}`: {message}"
        ))
        .hint(
            "`ledger: branch` in towpath.yaml stores the ledger on a branch; --local writes \
                   to this clone only",
        ),
        WriteError::NoRemote => Failure::failed(error.to_string()).hint(
            "the ledger exists only in this clone; \
                                                     `towpath ledger` shows it",
        ),
        error => error.into(),
    }
}

/// The failure to write an event, with a hint at `--local` where the remote is unavailable.
fn local_write_failure(error: WriteError) -> Failure {
    let is_remote = matches!(error, WriteError::Failed { .. } | WriteError::TooSlow { .. });
    let failure = write_failure(error);
    match is_remote {
        true => failure.hint(
            "--local writes to this clone only; `towpath ledger push` sends it to the origin later",
        ),
        false => failure,
    }
}

/// Reads the whole ledger of the session's repository.
///
/// # Errors
/// When the repository cannot be read, its configuration is wrong, or a remote does not tell its
/// ledger.
pub fn open_ledger(session: &Session) -> Result<Ledger, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let ledger = load_ledger(session, &repository, state.ledger_rules())?;
    match ledger.gap() {
        None => Ok(ledger),
        Some(gap) => Err(Failure::failed(format!("the ledger was not read: {}", gap.reason))
            .hint(format!("`{}` reads it", gap.remedy))),
    }
}

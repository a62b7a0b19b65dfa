//! Lists ledger events, fetches and pushes the ledger, and adds notes to events.

use super::{LedgerTarget, fetch, load_ledger, load_local_ledger, push, tell_gap, write_events};
use crate::model::matches_app;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::ops::suggest::{unknown_app, unknown_name};
use crate::pipeline::ledger::{EventKind, Ledger, LedgerEvent};

/// The filters of a list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerQuery {
    pub app: Option<String>,
    pub stage: Option<String>,
    /// The number of events, newest first; 0 for all.
    pub limit: usize,
}

/// The result of fetching the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerFetch {
    /// The number of events that are new in this clone.
    pub news: usize,
    /// The number of events that only this clone has.
    pub only_here: usize,
}

/// The events that match, newest first.
///
/// # Errors
/// When the ledger cannot be read, or a name is unknown.
pub fn list_events(query: &LedgerQuery, session: &Session) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let ledger = load_ledger(session, &repository, state.ledger_rules())?;
    tell_gap(session, &ledger);
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    let fitting = ledger.all_events().into_iter().rev().filter(|event| query.accepts(event));
    let events: Vec<LedgerEvent> = fitting.take(limit).cloned().collect();
    if events.is_empty() {
        check_names(query, &ledger, &state)?;
        session.note("no event matches");
    }
    Ok(events)
}

/// Fetches the ledger of the origin into this clone.
///
/// # Errors
/// When the remote cannot be reached.
pub fn fetch_ledger(session: &Session) -> Result<LedgerFetch, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let config = &state.settings.config;
    let before = load_local_ledger(session, &repository, state.ledger_rules())?.len();
    let only_here = fetch(session, &repository, config)?.ours;
    let after = load_local_ledger(session, &repository, state.ledger_rules())?.len();
    Ok(LedgerFetch { news: after.saturating_sub(before), only_here })
}

/// Pushes the events that only this clone has to the origin.
///
/// # Errors
/// When there is no remote, or it cannot be reached or refuses.
pub fn push_ledger(session: &Session) -> Result<(), Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    push(session, &repository, &state.settings.config)
}

/// Adds a note to the event whose id starts with `event`.
///
/// # Errors
/// When no event or several match, or the ledger cannot be written.
pub fn add_note(
    event: &str,
    text: &str,
    target: LedgerTarget,
    session: &Session,
) -> Result<Vec<LedgerEvent>, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let config = &state.settings.config;
    let ledger = load_ledger(session, &repository, state.ledger_rules())?;
    let fitting: Vec<&LedgerEvent> =
        ledger.events().iter().filter(|known| known.id.starts_with(event)).collect();
    let about = match fitting.as_slice() {
        [one] => one.id.clone(),
        [] => {
            let failure = Failure::usage(format!("the ledger has no event `{event}`"));
            return Err(failure.hint("`towpath ledger` lists events"));
        }
        _ => return Err(Failure::usage(format!("several event ids start with `{event}`"))),
    };
    let what = EventKind::Noted { about, text: text.to_owned() };
    write_events(session, &repository, config, (vec![what], &[]), target)
}

impl LedgerQuery {
    fn accepts(&self, event: &LedgerEvent) -> bool {
        let app = self
            .app
            .as_deref()
            .is_none_or(|pattern| event.what.app().is_some_and(|app| matches_app(pattern, app)));
        let stage = self.stage.as_deref();
        app && stage.is_none_or(|stage| event.what.stage().is_some_and(|at| at.as_str() == stage))
    }
}

/// Checks that the names in the query exist, so that a misspelled name does not look like an empty
/// answer.
fn check_names(
    query: &LedgerQuery,
    ledger: &Ledger,
    survey: &RepositoryState,
) -> Result<(), Failure> {
    let events = || ledger.events().iter().map(|event| &event.what);
    let standing = || survey.mapping.entries.iter().map(|entry| entry.app.to_string());
    let apps: Vec<String> =
        standing().chain(events().filter_map(|what| what.app().map(str::to_owned))).collect();
    let configured = || survey.settings.config.stages.iter().map(|stage| stage.name.to_string());
    let stages: Vec<String> = configured()
        .chain(events().filter_map(|what| what.stage().map(|at| at.to_string())))
        .collect();
    let means_none = |word: &&String| !apps.iter().any(|app| matches_app(word, app));
    if let Some(word) = query.app.as_ref().filter(means_none) {
        let usage = format!("`--stage {word}` selects the stage");
        return Err(unknown_app(word, &apps, &apps, (&survey.settings.config, &usage)));
    }
    match query.stage.as_ref().filter(|word| !stages.contains(word)) {
        Some(word) => Err(unknown_name("stage", word, &stages, &stages)),
        None => Ok(()),
    }
}

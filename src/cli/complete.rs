//! Completion of app and stage names in shells. The names come from the cache, else from the newest
//! commit, but never from the network.

use super::environment::{self, ProcessEnvironment};
use crate::ops::completion_names::{self, CompletionNames};
use crate::ops::session::{Options, Session};
use crate::ops::state::{RepositoryState, RevisionSelector};
use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

/// Prints completions if a shell asks for them (`COMPLETE=bash towpath -- …`); true if it did.
pub fn answer_completion(environment: &ProcessEnvironment, factory: fn() -> clap::Command) -> bool {
    if !environment.completing {
        return false;
    }
    let shell = CompleteEnv::with_factory(factory).bin("towpath").completer("towpath");
    let working_directory = environment.working_directory.as_deref();
    // An unknown shell, or one that closed the pipe, gets no completions and no error.
    shell.try_complete(environment.arguments.iter(), working_directory).unwrap_or(true)
}

/// Names of apps that start with the word.
pub fn apps(word: &OsStr) -> Vec<CompletionCandidate> {
    completion_candidates(word, load_names().apps)
}

/// Names of stages that start with the word.
pub fn stages(word: &OsStr) -> Vec<CompletionCandidate> {
    completion_candidates(word, load_names().stages)
}

/// Completions of a word. In a list, they complete the last part.
fn completion_candidates(
    word: &OsStr,
    names: impl IntoIterator<Item = String>,
) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    let (listed, begun) = word.rfind(',').map_or(("", word), |comma| word.split_at(comma + 1));
    let plain = |name: &String| name.starts_with(begun) && !name.chars().any(char::is_control);
    names
        .into_iter()
        .filter(plain)
        .map(|name| CompletionCandidate::new(format!("{listed}{name}")))
        .collect()
}

fn load_names() -> CompletionNames {
    let environment = ProcessEnvironment::read();
    let options = repository_options(&environment);
    let session = Session::new(options, Arc::new(environment::now));
    if session.url().is_some() {
        return CompletionNames::default();
    }
    let Ok(repository) = session.open_repository() else { return CompletionNames::default() };
    let cache = session.options.cache.as_deref();
    let known = cache.and_then(|cache| completion_names::load_names(cache, &repository));
    known.unwrap_or_else(|| {
        let state = RepositoryState::load(&session, &repository, RevisionSelector::default());
        let Ok(state) = state else { return CompletionNames::default() };
        let names = CompletionNames::from_mapping(&state.mapping);
        completion_names::store_names(&session, &repository, &names);
        names
    })
}

/// The repository options on an unfinished command line, else in the environment.
fn repository_options(environment: &ProcessEnvironment) -> Options {
    let typed = environment.arguments.iter().skip_while(|argument| *argument != "--").skip(1);
    let mut options = Options {
        repository: environment::text("TOWPATH_REPO"),
        branch: environment::text("TOWPATH_BRANCH"),
        config: environment::text("TOWPATH_CONFIG").map(PathBuf::from),
        cache: environment.cache.clone(),
        threads: environment.threads,
        read_only: environment::text("TOWPATH_READ_ONLY").is_some_and(|value| is_true(&value)),
        ..Options::default()
    };
    let mut words = typed.map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None if word.starts_with("-C") && word.len() > 2 => {
                ("-C".to_owned(), Some(word[2..].to_owned()))
            }
            None => (word.into_owned(), None),
        };
        let mut value = || value.clone().or_else(|| words.next().map(Into::into));
        match name.as_str() {
            "-C" | "--repo" => options.repository = value(),
            "--branch" => options.branch = value(),
            "--config" => options.config = value().map(PathBuf::from),
            _ => {}
        }
    }
    options
}

/// True for the values that clap parses as true.
fn is_true(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "n" | "no" | "f" | "false" | "off")
}

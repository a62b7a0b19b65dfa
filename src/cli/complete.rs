//! Answers shells that complete names: from the cache, else from the newest commit; never from the
//! network.

use super::args::{self, Cli};
use super::completion_cache::{self, CompletionNames};
use super::context::CommandContext;
use super::environment::ProcessEnvironment;
use super::survey::{RepositoryState, RevisionSelector};
use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use std::ffi::{OsStr, OsString};

/// Answers the shell, if it is one that asks (`COMPLETE=bash towpath -- …`).
pub fn answer_completion(environment: &ProcessEnvironment) -> bool {
    if !environment.completing {
        return false;
    }
    let shell = CompleteEnv::with_factory(args::command).bin("towpath").completer("towpath");
    let working_directory = environment.working_directory.as_deref();
    // A shell that is not known, or one that hung up, gets no completions and no noise.
    shell.try_complete(environment.arguments.iter(), working_directory).unwrap_or(true)
}

/// Names of apps that begin as the word does.
pub fn apps(word: &OsStr) -> Vec<CompletionCandidate> {
    completion_candidates(word, load_names().apps)
}

/// Names of stages that begin as the word does.
pub fn stages(word: &OsStr) -> Vec<CompletionCandidate> {
    completion_candidates(word, load_names().stages)
}

/// A word may be a list; its last part is what is completed.
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
    let typed = repository_options(&environment.arguments);
    let Ok(cli) = Cli::read(&typed) else { return CompletionNames::default() };
    let mut globals = cli.globals;
    globals.quiet = true;
    let context = CommandContext::new(globals, environment);
    if context.url().is_some() {
        return CompletionNames::default();
    }
    let Ok(repository) = context.open_repository() else { return CompletionNames::default() };
    let known = context
        .environment
        .cache
        .as_deref()
        .and_then(|cache| completion_cache::load_names(cache, &repository));
    known.unwrap_or_else(|| {
        let Ok(survey) = RepositoryState::load(&context, &repository, RevisionSelector::default())
        else {
            return CompletionNames::default();
        };
        let names = CompletionNames::from_mapping(&survey.mapping);
        completion_cache::store_names(&context, &repository, &names);
        names
    })
}

/// The repository options of a command line that is not finished, as a whole one.
fn repository_options(arguments: &[OsString]) -> Vec<OsString> {
    let typed = arguments.iter().skip_while(|argument| *argument != "--").skip(1);
    let mut out: Vec<OsString> = vec!["towpath".into(), "status".into()];
    let mut words = typed.peekable();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if matches!(&*text, "-C" | "--repo" | "--branch" | "--config") {
            out.push(word.clone());
            out.extend(words.next().cloned());
        } else if ["-C", "--repo=", "--branch=", "--config="]
            .iter()
            .any(|option| text.starts_with(option))
        {
            out.push(word.clone());
        }
    }
    out
}

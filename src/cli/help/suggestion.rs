//! Suggestions for mistyped options, where they make sense.

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use std::ffi::OsString;

/// Options that people try, and the options of towpath that do the same: the first that the command
/// has is suggested.
const OTHER_WORDS: [(&[&str], &[&str]); 5] = [
    (&["to", "from", "stage", "env", "environment"], &["to", "stage"]),
    (&["format", "out"], &["output"]),
    (&["number", "count", "max"], &["limit"]),
    (&["message", "comment"], &["reason", "message"]),
    (&["tag", "image"], &["version"]),
];

/// Improves the suggestion for an unknown option. One that is no typing mistake away from what was
/// typed goes: for `--sort`, clap would suggest `--worktree`. An option of the same meaning comes
/// instead, if the command has one.
pub fn mend_suggestion(mut error: clap::Error, typed: &[OsString], root: &Command) -> clap::Error {
    let option = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if option.starts_with("--") => option.clone(),
        _ => return error,
    };
    match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(suggested)) if is_near(&option, suggested) => return error,
        _ => error.remove(ContextKind::SuggestedArg),
    };
    // It explains how to pass the option as a value, which nobody who mistypes one wants.
    error.remove(ContextKind::Suggested);
    let command = find_command(typed, root);
    if let Some(same) = same_option(&option, command) {
        let value = ContextValue::String(format!("--{same}"));
        error.insert(ContextKind::SuggestedArg, value);
    } else if option_name(&option) == "json" {
        suggest(&mut error, "`--output json` prints JSON, of which `jq` picks fields");
    } else if option_name(&option) == "app" && takes_app(command) {
        suggest(&mut error, "apps are named without an option");
    }
    error
}

fn suggest(error: &mut clap::Error, text: &'static str) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(text)]));
}

/// The command that the arguments name.
fn find_command<'c>(typed: &[OsString], root: &'c Command) -> &'c Command {
    let words = typed.iter().skip(1).filter_map(|word| word.to_str());
    words.fold(root, |found, word| found.find_subcommand(word).unwrap_or(found))
}

/// An option of the command that means the same as `option`.
fn same_option(option: &str, command: &Command) -> Option<&'static str> {
    let option = option_name(option);
    let (_, ours) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&option.as_str()))?;
    let has = |name: &str| {
        let mut known = command.get_arguments().filter(|argument| !argument.is_hide_set());
        name != option && known.any(|argument| argument.get_long() == Some(name))
    };
    ours.iter().copied().find(|name| has(name))
}

fn takes_app(command: &Command) -> bool {
    command.get_positionals().any(|argument| {
        let names = argument.get_value_names().unwrap_or_default();
        names.first().is_some_and(|name| name == "APP")
    })
}

/// The name of an option as it was typed: `--to=prod` is `to`.
fn option_name(typed: &str) -> String {
    let name = typed.trim_start_matches('-');
    name.split(['=', ' ']).next().unwrap_or_default().to_owned()
}

/// True for one mistake, or two in a long word, or the beginning of a word.
fn is_near(typed: &str, suggested: &str) -> bool {
    let (typed, suggested) = (option_name(typed), option_name(suggested));
    let mistakes = if typed.len() > 4 { 2 } else { 1 };
    suggested.starts_with(&typed)
        || typed.starts_with(&suggested)
        || strsim::damerau_levenshtein(&typed, &suggested) <= mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args;

    fn suggestion(line: &str) -> Option<String> {
        let typed: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = args::command().try_get_matches_from(&typed).err()?;
        let error = mend_suggestion(error, &typed, &args::command());
        match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(suggested)) => Some(suggested.clone()),
            _ => match error.get(ContextKind::Suggested) {
                Some(ContextValue::StyledStrs(texts)) => Some(texts[0].to_string()),
                _ => None,
            },
        }
    }

    #[test]
    fn only_typing_mistakes_are_mended() {
        assert_eq!(suggestion("towpath status --worktre").as_deref(), Some("--worktree"));
        assert_eq!(suggestion("towpath status --stages prod").as_deref(), Some("--stage"));
        assert_eq!(suggestion("towpath history --sort app"), None);
        assert_eq!(suggestion("towpath status --colour never").as_deref(), Some("--color"));
    }

    #[test]
    fn another_word_for_an_option_leads_to_it() {
        for (line, option) in [
            ("towpath approve web --to prod", "--stage"),
            ("towpath ask web --stage prod", "--to"),
            ("towpath status --env prod", "--stage"),
            ("towpath status --format yaml", "--output"),
            (
                "towpath status --json app,stage",
                "`--output json` prints JSON, of which `jq` picks fields",
            ),
            ("towpath lock web --message why", "--reason"),
            ("towpath promote --app web", "apps are named without an option"),
        ] {
            assert_eq!(suggestion(line).as_deref(), Some(option), "{line}");
        }
        assert_eq!(suggestion("towpath locks --from dev"), None);
    }
}

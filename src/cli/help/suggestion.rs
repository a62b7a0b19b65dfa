//! Suggestions for mistyped options, where they make sense.

use clap::error::{ContextKind, ContextValue};

/// Removes a suggestion that is no typing mistake away from what was typed: for `--sort`, clap
/// would suggest `--worktree`.
pub fn keep_good_suggestion(mut error: clap::Error) -> clap::Error {
    let typed = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(typed)) => typed.clone(),
        _ => return error,
    };
    let suggested = match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(suggested)) => suggested.clone(),
        _ => return error,
    };
    if !is_near(&typed, &suggested) {
        error.remove(ContextKind::SuggestedArg);
    }
    error
}

/// True for one mistake, or two in a long word, or the beginning of a word.
fn is_near(typed: &str, suggested: &str) -> bool {
    let name = |text: &str| {
        let name = text.trim_start_matches('-');
        name.split(['=', ' ']).next().unwrap_or_default().to_owned()
    };
    let (typed, suggested) = (name(typed), name(suggested));
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
        let error = args::command().try_get_matches_from(line.split(' ')).err()?;
        match keep_good_suggestion(error).get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(suggested)) => Some(suggested.clone()),
            _ => None,
        }
    }

    #[test]
    fn only_typing_mistakes_are_mended() {
        assert_eq!(suggestion("towpath status --worktre").as_deref(), Some("--worktree"));
        assert_eq!(suggestion("towpath status --stages prod").as_deref(), Some("--stage"));
        assert_eq!(suggestion("towpath history --sort app"), None);
        assert_eq!(suggestion("towpath status --colour never").as_deref(), Some("--color"));
    }
}

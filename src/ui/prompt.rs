//! Questions to a person at a terminal.

use super::visible;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, MultiSelect, Sort};

/// Asks for an order. The items' indices, or `None` when the person gave up (Esc).
///
/// # Errors
/// When the terminal fails.
pub fn arrange(question: &str, items: &[String]) -> std::io::Result<Option<Vec<usize>>> {
    let shown: Vec<_> = items.iter().map(|item| visible(item)).collect();
    Sort::with_theme(&ColorfulTheme::default()).with_prompt(question).items(&shown).interact_opt().map_err(io)
}

/// Asks which of the items to take; each comes with whether it is taken at first.
///
/// # Errors
/// When the terminal fails.
pub fn choose(question: &str, items: &[(String, bool)]) -> std::io::Result<Option<Vec<usize>>> {
    let shown = items.iter().map(|(item, taken)| (visible(item), *taken));
    MultiSelect::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items_checked(shown)
        .interact_opt()
        .map_err(io)
}

/// Asks a yes-or-no question. Giving up is no.
///
/// # Errors
/// When the terminal fails.
pub fn confirm(question: &str) -> std::io::Result<bool> {
    let answer = Confirm::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .default(true)
        .interact_opt()
        .map_err(io)?;
    Ok(answer.unwrap_or(false))
}

fn io(error: dialoguer::Error) -> std::io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}

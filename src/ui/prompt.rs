//! Interactive prompts.

use super::terminal_style::{display_width, pad_end, truncate_middle};
use super::{Ui, escape_for_terminal};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, MultiSelect, Select, Sort};

/// Asks for an order. Returns the indexes of the items, or `None` if cancelled (Esc).
///
/// # Errors
/// If the terminal fails.
pub fn ask_order(ui: &Ui, question: &str, items: &[String]) -> std::io::Result<Option<Vec<usize>>> {
    let shown: Vec<String> = items.iter().map(|item| item_line(ui, item)).collect();
    let theme = ColorfulTheme::default();
    let prompt = Sort::with_theme(&theme).with_prompt(question).items(&shown);
    ask_person(|| prompt.interact_opt())
}

/// Asks for any number of items; each comes with its initial state.
///
/// # Errors
/// If the terminal fails.
pub fn ask_choices(
    ui: &Ui,
    question: &str,
    items: &[(String, bool)],
) -> std::io::Result<Option<Vec<usize>>> {
    let shown = items.iter().map(|(item, taken)| (item_line(ui, item), *taken));
    let theme = ColorfulTheme::default();
    let prompt = MultiSelect::with_theme(&theme).with_prompt(question);
    let prompt = prompt.items_checked(shown).report(false);
    ask_person(|| prompt.interact_opt())
}

/// Asks for one item; the first is preselected.
///
/// # Errors
/// If the terminal fails.
pub fn ask_choice(ui: &Ui, question: &str, items: &[String]) -> std::io::Result<Option<usize>> {
    let shown: Vec<String> = items.iter().map(|item| item_line(ui, item)).collect();
    let theme = ColorfulTheme::default();
    let prompt = Select::with_theme(&theme).with_prompt(question).items(&shown);
    let prompt = prompt.default(0).report(false);
    ask_person(|| prompt.interact_opt())
}

/// Aligns the parts of lines in columns.
pub fn align_columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: Vec<usize> = (0..N)
        .map(|at| {
            rows.iter().map(|row| display_width(&escape_for_terminal(&row[at]))).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &[String; N]| {
        let shown = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let parts: Vec<String> =
            shown.map(|(text, width)| pad_end(&escape_for_terminal(text), *width)).collect();
        parts.join("   ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Asks for confirmation. Enter alone and Esc mean no.
///
/// # Errors
/// If the terminal fails.
pub fn confirm(question: &str) -> std::io::Result<bool> {
    let theme = ColorfulTheme::default();
    let asked = Confirm::with_theme(&theme).with_prompt(question).default(false).report(false);
    Ok(ask_person(|| asked.interact_opt())?.unwrap_or(false))
}

/// Shortens an item to one line: a wrapped one would confuse the redrawing. The marks before it
/// take six columns.
fn item_line(ui: &Ui, item: &str) -> String {
    let width = ui.err.width.unwrap_or(80).saturating_sub(6).max(20);
    truncate_middle(&escape_for_terminal(item), width, &ui.err)
}

/// Asks, and gives the terminal back as it was. Ctrl-C is [`std::io::ErrorKind::Interrupted`].
fn ask_person<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> std::io::Result<T> {
    // While a prompt reads keys, Ctrl-C raises SIGINT, which would end the process with the cursor
    // still hidden.
    #[cfg(unix)]
    let interrupt =
        signal_hook::flag::register(signal_hook::consts::SIGINT, std::sync::Arc::default());
    let answer = ask().map_err(|dialoguer::Error::IO(error)| error);
    #[cfg(unix)]
    if let Ok(interrupt) = interrupt {
        signal_hook::low_level::unregister(interrupt);
    }
    if answer.is_err() {
        let terminal = console::Term::stderr();
        terminal.show_cursor()?;
        terminal.write_line("")?;
    }
    answer
}

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
    Sort::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(&shown)
        .interact_opt()
        .map_err(to_io_error)
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
    MultiSelect::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items_checked(shown)
        .report(false)
        .interact_opt()
        .map_err(to_io_error)
}

/// Asks for one item; the first is preselected.
///
/// # Errors
/// If the terminal fails.
pub fn ask_choice(ui: &Ui, question: &str, items: &[String]) -> std::io::Result<Option<usize>> {
    let shown: Vec<String> = items.iter().map(|item| item_line(ui, item)).collect();
    Select::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(&shown)
        .default(0)
        .report(false)
        .interact_opt()
        .map_err(to_io_error)
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
    Ok(asked.interact_opt().map_err(to_io_error)?.unwrap_or(false))
}

/// Shortens an item to one line: a wrapped one would confuse the redrawing. The marks before it
/// take six columns.
fn item_line(ui: &Ui, item: &str) -> String {
    let width = ui.err.width.unwrap_or(80).saturating_sub(6).max(20);
    truncate_middle(&escape_for_terminal(item), width, &ui.err)
}

fn to_io_error(error: dialoguer::Error) -> std::io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}

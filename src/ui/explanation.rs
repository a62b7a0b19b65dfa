//! Renders what discovery found and why.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, escape_for_terminal};
use crate::report::DiscoveryExplanation;

/// Renders the stages, the sources, and what was left out, as tables.
pub fn render_explanation(explained: &DiscoveryExplanation, look: &TerminalStyle) -> String {
    let text = |text: &str| StyledText::plain(escape_for_terminal(text));
    let number = |number: usize| StyledText::plain(number.to_string());
    let mut out = format!("The names of the stages are {}.\n\n", explained.basis);
    let stages: Vec<_> = explained
        .stages
        .iter()
        .map(|stage| {
            [text(&stage.name), number(stage.apps), text(&stage.named_by), text(&stage.order)]
        })
        .collect();
    let heads = [
        TableColumn::left("stage"),
        TableColumn::right("apps"),
        TableColumn::left("named by").wrap(12),
        TableColumn::left("order by the history").wrap(20),
    ];
    out.push_str(&Table::new(heads).render_all(&stages, look));
    let sources: Vec<_> = explained
        .sources
        .iter()
        .map(|source| {
            let several = format!("{} of {}", source.in_several_stages, source.apps);
            [text(&source.source), number(source.files), text(source.confidence), text(&several)]
        })
        .collect();
    let heads = [
        TableColumn::left("source").wrap(20),
        TableColumn::right("files"),
        TableColumn::left("sure"),
        TableColumn::left("apps in several stages").wrap(12),
    ];
    out.push('\n');
    out.push_str(&Table::new(heads).render_all(&sources, look));
    if explained.left_out.is_empty() {
        return out;
    }
    let left_out: Vec<_> = explained
        .left_out
        .iter()
        .map(|left| [text(&left.what), number(left.files), text(left.reason)])
        .collect();
    let heads = [
        TableColumn::left("left out").wrap(20),
        TableColumn::right("files"),
        TableColumn::left("why").wrap(12),
    ];
    out.push('\n');
    out.push_str(&Table::new(heads).render_all(&left_out, look));
    out
}

//! Renders ledger events and locks as tables.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::pipeline::ledger::{LedgerEvent, Lock, format_minute};
use jiff::Timestamp;

/// Renders events in the given order.
pub fn render_events(events: &[&LedgerEvent], look: &TerminalStyle) -> String {
    let columns = [
        TableColumn::left("time"),
        TableColumn::left("id").rank(2),
        TableColumn::left("by").cut(8).rank(1),
        TableColumn::left("event").wrap(24),
    ];
    let rows: Vec<[StyledText; 4]> = events.iter().map(|event| event_row(event)).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).render_all(&rows, look) }
}

fn event_row(event: &LedgerEvent) -> [StyledText; 4] {
    [
        StyledText::plain(format_minute(event.time)),
        StyledText::new(event.id.get(..8).unwrap_or(&event.id), TextTone::Dim),
        StyledText::plain(escape_for_terminal(&event.by.name)),
        StyledText::plain(escape_for_terminal(&event_text(event))),
    ]
}

/// The sentence of an event, and why it does not count.
fn event_text(event: &LedgerEvent) -> String {
    let sentence = event.what.sentence().replace('\n', " ");
    match event.reason_not_to_count() {
        Some(reason) => format!("{sentence} (does not count: {reason})"),
        None => sentence,
    }
}

/// Renders active locks.
pub fn render_locks(locks: &[Lock<'_>], look: &TerminalStyle, now: Timestamp) -> String {
    let columns = [
        TableColumn::left("locked"),
        TableColumn::left("by").cut(8).rank(1),
        TableColumn::left("since").rank(2),
        TableColumn::left("until"),
        TableColumn::left("reason").wrap(20),
    ];
    let rows: Vec<[StyledText; 5]> = locks.iter().map(|lock| lock_row(lock, now)).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).render_all(&rows, look) }
}

fn lock_row(lock: &Lock<'_>, now: Timestamp) -> [StyledText; 5] {
    [
        StyledText::plain(escape_for_terminal(&lock.name())),
        StyledText::plain(escape_for_terminal(&lock.event.by.name)),
        StyledText::plain(crate::model::format_age(lock.event.time, now)),
        StyledText::plain(lock.until.map(format_minute).unwrap_or_default()),
        StyledText::plain(escape_for_terminal(lock.reason)),
    ]
}

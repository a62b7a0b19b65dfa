//! Renders ledger events and locks as tables.

use super::table::{Alignment, StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::pipeline::ledger::{LedgerEvent, Lock, format_minute};
use jiff::Timestamp;

const WHOLE: usize = usize::MAX;

/// Renders events in the given order.
pub fn render_events(events: &[&LedgerEvent], look: &TerminalStyle) -> String {
    let column = |heading, least| TableColumn { heading, align: Alignment::Left, least };
    let columns = [column("time", WHOLE), column("id", 8), column("by", 8), column("event", WHOLE)];
    let row = |event: &&LedgerEvent| {
        [
            StyledText::plain(format_minute(event.time)),
            StyledText::new(event.id.get(..8).unwrap_or(&event.id), TextTone::Dim),
            StyledText::plain(escape_for_terminal(&event.by.name)),
            StyledText::plain(escape_for_terminal(&event.what.sentence().replace('\n', " "))),
        ]
    };
    let rows: Vec<[StyledText; 4]> = events.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).render_all(&rows, look) }
}

/// Renders active locks.
pub fn render_locks(locks: &[Lock<'_>], look: &TerminalStyle, now: Timestamp) -> String {
    let column = |heading, least| TableColumn { heading, align: Alignment::Left, least };
    let columns = [
        column("locked", WHOLE),
        column("by", 8),
        column("since", 3),
        column("until", WHOLE),
        column("reason", WHOLE),
    ];
    let row = |lock: &Lock<'_>| {
        [
            StyledText::plain(escape_for_terminal(&lock.name())),
            StyledText::plain(escape_for_terminal(&lock.event.by.name)),
            StyledText::plain(crate::model::format_age(lock.event.time, now)),
            StyledText::plain(lock.until.map(format_minute).unwrap_or_default()),
            StyledText::plain(escape_for_terminal(lock.reason)),
        ]
    };
    let rows: Vec<[StyledText; 5]> = locks.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).render_all(&rows, look) }
}

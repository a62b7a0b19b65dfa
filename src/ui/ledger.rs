//! Events and locks as tables.

use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, age, visible};
use crate::pipeline::ledger::{Event, Lock, minute};
use jiff::Timestamp;

const WHOLE: usize = usize::MAX;

/// The events, as they are given.
pub fn events(events: &[&Event], look: &Look) -> String {
    let column = |heading, least| Column { heading, align: Align::Left, least };
    let columns = [column("time", WHOLE), column("id", 8), column("by", 8), column("event", WHOLE)];
    let row = |event: &&Event| {
        [
            Text::plain(minute(event.time)),
            Text::new(event.id.get(..8).unwrap_or(&event.id), Tone::Dim),
            Text::plain(visible(&event.by.name)),
            Text::plain(visible(&event.what.sentence().replace('\n', " "))),
        ]
    };
    let rows: Vec<[Text; 4]> = events.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).whole(&rows, look) }
}

/// The locks that hold.
pub fn locks(locks: &[Lock<'_>], look: &Look, now: Timestamp) -> String {
    let column = |heading, least| Column { heading, align: Align::Left, least };
    let columns = [
        column("locked", WHOLE),
        column("by", 8),
        column("since", 3),
        column("until", WHOLE),
        column("reason", WHOLE),
    ];
    let row = |lock: &Lock<'_>| {
        [
            Text::plain(visible(&lock.name())),
            Text::plain(visible(&lock.event.by.name)),
            Text::plain(age::age(lock.event.time, now)),
            Text::plain(lock.until.map(minute).unwrap_or_default()),
            Text::plain(visible(lock.reason)),
        ]
    };
    let rows: Vec<[Text; 5]> = locks.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).whole(&rows, look) }
}

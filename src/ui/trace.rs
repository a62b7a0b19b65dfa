//! The way of a version, one block for each app.

use super::age::{age, span};
use super::history::{exact, place, request, tone};
use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, version, visible};
use crate::report::{Change, Kind, Trace, Visit, Way};
use jiff::Timestamp;

const COLUMNS: [Column<'static>; 7] = [
    Column { heading: "stage", align: Align::Left, least: 8 },
    Column { heading: "came (UTC)", align: Align::Left, least: 16 },
    Column { heading: "after", align: Align::Right, least: 7 },
    Column { heading: "by", align: Align::Left, least: 8 },
    Column { heading: "change", align: Align::Left, least: 10 },
    Column { heading: "stayed", align: Align::Right, least: 7 },
    Column { heading: "now", align: Align::Left, least: 16 },
];

/// Every way, under the app's name and the whole version.
pub fn render(trace: &Trace, look: &Look, now: Timestamp) -> String {
    let blocks: Vec<String> = trace.ways.iter().map(|way| block(way, look, now)).collect();
    blocks.join("\n")
}

fn block(way: &Way, look: &Look, now: Timestamp) -> String {
    let title = format!("{} {}", way.name, way.version);
    let mut rows: Vec<[Text; 7]> = way.visits.iter().map(|visit| row(visit, look, now)).collect();
    for (slot, version) in &way.absent {
        let mut row = [(); 7].map(|()| Text::plain(""));
        row[0] = Text::plain(visible(&place(slot)));
        row[1] = Text::new("never", Tone::Dim);
        row[6] = Text::new(format!("runs {}", version::short(version, false)), Tone::Dim);
        rows.push(row);
    }
    format!(
        "{}\n\n{}",
        look.paint(Tone::Heading, &visible(&title)),
        indented(&Table::new(COLUMNS).whole(&rows, look))
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn row(visit: &Visit, look: &Look, now: Timestamp) -> [Text; 7] {
    let stayed = visit.seconds(now.as_second()).map(span).unwrap_or_default();
    let (came, after, by, change) = match &visit.came {
        None => {
            ("before all that is known".to_owned(), Text::plain(""), String::new(), String::new())
        }
        Some(came) => (
            exact(came.time),
            after(came),
            visible(&came.account.who.name).into_owned(),
            request(came),
        ),
    };
    [
        Text::plain(visible(&place(&visit.slot))),
        Text::plain(came),
        after,
        Text::plain(by),
        Text::new(change, Tone::Dim),
        Text::plain(stayed),
        end(visit.left.as_ref(), look, now),
    ]
}

/// How long after the stage before, or in which other way it came.
fn after(came: &Change) -> Text {
    match came.kind {
        Kind::Rollback | Kind::Skip => Text::new(came.kind.as_str(), tone(came.kind)),
        _ => Text::plain(came.lead.map(span).unwrap_or_default()),
    }
}

/// What became of it: `running`, or what took its place, when and by whom.
fn end(left: Option<&Change>, look: &Look, now: Timestamp) -> Text {
    let Some(left) = left else { return Text::new("running", Tone::Good) };
    let next = left
        .to
        .as_ref()
        .map_or_else(|| "removed".to_owned(), |to| version::short(&to.version, false));
    let kind = if matches!(left.kind, Kind::Rollback | Kind::Skip) {
        format!("{}, ", left.kind.as_str())
    } else {
        String::new()
    };
    let who = visible(&left.account.who.name);
    let ago = age(left.time, now);
    Text::new(
        format!("{} {next} {ago} ago ({kind}{who}, {})", look.arrow(), request(left)),
        tone_of(left),
    )
}

fn tone_of(left: &Change) -> Tone {
    match left.kind {
        Kind::Rollback => tone(Kind::Rollback),
        _ => Tone::Dim,
    }
}

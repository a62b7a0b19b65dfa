//! Details of apps: where each version runs, or all facts about each place.

use super::facts::FactLines;
use super::table::{StyledText, Table, TableColumn};
use super::terminal_style::display_width;
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::model::{EntryNote, MappingEntry, TargetName, Version, short_commit};
use crate::report::json::note_sentence;
use crate::report::{BroughtBy, StatusEntry, StatusReport};
use jiff::{Timestamp, tz::TimeZone};
use std::cmp::Reverse;

/// Width of the labels.
const LABEL: usize = 10;

/// Columns of space before the facts of an app.
const INDENT: usize = 2;

/// Amount of detail about an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppDetail {
    /// A line per version; an app with one place in full.
    Folded,
    /// Each place in full.
    Locations,
}

/// Renders every entry of the report, grouped by app.
pub fn render_apps(
    status: &StatusReport,
    detail: AppDetail,
    look: &TerminalStyle,
    now: Timestamp,
) -> String {
    let apps = status.occupants.chunk_by(|a, b| a.name == b.name);
    let rendered: Vec<String> = apps.map(|places| render_app(places, detail, look, now)).collect();
    rendered.join("\n")
}

fn render_app(
    places: &[StatusEntry],
    detail: AppDetail,
    look: &TerminalStyle,
    now: Timestamp,
) -> String {
    let mut out = look.heading_lines(&escape_for_terminal(&places[0].name));
    let has_live = places.iter().any(|place| place.live.is_some());
    if detail == AppDetail::Folded && places.len() > 1 && !has_live {
        out.push('\n');
        push_versions(places, look, now, &mut out);
    } else {
        places.iter().for_each(|place| push_place(place, look, now, &mut out));
    }
    out
}

/// Places of an app that run the same version.
struct AppVersionPlaces<'s> {
    version: String,
    key: (&'s Version, bool),
    places: Vec<&'s StatusEntry>,
    /// The latest arrival.
    since: Option<&'s BroughtBy>,
}

const COLUMNS: [TableColumn<'static>; 5] = [
    TableColumn::left("version"),
    TableColumn::left("runs in").wrap(30),
    TableColumn::right("age"),
    TableColumn::left("by").cut(10).rank(1),
    TableColumn::left("change").rank(2),
];

/// Appends a line for each version, newest first, and the notes about them.
fn push_versions(places: &[StatusEntry], look: &TerminalStyle, now: Timestamp, out: &mut String) {
    let groups = group_versions(places);
    let rows: Vec<[StyledText; 5]> =
        groups.iter().map(|group| version_row(group, places, now)).collect();
    let inside = look.narrowed(INDENT);
    let table = Table::new(COLUMNS).render_all(&rows, &inside);
    out.extend(table.lines().map(|line| format!("{:INDENT$}{line}\n", "")));
    let mut facts = FactLines { out, look, indent: INDENT, width: LABEL };
    for group in &groups {
        let mut notes: Vec<String> = Vec::new();
        for note in group.places.iter().flat_map(|place| &place.entry.notes) {
            let text = format!("{}: {}", group.version, note_sentence(note));
            if !notes.contains(&text) {
                facts.add("note", &text);
                notes.push(text);
            }
        }
    }
}

fn group_versions(places: &[StatusEntry]) -> Vec<AppVersionPlaces<'_>> {
    let mut groups: Vec<AppVersionPlaces<'_>> = Vec::new();
    for place in places {
        let entry = &place.entry;
        let key = (&entry.version, entry.notes.contains(&EntryNote::AppVersion));
        let since = place.since.as_ref();
        match groups.iter_mut().find(|group| group.key == key) {
            Some(group) => {
                group.places.push(place);
                group.since = group.since.into_iter().chain(since).max_by_key(|by| by.time);
            }
            None => groups.push(AppVersionPlaces {
                version: version::short_version(key.0, key.1),
                key,
                places: vec![place],
                since,
            }),
        }
    }
    groups.sort_by_key(|group| Reverse(group.since.map(|by| by.time)));
    groups
}

fn version_row(
    group: &AppVersionPlaces<'_>,
    all: &[StatusEntry],
    now: Timestamp,
) -> [StyledText; 5] {
    let since = group.since;
    let age = since.map(|by| crate::model::format_age(by.time, now)).unwrap_or_default();
    let change = since.map(|by| match by.pull_request {
        Some(number) => format!("#{number}"),
        None => short_commit(&by.commit),
    });
    [
        StyledText::plain(group.version.clone()),
        StyledText::plain(place_list(group, all)),
        StyledText::new(age, TextTone::Dim),
        StyledText::plain(escape_for_terminal(since.map_or("", |by| &by.author_name))),
        StyledText::new(change.unwrap_or_default(), TextTone::Dim),
    ]
}

/// `staging, prod (eu, us)`: the targets of a stage are named unless all of them run the version.
fn place_list(group: &AppVersionPlaces<'_>, all: &[StatusEntry]) -> String {
    let mut stages: Vec<String> = Vec::new();
    for by_stage in group.places.chunk_by(|a, b| a.entry.stage == b.entry.stage) {
        let stage = &by_stage[0].entry.stage;
        let mut targets: Vec<&TargetName> =
            by_stage.iter().filter_map(|place| place.entry.target.as_ref()).collect();
        targets.dedup();
        let is_whole = all
            .iter()
            .filter(|place| place.entry.stage == *stage)
            .all(|place| by_stage.iter().any(|one| one.entry.target == place.entry.target));
        let names: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
        stages.push(match is_whole || names.is_empty() {
            true => stage.to_string(),
            false => format!("{stage} ({})", names.join(", ")),
        });
    }
    escape_for_terminal(&stages.join(", ")).into_owned()
}

fn push_place(occupant: &StatusEntry, look: &TerminalStyle, now: Timestamp, out: &mut String) {
    let entry = &occupant.entry;
    let stage = match &entry.target {
        Some(target) => format!("{}/{target}", entry.stage),
        None => entry.stage.to_string(),
    };
    let app_version = entry.notes.contains(&crate::model::EntryNote::AppVersion);
    let short = version::short_version(&entry.version, app_version);
    out.push('\n');
    // The stage is the label of the version, which is wrapped beside it.
    let stage = escape_for_terminal(&stage);
    let width = display_width(&stage) + INDENT;
    let mut title = FactLines { out, look, indent: INDENT, width };
    title.add_titled(&stage, &short);
    let mut facts = FactLines { out, look, indent: 4, width: LABEL };
    add_version(entry, &mut facts);
    let confidence = entry.confidence.as_str();
    let sure = if confidence == "configured" {
        String::new()
    } else {
        format!(", confidence {confidence}")
    };
    facts.add("found", &format!("{}, {}{sure}", entry.source, occupant.found));
    if let Some(since) = &occupant.since {
        add_arrival(since, now, &mut facts);
    }
    if let Some(live) = &occupant.live {
        super::live::add_live_facts(live, now, &mut facts);
    }
    for note in &entry.notes {
        facts.add("note", &note_sentence(note));
    }
}

/// Adds the image and the version, and where they are written.
fn add_version(entry: &MappingEntry, facts: &mut FactLines<'_>) {
    if let Some(image) = &entry.image {
        facts.add("image", image);
    }
    if let Some(tag) = &entry.version.tag {
        facts.add("tag", if tag.is_empty() { "(empty)" } else { tag });
    }
    if let Some(digest) = &entry.version.digest {
        facts.add("digest", digest);
    }
    for (index, at) in entry.locations.iter().enumerate() {
        let key = if at.key.is_empty() { String::new() } else { format!(" ({})", at.key) };
        facts.add(
            if index == 0 { "written" } else { "and" },
            &format!("{}:{}{key}", at.path, at.line),
        );
    }
}

/// Adds when the version arrived, and by whom.
fn add_arrival(since: &BroughtBy, now: Timestamp, facts: &mut FactLines<'_>) {
    let when = since.time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC");
    let id = short_commit(&since.commit);
    facts.add("since", &format!("{when}, {} ago", crate::model::format_age(since.time, now)));
    facts.add(
        "commit",
        &format!(
            "{id} {}{}",
            since.subject,
            since.pull_request.map(|n| pull_request_suffix(n, &since.subject)).unwrap_or_default()
        ),
    );
    facts.add("by", &format!("{} <{}>", since.author_name, since.author_email));
}

/// The pull request number, unless the subject contains it.
fn pull_request_suffix(number: u64, subject: &str) -> String {
    let text = format!("#{number}");
    if subject.contains(&text) { String::new() } else { format!(" ({text})") }
}

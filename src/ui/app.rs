//! Details of apps: all facts about each of their places.

use super::facts::FactLines;
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::model::MappingEntry;
use crate::report::json::note_sentence;
use crate::report::{BroughtBy, StatusEntry, StatusReport};
use jiff::{Timestamp, tz::TimeZone};

/// Width of the labels.
const LABEL: usize = 10;

/// Renders every entry of the report, grouped by app.
pub fn render_apps(status: &StatusReport, look: &TerminalStyle, now: Timestamp) -> String {
    let mut out = String::new();
    let mut name = None;
    for occupant in &status.occupants {
        if name != Some(&occupant.name) {
            if name.is_some() {
                out.push('\n');
            }
            out.push_str(&look.paint(TextTone::Heading, &escape_for_terminal(&occupant.name)));
            out.push('\n');
            name = Some(&occupant.name);
        }
        push_place(occupant, look, now, &mut out);
    }
    out
}

fn push_place(occupant: &StatusEntry, look: &TerminalStyle, now: Timestamp, out: &mut String) {
    let entry = &occupant.entry;
    let stage = match &entry.target {
        Some(target) => format!("{}/{target}", entry.stage),
        None => entry.stage.to_string(),
    };
    let app_version = entry.notes.contains(&crate::model::EntryNote::AppVersion);
    let short = version::short_version(&entry.version, app_version);
    out.push_str(&format!(
        "\n  {}  {short}\n",
        look.paint(TextTone::Heading, &escape_for_terminal(&stage))
    ));
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
    let id = super::audit::short_commit(&since.commit);
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

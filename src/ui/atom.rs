//! Deployments as an Atom feed (RFC 4287).

use crate::report::{DeploymentReport, ImageVersion};
use crate::ui::pages::site::PageFrame;
use crate::ui::version::short_version;
use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Link, Person, Text};

/// The content type of a feed.
pub const ATOM: &str = "application/atom+xml; charset=utf-8";

/// Renders a feed: its title, its path on the server, and the deployments, newest first.
pub fn render_feed(
    frame: &PageFrame,
    (title, path): (&str, &str),
    deployments: &[DeploymentReport],
) -> String {
    let newest = deployments.first().map(|one| one.time).or(frame.time).unwrap_or(frame.now);
    let feed = Feed {
        title: Text::plain(shown(title)),
        id: uuid(&["feed", &frame.repository, path]),
        updated: time(newest),
        links: vec![Link {
            href: path.to_owned(),
            rel: "self".to_owned(),
            mime_type: Some("application/atom+xml".to_owned()),
            ..Link::default()
        }],
        authors: vec![Person { name: "towpath".to_owned(), ..Person::default() }],
        entries: deployments.iter().map(|one| entry(frame, one)).collect(),
        ..Feed::default()
    };
    feed.to_string() + "\n"
}

fn entry(frame: &PageFrame, one: &DeploymentReport) -> Entry {
    let place = one.cell.place();
    let word = |pinned: &Option<ImageVersion>| {
        pinned.as_ref().map(|pinned| short_version(&pinned.version, false))
    };
    let (from, to) = (word(&one.from), word(&one.to));
    let kind = one.kind.as_str();
    let title = match (&from, &to) {
        (_, Some(to)) => format!("{} {to} in {place} ({kind})", one.name),
        (_, None) => format!("{} removed from {place}", one.name),
    };
    let lines = [
        from.map(|from| format!("from {from}")),
        to.map(|to| format!("to {to}")),
        Some(one.account.subject.clone()),
        one.account.break_glass.as_ref().map(|why| format!("gates overridden: {why}")),
        Some(format!("commit {}", one.commit)),
    ];
    let text = shown(&lines.into_iter().flatten().collect::<Vec<_>>().join("; "));
    let component = one.cell.component.as_deref().unwrap_or_default();
    let category = |term: &str| Category { term: shown(term), scheme: None, label: None };
    Entry {
        title: Text::plain(shown(&title)),
        id: uuid(&["deployment", &one.commit, one.cell.app.as_str(), component, &place]),
        updated: time(one.time),
        published: Some(time(one.time)),
        authors: vec![Person { name: shown(&one.account.who.name), ..Person::default() }],
        categories: vec![category(&one.name), category(one.cell.stage.as_str()), category(kind)],
        links: frame
            .place
            .iter()
            .map(|place| Link {
                href: place.commit_url(&one.commit),
                rel: "alternate".to_owned(),
                ..Link::default()
            })
            .collect(),
        content: Some(Content {
            value: Some(text),
            content_type: Some("text".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

/// A text without characters that XML does not have.
fn shown(text: &str) -> String {
    let is_xml = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(is_xml).collect()
}

fn time(time: jiff::Timestamp) -> FixedDateTime {
    time.to_string().parse().expect("both write RFC 3339")
}

/// An address that names the same thing for ever.
fn uuid(words: &[&str]) -> String {
    format!("urn:uuid:{}", stable_uuid(words))
}

/// A UUID made from words (RFC 9562, version 8).
pub(super) fn stable_uuid(words: &[&str]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, words.join("\0").as_bytes());
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

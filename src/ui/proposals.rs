//! Pull requests: as a table, and one in full.

use super::look::left;
use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, visible};
use crate::report::{Proposal, Proposals, State};

/// The width of the words before the facts.
const LABEL: usize = 11;

/// One line for each.
pub fn table(listed: &Proposals, look: &Look) -> String {
    let column = |heading, align, least| Column { heading, align, least };
    let columns = [
        column("number", Align::Right, 6),
        column("title", Align::Left, 24),
        column("branch", Align::Left, 16),
        column("by", Align::Left, 8),
        column("", Align::Left, 5),
    ];
    let rows: Vec<[Text; 5]> = listed.proposals.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).whole(&rows, look) }
}

fn row(one: &Proposal) -> [Text; 5] {
    [
        Text::plain(one.number.to_string()),
        Text::plain(visible(&one.title)),
        Text::plain(visible(&one.head)),
        Text::plain(visible(&one.author)),
        Text::new(if one.draft { "draft" } else { "" }, Tone::Warn),
    ]
}

/// Everything about one, and its text.
pub fn in_full(one: &Proposal, look: &Look) -> String {
    let heading = format!("{} {}", one.number, visible(&one.title));
    let mut out = format!("{}\n", look.paint(Tone::Heading, &heading));
    let mut fact = |label: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!(
                "  {}{}\n",
                look.paint(Tone::Dim, &left(label, LABEL)),
                visible(text)
            ));
        }
    };
    let draft = if one.draft { ", a draft" } else { "" };
    let by_itself = if one.auto_merge { ", merges by itself" } else { "" };
    fact("state", &format!("{}{draft}{by_itself}", one.state.as_str()));
    fact("branch", &format!("{} {} {}", one.head, look.arrow(), one.base));
    fact("by", &one.author);
    fact("labels", &one.labels.join(", "));
    fact("reviewers", &one.reviewers.join(", "));
    fact("commit", one.head_commit.as_deref().unwrap_or_default());
    if one.state == State::Open && one.mergeable == Some(false) {
        fact("conflict", "it does not merge cleanly");
    }
    fact("merged as", one.merge_commit.as_deref().unwrap_or_default());
    fact("address", &one.url);
    if !one.body.trim().is_empty() {
        out.push('\n');
        out.extend(one.body.trim_end().lines().map(|line| format!("{}\n", visible(line))));
    }
    out
}

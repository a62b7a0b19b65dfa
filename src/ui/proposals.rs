//! Renders pull requests: a table, or one in full.

use super::table::{Alignment, StyledText, Table, TableColumn};
use super::terminal_style::pad_end;
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::report::{Proposal, ProposalState, ProposalsReport};

/// Width of the labels.
const LABEL: usize = 11;

/// Renders one line per pull request.
pub fn render_table(listed: &ProposalsReport, look: &TerminalStyle) -> String {
    let column = |heading, align, least| TableColumn { heading, align, least };
    let columns = [
        column("number", Alignment::Right, 6),
        column("title", Alignment::Left, 24),
        column("branch", Alignment::Left, 16),
        column("by", Alignment::Left, 8),
        column("", Alignment::Left, 5),
    ];
    let rows: Vec<[StyledText; 5]> = listed.proposals.iter().map(proposal_row).collect();
    if rows.is_empty() { String::new() } else { Table::new(columns).render_all(&rows, look) }
}

fn proposal_row(one: &Proposal) -> [StyledText; 5] {
    [
        StyledText::plain(one.number.to_string()),
        StyledText::plain(escape_for_terminal(&one.title)),
        StyledText::plain(escape_for_terminal(&one.head)),
        StyledText::plain(escape_for_terminal(&one.author)),
        StyledText::new(if one.draft { "draft" } else { "" }, TextTone::Warn),
    ]
}

/// Renders the facts and the text of one pull request.
pub fn render_proposal(one: &Proposal, look: &TerminalStyle) -> String {
    let heading = format!("{} {}", one.number, escape_for_terminal(&one.title));
    let mut out = format!("{}\n", look.paint(TextTone::Heading, &heading));
    let mut fact = |label: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&format!(
                "  {}{}\n",
                look.paint(TextTone::Dim, &pad_end(label, LABEL)),
                escape_for_terminal(text)
            ));
        }
    };
    let draft = if one.draft { ", a draft" } else { "" };
    let by_itself = if one.auto_merge { ", auto-merge enabled" } else { "" };
    fact("state", &format!("{}{draft}{by_itself}", one.state.as_str()));
    fact("branch", &format!("{} {} {}", one.head, look.arrow(), one.base));
    fact("by", &one.author);
    fact("labels", &one.labels.join(", "));
    fact("reviewers", &one.reviewers.join(", "));
    fact("commit", one.head_commit.as_deref().unwrap_or_default());
    if one.state == ProposalState::Open && one.mergeable == Some(false) {
        fact("conflict", "does not merge cleanly");
    }
    fact("merged as", one.merge_commit.as_deref().unwrap_or_default());
    fact("url", &one.url);
    if !one.body.trim().is_empty() {
        out.push('\n');
        out.extend(
            one.body.trim_end().lines().map(|line| format!("{}\n", escape_for_terminal(line))),
        );
    }
    out
}

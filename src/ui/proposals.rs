//! Renders pull requests: a table, or one in full.

use super::facts::FactLines;
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::report::{Proposal, ProposalState, ProposalsReport};

/// Width of the labels.
const LABEL: usize = 11;

/// Renders one line per pull request.
pub fn render_table(listed: &ProposalsReport, look: &TerminalStyle) -> String {
    let columns = [
        TableColumn::right("number"),
        TableColumn::left("title").cut(24),
        TableColumn::left("branch").cut(16).rank(1),
        TableColumn::left("by").cut(8).rank(2),
        TableColumn::left(""),
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
    let mut out = look.heading_lines(&heading);
    let mut facts = FactLines { out: &mut out, look, indent: 2, width: LABEL };
    let draft = if one.draft { ", a draft" } else { "" };
    let by_itself = if one.auto_merge { ", auto-merge enabled" } else { "" };
    facts.add_known("state", &format!("{}{draft}{by_itself}", one.state.as_str()));
    facts.add_known("branch", &format!("{} {} {}", one.head, look.arrow(), one.base));
    facts.add_known("by", &one.author);
    facts.add_known("labels", &one.labels.join(", "));
    facts.add_known("reviewers", &one.reviewers.join(", "));
    facts.add_known("commit", one.head_commit.as_deref().unwrap_or_default());
    if one.state == ProposalState::Open && one.mergeable == Some(false) {
        facts.add_known("conflict", "does not merge cleanly");
    }
    facts.add_known("merged as", one.merge_commit.as_deref().unwrap_or_default());
    facts.add_known("url", &one.url);
    if !one.body.trim().is_empty() {
        out.push('\n');
        out.extend(
            one.body.trim_end().lines().map(|line| format!("{}\n", escape_for_terminal(line))),
        );
    }
    out
}

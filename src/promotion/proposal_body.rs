//! Text of a proposal as Markdown: the moves, the commits they bring, the gates, and how to roll
//! back.
//!
//! A section between two markers belongs to its writer: an update of the proposal keeps its
//! content. Markers are link references, which no forge shows.

use super::commit_message::{CommitMessage, PlanPurpose, single_line};
use crate::model::{AppName, Version};
use std::fmt::Write as _;

/// Name of the section for gate answers.
pub const GATES: &str = "gates";

/// Change of one app from one version to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppVersionChange {
    pub app: AppName,
    pub from: Version,
    pub to: Version,
}

/// Source commits that a version change brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppChangelog {
    pub moved: AppVersionChange,
    /// URL of the page that compares both versions.
    pub page: Option<String>,
    /// Newest first; empty if unknown.
    pub commits: Vec<AppCommit>,
    /// Number of further commits.
    pub unlisted: usize,
    /// True for a move backwards, which takes the commits away.
    pub is_back: bool,
}

/// A commit of an app's sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCommit {
    pub id: String,
    pub author: String,
    pub subject: String,
}

/// Digits of a commit id that are shown.
const DIGITS: usize = 10;

impl CommitMessage {
    /// Renders the text of the proposal.
    pub fn render_body(&self, brought: &[AppChangelog]) -> String {
        let pages = brought.iter().any(|one| one.page.is_some());
        let mut out = String::from(if pages {
            "| app | from | to | |\n| --- | --- | --- | --- |\n"
        } else {
            "| app | from | to |\n| --- | --- | --- |\n"
        });
        for row in &self.rows {
            let page = brought
                .iter()
                .find(|one| one.moved == row.moved)
                .and_then(|one| one.page.as_deref());
            let link = page.map(|page| format!(" [compare]({page}) |"));
            let link = link.unwrap_or_else(|| if pages { " |".into() } else { String::new() });
            let (from, to) = (row.moved.from.to_string(), row.moved.to.to_string());
            let _ = writeln!(
                out,
                "| {} | {} | {} |{link}",
                table_cell(&row.name),
                code(&from),
                code(&to)
            );
        }
        let _ = write!(out, "\n{}\n", self.note);
        out.extend(brought.iter().filter(|one| !one.commits.is_empty()).map(commits));
        let _ = write!(out, "\n{}\n{}", opening_marker(GATES), closing_marker(GATES));
        out + &self.way_back()
    }

    /// Instructions for rolling back, one command per app.
    fn way_back(&self) -> String {
        let mut out =
            String::from("\nTo undo this after the merge, revert the commit, or run\n\n```sh\n");
        for way in &self.back {
            let target = way
                .target
                .as_ref()
                .map(|target| format!(" --target {}", shell_word(target)))
                .unwrap_or_default();
            let (name, stage, version) =
                (shell_word(&way.name), shell_word(&self.stage), shell_word(&way.version));
            let _ = writeln!(out, "towpath rollback {name} --stage {stage}{target} --to {version}");
        }
        out.push_str(
            "```\n\nA newer version updates this proposal. Commits by others on this branch are never overwritten.\n",
        );
        out
    }
}

/// The line below the table.
pub(super) fn purpose_note(purpose: PlanPurpose<'_>) -> String {
    match purpose {
        PlanPurpose::Promote { from } => {
            format!("Promoted from {} by towpath.", table_cell(from.as_str()))
        }
        PlanPurpose::Deploy => "Deployed by towpath.".into(),
        PlanPurpose::RollBack => "Rolled back by towpath.".into(),
    }
}

/// Replaces the content of a section. Returns the text unchanged if it has no such section.
pub fn with_section(body: &str, name: &str, content: &str) -> String {
    match split_section(body, name) {
        Some((before, _, after)) => {
            format!("{before}{}\n{content}\n{}{after}", opening_marker(name), closing_marker(name))
        }
        None => body.to_owned(),
    }
}

/// Returns the content of a section, unless it is blank.
pub fn find_section<'b>(body: &'b str, name: &str) -> Option<&'b str> {
    split_section(body, name)
        .map(|(_, content, _)| content.trim_matches('\n'))
        .filter(|content| !content.trim().is_empty())
}

fn split_section<'b>(body: &'b str, name: &str) -> Option<(&'b str, &'b str, &'b str)> {
    let (before, rest) = body.split_once(&opening_marker(name))?;
    let (content, after) = rest.split_once(&closing_marker(name))?;
    Some((before, content, after))
}

fn opening_marker(name: &str) -> String {
    format!("[//]: # (towpath:{name})\n")
}

fn closing_marker(name: &str) -> String {
    format!("[//]: # (/towpath:{name})\n")
}

fn commits(one: &AppChangelog) -> String {
    let verb = if one.is_back { "removed from" } else { "added to" };
    let mut out = format!("\nCommits {verb} {}:\n\n", table_cell(one.moved.app.as_str()));
    for commit in &one.commits {
        let id: String = commit.id.chars().take(DIGITS).collect();
        let _ = writeln!(
            out,
            "* {id} {} ({})",
            table_cell(&commit.subject),
            table_cell(&commit.author)
        );
    }
    match one.unlisted {
        0 => {}
        more => {
            let _ = writeln!(out, "* … and {more} more");
        }
    }
    out
}

fn table_cell(text: &str) -> String {
    let mut out = String::new();
    for c in single_line(text).chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '@' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", single_line(text).replace('`', "'").replace('|', "\\|"))
}

/// Quotes a word for a shell, if necessary.
fn shell_word(text: &str) -> String {
    let text = single_line(text);
    let is_simple =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ':' | '@' | '=');
    if !text.is_empty() && text.chars().all(is_simple) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_kept_and_filled() {
        let body = format!("above\n\n{}\n{}below\n", opening_marker(GATES), closing_marker(GATES));
        assert_eq!(find_section(&body, GATES), None);
        let filled = with_section(&body, GATES, "| gate |\n| --- |");
        assert_eq!(find_section(&filled, GATES), Some("| gate |\n| --- |"));
        assert_eq!(
            with_section(&filled, GATES, find_section(&filled, GATES).unwrap_or_default()),
            filled
        );
        assert!(
            filled.starts_with("above\n\n[//]: # (towpath:gates)\n\n| gate |")
                && filled.ends_with("\nbelow\n")
        );
        assert_eq!(with_section("a person's words", GATES, "x"), "a person's words");
        assert_eq!(find_section(&filled, "other"), None);
    }

    #[test]
    fn words_are_quoted_for_shells() {
        assert_eq!(shell_word("api/nginx"), "api/nginx");
        assert_eq!(shell_word("a b; rm -rf '$x'"), r"'a b; rm -rf '\''$x'\'''");
        assert_eq!(shell_word(""), "''");
    }
}

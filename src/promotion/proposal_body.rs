//! Text of a proposal as Markdown: the moves, what they bring, the gates, what a reviewer can do,
//! and how to roll back. It is cut to the limit of the forge by what matters least.

use super::commit_message::{CommitMessage, PlanPurpose};
use super::markdown::{code_span, escape_markdown, shell_word};
use super::sections::{GATES, RUN, section, with_markers};
use crate::config::{BodyParts, BodyTemplate, ClosingMode};
use crate::model::{AppName, Version};
use std::collections::BTreeSet;
use std::fmt::Write as _;

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
    /// The release of the new version, if there is one.
    pub release: Option<ReleaseNotes>,
}

/// What the people of an app say about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseNotes {
    /// URL of the page of the release.
    pub url: String,
    /// In Markdown, which is shown as text: nobody vouches for it.
    pub notes: String,
}

/// A commit of an app's sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCommit {
    pub id: String,
    /// URL of its page, if the host is known.
    pub page: Option<String>,
    /// Number of the proposal that brought it, and the URL of its page.
    pub proposal: Option<(u64, String)>,
    pub author: String,
    pub subject: String,
    /// True if its message says that it breaks something: a `!` or `BREAKING CHANGE`.
    pub is_breaking: bool,
}

/// A place that runs the proposed version already.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionSighting {
    pub app: AppName,
    pub version: Version,
    /// `staging`, or `staging (eu)`.
    pub place: String,
    /// The day since which it runs there, and who deployed it, if known.
    pub since: Option<String>,
    pub by: Option<String>,
    /// The commit whose author brought it there: of a merge, the merged one.
    pub commit: Option<String>,
}

/// What the text of a proposal tells besides the moves.
#[derive(Debug, Clone, Copy)]
pub struct ProposalPage<'p> {
    pub brought: &'p [AppChangelog],
    pub sightings: &'p [VersionSighting],
    /// The answers of the gates.
    pub gates: &'p str,
    /// The link to the run that opened the proposal.
    pub run: Option<&'p str>,
    /// Notes about what was assumed.
    pub notes: &'p str,
    /// The configured order of the parts.
    pub template: Option<&'p BodyTemplate>,
    pub closing: ClosingMode,
    /// The longest text, in bytes.
    pub limit: usize,
}

/// How much of each part is written.
#[derive(Debug, Clone, Copy)]
struct PageParts {
    commits: usize,
    rows: usize,
    commands: usize,
}

/// The parts of a page, from all of them to the least. Commits go first: the comparison has them
/// too. Then go commands, which follow a pattern, and rows last.
const CUTS: [PageParts; 10] = [
    PageParts { commits: usize::MAX, rows: usize::MAX, commands: usize::MAX },
    PageParts { commits: 5, rows: usize::MAX, commands: usize::MAX },
    PageParts { commits: 0, rows: usize::MAX, commands: usize::MAX },
    PageParts { commits: 0, rows: usize::MAX, commands: 50 },
    PageParts { commits: 0, rows: usize::MAX, commands: 5 },
    PageParts { commits: 0, rows: 300, commands: 5 },
    PageParts { commits: 0, rows: 100, commands: 5 },
    PageParts { commits: 0, rows: 30, commands: 1 },
    PageParts { commits: 0, rows: 10, commands: 1 },
    PageParts { commits: 0, rows: 2, commands: 1 },
];

/// Lines of release notes that are shown, and characters of each.
const NOTE_LINES: usize = 15;
const NOTE_WIDTH: usize = 300;

/// Digits of a commit id that are shown.
const DIGITS: usize = 10;

impl CommitMessage {
    /// Renders the text of the proposal, with its markers. `title` is the title that goes with it.
    pub fn render_body(&self, title: &str, page: &ProposalPage<'_>) -> String {
        let mut out = String::new();
        for parts in CUTS {
            out = with_markers(&self.render_parts(page, parts), title, &self.change_text());
            if out.len() <= page.limit {
                break;
            }
        }
        out
    }

    /// The change as a text: every cell with its new version. Another version is another change.
    pub fn change_text(&self) -> String {
        let cells: BTreeSet<String> =
            self.rows.iter().map(|row| format!("{} {}", row.name, row.moved.to)).collect();
        format!("{}: {}", self.stage, cells.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn render_parts(&self, page: &ProposalPage<'_>, parts: PageParts) -> String {
        let mut moves = self.moves_table(page, parts.rows);
        let _ = write!(moves, "\n{}\n", self.note);
        if let Some(run) = page.run {
            let _ = write!(moves, "\n{}", section(RUN, run));
        }
        let is_known = |one: &&AppChangelog| !one.commits.is_empty() || one.release.is_some();
        let known = page.brought.iter().filter(is_known).filter(|_| parts.commits > 0);
        let mut texts = BodyParts {
            moves,
            changes: known.map(|one| changes_text(one, parts.commits)).collect(),
            gates: format!("\n### Gates\n\n{}", section(GATES, page.gates)),
            options: self.options_text(page.closing),
            undo: self.way_back(parts.commands),
            notes: page.notes.to_owned(),
        };
        if let Some(template) = page.template {
            match template.render(&self.words, &texts, escape_markdown) {
                Ok(text) => return text,
                Err(why) => {
                    let why = escape_markdown(&why);
                    texts.notes = format!("\nThe template in `proposals: body` failed: {why}.\n");
                }
            }
        }
        let BodyParts { moves, changes, gates, options, undo, notes } = texts;
        [moves, changes, gates, options, undo, notes].concat()
    }

    /// The moves as a table, with the places that run the version already.
    fn moves_table(&self, page: &ProposalPage<'_>, limit: usize) -> String {
        let has_links = page.brought.iter().any(|one| one.page.is_some());
        let has_places = !page.sightings.is_empty();
        let mut heads = vec!["app", "from", "to"];
        heads.extend(has_places.then_some("runs in"));
        heads.extend(has_links.then_some(""));
        let mut out =
            format!("|{}\n", heads.iter().map(|head| format!(" {head} |")).collect::<String>());
        out = out.replace("|  |", "| |");
        let _ = writeln!(out, "|{}", " --- |".repeat(heads.len()));
        for row in self.rows.iter().take(limit) {
            let (from, to) = (row.moved.from.to_string(), row.moved.to.to_string());
            let name = escape_markdown(&row.name);
            let _ = write!(out, "| {name} | {} | {} |", code_span(&from), code_span(&to));
            if has_places {
                let _ = write!(
                    out,
                    " {} |",
                    places_text(page.sightings, &row.moved.app, &row.moved.to)
                );
            }
            if has_links {
                let link = page.brought.iter().find(|one| one.moved == row.moved);
                match link.and_then(|one| one.page.as_deref()) {
                    Some(link) => {
                        let _ = write!(out, " [compare]({link}) |");
                    }
                    None => out.push_str(" |"),
                }
            }
            out.push('\n');
        }
        if self.rows.len() > limit {
            let _ = writeln!(out, "\n… and {} more", self.rows.len() - limit);
        }
        out
    }

    /// What a reviewer can do.
    fn options_text(&self, closing: ClosingMode) -> String {
        let stage = escape_markdown(&self.stage);
        let (app, version) = match self.rows.as_slice() {
            [row] => (shell_word(&row.app_name), shell_word(&row.moved.to.to_string())),
            _ => ("APP".to_owned(), "VERSION".to_owned()),
        };
        let reject = format!("towpath reject {app} {version} --reason WHY");
        let to = shell_word(&self.stage);
        let approve = format!("towpath approve {app} --stage {to} --version {version}");
        let close = match (closing, self.rows.as_slice()) {
            (ClosingMode::Reject, [_]) => "towpath then rejects the version for every later stage",
            (ClosingMode::Reject, _) => "towpath then rejects these versions for every later stage",
            _ => "towpath does not open it again for this version",
        };
        format!(
            "\n### What you can do here\n\n\
             * Merge it: {stage} then runs the new version. The gates above should be open.\n\
             * Approve it, where a gate needs approvals: by a review if the forge has reviews, or \
             by `{approve}`.\n\
             * `{}` stops the version in every later stage.\n\
             * Close it: {close}. A newer version gets a new pull request.\n\
             * Write above or below this text, or push to the branch: towpath changes only its own \
             text and its own commits.\n",
            reject.replace('`', "'"),
            approve = approve.replace('`', "'"),
        )
    }

    /// Instructions for rolling back, one command per app.
    fn way_back(&self, limit: usize) -> String {
        let mut out = String::from(
            "\n### How to take it back\n\nAfter the merge, revert the commit, or run\n\n```sh\n",
        );
        for way in self.back.iter().take(limit) {
            let target = way
                .target
                .as_ref()
                .map(|target| format!(" --target {}", shell_word(target)))
                .unwrap_or_default();
            let (name, stage, version) =
                (shell_word(&way.name), shell_word(&self.stage), shell_word(&way.version));
            let _ = writeln!(
                out,
                "towpath rollback {name} --stage {stage}{target} --version {version}"
            );
        }
        if self.back.len() > limit {
            let _ = writeln!(out, "# … and {} more", self.back.len() - limit);
        }
        out.push_str("```\n");
        out
    }
}

/// The places that run a version: `staging since 2026-08-20, by Jo Doe`.
pub fn places_text(sightings: &[VersionSighting], app: &AppName, version: &Version) -> String {
    let is_it = |one: &&VersionSighting| one.app == *app && one.version.is_same(version);
    let text = |one: &VersionSighting| {
        let mut out = escape_markdown(&one.place);
        if let Some(since) = &one.since {
            let _ = write!(out, " since {since}");
        }
        if let Some(by) = &one.by {
            let _ = write!(out, ", by {}", escape_markdown(by));
        }
        out
    };
    let mut places: Vec<String> = sightings.iter().filter(is_it).map(text).collect();
    places.dedup();
    places.join("; ")
}

/// The line below the table.
pub(super) fn purpose_note(purpose: PlanPurpose<'_>) -> String {
    match purpose {
        PlanPurpose::Promote { from } => {
            format!("Promoted from {} by towpath.", escape_markdown(from.as_str()))
        }
        PlanPurpose::Deploy => "Deployed by towpath.".into(),
        PlanPurpose::RollBack => "Rolled back by towpath.".into(),
    }
}

/// The release notes and the commits of an app.
fn changes_text(one: &AppChangelog, limit: usize) -> String {
    let mut out = String::new();
    if let Some(release) = &one.release {
        let app = escape_markdown(one.moved.app.as_str());
        let version = escape_markdown(&one.moved.to.to_string());
        let _ = write!(out, "\n### Release notes of {app}\n\n[{version}]({})\n", release.url);
        let lines = release.notes.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let lines: Vec<&str> = lines.collect();
        for (at, line) in lines.iter().take(NOTE_LINES).enumerate() {
            let line: String = line.chars().take(NOTE_WIDTH).collect();
            let _ = writeln!(out, "{}> {}", if at == 0 { "\n" } else { ">\n" }, as_text(&line));
        }
        if lines.len() > NOTE_LINES {
            out.push_str(">\n> …\n");
        }
    }
    if !one.commits.is_empty() {
        out.push_str(&commit_list(one, limit));
    }
    out
}

/// A line of others as text; none begins a list or a heading.
fn as_text(line: &str) -> String {
    let text = escape_markdown(line);
    match text.chars().next() {
        Some('-' | '+' | '=') => format!("\\{text}"),
        Some(c) if c.is_ascii_digit() => text.replacen('.', "\\.", 1).replacen(')', "\\)", 1),
        _ => text,
    }
}

fn commit_list(one: &AppChangelog, limit: usize) -> String {
    let verb = if one.is_back { "removed from" } else { "added to" };
    let app = escape_markdown(one.moved.app.as_str());
    let mut out = format!("\n### Commits {verb} {app}\n\n");
    // A breaking change must not be among those that are cut.
    let (breaking, others): (Vec<&AppCommit>, Vec<&AppCommit>) =
        one.commits.iter().partition(|commit| commit.is_breaking);
    let shown: Vec<&AppCommit> = breaking.into_iter().chain(others).take(limit).collect();
    for commit in &shown {
        let id: String = commit.id.chars().take(DIGITS).collect();
        let id = match &commit.page {
            Some(page) => format!("[{id}]({page})"),
            None => id,
        };
        let mark = if commit.is_breaking { "**breaking:** " } else { "" };
        let author = escape_markdown(&commit.author);
        let (subject, proposal) = match &commit.proposal {
            Some((number, page)) => {
                let subject = commit.subject.trim_end().trim_end_matches(&format!("(#{number})"));
                (subject.trim_end(), format!("[#\u{200b}{number}]({page}), "))
            }
            None => (commit.subject.as_str(), String::new()),
        };
        let _ = writeln!(out, "* {id} {mark}{} ({proposal}{author})", escape_markdown(subject));
    }
    match one.unlisted + one.commits.len() - shown.len() {
        0 => {}
        more => {
            let _ = writeln!(out, "* … and {more} more");
        }
    }
    out
}

#[cfg(test)]
#[path = "proposal_body_tests.rs"]
mod tests;

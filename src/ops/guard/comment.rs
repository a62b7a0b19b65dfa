//! The comment on a pull request: what it would move, and what holds it back. One comment, which
//! each run brings up to date.

use super::event::{self, ForgeEventKind};
use super::requester::check_head;
use super::{GuardQuery, guard};
use crate::forge::{self as ports, CommentChange, ForgeKind, ProposalState, truncate_bytes};
use crate::git::{Oid, Repository};
use crate::guard::{GuardRefusal, Ruling};
use crate::model::{AppName, Version, short_commit};
use crate::ops::ci_run::run_address;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::gates::section::{gate_section, gate_section_limit};
use crate::ops::session::Session;
use crate::promotion::{
    HintPart, VersionSighting, code_span, escape_markdown, places_text, split_commands,
};
use crate::report::{GateReport, GuardReport};
use std::fmt::Write as _;

/// The start of the comment, which no forge shows. The blank line behind it belongs to it.
const MARKER: &str = "[//]: # (towpath:comment)\n";

/// The rows of a table, from all to the least, until the comment fits.
const ROWS: [usize; 4] = [usize::MAX, 200, 50, 10];

/// The sections of a comment: what moves, what is refused, and what the gates say.
const SECTIONS: usize = 3;

/// Whether the comment says what the guard refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentKind {
    /// What would move, and what the gates say.
    Moves,
    /// Also whether it may be merged, and if not why.
    Guard,
}

/// Judges a pull request, and says in a comment on it what it would move. Where nothing moves and
/// nothing is refused, a comment is only brought up to date, and none is made.
///
/// # Errors
/// When the pull request is unknown or about another commit, or the forge refuses the comment.
pub fn comment(
    query: &GuardQuery,
    session: &Session,
) -> Result<Option<(u64, CommentChange)>, Failure> {
    session.check_write_access()?;
    let guarded = guard(query, session)?;
    write_comment(query, &guarded, CommentKind::Moves, session)
}

/// Judges a pull request, and returns what [`comment`] would write.
///
/// # Errors
/// When a revision is unknown, or the repository cannot be read.
pub fn preview_comment(query: &GuardQuery, session: &Session) -> Result<String, Failure> {
    Ok(comment_text(&guard(query, session)?, CommentKind::Moves, session))
}

/// Writes the comment about a judgement, or brings it up to date. Returns the number of the pull
/// request, and what happened there; `None` if nothing was written.
///
/// # Errors
/// The errors of [`comment`].
pub fn write_comment(
    query: &GuardQuery,
    guarded: &GuardReport,
    kind: CommentKind,
    session: &Session,
) -> Result<Option<(u64, CommentChange)>, Failure> {
    let event = query.event.as_deref().map(event::read_event).transpose()?.flatten();
    if event.as_ref().is_some_and(|event| event.kind == ForgeEventKind::MergeGroup) {
        session.note("the merge queue asks: nothing is commented");
        return Ok(None);
    }
    let number = query.proposal.or_else(|| event.as_ref()?.number);
    let Some(number) = number.or_else(|| event::number(session)) else {
        return Err(Failure::usage("the pull request to comment on is unknown")
            .hint("--proposal NUMBER names it; in CI, it is taken from the event"));
    };
    let repository = session.open_repository()?;
    let said = forge::ForgeOptions {
        user: query.forge.name.as_deref(),
        api: query.forge.api.as_deref(),
        config: guarded.forge.as_deref(),
    };
    let home = forge::locate_forge(said, &repository, session)?;
    let forge = forge::open_forge(&home, &repository, None, session)?;
    let proposal = forge.get_proposal(number)?;
    if proposal.state != ProposalState::Open {
        session.note(&format!("pull request {number} is not open: nothing is commented"));
        return Ok(None);
    }
    check_newest(&repository, guarded, proposal.head_commit.as_deref())?;
    let text = comment_text(guarded, kind, session);
    let limit = forge.kind().text_limits().body;
    let text = truncate_bytes(&text, limit.saturating_sub(MARKER.len() + 1));
    if is_worth_saying(guarded, kind) {
        let change = ports::keep_comment(forge.as_ref(), number, MARKER, &text)?;
        return Ok(Some((number, change)));
    }
    let change = ports::update_comment(forge.as_ref(), number, MARKER, &text)?;
    if change == CommentChange::Unchanged {
        session.note(&format!("pull request {number} moves no version: nothing is commented"));
    }
    Ok(Some((number, change)).filter(|_| change != CommentChange::Unchanged))
}

/// Checks that the judged commit is still the newest one, so that a slow run does not overwrite
/// what a later one has said.
fn check_newest(
    repository: &Repository,
    guarded: &GuardReport,
    newest: Option<&str>,
) -> Result<(), Failure> {
    let head: Oid =
        guarded.head.parse().map_err(|_error| Failure::failed("the judged commit has no id"))?;
    check_head(repository, head, newest, "the pull request")
}

/// True where the comment tells more than that nothing happens.
fn is_worth_saying(guarded: &GuardReport, kind: CommentKind) -> bool {
    let moves = guarded.rulings.iter().any(|ruling| !ruling.cells.is_empty());
    moves || (kind == CommentKind::Guard && !guarded.is_allowed())
}

/// The text below the marker, in Markdown. Texts of the repository act on nothing.
fn comment_text(guarded: &GuardReport, kind: CommentKind, session: &Session) -> String {
    let limit = SECTIONS * section_limit();
    let mut out = String::new();
    for rows in ROWS {
        out = render(guarded, kind, rows, session);
        if out.len() <= limit {
            break;
        }
    }
    out
}

fn render(guarded: &GuardReport, kind: CommentKind, rows: usize, session: &Session) -> String {
    let moving: Vec<&Ruling> =
        guarded.rulings.iter().filter(|ruling| !ruling.cells.is_empty()).collect();
    let mut out = String::from("### What this pull request would move\n\n");
    match moving.as_slice() {
        [] => out.push_str("No version changes.\n"),
        moving => out.push_str(&moves_table(guarded, moving, rows)),
    }
    if kind == CommentKind::Guard {
        out.push_str(&refusals_text(guarded, rows));
    }
    if !guarded.judged.is_empty() {
        out.push_str(&gates_text(guarded));
    }
    let (base, head) = (short_commit(&guarded.base), short_commit(&guarded.head));
    let _ = write!(out, "\nJudged by towpath: {} onto {}", code_span(&head), code_span(&base));
    if let Some(run) = run_address(session) {
        let _ = write!(out, ", in [this run]({run})");
    }
    out + ".\n"
}

/// The longest section of a comment, in bytes: what every forge has room for.
fn section_limit() -> usize {
    gate_section_limit(ForgeKind::Bitbucket)
}

/// The answers of the gates, stage by stage.
fn gates_text(guarded: &GuardReport) -> String {
    let limit = section_limit();
    let mut stages: Vec<&str> = Vec::new();
    for one in &guarded.judged {
        let stage = one.stage.as_str();
        if !stages.contains(&stage) {
            stages.push(stage);
        }
    }
    let mut out = String::from("\n### Gates\n");
    for stage in &stages {
        let own = guarded.judged.iter().filter(|one| one.stage.as_str() == *stage);
        let own: Vec<GateReport> = own.cloned().collect();
        if stages.len() > 1 {
            let _ = write!(out, "\n**{}**\n", escape_markdown(stage));
        }
        let _ = write!(out, "\n{}\n", gate_section(&own, limit / stages.len()));
    }
    out
}

fn moves_table(guarded: &GuardReport, moving: &[&Ruling], rows: usize) -> String {
    let has_places = guarded.judged.iter().any(|one| !one.sightings.is_empty());
    let (head, line) = if has_places { (" runs in |", " --- |") } else { ("", "") };
    let mut out = format!("| app | stage | from | to |{head}\n| --- | --- | --- | --- |{line}\n");
    for ruling in moving.iter().take(rows) {
        let name = escape_markdown(&guarded.name(ruling));
        let place = escape_markdown(&GuardReport::place_text(ruling));
        let (from, to) = (versions_text(&ruling.from), versions_text(&ruling.to));
        let _ = write!(out, "| {name} | {place} | {from} | {to} |");
        if has_places {
            let _ = write!(out, " {} |", places_of(guarded, ruling));
        }
        out.push('\n');
    }
    if moving.len() > rows {
        let _ = writeln!(out, "\n… and {} more", moving.len() - rows);
    }
    out
}

fn places_of(guarded: &GuardReport, ruling: &Ruling) -> String {
    let app: Option<&AppName> = ruling.cells.first().map(|cell| &cell.app);
    let known = guarded.judged.iter().flat_map(|one| one.sightings.clone());
    let known: Vec<VersionSighting> = known.collect();
    let places = ruling.to.iter().zip(app.into_iter().cycle());
    let texts = places.map(|(version, app)| places_text(&known, app, version));
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.dedup();
    texts.join("; ")
}

fn versions_text(versions: &[Version]) -> String {
    let mut words: Vec<String> =
        versions.iter().map(|version| code_span(&version.to_string())).collect();
    words.dedup();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
}

fn refusals_text(guarded: &GuardReport, rows: usize) -> String {
    if guarded.is_allowed() {
        return String::from("\n### May it be merged?\n\nYes, as far as towpath judges it.\n");
    }
    let mut out = String::from("\n### May it be merged?\n\nNot yet:\n\n");
    let refused: Vec<(&Ruling, &GuardRefusal)> = guarded
        .rulings
        .iter()
        .flat_map(|ruling| ruling.refusals.iter().map(move |refusal| (ruling, refusal)))
        .collect();
    for (ruling, refusal) in refused.iter().take(rows) {
        let subject = match ruling.cells.is_empty() {
            true => code_span(ruling.path.as_deref().unwrap_or(".")),
            false => {
                let place = escape_markdown(&GuardReport::place_text(ruling));
                format!("{} in {place}", escape_markdown(&guarded.name(ruling)))
            }
        };
        let (check, why) = (refusal.check.as_str(), escape_markdown(&refusal.reason));
        let _ = write!(out, "* {subject}: **{check}** {why}");
        if let Some(hint) = &refusal.hint {
            let _ = write!(out, " ({})", hint_text(hint));
        }
        out.push('\n');
    }
    if refused.len() > rows {
        let _ = writeln!(out, "* … and {} more", refused.len() - rows);
    }
    out
}

/// A hint, whose commands stay commands.
fn hint_text(hint: &str) -> String {
    let part = |part: HintPart<'_>| match part {
        HintPart::Command(command) => code_span(command),
        HintPart::Words(words) => {
            let trimmed = words.trim();
            let before = if words.starts_with(' ') { " " } else { "" };
            let after = if words.ends_with(' ') && !trimmed.is_empty() { " " } else { "" };
            format!("{before}{}{after}", escape_markdown(trimmed))
        }
    };
    split_commands(hint).map(part).collect()
}

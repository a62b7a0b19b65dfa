//! The section about the gates in the text of a proposal. It changes only if the answers change.

use crate::forge::{ForgeKind, truncate_bytes};
use crate::pipeline::Verdict;
use crate::promotion::escape_markdown;
use crate::report::{GateReport, format_time};
use std::fmt::Write as _;

/// The number of apps that are named before a group of answers.
const NAMED: usize = 20;

/// The longest section about gates in the text of a proposal, in bytes.
pub fn gate_section_limit(kind: ForgeKind) -> usize {
    kind.text_limits().body / 4
}

/// Renders the answers: those of apps that wait first, and apps with the same answers together.
/// `limit` is the longest section, in bytes.
pub fn gate_section(judged: &[GateReport], limit: usize) -> String {
    let mut groups: Vec<(String, Vec<&GateReport>)> = Vec::new();
    for one in judged {
        let answers = answers_text(one);
        match groups.iter_mut().find(|(known, _)| *known == answers) {
            Some((_, members)) => members.push(one),
            None => groups.push((answers, vec![one])),
        }
    }
    groups.sort_by_key(|(_, members)| members.iter().all(|one| one.is_allowed()));
    let (mut out, mut unlisted) = (String::new(), 0);
    for (answers, members) in &groups {
        let mut text = String::new();
        if judged.len() > 1 {
            let _ = write!(text, "{}:\n\n", names_text(members, judged.len()));
        }
        let _ = write!(text, "{answers}\n\n");
        // Room for the last line.
        if out.len() + text.len() + 40 > limit && !out.is_empty() {
            unlisted += members.len();
        } else {
            out.push_str(&truncate_bytes(&text, limit.saturating_sub(40)));
        }
    }
    if unlisted > 0 {
        let _ = write!(out, "… and {unlisted} more apps");
    }
    out.trim_end().to_owned()
}

fn names_text(members: &[&GateReport], all: usize) -> String {
    if members.len() == all {
        return format!("All {all} apps");
    }
    let name = |one: &&GateReport| {
        let version = escape_markdown(&one.version.to_string());
        format!("{} {version}", escape_markdown(&one.subject.to_string()))
    };
    let names: Vec<String> = members.iter().take(NAMED).map(name).collect();
    match members.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{}, … and {more} more", names.join(", ")),
    }
}

/// The answers for one app: the gates that are not open, and the open ones in one line.
fn answers_text(one: &GateReport) -> String {
    let mut out = String::new();
    for answer in one.judgement.closed_gates() {
        let mut reason = answer.reason.clone();
        if let Verdict::Wait { until } = &answer.verdict {
            let until = format_time(until);
            if !reason.contains(&until) {
                reason = format!("{reason}; until {until}");
            }
        }
        let _ = writeln!(
            out,
            "* **{}** {}: {}",
            answer.gate,
            answer.verdict.as_str(),
            escape_markdown(&reason)
        );
    }
    let is_open = out.is_empty();
    let answers = one.judgement.answers.iter();
    let open: Vec<&str> = answers
        .filter(|answer| answer.verdict.is_open())
        .map(|answer| answer.gate.as_str())
        .collect();
    if !open.is_empty() {
        let word = if is_open { "all open" } else { "open" };
        let _ = writeln!(out, "* {word}: {}", open.join(", "));
    }
    if let Some(broken) = one.judgement.broken.as_ref().filter(|_| !is_open) {
        let (by, reason) = (escape_markdown(&broken.by), escape_markdown(&broken.reason));
        let _ = writeln!(out, "* **glass broken** by {by}: {reason}");
    }
    out.trim_end().to_owned()
}

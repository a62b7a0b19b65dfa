//! Renders the versions of an app in its registry.

use super::formats::{cell_text, code_text};
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::format_age;
use crate::report::{AvailableVersion, VersionsReport};
use jiff::Timestamp;

const COLUMNS: [TableColumn<'static>; 7] = [
    TableColumn::left("version"),
    TableColumn::right("built").rank(2),
    TableColumn::left("digest").rank(5),
    TableColumn::left("branch").cut(10).rank(4),
    TableColumn::left("commit").rank(3),
    TableColumn::left("runs in").wrap(10).rank(1),
    TableColumn::left("deployable").wrap(20),
];

/// The digits of a digest, and of a commit, in a table.
const SHORT: usize = 8;

/// Renders a row for each version, and one for each tag that is left out.
pub fn render_versions(report: &VersionsReport, look: &TerminalStyle, now: Timestamp) -> String {
    let mut rows: Vec<[StyledText; 7]> =
        report.versions.iter().map(|version| version_row(version, now)).collect();
    for left_out in &report.left_out {
        let mut row = [(); 7].map(|()| StyledText::plain(""));
        row[0] = StyledText::new(escape_for_terminal(&left_out.tag), TextTone::Dim);
        row[6] = StyledText::new(format!("no: {}", left_out.reason), TextTone::Dim);
        rows.push(row);
    }
    if rows.is_empty() {
        return String::new();
    }
    Table::new(COLUMNS).render_all(&rows, look)
}

/// Renders a Markdown table.
pub fn render_markdown(report: &VersionsReport, now: Timestamp) -> String {
    let mut out = String::from(
        "| version | built | digest | branch | commit | runs in | deployable |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for version in &report.versions {
        let [tag, built, digest, branch, commit, stages, deployable] = version_row(version, now);
        let code = |text: &str| if text.is_empty() { String::new() } else { code_text(text) };
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            code_text(&tag.text),
            built.text,
            code(&digest.text),
            cell_text(&branch.text),
            code(&commit.text),
            cell_text(&stages.text),
            cell_text(&deployable.text),
        ));
    }
    out
}

fn version_row(version: &AvailableVersion, now: Timestamp) -> [StyledText; 7] {
    let text = |text: &Option<String>| {
        escape_for_terminal(text.as_deref().unwrap_or_default()).into_owned()
    };
    let digest = version.digest.as_deref().and_then(|digest| digest.split_once(':'));
    let digest = digest.and_then(|(_, hex)| hex.get(..SHORT)).unwrap_or_default();
    let built = version.built.map(|built| format!("{} ago", format_age(built, now)));
    let commit: String = text(&version.commit).chars().take(SHORT).collect();
    let deployable = match &version.obstacle {
        None => StyledText::new("yes", TextTone::Good),
        Some(obstacle) if obstacle.code == "runs" => StyledText::new("runs", TextTone::Dim),
        Some(obstacle) => {
            let reason = escape_for_terminal(&obstacle.reason);
            StyledText::new(format!("no: {reason}"), TextTone::Warn)
        }
    };
    [
        StyledText::plain(escape_for_terminal(&version.tag)),
        StyledText::plain(built.unwrap_or_default()),
        StyledText::new(digest, TextTone::Dim),
        StyledText::plain(text(&version.branch)),
        StyledText::new(commit, TextTone::Dim),
        StyledText::plain(escape_for_terminal(&version.stages.join(", "))),
        deployable,
    ]
}

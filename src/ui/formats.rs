//! Machine-readable formats and Markdown of `status`. Nothing is shortened here.

use super::TerminalStyle;
use super::live::live_mark;
use super::yaml as emitter;
use crate::model::{escape_for_terminal, escape_json};
use crate::promotion::{HintPart, split_commands};
use crate::report::json::{StatusJson, note_sentence};
use crate::report::{CellVersion, Matrix, StatusEntry, StatusReport};
use jiff::Timestamp;
use serde::Serialize;

/// An output format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutputFormat {
    #[default]
    Table,
    Json,
    /// One object per line.
    Jsonl,
    Yaml,
    Csv,
    Markdown,
    /// A table of any width, with everything in it.
    Wide,
    /// Names only, one per line.
    Name,
}

/// Renders the answer in a format.
pub fn render_status(
    format: OutputFormat,
    status: &StatusReport,
    layout: &Matrix,
    look: &TerminalStyle,
    now: Timestamp,
) -> String {
    match format {
        OutputFormat::Table => super::matrix(layout, look, now).0,
        OutputFormat::Wide => super::matrix(layout, &look.unlimited(), now).0,
        OutputFormat::Name => {
            layout.rows.iter().map(|row| format!("{}\n", escape_for_terminal(&row.name))).collect()
        }
        OutputFormat::Json => to_json(&StatusJson::from(status)),
        OutputFormat::Jsonl => StatusJson::from(status).entries.iter().map(to_json_line).collect(),
        OutputFormat::Yaml => to_yaml(&StatusJson::from(status)),
        OutputFormat::Csv if has_live(status) => live_csv(status),
        OutputFormat::Csv => status_csv(status),
        OutputFormat::Markdown => status_markdown(layout, look),
    }
}

/// Renders a value as JSON that is safe to display.
pub fn to_json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("only maps with text keys");
    escape_json(&text).into_owned()
}

/// Renders a value as JSON on one line.
pub fn to_json_line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("only maps with text keys");
    escape_json(&text).into_owned() + "\n"
}

/// Renders a value as YAML.
pub fn to_yaml(value: &impl Serialize) -> String {
    emitter::render_yaml(&serde_json::to_value(value).expect("only maps with text keys"))
}

const CSV_HEADER: [&str; 14] = [
    "app", "stage", "target", "image", "tag", "digest", "path", "line", "key", "source", "since",
    "commit", "author", "notes",
];

fn status_csv(status: &StatusReport) -> String {
    let header = CSV_HEADER.map(str::to_owned);
    csv_records(std::iter::once(header).chain(status.occupants.iter().map(csv_record)))
}

fn has_live(status: &StatusReport) -> bool {
    status.occupants.iter().any(|occupant| occupant.live.is_some())
}

/// The records of a status with what the witnesses saw: three more columns.
fn live_csv(status: &StatusReport) -> String {
    let header = CSV_HEADER.iter().copied().chain(["live", "runs", "live_since"]);
    let mut out = csv_line(&header.map(str::to_owned).collect::<Vec<_>>());
    for occupant in &status.occupants {
        let live = occupant.live.as_ref();
        let runs = live.map(|live| live.runs.iter().map(ToString::to_string).collect::<Vec<_>>());
        let since = live.and_then(|live| live.since).map(|since| since.to_string());
        let state = live.map(|live| live.state.as_str().to_owned());
        let mut fields = csv_record(occupant).to_vec();
        fields.push(state.unwrap_or_default());
        fields.push(runs.unwrap_or_default().join(" "));
        fields.push(since.unwrap_or_default());
        out.push_str(&csv_line(&fields));
    }
    out
}

/// Puts a quote before a text that a spreadsheet would take for a formula.
fn escape_formula(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}'])
        || text.trim_start().starts_with(['\u{ff0d}', '\u{ff20}']);
    // A lone dash is the version of an image without one, and a number is none.
    if is_formula && text != "-" && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Renders one CSV record of any length.
pub(super) fn csv_line(fields: &[String]) -> String {
    let held = "a Vec takes everything";
    let mut writer = csv::Writer::from_writer(Vec::new());
    let escaped = fields.iter().map(|field| escape_formula(&escape_for_terminal(field)));
    writer.write_record(escaped).expect(held);
    String::from_utf8(writer.into_inner().expect(held)).expect("made of text")
}

/// Renders CSV records.
pub(super) fn csv_records(records: impl IntoIterator<Item = impl AsRef<[String]>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let held = "a Vec takes everything";
    for record in records {
        writer
            .write_record(
                record.as_ref().iter().map(|field| escape_formula(&escape_for_terminal(field))),
            )
            .expect(held);
    }
    String::from_utf8(writer.into_inner().expect(held)).expect("made of text")
}

fn csv_record(occupant: &StatusEntry) -> [String; 14] {
    let entry = &occupant.entry;
    let first = entry.locations.first();
    let since = occupant.since.as_ref();
    let notes: Vec<String> = entry.notes.iter().map(note_sentence).collect();
    [
        occupant.name.clone(),
        entry.stage.to_string(),
        entry.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        entry.image.clone().unwrap_or_default(),
        entry.version.tag.clone().unwrap_or_default(),
        entry.version.digest.clone().unwrap_or_default(),
        first.map(|at| at.path.clone()).unwrap_or_default(),
        first.map(|at| at.line.to_string()).unwrap_or_default(),
        first.map(|at| at.key.clone()).unwrap_or_default(),
        entry.source.to_string(),
        since.map(|since| since.time.to_string()).unwrap_or_default(),
        since.map(|since| since.commit.clone()).unwrap_or_default(),
        since.map(|since| since.author_name.clone()).unwrap_or_default(),
        notes.join("; "),
    ]
}

fn status_markdown(layout: &Matrix, look: &TerminalStyle) -> String {
    let heads = layout.columns.iter().map(|column| match &column.target {
        Some(target) => format!("{}/{target}", column.stage),
        None => column.stage.to_string(),
    });
    let mut out = String::from("| app |");
    for head in heads {
        out.push_str(&format!(" {} |", cell_text(&head)));
    }
    out.push_str("\n| --- |");
    out.push_str(&" --- |".repeat(layout.columns.len()));
    out.push('\n');
    for row in &layout.rows {
        out.push_str(&format!("| {} |", cell_text(&row.name)));
        for cell in &row.cells {
            let sign = if cell.differs {
                format!("{} ", look.difference_sign().replace('*', "\\*"))
            } else {
                String::new()
            };
            let versions: Vec<String> = cell
                .running
                .iter()
                .map(|running| {
                    let text = format_running(running, cell.running.len() > 1);
                    let mark = running.live.as_ref().map(|mark| cell_text(&live_mark(mark, look)));
                    mark.map_or(text.clone(), |mark| format!("{text} {mark}"))
                })
                .collect();
            out.push_str(format!(" {sign}{}", versions.join("<br>")).trim_end());
            out.push_str(" |");
        }
        out.push('\n');
    }
    out
}

fn format_running(running: &CellVersion, name_targets: bool) -> String {
    let text = code_text(&running.version.to_string());
    let targets: Vec<&str> = running.targets.iter().map(|target| target.as_str()).collect();
    if name_targets && !targets.is_empty() {
        format!("{text} ({})", cell_text(&targets.join(", ")))
    } else {
        text
    }
}

/// Escapes text for Markdown, except for commands between backticks.
pub(super) fn hint_text(text: &str) -> String {
    let part = |part: HintPart<'_>| match part {
        HintPart::Command(command) => format!("`{}`", escape_for_terminal(command)),
        HintPart::Words(words) => cell_text(words),
    };
    split_commands(text).map(part).collect()
}

/// Formats text as code in a Markdown table.
pub(super) fn code_text(text: &str) -> String {
    format!("`{}`", escape_for_terminal(text).replace('`', "'").replace('|', "\\|"))
}

/// Escapes text for Markdown.
pub(super) fn cell_text(text: &str) -> String {
    let mut out = String::new();
    for c in escape_for_terminal(text).chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::hint_text;

    #[test]
    fn commands_stay_commands_and_nothing_gets_out() {
        assert_eq!(hint_text("`towpath lock a_b` *helps*"), "`towpath lock a_b` \\*helps\\*");
        assert_eq!(hint_text("one ` <b>"), "one  \\<b\\>");
        assert_eq!(hint_text("`a` <i>` b"), "`a` \\<i\\> b", "a name with a backtick in it");
        assert_eq!(hint_text("``"), "");
    }
}

//! Renders deployments while they are read.

use super::changes::render_changes_below;
use super::formats::{cell_text, code_text, csv_records, to_json, to_json_line, to_yaml};
use super::table::{StyledText, Table, TableColumn};
use super::{OutputFormat, TerminalStyle, TextTone, escape_for_terminal, version};
use crate::model::{format_duration, short_commit};
use crate::report::json::{DeploymentJson, HistoryJson};
use crate::report::{DeploymentKind, DeploymentReport, ImageVersion};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::BTreeSet;

/// Format of times in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// Age, relative to now.
    Ago,
    /// Date and time in UTC.
    Exact,
}

/// Renders the answer of `history` in parts: a start, any number of pages, an end.
pub struct HistoryPrinter {
    format: OutputFormat,
    times: TimeFormat,
    look: TerminalStyle,
    table: Table<'static, 9>,
    /// True where witnesses were asked when deployments were applied.
    is_live: bool,
    printed: usize,
    /// Why commits are unknown, as far as it was printed.
    told: BTreeSet<String>,
}

/// The column about witnesses is not shown where it is empty.
const COLUMNS: [TableColumn<'static>; 9] = [
    TableColumn::left("when"),
    TableColumn::left("stage"),
    TableColumn::left("app").name(20),
    TableColumn::left("from").rank(2),
    TableColumn::left("to"),
    TableColumn::left("kind").rank(1),
    TableColumn::left("who").cut(10).rank(3),
    TableColumn::left("change").wrap(10).rank(4),
    TableColumn::left("applied after"),
];

/// The column of the pull request, or of a gate override.
const CHANGE: usize = 7;

const CSV_HEADER: [&str; 19] = [
    "time",
    "stage",
    "target",
    "app",
    "component",
    "kind",
    "from_image",
    "from_tag",
    "from_digest",
    "to_image",
    "to_tag",
    "to_digest",
    "who",
    "author",
    "commit",
    "pull_request",
    "lead_seconds",
    "path",
    "subject",
];

impl HistoryPrinter {
    /// Creates a printer before the first page.
    pub fn new(format: OutputFormat, times: TimeFormat, look: &TerminalStyle) -> Self {
        let (look, table, told) = (look.clone(), Table::new(COLUMNS), BTreeSet::new());
        HistoryPrinter { format, times, look, table, is_live: false, printed: 0, told }
    }

    /// Adds columns about when deployments were applied.
    #[must_use]
    pub fn with_live(self, is_live: bool) -> Self {
        HistoryPrinter { is_live, ..self }
    }

    /// Text before the first deployment. `head` is the answer without deployments.
    pub fn render_start(&self, head: &HistoryJson) -> String {
        match self.format {
            OutputFormat::Json => to_json(head).trim_end_matches("]\n}").to_owned(),
            OutputFormat::Yaml => to_yaml(head).trim_end_matches(" []\n").to_owned(),
            OutputFormat::Csv => {
                let more = ["applied", "applied_after_seconds"].iter().filter(|_| self.is_live);
                let header = CSV_HEADER.iter().chain(more).map(|name| (*name).to_owned());
                csv_records([header.collect::<Vec<String>>()])
            }
            OutputFormat::Markdown => "| when | stage | app | from | to | kind | who | change |\n\
                 | --- | --- | --- | --- | --- | --- | --- | --- |\n"
                .to_owned(),
            _ => String::new(),
        }
    }

    /// Renders further deployments. Ages are relative to `now`.
    pub fn render_page(&mut self, changes: &[DeploymentReport], now: Timestamp) -> String {
        let text = match self.format {
            OutputFormat::Json => changes
                .iter()
                .enumerate()
                .map(|(index, change)| self.json_element(index, change))
                .collect(),
            OutputFormat::Csv => csv_records(changes.iter().map(|change| {
                let delay = change.applied_delay().map(|delay| delay.to_string());
                let applied = change.applied.map(|time| time.to_string());
                let more = [applied, delay].map(Option::unwrap_or_default);
                let more = more.into_iter().filter(|_| self.is_live);
                csv_fields(change).into_iter().chain(more).collect::<Vec<String>>()
            })),
            OutputFormat::Markdown => changes.iter().map(markdown_row).collect(),
            OutputFormat::Jsonl => {
                changes.iter().map(|change| to_json_line(&DeploymentJson::from(change))).collect()
            }
            OutputFormat::Yaml => changes
                .iter()
                .enumerate()
                .map(|(index, change)| self.yaml_element(index, change))
                .collect(),
            OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {
                self.table_rows(changes, now)
            }
        };
        self.printed += changes.len();
        text
    }

    /// Text after the last deployment.
    pub fn render_end(&self) -> String {
        match self.format {
            OutputFormat::Json if self.printed > 0 => "\n  ]\n}\n".into(),
            OutputFormat::Json => "]\n}\n".into(),
            OutputFormat::Yaml if self.printed == 0 => " []\n".into(),
            OutputFormat::Table => self.table.render_left_out(&self.look),
            _ => String::new(),
        }
    }

    fn json_element(&self, index: usize, change: &DeploymentReport) -> String {
        let text = to_json(&DeploymentJson::from(change)).replace('\n', "\n    ");
        format!("{}\n    {text}", if self.printed + index > 0 { "," } else { "" })
    }

    fn yaml_element(&self, index: usize, change: &DeploymentReport) -> String {
        let text = to_yaml(&[DeploymentJson::from(change)]);
        let lines: String = text.lines().map(|line| format!("  {line}\n")).collect();
        if self.printed + index == 0 { format!("\n{lines}") } else { lines }
    }

    fn table_rows(&mut self, changes: &[DeploymentReport], now: Timestamp) -> String {
        let rows: Vec<[StyledText; 9]> =
            changes.iter().map(|change| self.table_row(change, now)).collect();
        if changes.iter().any(|change| change.account.break_glass.is_some()) {
            // An override of the gates is never hidden.
            self.table.keep(CHANGE);
        }
        self.table.fit_rows(&rows, &self.look);
        let mut out = if self.printed == 0 && !rows.is_empty() {
            self.table.render_heading(&self.look)
        } else {
            String::new()
        };
        for (row, change) in rows.iter().zip(changes) {
            out += &self.table.render_line(row, &self.look);
            if let Some(changes) = &change.changes {
                out += &render_changes_below(changes, &mut self.told, &self.look);
            }
        }
        out
    }

    fn table_row(&self, change: &DeploymentReport, now: Timestamp) -> [StyledText; 9] {
        let cell = &change.cell;
        let when = match self.times {
            TimeFormat::Ago => crate::model::format_age(change.time, now),
            TimeFormat::Exact => format_utc(change.time),
        };
        [
            StyledText::new(when, TextTone::Dim),
            StyledText::plain(escape_for_terminal(&cell.place())),
            StyledText::plain(escape_for_terminal(&change.name)),
            StyledText::new(self.version_text(change, &change.from), TextTone::Dim),
            StyledText::plain(format!(
                "{} {}",
                self.look.arrow(),
                self.version_text(change, &change.to)
            )),
            StyledText::new(change.kind.as_str(), kind_tone(change.kind)),
            StyledText::plain(escape_for_terminal(&change.account.who.name)),
            change_text(change),
            StyledText::plain(change.applied_delay().map(format_duration).unwrap_or_default()),
        ]
    }

    /// The version, or the image name if only that changed.
    fn version_text(&self, change: &DeploymentReport, pinned: &Option<ImageVersion>) -> String {
        match pinned {
            None => self.look.absent_sign().to_owned(),
            Some(ImageVersion { image: Some(image), .. })
                if change.kind == DeploymentKind::Image =>
            {
                escape_for_terminal(image).into_owned()
            }
            Some(pinned) => version::short_version(&pinned.version, false),
        }
    }
}

/// `2026-08-31 11:12`, in UTC.
pub(super) fn format_utc(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

/// Colour of a kind: those that need a second look stand out.
pub(super) fn kind_tone(kind: DeploymentKind) -> TextTone {
    match kind {
        DeploymentKind::Rollback => TextTone::Bad,
        DeploymentKind::Skip => TextTone::Warn,
        DeploymentKind::Promote => TextTone::Good,
        _ => TextTone::Plain,
    }
}

/// The pull request, or the first digits of the commit.
pub(super) fn pull_request_or_commit(change: &DeploymentReport) -> String {
    let number = change.account.pull_request.map(|number| format!("#{number}"));
    number.unwrap_or_else(|| short_commit(&change.commit))
}

/// Adds a gate override, which is never hidden.
fn change_text(change: &DeploymentReport) -> StyledText {
    match &change.account.break_glass {
        Some(reason) => StyledText::new(
            format!(
                "{}, gates overridden: {}",
                pull_request_or_commit(change),
                escape_for_terminal(reason)
            ),
            TextTone::Bad,
        ),
        None => StyledText::new(pull_request_or_commit(change), TextTone::Dim),
    }
}

fn csv_fields(change: &DeploymentReport) -> [String; 19] {
    let (cell, account) = (&change.cell, &change.account);
    let parts = |pinned: &Option<ImageVersion>| {
        let pinned = pinned.clone().unwrap_or_default();
        [pinned.image, pinned.version.tag, pinned.version.digest].map(Option::unwrap_or_default)
    };
    let ([from_image, from_tag, from_digest], [to_image, to_tag, to_digest]) =
        (parts(&change.from), parts(&change.to));
    [
        change.time.to_string(),
        cell.stage.to_string(),
        cell.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        change.name.clone(),
        cell.component.clone().unwrap_or_default(),
        change.kind.as_str().to_owned(),
        from_image,
        from_tag,
        from_digest,
        to_image,
        to_tag,
        to_digest,
        account.who.name.clone(),
        account.author.name.clone(),
        change.commit.clone(),
        account.pull_request.map(|number| number.to_string()).unwrap_or_default(),
        change.lead.map(|lead| lead.to_string()).unwrap_or_default(),
        change.path.clone(),
        account.subject.clone(),
    ]
}

fn markdown_row(change: &DeploymentReport) -> String {
    let cell = &change.cell;
    let code = |pinned: &Option<ImageVersion>| {
        let text = pinned.as_ref().map(|pinned| match (&pinned.image, change.kind) {
            (Some(image), DeploymentKind::Image) => format!("{image}:{}", pinned.version),
            _ => pinned.version.to_string(),
        });
        text.map(|text| code_text(&text)).unwrap_or_default()
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        change.time,
        cell_text(&cell.place()),
        cell_text(&change.name),
        code(&change.from),
        code(&change.to),
        change.kind.as_str(),
        cell_text(&change.account.who.name),
        pull_request_or_commit(change),
    )
}

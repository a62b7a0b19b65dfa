//! Deployments, printed as they are found.

use super::formats::{cell_text, json, line, records};
use super::table::{Align, Column, Table, Text};
use super::{Format, Look, Tone, age, version, visible};
use crate::model::SlotKey;

use crate::report::json::{DeploymentJson, HistoryJson};
use crate::report::{Change, Kind, Pinned};
use jiff::{Timestamp, tz::TimeZone};

/// How moments are written in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// How long ago.
    Ago,
    /// Date and time, in UTC.
    Exact,
}

/// The answer of `history`, in parts: a beginning, any number of pages, an end.
pub struct Scroll {
    format: Format,
    times: Times,
    look: Look,
    table: Table<'static, 8>,
    printed: usize,
}

const COLUMNS: [Column<'static>; 8] = [
    Column { heading: "when", align: Align::Left, least: 16 },
    Column { heading: "stage", align: Align::Left, least: 8 },
    Column { heading: "app", align: Align::Left, least: 12 },
    Column { heading: "from", align: Align::Left, least: 9 },
    Column { heading: "to", align: Align::Left, least: 11 },
    Column { heading: "kind", align: Align::Left, least: 8 },
    Column { heading: "who", align: Align::Left, least: 8 },
    Column { heading: "change", align: Align::Left, least: 10 },
];

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

impl Scroll {
    /// Nothing is printed yet.
    pub fn new(format: Format, times: Times, look: &Look) -> Self {
        Scroll { format, times, look: look.clone(), table: Table::new(COLUMNS), printed: 0 }
    }

    /// What comes before the first deployment. `head` is the answer without deployments.
    pub fn begin(&self, head: &HistoryJson) -> String {
        match self.format {
            Format::Json => json(head).trim_end_matches("]\n}").to_owned(),
            Format::Csv => records([CSV_HEADER.map(str::to_owned)]),
            Format::Markdown => "| when | stage | app | from | to | kind | who | change |\n\
                 | --- | --- | --- | --- | --- | --- | --- | --- |\n"
                .to_owned(),
            _ => String::new(),
        }
    }

    /// Some deployments more. Ages are counted from `now`.
    pub fn page(&mut self, changes: &[Change], now: Timestamp) -> String {
        let text = match self.format {
            Format::Json => changes
                .iter()
                .enumerate()
                .map(|(index, change)| self.element(index, change))
                .collect(),
            Format::Csv => records(changes.iter().map(record)),
            Format::Markdown => changes.iter().map(markdown).collect(),
            Format::Jsonl | Format::Yaml => {
                changes.iter().map(|change| line(&DeploymentJson::from(change))).collect()
            }
            Format::Table => self.rows(changes, now),
        };
        self.printed += changes.len();
        text
    }

    /// What comes after the last deployment.
    pub fn end(&self) -> &'static str {
        match self.format {
            Format::Json if self.printed > 0 => "\n  ]\n}\n",
            Format::Json => "]\n}\n",
            _ => "",
        }
    }

    fn element(&self, index: usize, change: &Change) -> String {
        let text = json(&DeploymentJson::from(change)).replace('\n', "\n    ");
        format!("{}\n    {text}", if self.printed + index > 0 { "," } else { "" })
    }

    fn rows(&mut self, changes: &[Change], now: Timestamp) -> String {
        let rows: Vec<[Text; 8]> = changes.iter().map(|change| self.row(change, now)).collect();
        self.table.fit(&rows, &self.look);
        let mut out = if self.printed == 0 && !rows.is_empty() {
            self.table.heading(&self.look)
        } else {
            String::new()
        };
        out.extend(rows.iter().map(|row| self.table.line(row, &self.look)));
        out
    }

    fn row(&self, change: &Change, now: Timestamp) -> [Text; 8] {
        let slot = &change.slot;
        let when = match self.times {
            Times::Ago => age(change.time, now),
            Times::Exact => exact(change.time),
        };
        [
            Text::new(when, Tone::Dim),
            Text::plain(visible(&place(slot))),
            Text::plain(visible(&change.name)),
            Text::new(self.version(change, &change.from), Tone::Dim),
            Text::plain(format!("{} {}", self.look.arrow(), self.version(change, &change.to))),
            Text::new(change.kind.as_str(), tone(change.kind)),
            Text::plain(visible(&change.account.who.name)),
            changed(change),
        ]
    }

    /// Where only the image changed, its name says more.
    fn version(&self, change: &Change, pinned: &Option<Pinned>) -> String {
        match pinned {
            None => self.look.nothing().to_owned(),
            Some(Pinned { image: Some(image), .. }) if change.kind == Kind::Image => {
                visible(image).into_owned()
            }
            Some(pinned) => version::short(&pinned.version, false),
        }
    }
}

/// `2026-08-31 11:12`, in UTC.
pub(super) fn exact(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `prod`, or `prod/eu`.
pub(super) fn place(slot: &SlotKey) -> String {
    slot.target.as_ref().map_or(slot.stage.to_string(), |target| format!("{}/{target}", slot.stage))
}

/// What needs a second look is coloured.
pub(super) fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::Rollback => Tone::Bad,
        Kind::Skip => Tone::Warn,
        Kind::Promote => Tone::Good,
        _ => Tone::Plain,
    }
}

/// The pull request, or the first digits of the commit.
pub(super) fn request(change: &Change) -> String {
    let number = change.account.pull_request.map(|number| format!("#{number}"));
    number.unwrap_or_else(|| change.commit.chars().take(10).collect())
}

/// The same, and that the glass was broken for it: that is never hidden.
fn changed(change: &Change) -> Text {
    match &change.account.break_glass {
        Some(reason) => {
            Text::new(format!("{}, glass broken: {}", request(change), visible(reason)), Tone::Bad)
        }
        None => Text::new(request(change), Tone::Dim),
    }
}

fn record(change: &Change) -> [String; 19] {
    let (slot, account) = (&change.slot, &change.account);
    let parts = |pinned: &Option<Pinned>| {
        let pinned = pinned.clone().unwrap_or_default();
        [pinned.image, pinned.version.tag, pinned.version.digest].map(Option::unwrap_or_default)
    };
    let ([from_image, from_tag, from_digest], [to_image, to_tag, to_digest]) =
        (parts(&change.from), parts(&change.to));
    [
        change.time.to_string(),
        slot.stage.to_string(),
        slot.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        change.name.clone(),
        slot.component.clone().unwrap_or_default(),
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

fn markdown(change: &Change) -> String {
    let slot = &change.slot;
    let code = |pinned: &Option<Pinned>| {
        let text = pinned.as_ref().map(|pinned| match (&pinned.image, change.kind) {
            (Some(image), Kind::Image) => format!("{image}:{}", pinned.version),
            _ => pinned.version.to_string(),
        });
        text.map(|text| format!("`{}`", visible(&text).replace('`', "'").replace('|', "\\|")))
            .unwrap_or_default()
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        change.time,
        cell_text(&place(slot)),
        cell_text(&change.name),
        code(&change.from),
        code(&change.to),
        change.kind.as_str(),
        cell_text(&change.account.who.name),
        request(change),
    )
}

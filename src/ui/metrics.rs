//! The figures as tables, with a bar of weeks.

use super::age::span;
use super::formats::{cell_text, records};
use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, visible};
use crate::report::{Figures, Measured, PairFigures, Spread};

/// A bar shows so many weeks at most, the newest.
const BAR: usize = 13;

const UNICODE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['.', ':', '-', '=', '+', '*', '%', '#'];

const FIGURES: [Column<'static>; 8] = [
    Column { heading: "app", align: Align::Left, least: 12 },
    Column { heading: "stage", align: Align::Left, least: 8 },
    Column { heading: "deployments", align: Align::Right, least: 11 },
    Column { heading: "a week", align: Align::Right, least: 6 },
    Column { heading: "by week", align: Align::Left, least: BAR },
    Column { heading: "lead (median, p90)", align: Align::Left, least: 18 },
    Column { heading: "failed", align: Align::Right, least: 6 },
    Column { heading: "restored in", align: Align::Left, least: 11 },
];

const PAIRS: [Column<'static>; 8] = [
    Column { heading: "from stage to stage", align: Align::Left, least: 19 },
    Column { heading: "changes", align: Align::Right, least: 7 },
    Column { heading: "had been there", align: Align::Right, least: 14 },
    Column { heading: "same commit", align: Align::Right, least: 11 },
    Column { heading: "overtook", align: Align::Right, least: 8 },
    Column { heading: "later", align: Align::Right, least: 5 },
    Column { heading: "never", align: Align::Right, least: 5 },
    Column { heading: "lead (median, p90)", align: Align::Left, least: 18 },
];

/// The apps, then the stages and everything, then from stage to stage.
pub fn table(measured: &Measured, look: &Look) -> String {
    let metrics = &measured.metrics;
    let totals = metrics.stages.iter().chain([&metrics.overall]);
    let rows: Vec<[Text; 8]> =
        metrics.apps.iter().chain(totals).map(|figures| row(figures, measured, look)).collect();
    let mut out = Table::new(FIGURES).whole(&rows, look);
    if !metrics.pairs.is_empty() {
        let rows: Vec<[Text; 8]> = metrics.pairs.iter().map(|pair| pair_row(pair, look)).collect();
        out.push('\n');
        out.push_str(&Table::new(PAIRS).whole(&rows, look));
    }
    out
}

fn row(figures: &Figures, measured: &Measured, look: &Look) -> [Text; 8] {
    let tone = if figures.app.is_some() { Tone::Plain } else { Tone::Heading };
    let app = figures.app.as_ref().map_or("all", |app| app.as_str());
    let stage = figures.stage.as_ref().map_or("", |stage| stage.as_str());
    [
        Text::new(visible(app), tone),
        Text::new(visible(stage), tone),
        Text::plain(figures.deployments.to_string()),
        Text::plain(format!("{:.1}", measured.per_week(figures.deployments))),
        Text::new(bar(&figures.per_week, look), Tone::Dim),
        Text::plain(spread(&figures.lead)),
        failed(figures),
        Text::plain(figures.restore.median().map(span).unwrap_or_default()),
    ]
}

fn failed(figures: &Figures) -> Text {
    let text =
        figures.failure_rate().map(|rate| format!("{:.0}%", rate * 100.0)).unwrap_or_default();
    Text::new(text, if figures.rollbacks > 0 { Tone::Warn } else { Tone::Plain })
}

fn spread(spread: &Spread) -> String {
    let both = spread.median().zip(spread.p90());
    both.map(|(median, p90)| format!("{}, {}", span(median), span(p90))).unwrap_or_default()
}

/// One character a week, the newest last; nothing is a space.
fn bar(weeks: &[usize], look: &Look) -> String {
    let shown = &weeks[weeks.len().saturating_sub(BAR)..];
    let most = shown.iter().copied().max().unwrap_or(0).max(1);
    let steps = if look.unicode { UNICODE } else { ASCII };
    let step = |count: &usize| {
        if *count == 0 { ' ' } else { steps[(count * steps.len()).div_ceil(most) - 1] }
    };
    shown.iter().map(step).collect()
}

fn pair_row(pair: &PairFigures, look: &Look) -> [Text; 8] {
    let name = format!("{} {} {}", pair.before, look.arrow(), pair.stage);
    let strange = if pair.comparable { Tone::Warn } else { Tone::Dim };
    let count = |n: usize, tone| Text::new(n.to_string(), if n > 0 { tone } else { Tone::Plain });
    [
        Text::plain(visible(&name)),
        Text::plain(pair.changes.to_string()),
        Text::plain(pair.had.to_string()),
        Text::plain(pair.same_commit.to_string()),
        Text::plain(pair.tolerated.to_string()),
        count(pair.after - pair.tolerated, strange),
        count(pair.never, strange),
        Text::plain(spread(&pair.lead)),
    ]
}

/// What the counts of stages that rename tags are worth: nothing.
pub fn incomparable(pair: &PairFigures) -> String {
    format!(
        "{} and {} are not comparable: {} of {} versions never match, so tags seem to be renamed on the way",
        pair.before,
        pair.stage,
        pair.versions - pair.met,
        pair.versions,
    )
}

const CSV_HEADER: [&str; 11] = [
    "app",
    "stage",
    "deployments",
    "deployments_per_week",
    "lead_count",
    "lead_median_seconds",
    "lead_p90_seconds",
    "rollbacks",
    "change_failure_rate",
    "restore_median_seconds",
    "restore_p90_seconds",
];

/// The figures of apps, stages and everything, a line each; without an app or stage: all of them.
pub fn csv(measured: &Measured) -> String {
    records(std::iter::once(CSV_HEADER.map(str::to_owned)).chain(all(measured).map(|figures| {
        let seconds =
            |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
        [
            figures.app.as_ref().map(ToString::to_string).unwrap_or_default(),
            figures.stage.as_ref().map(ToString::to_string).unwrap_or_default(),
            figures.deployments.to_string(),
            format!("{:.3}", measured.per_week(figures.deployments)),
            figures.lead.count().to_string(),
            seconds(figures.lead.median()),
            seconds(figures.lead.p90()),
            figures.rollbacks.to_string(),
            figures.failure_rate().map(|rate| format!("{rate:.3}")).unwrap_or_default(),
            seconds(figures.restore.median()),
            seconds(figures.restore.p90()),
        ]
    })))
}

fn all(measured: &Measured) -> impl Iterator<Item = &Figures> {
    let metrics = &measured.metrics;
    metrics.apps.iter().chain(&metrics.stages).chain([&metrics.overall])
}

/// The same as a Markdown table.
pub fn markdown(measured: &Measured) -> String {
    let mut out =
        "| app | stage | deployments | a week | lead (median, p90) | failed | restored in |\n\
         | --- | --- | ---: | ---: | --- | ---: | --- |\n"
            .to_owned();
    for figures in all(measured) {
        let name = |name: Option<String>| cell_text(&name.unwrap_or_else(|| "all".to_owned()));
        out.push_str(&format!(
            "| {} | {} | {} | {:.1} | {} | {} | {} |\n",
            name(figures.app.as_ref().map(ToString::to_string)),
            name(figures.stage.as_ref().map(ToString::to_string)),
            figures.deployments,
            measured.per_week(figures.deployments),
            spread(&figures.lead),
            failed(figures).text,
            figures.restore.median().map(span).unwrap_or_default(),
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_a_character_for_each_week() {
        let look = |unicode| Look { colors: false, unicode, width: None };
        assert_eq!(bar(&[0, 1, 4, 8], &look(true)), " ▁▄█");
        assert_eq!(bar(&[0, 1, 4, 8], &look(false)), " .=#");
        assert_eq!(bar(&[0, 0], &look(true)), "  ");
        assert_eq!(bar(&[7; 20], &look(false)), "#".repeat(BAR));
    }
}

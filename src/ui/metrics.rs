//! Renders metrics as tables, with a bar chart of weeks.

use super::formats::{cell_text, csv_records};
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::format_duration;
use crate::report::{DoraFigures, DurationStats, MetricsReport, StagePairFigures};

/// Weeks shown in a bar chart, counted from the newest.
const BAR: usize = 13;

const UNICODE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 8] = ['.', ':', '-', '=', '+', '*', '%', '#'];

/// The column about witnesses is not shown where it is empty.
const FIGURES: [TableColumn<'static>; 9] = [
    TableColumn::left("app").name(12),
    TableColumn::left("stage"),
    TableColumn::right("deployments"),
    TableColumn::right("per week").rank(3),
    TableColumn::left("by week").rank(4),
    TableColumn::left("lead (median, p90)").rank(1),
    TableColumn::right("failed"),
    TableColumn::left("restored in").rank(2),
    TableColumn::left("lead to running (median, p90)"),
];

const PAIRS: [TableColumn<'static>; 8] = [
    TableColumn::left("stages"),
    TableColumn::right("changes"),
    TableColumn::right("was there before").rank(3),
    TableColumn::right("same commit").rank(5),
    TableColumn::right("overtook").rank(4),
    TableColumn::right("later").rank(2),
    TableColumn::right("never"),
    TableColumn::left("lead (median, p90)").rank(1),
];

/// Renders the overall figures, then stages, then apps, and below them the pairs of stages.
pub fn render_table(measured: &MetricsReport, look: &TerminalStyle) -> String {
    let metrics = &measured.metrics;
    let totals = std::iter::once(&metrics.overall).chain(&metrics.stages);
    let rows: Vec<[StyledText; 9]> =
        totals.chain(&metrics.apps).map(|figures| figures_row(figures, measured, look)).collect();
    let mut out = Table::new(FIGURES).render_all(&rows, look);
    if !metrics.pairs.is_empty() {
        let rows: Vec<[StyledText; 8]> =
            metrics.pairs.iter().map(|pair| pair_row(pair, look)).collect();
        out.push('\n');
        out.push_str(&Table::new(PAIRS).render_all(&rows, look));
    }
    out
}

fn figures_row(
    figures: &DoraFigures,
    measured: &MetricsReport,
    look: &TerminalStyle,
) -> [StyledText; 9] {
    let tone = if figures.app.is_some() { TextTone::Plain } else { TextTone::Heading };
    let app = figures.app.as_ref().map_or("all", |app| app.as_str());
    let stage = figures.stage.as_ref().map_or("", |stage| stage.as_str());
    [
        StyledText::new(escape_for_terminal(app), tone),
        StyledText::new(escape_for_terminal(stage), tone),
        StyledText::plain(figures.deployments.to_string()),
        StyledText::plain(format!("{:.1}", measured.per_week(figures.deployments))),
        StyledText::new(week_bar(&figures.per_week, look), TextTone::Dim),
        StyledText::plain(format_spread(&figures.lead)),
        failed_text(figures),
        StyledText::plain(figures.restore.median().map(format_duration).unwrap_or_default()),
        StyledText::plain(format_spread(&figures.running)),
    ]
}

fn failed_text(figures: &DoraFigures) -> StyledText {
    let text =
        figures.failure_rate().map(|rate| format!("{:.0}%", rate * 100.0)).unwrap_or_default();
    StyledText::new(text, if figures.rollbacks > 0 { TextTone::Warn } else { TextTone::Plain })
}

fn format_spread(spread: &DurationStats) -> String {
    let both = spread.median().zip(spread.p90());
    both.map(|(median, p90)| format!("{}, {}", format_duration(median), format_duration(p90)))
        .unwrap_or_default()
}

/// Bar chart with one character per week, newest last; zero is a space.
fn week_bar(weeks: &[usize], look: &TerminalStyle) -> String {
    let shown = &weeks[weeks.len().saturating_sub(BAR)..];
    let most = shown.iter().copied().max().unwrap_or(0).max(1);
    let steps = if look.unicode { UNICODE } else { ASCII };
    let step = |count: &usize| {
        if *count == 0 { ' ' } else { steps[(count * steps.len()).div_ceil(most) - 1] }
    };
    shown.iter().map(step).collect()
}

fn pair_row(pair: &StagePairFigures, look: &TerminalStyle) -> [StyledText; 8] {
    let name = format!("{} {} {}", pair.before, look.arrow(), pair.stage);
    let strange = if pair.comparable { TextTone::Warn } else { TextTone::Dim };
    let count =
        |n: usize, tone| StyledText::new(n.to_string(), if n > 0 { tone } else { TextTone::Plain });
    [
        StyledText::plain(escape_for_terminal(&name)),
        StyledText::plain(pair.changes.to_string()),
        StyledText::plain(pair.had.to_string()),
        StyledText::plain(pair.same_commit.to_string()),
        StyledText::plain(pair.tolerated.to_string()),
        count(pair.after - pair.tolerated, strange),
        count(pair.never, strange),
        StyledText::plain(format_spread(&pair.lead)),
    ]
}

/// Explains why the counts of two stages mean nothing.
pub fn describe_incomparable(pair: &StagePairFigures) -> String {
    if let Some(later) = pair.contradicted {
        return format!(
            "{} is assumed to come before {}, but {later} of {} versions came to {} first; no rule \
             about their order was applied. Run `towpath init` to write the order down.",
            pair.before, pair.stage, pair.met, pair.stage
        );
    }
    format!(
        "{} and {} are not comparable: {} of {} versions never match, so tags are probably renamed between them",
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

/// Renders CSV, one line each for apps, stages and overall; an empty app or stage means all.
pub fn render_csv(measured: &MetricsReport) -> String {
    csv_records(std::iter::once(CSV_HEADER.map(str::to_owned)).chain(all_figures(measured).map(
        |figures| {
            [
                figures.app.as_ref().map(ToString::to_string).unwrap_or_default(),
                figures.stage.as_ref().map(ToString::to_string).unwrap_or_default(),
                figures.deployments.to_string(),
                format!("{:.3}", measured.per_week(figures.deployments)),
                figures.lead.count().to_string(),
                seconds_text(figures.lead.median()),
                seconds_text(figures.lead.p90()),
                figures.rollbacks.to_string(),
                figures.failure_rate().map(|rate| format!("{rate:.3}")).unwrap_or_default(),
                seconds_text(figures.restore.median()),
                seconds_text(figures.restore.p90()),
            ]
        },
    )))
}

fn seconds_text(seconds: Option<i64>) -> String {
    seconds.map(|seconds| seconds.to_string()).unwrap_or_default()
}

fn all_figures(measured: &MetricsReport) -> impl Iterator<Item = &DoraFigures> {
    let metrics = &measured.metrics;
    metrics.apps.iter().chain(&metrics.stages).chain([&metrics.overall])
}

/// Renders a Markdown table.
pub fn render_markdown(measured: &MetricsReport) -> String {
    let mut out =
        "| app | stage | deployments | per week | lead (median, p90) | failed | restored in |\n\
         | --- | --- | ---: | ---: | --- | ---: | --- |\n"
            .to_owned();
    for figures in all_figures(measured) {
        let name = |name: Option<String>| cell_text(&name.unwrap_or_else(|| "all".to_owned()));
        out.push_str(&format!(
            "| {} | {} | {} | {:.1} | {} | {} | {} |\n",
            name(figures.app.as_ref().map(ToString::to_string)),
            name(figures.stage.as_ref().map(ToString::to_string)),
            figures.deployments,
            measured.per_week(figures.deployments),
            format_spread(&figures.lead),
            failed_text(figures).text,
            figures.restore.median().map(format_duration).unwrap_or_default(),
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_a_character_for_each_week() {
        let look = |unicode| TerminalStyle { colors: false, unicode, width: None };
        assert_eq!(week_bar(&[0, 1, 4, 8], &look(true)), " ▁▄█");
        assert_eq!(week_bar(&[0, 1, 4, 8], &look(false)), " .=#");
        assert_eq!(week_bar(&[0, 0], &look(true)), "  ");
        assert_eq!(week_bar(&[7; 20], &look(false)), "#".repeat(BAR));
    }
}

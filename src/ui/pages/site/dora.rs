//! The page of the DORA metrics, and the chart of deployments by week.

use super::{PageFrame, render, render_layout};
use crate::model::format_duration;
use crate::report::{DoraFigures, DurationStats, MetricsReport, StagePairFigures};
use crate::ui::pages::display_text;
use crate::ui::pages::timeline_chart::weekly_chart;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

const TEMPLATE: &str = include_str!("dora.html");
const CHART: &str = include_str!("chart.html");

#[derive(Serialize)]
struct FigureTable {
    title: &'static str,
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

const FIGURES: [&str; 7] = [
    "app or stage",
    "stage",
    "deployments",
    "per week",
    "lead (median, p90)",
    "failed",
    "restored in",
];
const PAIRS: [&str; 7] = [
    "stages",
    "changes",
    "was there before",
    "same commit",
    "later",
    "never",
    "lead (median, p90)",
];

/// Renders the page.
pub fn render_dora_page(frame: &PageFrame, measured: &MetricsReport) -> String {
    let metrics = &measured.metrics;
    let row = |figures: &DoraFigures| figures_row(figures, measured);
    let totals = metrics.stages.iter().chain([&metrics.overall]).map(row).collect();
    let tables = [
        FigureTable { title: "Stages", headings: FIGURES.to_vec(), rows: totals },
        FigureTable {
            title: "Order of the stages",
            headings: PAIRS.to_vec(),
            rows: metrics.pairs.iter().map(pair_row).collect(),
        },
        FigureTable {
            title: "Apps",
            headings: FIGURES.to_vec(),
            rows: metrics.apps.iter().map(row).collect(),
        },
    ];
    let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
    let view = context! {
        since => day(measured.since),
        until => day(measured.until),
        chart => weekly_chart_html(measured).map(Value::from_safe_string),
        tables => Value::from(Serde(tables)),
    };
    let body = render("dora.html", TEMPLATE, context! { view => view });
    render_layout(frame, ("DORA metrics", "dora"), body)
}

/// The chart of the deployments of each stage by week; `None` if nothing was deployed.
pub fn weekly_chart_html(measured: &MetricsReport) -> Option<String> {
    let stages = measured.metrics.stages.iter().filter(|stage| stage.deployments > 0);
    let lanes: Vec<(&str, &[usize])> = stages
        .map(|figures| {
            let stage = figures.stage.as_ref().map_or("all", |stage| stage.as_str());
            (stage, figures.per_week.as_slice())
        })
        .collect();
    let chart = weekly_chart(measured.until, &lanes)?;
    Some(render("chart.html", CHART, context! { time => Value::from(Serde(chart)) }))
}

fn figures_row(figures: &DoraFigures, measured: &MetricsReport) -> Vec<String> {
    let app = figures.app.as_ref().map_or("all", |app| app.as_str());
    let stage = figures.stage.as_ref().map_or("", |stage| stage.as_str());
    let failed = figures.failure_rate().map(|rate| format!("{:.0}%", rate * 100.0));
    vec![
        display_text(app),
        display_text(stage),
        figures.deployments.to_string(),
        format!("{:.1}", measured.per_week(figures.deployments)),
        spread(&figures.lead),
        failed.unwrap_or_default(),
        figures.restore.median().map(format_duration).unwrap_or_default(),
    ]
}

fn pair_row(pair: &StagePairFigures) -> Vec<String> {
    vec![
        display_text(&format!("{} → {}", pair.before, pair.stage)),
        pair.changes.to_string(),
        pair.had.to_string(),
        pair.same_commit.to_string(),
        (pair.after - pair.tolerated).to_string(),
        pair.never.to_string(),
        spread(&pair.lead),
    ]
}

fn spread(stats: &DurationStats) -> String {
    let both = stats.median().zip(stats.p90());
    let text = |(median, p90)| format!("{}, {}", format_duration(median), format_duration(p90));
    both.map(text).unwrap_or_default()
}

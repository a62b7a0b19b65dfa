//! Charts of deployments per stage, with a strip below the bars for findings of high severity, and
//! the same numbers as a table.

use crate::report::{DeploymentPlot, StagePlot};
use crate::ui::audit::lines::format_count;
use crate::ui::pages::display_text;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;

/// Sizes in units of the drawing, which is stretched to the available width.
const STEP: usize = 10;
const BAR: usize = 8;
const HEIGHT: usize = 40;
/// Gap between bars and strip, and height of the strip.
const GAP: usize = 3;
const STRIP: usize = 5;

#[derive(Serialize)]
pub(super) struct TimelineChart {
    period: &'static str,
    width: usize,
    height: usize,
    baseline: usize,
    first: String,
    middle: String,
    last: String,
    stages: Vec<StageChart>,
    rows: Vec<PeriodRow>,
}

/// Chart of one stage.
#[derive(Serialize)]
struct StageChart {
    stage: String,
    total: String,
    most: String,
    /// Description for screen readers.
    told: String,
    bars: String,
    strip: String,
}

/// A period of the table.
#[derive(Serialize)]
struct PeriodRow {
    start: String,
    /// Deployments and findings of high severity, by stage.
    cells: Vec<(usize, usize)>,
}

/// Creates the chart; `None` if nothing was deployed.
pub(super) fn timeline_chart(plot: &DeploymentPlot) -> Option<TimelineChart> {
    let (first, last) = (plot.starts.first()?, plot.starts.last()?);
    if plot.stages.is_empty() {
        return None;
    }
    let is_filled =
        |at: &usize| plot.stages.iter().any(|stage| stage.deployments[*at] + stage.grave[*at] > 0);
    let rows = (0..plot.starts.len()).rev().filter(is_filled).map(|at| PeriodRow {
        start: plot.starts[at].to_string(),
        cells: plot.stages.iter().map(|stage| (stage.deployments[at], stage.grave[at])).collect(),
    });
    Some(TimelineChart {
        period: plot.period.as_str(),
        width: plot.starts.len() * STEP,
        height: HEIGHT + GAP + STRIP,
        baseline: HEIGHT,
        first: first.to_string(),
        middle: plot.starts[plot.starts.len() / 2].to_string(),
        last: last.to_string(),
        stages: plot.stages.iter().map(|stage| stage_chart(stage, plot)).collect(),
        rows: rows.collect(),
    })
}

/// The chart of deployments by week, oldest first, up to `until`; `None` if there are none.
pub(super) fn weekly_chart(until: Timestamp, lanes: &[(&str, &[usize])]) -> Option<TimelineChart> {
    let weeks = lanes.iter().map(|(_, counts)| counts.len()).max().filter(|weeks| *weeks > 0)?;
    let week = |back: usize| {
        let seconds = i64::try_from(back).ok()?.checked_mul(7 * 24 * 60 * 60)?;
        let start = Timestamp::from_second(until.as_second().checked_sub(seconds)?).ok()?;
        Some(start.strftime("%Y-%m-%d").to_string())
    };
    let lane = |(stage, counts): &(&str, &[usize])| {
        let most = counts.iter().copied().max().unwrap_or_default();
        let (total, most_text) = (format_count(counts.iter().sum()), format_count(most));
        StageChart {
            stage: display_text(stage),
            told: format!("{total} deployments in {weeks} weeks, at most {most_text} per week."),
            total,
            most: most_text,
            bars: bars_path(counts, most),
            strip: String::new(),
        }
    };
    Some(TimelineChart {
        period: "week",
        width: weeks * STEP,
        height: HEIGHT,
        baseline: HEIGHT,
        first: week(weeks)?,
        middle: week(weeks / 2)?,
        last: week(0)?,
        stages: lanes.iter().map(lane).collect(),
        rows: Vec::new(),
    })
}

fn stage_chart(stage: &StagePlot, plot: &DeploymentPlot) -> StageChart {
    let most = stage.deployments.iter().copied().max().unwrap_or_default();
    let (total, grave): (usize, usize) = (stage.deployments.iter().sum(), stage.grave.iter().sum());
    let period = plot.period.as_str();
    let told = format!(
        "{} deployments from {} to {}, at most {} per {period}; {} high-severity findings.",
        format_count(total),
        plot.starts[0],
        plot.starts[plot.starts.len() - 1],
        format_count(most),
        format_count(grave),
    );
    StageChart {
        stage: display_text(stage.stage.as_str()),
        total: format_count(total),
        most: format_count(most),
        told,
        bars: bars_path(&stage.deployments, most),
        strip: strip_path(&stage.grave),
    }
}

/// One path for all bars. Small values keep a visible height.
fn bars_path(counts: &[usize], most: usize) -> String {
    let mut path = String::new();
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (count * HEIGHT / most.max(1)).max(2);
        let _ =
            write!(path, "M{} {}v-{height}h{BAR}v{height}z", at * STEP + (STEP - BAR) / 2, HEIGHT);
    }
    path
}

fn strip_path(counts: &[usize]) -> String {
    let mut path = String::new();
    for (at, _) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let _ = write!(path, "M{} {}h{STEP}v{STRIP}h-{STEP}z", at * STEP, HEIGHT + GAP);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{bars_path, strip_path};

    #[test]
    fn what_is_there_can_be_seen() {
        assert_eq!(bars_path(&[0, 1, 100], 100), "M11 40v-2h8v2zM21 40v-40h8v40z");
        assert_eq!(strip_path(&[0, 7]), "M10 43h10v5h-10z");
        assert_eq!(bars_path(&[0], 0), "");
    }
}

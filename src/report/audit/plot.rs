//! Deployments per stage and period.

use super::AuditReport;
use crate::audit::Severity;
use crate::model::StageName;
use crate::report::to_timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// Limit on periods: more bars cannot be told apart on a phone.
const MOST: usize = 60;

/// Length of a bar's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotPeriod {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl PlotPeriod {
    const ALL: [PlotPeriod; 5] = [
        PlotPeriod::Day,
        PlotPeriod::Week,
        PlotPeriod::Month,
        PlotPeriod::Quarter,
        PlotPeriod::Year,
    ];

    /// The word used on the page: `day`.
    pub fn as_str(self) -> &'static str {
        match self {
            PlotPeriod::Day => "day",
            PlotPeriod::Week => "week",
            PlotPeriod::Month => "month",
            PlotPeriod::Quarter => "quarter",
            PlotPeriod::Year => "year",
        }
    }

    fn length(self) -> Span {
        match self {
            PlotPeriod::Day => 1.day(),
            PlotPeriod::Week => 1.week(),
            PlotPeriod::Month => 1.month(),
            PlotPeriod::Quarter => 3.months(),
            PlotPeriod::Year => 1.year(),
        }
    }

    /// First day of the period that contains a day.
    fn start_of(self, day: Date) -> Date {
        let start = match self {
            PlotPeriod::Day => Ok(day),
            PlotPeriod::Week if day.weekday() == Weekday::Monday => Ok(day),
            PlotPeriod::Week => day.nth_weekday(-1, Weekday::Monday),
            PlotPeriod::Month => Ok(day.first_of_month()),
            PlotPeriod::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            PlotPeriod::Year => Ok(day.first_of_year()),
        };
        // Fails only before the first Monday of the calendar, when nothing was deployed.
        start.unwrap_or(day)
    }
}

/// Deployments over time.
#[derive(Debug, Clone)]
pub struct DeploymentPlot {
    pub period: PlotPeriod,
    /// First day of each period, oldest first.
    pub starts: Vec<Date>,
    /// In pipeline order; stages without deployments are left out.
    pub stages: Vec<StagePlot>,
}

/// Deployments of one stage.
#[derive(Debug, Clone)]
pub struct StagePlot {
    pub stage: StageName,
    /// One count per period.
    pub deployments: Vec<usize>,
    /// Findings of high severity, one count per period.
    pub grave: Vec<usize>,
}

impl DeploymentPlot {
    /// Counts deployments (each a stage and a time in seconds since 1970) and findings of high
    /// severity.
    pub fn new<'d>(
        audited: &AuditReport,
        stages: &[StageName],
        deployments: impl Iterator<Item = (&'d StageName, i64)>,
    ) -> Self {
        let (period, starts) = choose_periods(
            date_of(audited.since.as_second()),
            date_of(audited.until.as_second() - 1),
        );
        let empty = |stage: &StageName| StagePlot {
            stage: stage.clone(),
            deployments: vec![0; starts.len()],
            grave: vec![0; starts.len()],
        };
        let begins: Vec<i64> = starts.iter().copied().filter_map(day_start).collect();
        let mut plot =
            DeploymentPlot { period, stages: stages.iter().map(empty).collect(), starts };
        for (stage, time) in deployments {
            plot.count(stage.as_str(), &begins, time, |stage| &mut stage.deployments);
        }
        for told in audited.findings.iter().filter(|told| told.finding.severity == Severity::High) {
            told.finding
                .time
                .into_iter()
                .for_each(|time| plot.count(told.stage(), &begins, time, |stage| &mut stage.grave));
        }
        plot.stages.retain(|stage| stage.deployments.iter().any(|count| *count > 0));
        plot
    }

    fn count(
        &mut self,
        stage: &str,
        begins: &[i64],
        time: i64,
        of: impl Fn(&mut StagePlot) -> &mut Vec<usize>,
    ) {
        let after = begins.partition_point(|begin| *begin <= time);
        let stage = self.stages.iter_mut().find(|known| known.stage.as_str() == stage);
        if let (Some(at), Some(stage)) = (after.checked_sub(1), stage) {
            of(stage)[at] += 1;
        }
    }
}

/// Start of a day, in seconds since 1970.
fn day_start(day: Date) -> Option<i64> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

fn date_of(seconds: i64) -> Date {
    to_timestamp(seconds).to_zoned(TimeZone::UTC).date()
}

/// Chooses the shortest period that stays within the limit.
fn choose_periods(first: Date, last: Date) -> (PlotPeriod, Vec<Date>) {
    let starts = |period: PlotPeriod| {
        let all = period.start_of(first).series(period.length());
        all.take_while(|start| *start <= last).take(MOST + 1).collect::<Vec<_>>()
    };
    let fitting = PlotPeriod::ALL.into_iter().map(|period| (period, starts(period)));
    let mut fitting =
        fitting.skip_while(|(period, starts)| starts.len() > MOST && *period != PlotPeriod::Year);
    fitting.next().unwrap_or((PlotPeriod::Year, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::audit::testing::audited;
    use jiff::civil::date;

    #[test]
    fn no_more_periods_than_can_be_told_apart() {
        let count = |first, last| {
            let (period, starts) = choose_periods(first, last);
            (period, starts.len(), starts[0])
        };
        let until = date(2026, 8, 5);
        assert_eq!(count(date(2026, 8, 1), until), (PlotPeriod::Day, 5, date(2026, 8, 1)));
        assert_eq!(count(date(2026, 1, 1), until), (PlotPeriod::Week, 32, date(2025, 12, 29)));
        assert_eq!(count(date(2024, 8, 9), until), (PlotPeriod::Month, 25, date(2024, 8, 1)));
        assert_eq!(count(date(2015, 2, 9), until), (PlotPeriod::Quarter, 47, date(2015, 1, 1)));
        assert_eq!(count(date(1998, 2, 9), until), (PlotPeriod::Year, 29, date(1998, 1, 1)));
    }

    #[test]
    fn deployments_are_counted_by_stage_and_period() {
        let stages = ["dev", "idle", "prod"].map(StageName::from);
        let mut audited = audited(Vec::new());
        audited.until = to_timestamp(3 * 86_400);
        let deployments = [("dev", 5), ("dev", 90_000), ("dev", 90_001), ("prod", 200_000)];
        let deployments = deployments.map(|(stage, time)| (StageName::from(stage), time));
        let plot = DeploymentPlot::new(
            &audited,
            &stages,
            deployments.iter().map(|(stage, time)| (stage, *time)),
        );
        let shown: Vec<_> = plot
            .stages
            .iter()
            .map(|stage| (stage.stage.as_str(), &stage.deployments[..]))
            .collect();
        assert_eq!(shown, [("dev", &[1, 2, 0][..]), ("prod", &[0, 0, 1])]);
    }
}

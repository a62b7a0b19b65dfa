//! The four DORA metrics, computed from the timeline: deployment frequency, lead time from stage to
//! stage, share of deployments rolled back, and time to restore.

use super::duration_stats::DurationStats;
use super::stage_comparison::{StageComparison, StageRelation};
use super::timeline::{Deployment, DeploymentKind, NOTHING, Timeline};
use crate::model::{AppName, CellKey, StageName, Version};
use std::collections::{BTreeMap, BTreeSet, HashSet};

const WEEK: i64 = 7 * 24 * 60 * 60;

/// A time range in seconds since 1970; the end is exclusive.
#[derive(Debug, Clone, Copy)]
pub struct TimeWindow {
    pub since: i64,
    pub until: i64,
}

impl TimeWindow {
    fn contains(self, time: i64) -> bool {
        (self.since..self.until).contains(&time)
    }

    /// Length in weeks.
    #[expect(clippy::cast_precision_loss, reason = "a window is less than 2^53 seconds long")]
    pub fn weeks(self) -> f64 {
        (self.until - self.since) as f64 / WEEK as f64
    }
}

/// Figures of one app in one stage, of a whole stage, or overall.
#[derive(Debug, Clone, Default)]
pub struct DoraFigures {
    /// `None` means all apps.
    pub app: Option<AppName>,
    pub stage: Option<StageName>,
    /// Commits that changed what runs; targets changed by one commit count once.
    pub deployments: usize,
    /// Deployments per week, oldest first; weeks are counted back from the end of the window.
    pub per_week: Vec<usize>,
    /// Time since the version reached the earlier stage, in seconds.
    pub lead: DurationStats,
    /// Time from the landing until a controller applied it, in seconds, where witnesses know.
    pub applied: DurationStats,
    /// Time since the version reached the earlier stage until it was applied here, in seconds.
    pub running: DurationStats,
    pub rollbacks: usize,
    /// Time from the rolled-back deployment to the rollback, in seconds.
    pub restore: DurationStats,
}

impl DoraFigures {
    /// Rollbacks as a share of the deployments that brought a new version; `None` without such.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 deployments")]
    pub fn failure_rate(&self) -> Option<f64> {
        let new = self.deployments - self.rollbacks;
        (new > 0).then(|| (self.rollbacks as f64 / new as f64).min(1.0))
    }
}

/// Relation of a stage's deployments to one earlier stage.
#[derive(Debug, Clone)]
pub struct StagePairFigures {
    pub before: StageName,
    pub stage: StageName,
    pub changes: usize,
    /// Deployments whose version had been in the earlier stage.
    pub had: usize,
    /// Deployments made by the same commit or push in both stages.
    pub same_commit: usize,
    /// Deployments whose version reached the earlier stage only later.
    pub after: usize,
    /// Deployments of `after` within the tolerance.
    pub tolerated: usize,
    pub never: usize,
    /// Lead times in seconds of deployments that had been in the earlier stage, without rollbacks.
    pub lead: DurationStats,
    /// Number of different versions in the whole history. `met` of them were ever in the earlier
    /// stage.
    pub versions: usize,
    pub met: usize,
    /// True if at least half of the versions match.
    pub comparable: bool,
    /// Number of versions that came to the later stage first, if that contradicts an assumed order.
    pub contradicted: Option<usize>,
}

/// Result of [`compute_metrics`].
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    pub overall: DoraFigures,
    /// In pipeline order.
    pub stages: Vec<DoraFigures>,
    /// By app, then in pipeline order.
    pub apps: Vec<DoraFigures>,
    pub pairs: Vec<StagePairFigures>,
}

/// Computes the metrics of the wanted cells in a time window.
pub fn compute_metrics(
    timeline: &Timeline,
    comparison: &StageComparison,
    window: TimeWindow,
    wanted: &dyn Fn(&CellKey) -> bool,
) -> Metrics {
    let wanted: Vec<bool> = timeline.cells().iter().map(wanted).collect();
    let mut count = MetricsCounter::new(timeline, comparison, window);
    for index in (0..timeline.len()).rev() {
        if wanted[timeline.rows[index].cell as usize] {
            count.add(index);
        }
    }
    let mut answer = count.into_metrics();
    answer.pairs = pair_figures(timeline, comparison, window, &wanted);
    answer
}

/// Figures while they are counted.
#[derive(Clone)]
struct FigureTally {
    figures: DoraFigures,
    /// Commits counted last, as a deployment and as a rollback.
    counted: [u32; 2],
}

struct MetricsCounter<'a> {
    timeline: &'a Timeline,
    window: TimeWindow,
    tallies: Vec<FigureTally>,
    /// Tallies of each cell: overall, its stage, its app in its stage.
    counted_in: Vec<[usize; 3]>,
    /// Time at which each cell's current version was deployed.
    landed: Vec<Option<i64>>,
}

impl<'a> MetricsCounter<'a> {
    fn new(timeline: &'a Timeline, comparison: &StageComparison, window: TimeWindow) -> Self {
        let stage_of =
            |cell: &CellKey| comparison.stages.iter().position(|stage| *stage == cell.stage);
        let keys = |cell: &CellKey| {
            [(None, None), (None, stage_of(cell)), (Some(cell.app.clone()), stage_of(cell))]
        };
        let ordered: BTreeSet<(Option<AppName>, Option<usize>)> =
            timeline.cells().iter().flat_map(keys).collect();
        let numbers: BTreeMap<_, usize> =
            ordered.iter().enumerate().map(|(number, key)| (key, number)).collect();
        let tally = |(app, stage): &(Option<AppName>, Option<usize>)| FigureTally {
            figures: DoraFigures {
                app: app.clone(),
                stage: stage.map(|stage| comparison.stages[stage].clone()),
                per_week: vec![0; week_count(window)],
                ..DoraFigures::default()
            },
            counted: [NOTHING; 2],
        };
        MetricsCounter {
            timeline,
            window,
            tallies: ordered.iter().map(tally).collect(),
            counted_in: timeline
                .cells()
                .iter()
                .map(|cell| keys(cell).map(|key| numbers[&key]))
                .collect(),
            landed: vec![None; timeline.cells().len()],
        }
    }

    fn add(&mut self, index: usize) {
        let (row, deployment) = (self.timeline.rows[index], self.timeline.deployment(index));
        let before = self.landed[row.cell as usize].replace(deployment.time);
        if deployment.kind == DeploymentKind::Remove || !self.window.contains(deployment.time) {
            return;
        }
        let counted_in = self.counted_in[row.cell as usize];
        // Targets of one app in one commit count once; the tally of the app in its stage (the last)
        // tells.
        let counted = &mut self.tallies[counted_in[2]].counted;
        let is_new = std::mem::replace(&mut counted[0], row.commit) != row.commit;
        let is_rollback = deployment.kind == DeploymentKind::Rollback
            && std::mem::replace(&mut counted[1], row.commit) != row.commit;
        for tally in counted_in {
            let figures = &mut self.tallies[tally].figures;
            if is_new {
                figures.deploy(&deployment, self.window);
            }
            if is_rollback {
                figures.rollbacks += 1;
                before
                    .into_iter()
                    .for_each(|then| figures.restore.add((deployment.time - then).max(0)));
            }
        }
    }

    fn into_metrics(self) -> Metrics {
        let mut answer = Metrics::default();
        for FigureTally { figures, .. } in self.tallies {
            match (&figures.app, &figures.stage) {
                (None, None) => answer.overall = figures,
                _ if figures.deployments == 0 => {}
                (Some(_), _) => answer.apps.push(figures),
                (None, Some(_)) => answer.stages.push(figures),
            }
        }
        answer
    }
}

impl Metrics {
    /// Adds how long after its landing a deployment was applied. Several images or targets of an
    /// app in one commit are to be added once.
    pub fn add_applied(&mut self, deployment: &Deployment<'_>, delay: i64) {
        let cell = deployment.cell;
        let is_stage = |one: &&mut DoraFigures| one.stage.as_ref() == Some(&cell.stage);
        let is_app = |one: &&mut DoraFigures| one.app.as_ref() == Some(&cell.app);
        let stages = self.stages.iter_mut().filter(is_stage);
        let apps = self.apps.iter_mut().filter(is_stage).filter(is_app);
        for figures in std::iter::once(&mut self.overall).chain(stages).chain(apps) {
            figures.applied.add(delay);
            deployment.lead.into_iter().for_each(|lead| figures.running.add(lead.max(0) + delay));
        }
    }
}

impl DoraFigures {
    fn deploy(&mut self, deployment: &Deployment<'_>, window: TimeWindow) {
        self.deployments += 1;
        let weeks = self.per_week.len();
        let ago = usize::try_from((window.until - 1 - deployment.time) / WEEK).unwrap_or(weeks);
        if let Some(week) = weeks.checked_sub(ago + 1) {
            self.per_week[week] += 1;
        }
        deployment.lead.into_iter().for_each(|lead| self.lead.add(lead.max(0)));
    }
}

fn week_count(window: TimeWindow) -> usize {
    let weeks = (window.until - window.since + WEEK - 1) / WEEK;
    usize::try_from(weeks).unwrap_or(0).max(1)
}

fn pair_figures(
    timeline: &Timeline,
    comparison: &StageComparison,
    window: TimeWindow,
    wanted: &[bool],
) -> Vec<StagePairFigures> {
    let mut figures: BTreeMap<(usize, usize), StagePairFigures> = BTreeMap::new();
    let mut twins: HashSet<(usize, &AppName, usize, &Version)> = HashSet::new();
    let mut commit = NOTHING;
    for link in &comparison.links {
        let (row, deployment) = (timeline.rows[link.index], timeline.deployment(link.index));
        let is_change = deployment.kind != DeploymentKind::Add;
        if !is_change || !wanted[row.cell as usize] || !window.contains(deployment.time) {
            continue;
        }
        if std::mem::replace(&mut commit, row.commit) != row.commit {
            twins.clear();
        }
        let Some(to) = deployment.to else { continue };
        if twins.insert((link.before, &deployment.cell.app, link.stage, &to.version)) {
            let begin = || empty_pair_figures(comparison, link.before, link.stage);
            let pair = figures.entry((link.stage, link.before)).or_insert_with(begin);
            pair.add(link.relation, deployment.kind, comparison);
        }
    }
    figures.into_values().collect()
}

impl StagePairFigures {
    fn add(&mut self, relation: StageRelation, kind: DeploymentKind, comparison: &StageComparison) {
        self.changes += 1;
        match relation {
            StageRelation::Before(seconds) => {
                self.had += 1;
                // The lead time of a rollback says nothing about the pipeline.
                let seconds = seconds.filter(|_| kind != DeploymentKind::Rollback);
                seconds.into_iter().for_each(|seconds| self.lead.add(seconds.max(0)));
            }
            StageRelation::Same => self.same_commit += 1,
            StageRelation::After(_) => {
                self.after += 1;
                self.tolerated += usize::from(comparison.is_in_order(relation));
            }
            StageRelation::Never => self.never += 1,
        }
    }
}

fn empty_pair_figures(
    comparison: &StageComparison,
    before: usize,
    stage: usize,
) -> StagePairFigures {
    let pair = comparison.pair(before, stage);
    StagePairFigures {
        before: comparison.stages[before].clone(),
        stage: comparison.stages[stage].clone(),
        versions: pair.map_or(0, |pair| pair.versions),
        met: pair.map_or(0, |pair| pair.met),
        comparable: pair.is_none_or(|pair| pair.is_comparable()),
        contradicted: pair.filter(|pair| pair.is_contradicted).map(|pair| pair.later),
        changes: 0,
        had: 0,
        same_commit: 0,
        after: 0,
        tolerated: 0,
        never: 0,
        lead: DurationStats::default(),
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;

//! The four DORA figures from the timeline alone: how often is deployed, how long a version takes
//! from stage to stage, how many deployments were rolled back, and how long that took.

use super::classify::{Comparison, Relation};
use super::spread::Spread;
use super::timeline::{Deployment, Kind, Timeline};
use crate::model::{AppName, SlotKey, StageName, Version};
use std::collections::{BTreeMap, HashMap, HashSet};

const WEEK: i64 = 7 * 24 * 60 * 60;

/// From when to when, in seconds since 1970; the end is not in it.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub since: i64,
    pub until: i64,
}

impl Window {
    fn contains(self, time: i64) -> bool {
        (self.since..self.until).contains(&time)
    }

    /// How many weeks it is long.
    #[expect(clippy::cast_precision_loss, reason = "a window is less than 2^53 seconds long")]
    pub fn weeks(self) -> f64 {
        (self.until - self.since) as f64 / WEEK as f64
    }
}

/// The figures of one app in one stage, of a whole stage, or of everything.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// `None`: all of them.
    pub app: Option<AppName>,
    pub stage: Option<StageName>,
    /// Commits that changed what runs; twins in one commit count once.
    pub deployments: usize,
    /// How many of them in each week, the oldest first; weeks are counted back from the end.
    pub per_week: Vec<usize>,
    /// From the stage before, in seconds.
    pub lead: Spread,
    pub rollbacks: usize,
    /// From the landing of what was rolled back to the rollback, in seconds.
    pub restore: Spread,
}

impl Figures {
    /// Of the deployments that brought something new, the part that was rolled back.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 deployments")]
    pub fn failure_rate(&self) -> Option<f64> {
        let new = self.deployments - self.rollbacks;
        (new > 0).then(|| (self.rollbacks as f64 / new as f64).min(1.0))
    }
}

/// How the deployments of a stage relate to one stage before it.
#[derive(Debug, Clone)]
pub struct PairFigures {
    pub before: StageName,
    pub stage: StageName,
    pub changes: usize,
    /// Had been in the stage before.
    pub had: usize,
    pub same_commit: usize,
    /// Came to the stage before only afterwards.
    pub after: usize,
    /// How many of those within the tolerance.
    pub tolerated: usize,
    pub never: usize,
    /// Of those that had been in the stage before, in seconds.
    pub lead: Spread,
    /// How many different versions there were in all the past, and how many of them the stage
    /// before ever had.
    pub versions: usize,
    pub met: usize,
    /// More than half of the versions match.
    pub comparable: bool,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    pub overall: Figures,
    /// In pipeline order.
    pub stages: Vec<Figures>,
    /// By app, then in pipeline order.
    pub apps: Vec<Figures>,
    pub pairs: Vec<PairFigures>,
}

/// Counts the deployments in a window of the slots that are wanted.
pub fn metrics(
    timeline: &Timeline,
    comparison: &Comparison,
    window: Window,
    wanted: &dyn Fn(&SlotKey) -> bool,
) -> Metrics {
    let mut count =
        Count { comparison, window, seen: HashSet::new(), landed: HashMap::new(), figures: BTreeMap::new() };
    for deployment in timeline.deployments().rev() {
        if wanted(deployment.slot) {
            count.add(&deployment);
        }
    }
    let mut answer = Metrics { pairs: pairs(timeline, comparison, window, wanted), ..Metrics::default() };
    for (_, figures) in count.figures {
        match (&figures.app, &figures.stage) {
            (Some(_), _) => answer.apps.push(figures),
            (None, Some(_)) => answer.stages.push(figures),
            (None, None) => answer.overall = figures,
        }
    }
    answer
}

/// App and place of the stage; `None` for all of them, which comes first.
type Key = (Option<AppName>, Option<usize>);

struct Count<'a> {
    comparison: &'a Comparison,
    window: Window,
    /// Which app and stage a commit was counted for, as a deployment and as a rollback.
    seen: HashSet<(&'a AppName, &'a StageName, [u8; 20], bool)>,
    /// When what a slot runs landed there.
    landed: HashMap<&'a SlotKey, i64>,
    figures: BTreeMap<Key, Figures>,
}

impl<'a> Count<'a> {
    fn add(&mut self, deployment: &Deployment<'a>) {
        let slot = deployment.slot;
        let before = self.landed.insert(slot, deployment.time);
        if deployment.kind == Kind::Remove || !self.window.contains(deployment.time) {
            return;
        }
        let stage = self.comparison.stages.iter().position(|stage| *stage == slot.stage);
        let commit: [u8; 20] = deployment.commit.as_bytes().try_into().unwrap_or_default();
        let mut first = |rollback| self.seen.insert((&slot.app, &slot.stage, commit, rollback));
        let is_new = first(false);
        let is_rollback = deployment.kind == Kind::Rollback && first(true);
        for (app, stage) in [(None, None), (None, stage), (Some(slot.app.clone()), stage)] {
            let figures = self.figures.entry((app.clone(), stage)).or_insert_with(|| Figures {
                app,
                stage: stage.map(|_| slot.stage.clone()),
                per_week: vec![0; week_count(self.window)],
                ..Figures::default()
            });
            if is_new {
                figures.deployments += 1;
                let weeks = figures.per_week.len();
                let ago = usize::try_from((self.window.until - 1 - deployment.time) / WEEK).unwrap_or(weeks);
                if let Some(week) = (weeks - 1).checked_sub(ago) {
                    figures.per_week[week] += 1;
                }
            }
            if is_new && let Some(lead) = deployment.lead {
                figures.lead.add(lead.max(0));
            }
            if is_rollback {
                figures.rollbacks += 1;
                before.into_iter().for_each(|then| figures.restore.add((deployment.time - then).max(0)));
            }
        }
    }
}

fn week_count(window: Window) -> usize {
    let weeks = (window.until - window.since + WEEK - 1) / WEEK;
    usize::try_from(weeks).unwrap_or(0).max(1)
}

fn pairs(
    timeline: &Timeline,
    comparison: &Comparison,
    window: Window,
    wanted: &dyn Fn(&SlotKey) -> bool,
) -> Vec<PairFigures> {
    let mut figures: BTreeMap<(usize, usize), PairFigures> = BTreeMap::new();
    let mut seen: HashSet<(usize, &AppName, &StageName, [u8; 20], &Version)> = HashSet::new();
    for link in &comparison.links {
        let deployment = timeline.deployment(link.index);
        let slot = deployment.slot;
        let Some(to) = deployment.to.filter(|_| window.contains(deployment.time) && wanted(slot)) else { continue };
        let commit: [u8; 20] = deployment.commit.as_bytes().try_into().unwrap_or_default();
        if !seen.insert((link.before, &slot.app, &slot.stage, commit, &to.version)) {
            continue;
        }
        let pair =
            figures.entry((link.stage, link.before)).or_insert_with(|| begun(comparison, link.before, link.stage));
        pair.changes += 1;
        match link.relation {
            Relation::Before(seconds) => {
                pair.had += 1;
                seconds.into_iter().for_each(|seconds| pair.lead.add(seconds.max(0)));
            }
            Relation::Same => pair.same_commit += 1,
            Relation::After(_) => {
                pair.after += 1;
                pair.tolerated += usize::from(comparison.is_in_order(link.relation));
            }
            Relation::Never => pair.never += 1,
        }
    }
    figures.into_values().collect()
}

fn begun(comparison: &Comparison, before: usize, stage: usize) -> PairFigures {
    let pair = comparison.pair(before, stage);
    PairFigures {
        before: comparison.stages[before].clone(),
        stage: comparison.stages[stage].clone(),
        versions: pair.map_or(0, |pair| pair.versions),
        met: pair.map_or(0, |pair| pair.met),
        comparable: pair.is_none_or(|pair| pair.is_comparable()),
        changes: 0,
        had: 0,
        same_commit: 0,
        after: 0,
        tolerated: 0,
        never: 0,
        lead: Spread::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::classify;
    use crate::history::testing::{chain, timeline};

    const DAY: i64 = 24 * 60;

    fn counted(lines: &[String], window: (i64, i64)) -> Metrics {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut timeline = timeline(&lines);
        let comparison = classify(&mut timeline, &chain(&["dev", "prod"]), 600);
        let window = Window { since: window.0 * DAY * 60, until: window.1 * DAY * 60 };
        metrics(&timeline, &comparison, window, &|_| true)
    }

    /// `day+minutes` in place of minutes.
    fn at(lines: &[(i64, i64, &str)]) -> Vec<String> {
        lines.iter().map(|(day, minutes, rest)| format!("{} {rest}", day * DAY + minutes)).collect()
    }

    #[test]
    fn twins_count_once_and_weeks_are_counted_back() {
        let lines = at(&[
            (0, 0, "web/a dev ->v1"),
            (0, 0, "web/b dev ->v1"),
            (20, 0, "web/a dev v1>v2"),
            (20, 0, "web/b dev v1>v2"),
            (21, 0, "web/a dev v2>v3"),
            (33, 0, "web/a dev v3>v4"),
        ]);
        let found = counted(&lines, (14, 35));
        assert_eq!((found.overall.deployments, found.overall.per_week.as_slice()), (3, &[1, 1, 1][..]));
        assert_eq!((found.stages.len(), found.apps.len()), (1, 1));
        assert_eq!(found.apps[0].deployments, 3);
    }

    #[test]
    fn a_rollback_is_a_failure_and_its_time_runs_from_the_landing() {
        let lines = at(&[
            (0, 0, "web dev ->v1"),
            (1, 0, "web dev v1>v2"),
            (1, 90, "web dev v2>v1"),
            (2, 0, "web dev v1>v3"),
            (3, 0, "web dev v3>v4"),
        ]);
        let all = counted(&lines, (1, 7)).overall;
        assert_eq!((all.deployments, all.rollbacks), (4, 1));
        assert_eq!(all.failure_rate(), Some(1.0 / 3.0));
        assert_eq!(all.restore.median(), Some(90 * 60));
        assert_eq!(counted(&lines, (5, 6)).overall.failure_rate(), None);
    }

    #[test]
    fn pairs_say_what_had_been_in_the_stage_before() {
        let lines = at(&[
            (0, 0, "web dev ->v1"),
            (0, 0, "web prod ->v1"),
            (1, 0, "web dev v1>v2"),
            (1, 30, "web prod v1>v2"),
            (2, 0, "web dev v2>v3"),
            (2, 0, "web prod v2>v3"),
            (3, 0, "web prod v3>v4"),
            (3, 5, "web dev v3>v4"),
            (4, 0, "web prod v4>v5"),
            (5, 0, "web dev v4>v5"),
            (6, 0, "web prod v5>hotfix"),
        ]);
        let found = counted(&lines, (0, 7));
        let [pair] = found.pairs.as_slice() else { panic!("{} pairs", found.pairs.len()) };
        let counts = [pair.changes, pair.had, pair.same_commit, pair.after, pair.tolerated, pair.never];
        assert_eq!(counts, [5, 1, 1, 2, 1, 1]);
        assert_eq!((pair.versions, pair.met, pair.comparable), (5, 4, true));
        assert_eq!(pair.lead.median(), Some(30 * 60));
        let prod = found.stages.iter().find(|figures| figures.stage == Some("prod".into())).expect("deployed to");
        assert_eq!((prod.lead.count(), prod.lead.p90()), (3, Some(30 * 60)));
    }
}

//! Traces a version: where it ran, for how long, and what replaced it.

use super::timeline::{Deployment, Timeline};
use crate::model::{AppName, CellKey, Version};
use std::collections::{BTreeMap, HashMap};

/// Minimum length of an abbreviated commit id or digest.
const LEAST_PREFIX: usize = 6;

/// Matches the versions that a user asked for.
#[derive(Debug, Clone)]
pub struct VersionQuery<'q> {
    text: &'q str,
    /// Set if no version matches exactly; then abbreviated ids match too.
    by_prefix: bool,
}

impl<'q> VersionQuery<'q> {
    /// Parses user input: a tag, a digest, both, or at least six digits of an id in one of them.
    /// Abbreviated ids are tried only if no known version matches exactly.
    pub fn new<'v>(text: &'q str, mut known: impl Iterator<Item = &'v Version>) -> Self {
        let exact = VersionQuery { text, by_prefix: false };
        let known = known.any(|version| exact.matches(version));
        VersionQuery { text, by_prefix: !known }
    }

    /// True if the version matches.
    pub fn matches(&self, version: &Version) -> bool {
        let parts = [version.tag.as_deref(), version.digest.as_deref()];
        let mut parts = parts.into_iter().flatten();
        if !self.by_prefix {
            return parts.any(|part| part == self.text) || version.to_string() == self.text;
        }
        parts.any(|part| {
            part.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| self.matches_prefix(word))
        })
    }

    /// True if one of the two is an id and the other its prefix. The repository may hold the
    /// shorter one.
    fn matches_prefix(&self, word: &str) -> bool {
        let (short, long) =
            if word.len() < self.text.len() { (word, self.text) } else { (self.text, word) };
        let is_id =
            |text: &str| text.len() >= LEAST_PREFIX && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_id(short)
            && is_id(long)
            && long.get(..short.len()).is_some_and(|head| head.eq_ignore_ascii_case(short))
    }
}

/// A version of an app image, and every period it ran.
#[derive(Debug, Clone)]
pub struct VersionTrace<'t> {
    pub app: &'t AppName,
    pub component: Option<&'t str>,
    pub version: &'t Version,
    /// Periods in the order of their start.
    pub stays: Vec<RunPeriod<'t>>,
}

/// A period in which a cell ran a version.
#[derive(Debug, Clone)]
pub struct RunPeriod<'t> {
    pub cell: &'t CellKey,
    /// `None` if the period began before the known history.
    pub came: Option<Deployment<'t>>,
    /// `None` if the version is still running.
    pub left: Option<Deployment<'t>>,
}

/// Traces every matching version of every app.
pub fn trace_versions<'t>(
    timeline: &'t Timeline,
    wanted: &VersionQuery<'_>,
) -> Vec<VersionTrace<'t>> {
    let mut voyages: BTreeMap<(&AppName, Option<&str>, &Version), Vec<RunPeriod<'t>>> =
        BTreeMap::new();
    let mut open: HashMap<&CellKey, usize> = HashMap::new();
    let meant: Vec<bool> =
        timeline.pins.values().iter().map(|pinned| wanted.matches(&pinned.version)).collect();
    let is_meant = |pin: u32| meant.get(pin as usize).copied().unwrap_or(false);
    for (index, row) in timeline.rows.iter().enumerate().rev() {
        let deployment = timeline.deployment(index);
        let (from, to) =
            (deployment.from.map(|from| &from.version), deployment.to.map(|to| &to.version));
        if from == to {
            continue;
        }
        let cell = deployment.cell;
        let named = |version| (&cell.app, cell.component.as_deref(), version);
        if let Some(version) = from.filter(|_| is_meant(row.from)) {
            let stays = voyages.entry(named(version)).or_default();
            match open.remove(cell) {
                Some(at) => stays[at].left = Some(deployment),
                None => stays.push(RunPeriod { cell, came: None, left: Some(deployment) }),
            }
        }
        if let Some(version) = to.filter(|_| is_meant(row.to)) {
            let stays = voyages.entry(named(version)).or_default();
            open.insert(cell, stays.len());
            stays.push(RunPeriod { cell, came: Some(deployment), left: None });
        }
    }
    let voyage =
        |((app, component, version), stays)| VersionTrace { app, component, version, stays };
    voyages.into_iter().map(voyage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::timeline;

    const ID: &str = "27e1396100000000000000000000000000000000";

    fn told(lines: &[&str], text: &str) -> Vec<String> {
        let timeline = timeline(lines);
        let time = |deployment: &Option<Deployment<'_>>| {
            deployment.map_or("-".into(), |d| (d.time / 60).to_string())
        };
        let stay = |stay: &RunPeriod<'_>| {
            format!("{} {}-{}", stay.cell.stage, time(&stay.came), time(&stay.left))
        };
        let voyage = |voyage: &VersionTrace<'_>| {
            let stays: Vec<String> = voyage.stays.iter().map(stay).collect();
            format!("{} {}: {}", voyage.app, voyage.version, stays.join(", "))
        };
        trace_versions(&timeline, &VersionQuery::new(text, timeline.versions()))
            .iter()
            .map(voyage)
            .collect()
    }

    #[test]
    fn a_version_comes_goes_and_comes_again() {
        let lines = [
            "0 web dev ->v1",
            "1 web dev v1>v2",
            "2 web prod v0>v1",
            "3 web dev v2>v1",
            "4 web prod v1>v2",
            "5 api dev ->v1",
        ];
        assert_eq!(told(&lines, "v1"), ["api v1: dev 5--", "web v1: dev 0-1, prod 2-4, dev 3--"]);
        assert_eq!(told(&lines, "v0"), ["web v0: prod --2"]);
        assert_eq!(told(&lines, "v9"), Vec::<String>::new());
    }

    #[test]
    fn beginnings_of_ids_will_do_where_nothing_fits_exactly() {
        let main = format!("1 web dev v1>main-{ID}-x");
        let lines = ["0 api dev ->27e1396", main.as_str(), "2 job dev ->27e139"];
        assert_eq!(told(&lines, "27e139"), ["job 27e139: dev 2--"]);
        assert_eq!(told(&lines, "27E13").len(), 0);
        assert_eq!(told(&lines, "27e13961").len(), 3);
        assert_eq!(told(&lines, ID).len(), 3);
        assert_eq!(told(&lines, "v1main").len(), 0);
    }

    #[test]
    fn another_image_of_the_same_version_is_no_step() {
        assert_eq!(
            told(&["0 web dev ->a=v1", "1 web dev a=v1>b=v1", "2 web dev b=v1>b=v2"], "v1"),
            ["web v1: dev 0-2"]
        );
    }
}

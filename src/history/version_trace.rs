//! The way of one version: where it came, how long it stayed, what took its place.

use super::timeline::{Deployment, Timeline};
use crate::model::{AppName, CellKey, Version};
use std::collections::{BTreeMap, HashMap};

/// So much of a commit id tells one from another.
const LEAST_PREFIX: usize = 6;

/// What versions are asked for.
#[derive(Debug, Clone)]
pub struct VersionQuery<'q> {
    text: &'q str,
    /// No version is exactly that, so beginnings of ids count too.
    by_prefix: bool,
}

impl<'q> VersionQuery<'q> {
    /// Takes what a user typed: a tag, a digest, both, or at least six digits of an id in one of
    /// them. What fits exactly is all that is meant; only else beginnings count.
    pub fn new<'v>(text: &'q str, mut known: impl Iterator<Item = &'v Version>) -> Self {
        let exact = VersionQuery { text, by_prefix: false };
        let known = known.any(|version| exact.matches(version));
        VersionQuery { text, by_prefix: !known }
    }

    /// Is this version meant?
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

    /// Are the word and the text an id and its beginning? A repository may hold the shorter one.
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

/// A version of an app's image, and everywhere it was.
#[derive(Debug, Clone)]
pub struct VersionTrace<'t> {
    pub app: &'t AppName,
    pub component: Option<&'t str>,
    pub version: &'t Version,
    /// By slot, in the order it came there.
    pub stays: Vec<RunPeriod<'t>>,
}

/// From the coming of a version to a slot to its going.
#[derive(Debug, Clone)]
pub struct RunPeriod<'t> {
    pub slot: &'t CellKey,
    /// `None`: it was there before all that is known.
    pub came: Option<Deployment<'t>>,
    /// `None`: it still runs there.
    pub left: Option<Deployment<'t>>,
}

/// The ways of all versions that are wanted, of all apps that have them.
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
        let slot = deployment.slot;
        let named = |version| (&slot.app, slot.component.as_deref(), version);
        if let Some(version) = from.filter(|_| is_meant(row.from)) {
            let stays = voyages.entry(named(version)).or_default();
            match open.remove(slot) {
                Some(at) => stays[at].left = Some(deployment),
                None => stays.push(RunPeriod { slot, came: None, left: Some(deployment) }),
            }
        }
        if let Some(version) = to.filter(|_| is_meant(row.to)) {
            let stays = voyages.entry(named(version)).or_default();
            open.insert(slot, stays.len());
            stays.push(RunPeriod { slot, came: Some(deployment), left: None });
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
            format!("{} {}-{}", stay.slot.stage, time(&stay.came), time(&stay.left))
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

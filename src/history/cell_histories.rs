//! Compares two states of an app: which one is ahead, and by how many deployments.

use super::timeline::{Deployment, Timeline};
use crate::git::Oid;
use crate::model::{CellKey, Version};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// The version a cell ran at a certain time.
#[derive(Debug, Clone, Copy)]
pub struct CellState<'a> {
    pub cell: &'a CellKey,
    pub version: &'a Version,
    /// Timeline index of the newest deployment that had happened by then.
    pub cut: usize,
    /// Position of the stage in the pipeline.
    pub stage: usize,
}

/// The side that is ahead, with the number of deployments between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AheadSide {
    Left(usize),
    Right(usize),
    Unknown,
}

/// Deployments of each cell, newest first.
pub struct CellHistories<'t> {
    timeline: &'t Timeline,
    by_cell: HashMap<&'t CellKey, Vec<usize>>,
    commits: HashMap<Oid, usize>,
}

impl<'t> CellHistories<'t> {
    /// Groups the deployments of a timeline by cell. Deployments that changed only the image name
    /// are left out.
    pub fn new(timeline: &'t Timeline) -> Self {
        let mut courses =
            CellHistories { timeline, by_cell: HashMap::new(), commits: HashMap::new() };
        for deployment in timeline.deployments() {
            courses.commits.entry(deployment.commit).or_insert(deployment.index);
            if deployment.from.map(|from| &from.version) != deployment.to.map(|to| &to.version) {
                courses.by_cell.entry(deployment.cell).or_default().push(deployment.index);
            }
        }
        courses
    }

    /// Timeline index of the newest deployment of a commit.
    pub fn of_commit(&self, commit: Oid) -> Option<usize> {
        self.commits.get(&commit).copied()
    }

    /// Decides which of two different versions is ahead. Within one cell it is the later one.
    /// Between two stages it is the one that ran the other's version before; if both did, the
    /// earlier stage.
    pub fn compare_cells(&self, left: CellState<'_>, right: CellState<'_>) -> AheadSide {
        if left.cell == right.cell {
            return match left.cut.cmp(&right.cut) {
                Ordering::Less => {
                    AheadSide::Left(self.count_between(left.cell, left.cut, right.cut))
                }
                Ordering::Equal => AheadSide::Unknown,
                Ordering::Greater => {
                    AheadSide::Right(self.count_between(left.cell, right.cut, left.cut))
                }
            };
        }
        let by_left = self.deployments_since(left, right.version).map(AheadSide::Left);
        let by_right = self.deployments_since(right, left.version).map(AheadSide::Right);
        let either =
            if left.stage <= right.stage { by_left.or(by_right) } else { by_right.or(by_left) };
        either.unwrap_or(AheadSide::Unknown)
    }

    /// Number of deployments of a cell since it ran `version`; `None` if it never did.
    fn deployments_since(&self, moment: CellState<'_>, version: &Version) -> Option<usize> {
        let course = self.by_cell.get(moment.cell)?.iter().filter(|index| **index >= moment.cut);
        let course: Vec<Deployment<'t>> =
            course.map(|index| self.timeline.deployment(*index)).collect();
        if course.first()?.to.is_none_or(|to| to.version != *moment.version) {
            return None;
        }
        let replaced = |deployment: &Deployment<'_>| {
            deployment.from.is_some_and(|from| from.version.is_same(version))
        };
        course.iter().position(replaced).map(|at| at + 1)
    }

    fn count_between(&self, cell: &CellKey, newer: usize, older: usize) -> usize {
        let course = self.by_cell.get(cell).into_iter().flatten();
        course.filter(|index| (newer..older).contains(*index)).count()
    }

    /// Commits that deployed something.
    pub fn commits(&self) -> HashSet<Oid> {
        self.commits.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::timeline;

    const LINES: [&str; 8] = [
        "0 web dev ->v1",
        "0 web prod ->v1",
        "1 web dev v1>v2",
        "2 web dev v2>v3",
        "3 web prod v1>v3",
        "4 web prod v3>v1",
        "5 api dev ->v7",
        "5 api prod ->v8",
    ];

    /// Each side is `app stage version cut`.
    fn ahead(left: &str, right: &str) -> AheadSide {
        let timeline = timeline(&LINES);
        let courses = CellHistories::new(&timeline);
        let cut = |text: &str| -> (CellKey, Version, usize) {
            let words: Vec<&str> = text.split(' ').collect();
            let cell = timeline
                .cells()
                .iter()
                .find(|cell| cell.app.as_str() == words[0] && cell.stage.as_str() == words[1]);
            (
                cell.expect("it is there").clone(),
                Version::parse(words[2]),
                words[3].parse().expect("a number"),
            )
        };
        let ((a, av, ac), (b, bv, bc)) = (cut(left), cut(right));
        let stage = |cell: &CellKey| usize::from(cell.stage.as_str() == "prod");
        let left = CellState { cell: &a, version: &av, cut: ac, stage: stage(&a) };
        courses.compare_cells(left, CellState { cell: &b, version: &bv, cut: bc, stage: stage(&b) })
    }

    #[test]
    fn the_stage_that_ran_the_others_version_is_ahead() {
        assert_eq!(ahead("web dev v3 0", "web prod v1 0"), AheadSide::Left(2));
        assert_eq!(ahead("web prod v1 0", "web dev v3 0"), AheadSide::Right(2));
        assert_eq!(ahead("web dev v1 5", "web prod v3 3"), AheadSide::Right(1));
        assert_eq!(ahead("api dev v7 0", "api prod v8 0"), AheadSide::Unknown);
    }

    #[test]
    fn in_one_cell_the_later_moment_is_ahead() {
        assert_eq!(ahead("web prod v3 3", "web prod v1 0"), AheadSide::Right(1));
        assert_eq!(ahead("web dev v3 0", "web dev v1 6"), AheadSide::Left(2));
    }
}

//! The second witness: what the programs themselves build before and after a change. It only
//! refuses more. An image that differs must be that of a cell which moves.

use super::cell_changes::CellChange;
use super::image_moves::MovedCells;
use super::permissions::{BreakGlassCommit, ChangeContributors};
use super::rulings::{GuardCheck, GuardRefusal, Ruling};
use super::state::StageBuild;
use super::unproven_rulings::UnprovenChange;
use crate::config::Config;
use crate::model::{BuiltImages, ContainerKey, StageName};
use std::collections::BTreeSet;

/// What a program makes of one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildState {
    /// The state has no such build.
    Absent,
    Built(BuiltImages),
    /// The program does not build it, for this reason.
    Failed(String),
    /// No program was run, for this reason.
    NotRun(String),
}

/// What a comparison of both sides shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderOutcome {
    /// The same images.
    Same,
    /// Other images, as the cells that move say.
    Explained,
    /// Images that no cell explains.
    Unexplained(Vec<ImageDifference>),
    /// It built before, and no longer does.
    Broken(String),
    /// It did not build before, so nothing is known of what the change does to it.
    BrokenBefore(String),
    /// It could be built, but was not: a program is missing, or may not run.
    NotRun(String),
    /// It builds on neither side, or is nothing that a program builds.
    NotBuilt(String),
}

/// An image that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDifference {
    pub place: ContainerKey,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A build, and what the comparison of both sides shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedBuild {
    /// The file that a rule claims.
    pub path: String,
    pub build: StageBuild,
    pub outcome: RenderOutcome,
    /// True if the base has no such build.
    pub is_new: bool,
    /// The number of images, on the side that has more.
    pub images: usize,
}

impl BuildState {
    /// The number of images in different places.
    pub fn count_images(&self) -> usize {
        match self {
            BuildState::Built(images) => images.values().map(BTreeSet::len).sum(),
            _ => 0,
        }
    }
}

/// Compares both sides of a build with the cells that move.
pub fn compare_builds(
    build: &StageBuild,
    before: &BuildState,
    after: &BuildState,
    moves: &[CellChange],
) -> RenderOutcome {
    let none = BuiltImages::new();
    let (before, after) = match (before, after) {
        (BuildState::NotRun(why), _) | (_, BuildState::NotRun(why)) => {
            return RenderOutcome::NotRun(why.clone());
        }
        (BuildState::Failed(why), BuildState::Failed(_) | BuildState::Absent)
        | (BuildState::Absent, BuildState::Failed(why)) => {
            return RenderOutcome::NotBuilt(why.clone());
        }
        (BuildState::Failed(why), BuildState::Built(_)) => {
            return RenderOutcome::BrokenBefore(why.clone());
        }
        (BuildState::Built(_), BuildState::Failed(why)) => {
            return RenderOutcome::Broken(why.clone());
        }
        (BuildState::Built(before), BuildState::Built(after)) => (before, after),
        (BuildState::Built(before), BuildState::Absent) => (before, &none),
        (BuildState::Absent, BuildState::Built(after)) => (&none, after),
        (BuildState::Absent, BuildState::Absent) => return RenderOutcome::Same,
    };
    let is_of_build =
        |one: &&CellChange| build.stages.is_empty() || build.stages.contains(&one.cell.stage);
    let cells = MovedCells { moves: moves.iter().filter(is_of_build).collect() };
    let sides = BuildSides { before, after, cells };
    match sides.unexplained() {
        differences if !differences.is_empty() => RenderOutcome::Unexplained(differences),
        _ if before == after => RenderOutcome::Same,
        _ => RenderOutcome::Explained,
    }
}

/// The images of both sides, and the cells that move.
struct BuildSides<'b> {
    before: &'b BuiltImages,
    after: &'b BuiltImages,
    cells: MovedCells<'b>,
}

impl BuildSides<'_> {
    fn unexplained(&self) -> Vec<ImageDifference> {
        let (was, is) = (all_images(self.before), all_images(self.after));
        let none = BTreeSet::new();
        let places: BTreeSet<&ContainerKey> = self.before.keys().chain(self.after.keys()).collect();
        let mut out = Vec::new();
        for place in places {
            let (before, after) = (self.before.get(place), self.after.get(place));
            let is_there = (before.is_some(), after.is_some());
            let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
            let gone: Vec<&String> = before.difference(after).collect();
            let come: Vec<&String> = after.difference(before).collect();
            let difference = |old: Option<&String>, new: Option<&String>| ImageDifference {
                place: place.clone(),
                old: old.cloned(),
                new: new.cloned(),
            };
            if is_there == (true, true) {
                let strange = come.iter().filter(|new| !self.explain_change(&gone, new));
                out.extend(strange.map(|new| difference(gone.first().copied(), Some(new))));
                let lost =
                    gone.iter().filter(|old| come.is_empty() && !self.explain_loss(old, &is));
                out.extend(lost.map(|old| difference(Some(old), None)));
            } else {
                // An object that comes, goes or gets another name. What runs elsewhere in the
                // build, runs.
                let strange = come.iter().filter(|new| !self.explain_arrival(new, &was, &is));
                out.extend(strange.map(|new| difference(None, Some(new))));
                let lost = gone.iter().filter(|old| !self.explain_departure(old, &was, &is));
                out.extend(lost.map(|old| difference(Some(old), None)));
            }
        }
        out
    }

    /// Whether a container may run a new image in place of one of these.
    fn explain_change(&self, gone: &[&String], new: &str) -> bool {
        match gone {
            [] => self.cells.explain_arrival(new),
            gone => gone.iter().any(|old| self.cells.explain_change(old, new)),
        }
    }

    fn explain_loss(&self, old: &str, is: &BTreeSet<&str>) -> bool {
        is.contains(old) || self.cells.explain_loss(old)
    }

    fn explain_arrival(&self, new: &str, was: &BTreeSet<&str>, is: &BTreeSet<&str>) -> bool {
        was.contains(new)
            || self.cells.explain_arrival(new)
            || was.difference(is).any(|old| self.cells.explain_change(old, new))
    }

    fn explain_departure(&self, old: &str, was: &BTreeSet<&str>, is: &BTreeSet<&str>) -> bool {
        is.contains(old)
            || self.cells.explain_loss(old)
            || is.difference(was).any(|new| self.cells.explain_change(old, new))
    }
}

fn all_images(images: &BuiltImages) -> BTreeSet<&str> {
    images.values().flatten().map(String::as_str).collect()
}

/// Refuses builds with images that no cell explains, and those of which nothing is known.
pub fn of_rendered(
    builds: &[RenderedBuild],
    config: &Config,
    people: &ChangeContributors<'_>,
    glasses: &[BreakGlassCommit],
) -> Vec<Ruling> {
    let refused = builds.iter().filter_map(|one| Some((one, one.outcome.refusal_reason(one)?)));
    let ruling = |(one, reason): (&RenderedBuild, String)| {
        let stages: BTreeSet<&StageName> = one.build.stages.iter().collect();
        let change = UnprovenChange {
            config,
            stages: &stages,
            owners: &one.build.owners,
            is_new: one.is_new,
        };
        let refusal = GuardRefusal::new(GuardCheck::Rendered, reason);
        change.to_ruling((&one.path, None), refusal, people, glasses)
    };
    refused.map(ruling).collect()
}

impl RenderOutcome {
    /// Why the change is refused; `None` if it is not.
    fn refusal_reason(&self, of: &RenderedBuild) -> Option<String> {
        let command = of.build.root.command_text().unwrap_or_default();
        match self {
            RenderOutcome::Unexplained(differences) => {
                let first = differences.first()?.to_string();
                let more = match differences.len() {
                    1 => String::new(),
                    2 => " (and another image)".to_owned(),
                    count => format!(" (and {} other images)", count - 1),
                };
                let stages = stage_words(&of.build.stages);
                Some(format!("`{command}` builds {first}{more}; no version of {stages} moves so"))
            }
            RenderOutcome::Broken(why) => {
                Some(format!("`{command}` fails after the change: {why}"))
            }
            RenderOutcome::BrokenBefore(why) => Some(format!(
                "`{command}` fails before the change, so what it changes is unknown: {why}"
            )),
            RenderOutcome::NotRun(why) => Some(format!("`{command}` was not run: {why}")),
            RenderOutcome::Same | RenderOutcome::Explained | RenderOutcome::NotBuilt(_) => None,
        }
    }

    /// The word used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            RenderOutcome::Same => "same",
            RenderOutcome::Explained => "explained",
            RenderOutcome::Unexplained(_) => "unexplained",
            RenderOutcome::Broken(_) => "broken",
            RenderOutcome::BrokenBefore(_) => "broken-before",
            RenderOutcome::NotRun(_) => "not-run",
            RenderOutcome::NotBuilt(_) => "not-built",
        }
    }

    /// Why it was not built.
    pub fn reason(&self) -> Option<&str> {
        match self {
            RenderOutcome::Broken(why)
            | RenderOutcome::BrokenBefore(why)
            | RenderOutcome::NotRun(why)
            | RenderOutcome::NotBuilt(why) => Some(why),
            RenderOutcome::Same | RenderOutcome::Explained | RenderOutcome::Unexplained(_) => None,
        }
    }

    /// The images that no cell explains.
    pub fn differences(&self) -> &[ImageDifference] {
        match self {
            RenderOutcome::Unexplained(differences) => differences,
            _ => &[],
        }
    }
}

/// `prod and staging`, or what stands for an unknown one.
fn stage_words(stages: &BTreeSet<StageName>) -> String {
    let names: Vec<&str> = stages.iter().map(StageName::as_str).collect();
    match names.as_slice() {
        [] => "a protected stage".to_owned(),
        names => names.join(", "),
    }
}

impl std::fmt::Display for ImageDifference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "{} with {new} in place of {old}", self.place),
            (None, Some(new)) => write!(f, "{} with {new}, which is new", self.place),
            (Some(old), None) => write!(f, "no {} with {old} any more", self.place),
            (None, None) => write!(f, "{}", self.place),
        }
    }
}

#[cfg(test)]
#[path = "rendered_tests.rs"]
mod tests;

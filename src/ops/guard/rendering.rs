//! Has the programs build both states for `guard --render`, and compares the images.

use super::builds::is_read;
use super::comparison::BaseHeadComparison;
use super::foreign_words::hide_foreign_words;
use super::state_files::StateFiles;
use crate::guard::{
    BuildState, CellChange, GuardState, RenderOutcome, RenderedBuild, StageBuild, compare_builds,
};
use crate::model::{BuildRoot, SourceForm};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::renderer::{InstalledPrograms, IsolatedRunner, NetworkAccess, RenderError, Renderer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Builds at once. Much of the time a program waits for files.
const THREADS: usize = 4;

/// With this time gone, no further build is started: a change can make any number of them.
const TOTAL: Duration = Duration::from_secs(15 * 60);

/// A build that exists on at least one side.
struct PlannedBuild {
    path: String,
    before: Option<StageBuild>,
    after: Option<StageBuild>,
    /// The file of a controller that sets versions over those of the build.
    above: Option<String>,
}

/// A build of one side, and the planned builds that it is for.
#[derive(Default)]
struct BuildTask {
    of: Vec<usize>,
    reads: BTreeSet<String>,
}

/// Builds both sides of everything in protected stages that the change may affect.
///
/// # Errors
/// When there is no private folder to write to.
pub fn render_change(
    session: &Session,
    sides: &BaseHeadComparison<'_>,
    moves: &[CellChange],
    network: NetworkAccess,
) -> Result<Vec<RenderedBuild>, Failure> {
    let planned = plan_builds(sides);
    let (built, others): (Vec<_>, Vec<_>) =
        planned.into_iter().partition(|one| one.reason_not_built().is_none());
    let mut out: Vec<RenderedBuild> =
        others.into_iter().map(PlannedBuild::into_not_built).collect();
    if built.is_empty() {
        return Ok(out);
    }
    let failure = |error: std::io::Error| {
        Failure::failed("cannot create a private folder to build in").with_cause(&error)
    };
    if session.options.read_only {
        out.extend(not_run(built, "nothing is written under --read-only"));
        return Ok(out);
    }
    let folder = tempfile::Builder::new().prefix("towpath-").tempdir().map_err(failure)?;
    let home = folder.path().join("home");
    std::fs::create_dir(&home).map_err(failure)?;
    let path = session.variable("PATH").unwrap_or_default();
    let programs = InstalledPrograms::find(&path, session.variable("HOME").as_deref());
    let runner = match IsolatedRunner::new(&programs, network, &home) {
        Ok(runner) => runner,
        Err(why) => {
            session.hint("`--allow-network` lets the programs build with the network");
            out.extend(not_run(built, &why));
            return Ok(out);
        }
    };
    let (standing, coming) = sides.snapshots();
    let reads = |side: fn(&PlannedBuild) -> Option<&StageBuild>| -> BTreeSet<String> {
        built.iter().filter_map(side).flat_map(|one| one.reads.iter().cloned()).collect()
    };
    let before = StateFiles::write(standing, &reads(before), folder.path().join("before"))?;
    let after = StateFiles::write(coming, &reads(after), folder.path().join("after"))?;
    let renderer = Renderer::new(programs, runner);
    let states = build_all(&renderer, &built, &before, &after);
    for (planned, states) in built.into_iter().zip(states) {
        out.push(planned.into_rendered(&states, moves, (&before, &after)));
    }
    Ok(out)
}

fn before(planned: &PlannedBuild) -> Option<&StageBuild> {
    planned.before.as_ref()
}

fn after(planned: &PlannedBuild) -> Option<&StageBuild> {
    planned.after.as_ref()
}

/// The builds that may read a changed file, in all readings of the states.
fn plan_builds(sides: &BaseHeadComparison<'_>) -> Vec<PlannedBuild> {
    let mut out: BTreeMap<String, PlannedBuild> = BTreeMap::new();
    for (before, after) in sides.state_pairs() {
        let paths: BTreeSet<&String> = before.builds.keys().chain(after.builds.keys()).collect();
        for path in paths {
            let find = |state: &GuardState| state.builds.get(path).cloned();
            let both = (find(before), find(after));
            let reads_changed = |build: &StageBuild| {
                let changes = &sides.differences.changes;
                changes.iter().any(|change| is_read(&change.path, &build.reads))
            };
            if ![&both.0, &both.1].into_iter().flatten().any(reads_changed) {
                continue;
            }
            let above = controller_above(path, &both, [before, after]);
            out.entry(path.clone()).or_insert(PlannedBuild {
                path: path.clone(),
                before: both.0,
                after: both.1,
                above,
            });
        }
    }
    out.into_values().collect()
}

/// The object of a controller that sets a version in place of one that this build reads: what the
/// build holds by itself does not run.
fn controller_above(
    path: &str,
    (before, after): &(Option<StageBuild>, Option<StageBuild>),
    states: [&GuardState; 2],
) -> Option<String> {
    let reads = [before, after].into_iter().flatten().flat_map(|build| build.reads.iter().cloned());
    let reads: BTreeSet<String> = reads.collect();
    let stages: BTreeSet<_> =
        [before, after].into_iter().flatten().flat_map(|build| &build.stages).collect();
    let entries = states.into_iter().flat_map(|state| &state.entries);
    let mut above = entries.filter(|entry| {
        entry.file != path
            && stages.contains(&entry.stage)
            && entry.source.descriptor().form == SourceForm::ControllerObjects
            && entry.overridden.iter().any(|place| is_read(&place.path, &reads))
    });
    above.next().map(|entry| entry.file.clone())
}

/// Builds both sides, several at a time. Claims that are built in the same way are built once.
fn build_all(
    renderer: &Renderer,
    planned: &[PlannedBuild],
    before: &StateFiles,
    after: &StateFiles,
) -> Vec<[BuildState; 2]> {
    let files = [before, after];
    let mut tasks: BTreeMap<(BuildRoot, usize), BuildTask> = BTreeMap::new();
    for (at, one) in planned.iter().enumerate() {
        for (side, build) in [&one.before, &one.after].into_iter().enumerate() {
            let Some(build) = build else { continue };
            let task = tasks.entry((build.root.clone(), side)).or_default();
            task.reads.extend(build.reads.iter().cloned());
            task.of.push(at);
        }
    }
    let tasks: Vec<((BuildRoot, usize), BuildTask)> = tasks.into_iter().collect();
    let mut prepared: Vec<Result<(), String>> = Vec::new();
    for ((root, side), task) in &tasks {
        let is_whole = files[*side].check_reads(&task.reads);
        prepared.push(is_whole.and_then(|()| renderer.prepare(root, files[*side].top())));
    }
    let out = Mutex::new(vec![[BuildState::Absent, BuildState::Absent]; planned.len()]);
    let (next, started) = (AtomicUsize::new(0), Instant::now());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(((root, side), task)), Some(ready)) = (tasks.get(at), prepared.get(at))
            else {
                return;
            };
            let state = match ready {
                _ if started.elapsed() > TOTAL => {
                    let minutes = TOTAL.as_secs() / 60;
                    BuildState::NotRun(format!("the builds took {minutes} minutes already"))
                }
                Ok(()) => to_state(renderer.build(root, files[*side].top())),
                Err(why) => BuildState::Failed(why.clone()),
            };
            let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
            task.of.iter().for_each(|planned| out[*planned][*side] = state.clone());
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS.min(tasks.len()) {
            scope.spawn(work);
        }
    });
    out.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn to_state(built: Result<crate::model::BuiltImages, RenderError>) -> BuildState {
    match built {
        Ok(images) => BuildState::Built(images),
        Err(RenderError::Failed(why)) => BuildState::Failed(why),
        Err(RenderError::Missing(programs)) => {
            BuildState::NotRun(format!("{programs} is not installed"))
        }
    }
}

/// Builds that were not started, all for one reason.
fn not_run(planned: Vec<PlannedBuild>, why: &str) -> Vec<RenderedBuild> {
    let outcome = || RenderOutcome::NotRun(why.to_owned());
    planned.into_iter().map(|one| one.into_report(outcome())).collect()
}

impl PlannedBuild {
    fn build(&self) -> Option<&StageBuild> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Why no program is asked.
    fn reason_not_built(&self) -> Option<String> {
        if let Some(above) = &self.above {
            return Some(format!("{above} sets versions over its own"));
        }
        match &self.build()?.root {
            BuildRoot::NotBuilt { reason } => Some((*reason).to_owned()),
            _ => None,
        }
    }

    fn into_not_built(self) -> RenderedBuild {
        let reason = self.reason_not_built().unwrap_or_default();
        self.into_report(RenderOutcome::NotBuilt(reason))
    }

    fn into_rendered(
        self,
        [was, is]: &[BuildState; 2],
        moves: &[CellChange],
        (before, after): (&StateFiles, &StateFiles),
    ) -> RenderedBuild {
        let build = self.merged_build();
        let mut outcome = compare_builds(&build, was, is, moves);
        if let (RenderOutcome::Unexplained(all), BuildRoot::Compose { .. }) =
            (&mut outcome, &build.root)
        {
            let is_known = |word: &str| before.holds(word, &build) || after.holds(word, &build);
            all.iter_mut().for_each(|one| hide_foreign_words(one, &is_known));
        }
        let images = was.count_images().max(is.count_images());
        RenderedBuild { images, ..self.into_report(outcome) }
    }

    fn into_report(self, outcome: RenderOutcome) -> RenderedBuild {
        let is_new = self.before.is_none();
        RenderedBuild { build: self.merged_build(), path: self.path, outcome, is_new, images: 0 }
    }

    /// The build with the stages, owners and files of both sides.
    fn merged_build(&self) -> StageBuild {
        let mut all = [&self.after, &self.before].into_iter().flatten().cloned();
        let Some(mut build) = all.next() else { return StageBuild::default() };
        for other in all {
            build.stages.extend(other.stages);
            build.owners.extend(other.owners);
            build.reads.extend(other.reads);
        }
        build
    }
}

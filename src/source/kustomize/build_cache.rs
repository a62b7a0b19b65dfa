//! Cache of builds, and which of them a change of files makes stale.

use super::build_equality::same_build;
use super::build_output::{BuildOutput, BuildWarning};
use super::dependents::BuildDependents;
use super::file_cache::KustomizeFileCache;
use crate::source::access_log::PathLookup;
use crate::source::{AccessLog, FileChangeKind, VersionFinding};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Limit of the builds that one is made of, for a build of everything.
const MAX_BASES: usize = 500;

/// Builds by directory, of one snapshot. Stale builds are of an earlier one; they are valid if the
/// files they accessed are unchanged.
#[derive(Default)]
pub struct BuildCache {
    kept: RefCell<HashMap<Rc<str>, CachedBuild>>,
    /// Computed at the first change.
    watchers: RefCell<Option<BuildDependents>>,
    work: Cell<usize>,
    last_stamp: Cell<u64>,
    moves: u64,
}

/// The dependencies and warnings of a build.
#[derive(Default)]
pub(super) struct BuildTrace {
    /// The directories it builds on, and the stamps of those builds.
    pub bases: Vec<(Rc<str>, u64)>,
    pub said: Vec<BuildWarning>,
    /// True if it was cut short, so that it depends on where the build began.
    pub tangled: bool,
}

/// A cached build.
pub(super) struct CachedBuild {
    /// Kept after the findings are stored only if others build on it.
    built: Option<Rc<BuildOutput>>,
    is_base: bool,
    findings: Option<Rc<Vec<VersionFinding>>>,
    touched: Rc<AccessLog>,
    trace: Rc<BuildTrace>,
    /// True if neither this build nor one that it is made of has a warning.
    is_whole: bool,
    /// Changes when the result changes.
    stamp: u64,
    doubted: Option<Staleness>,
}

/// Why a build may be invalid.
struct Staleness {
    /// The change that made it stale.
    by: u64,
    own: OwnChanges,
}

/// The changes in the files that a build accessed itself.
#[derive(Clone, Default)]
pub(super) struct OwnChanges {
    /// Something was added or removed.
    pub moved: bool,
    /// Files with changed contents.
    pub changed: Vec<Rc<str>>,
}

impl OwnChanges {
    fn add(&mut self, cause: &StaleCause) {
        match cause {
            StaleCause::Base => {}
            StaleCause::Moved => self.moved = true,
            StaleCause::Changed(path) => self.changed.push(Rc::clone(path)),
        }
    }
}

/// The cause of a build becoming stale.
#[derive(Clone)]
enum StaleCause {
    Base,
    Moved,
    Changed(Rc<str>),
}

impl CachedBuild {
    /// Creates a build of this snapshot.
    pub fn new(built: BuildOutput, touched: AccessLog, trace: BuildTrace) -> Self {
        CachedBuild {
            built: Some(Rc::new(built)),
            is_base: false,
            findings: None,
            touched: Rc::new(touched),
            trace: Rc::new(trace),
            stamp: 0,
            is_whole: true,
            doubted: None,
        }
    }

    /// Takes over from the previous build. If the result is the same, builds on top of it remain
    /// valid.
    fn inherit(&mut self, old: &CachedBuild) {
        self.is_base = old.is_base;
        let same = old.is_whole == self.is_whole
            && matches!((&old.built, &self.built), (Some(old), Some(new)) if same_build(old, new));
        if same {
            (self.built, self.stamp) = (old.built.clone(), old.stamp);
        }
        if same || old.doubted.is_none() {
            self.findings.clone_from(&old.findings);
        }
    }
}

impl BuildCache {
    /// Adds to the work counter and returns the total.
    pub(super) fn add_work(&self, work: usize) -> usize {
        self.work.set(self.work.get().saturating_add(work));
        self.work.get()
    }

    fn with_build<T>(&self, directory: &str, get: impl FnOnce(&CachedBuild) -> T) -> Option<T> {
        self.kept.borrow().get(directory).map(get)
    }

    pub(super) fn is_kept(&self, directory: &str) -> bool {
        self.kept.borrow().contains_key(directory)
    }

    /// True if a build is stale.
    pub(super) fn is_doubted(&self, directory: &str) -> bool {
        self.with_build(directory, |kept| kept.doubted.is_some()).unwrap_or_default()
    }

    /// Returns the changes in the files that a stale build accessed itself.
    pub(super) fn own_changes(&self, directory: &str) -> OwnChanges {
        let own = |kept: &CachedBuild| kept.doubted.as_ref().map(|doubt| doubt.own.clone());
        self.with_build(directory, own).flatten().unwrap_or_default()
    }

    pub(super) fn get_build(&self, directory: &str) -> Option<Rc<BuildOutput>> {
        self.with_build(directory, |kept| kept.built.clone()).flatten()
    }

    pub(super) fn cached_findings(&self, directory: &str) -> Option<Rc<Vec<VersionFinding>>> {
        self.with_build(directory, |kept| kept.findings.clone()).flatten()
    }

    pub(super) fn access_log(&self, directory: &str) -> Rc<AccessLog> {
        self.with_build(directory, |kept| Rc::clone(&kept.touched)).unwrap_or_default()
    }

    /// Returns all directories that a build is made of, besides itself.
    pub(super) fn all_bases(&self, directory: &str) -> Vec<Rc<str>> {
        let mut out: Vec<Rc<str>> = Vec::new();
        let mut open: Vec<Rc<str>> = self.direct_bases(directory);
        while let Some(base) = open.pop() {
            if &*base != directory && !out.contains(&base) && out.len() < MAX_BASES {
                open.extend(self.direct_bases(&base));
                out.push(base);
            }
        }
        out
    }

    fn direct_bases(&self, directory: &str) -> Vec<Rc<str>> {
        self.build_trace(directory).bases.iter().map(|(base, _)| Rc::clone(base)).collect()
    }

    pub(super) fn build_trace(&self, directory: &str) -> Rc<BuildTrace> {
        self.with_build(directory, |kept| Rc::clone(&kept.trace)).unwrap_or_default()
    }

    pub(super) fn build_stamp(&self, directory: &str) -> Option<u64> {
        self.with_build(directory, |kept| kept.stamp)
    }

    /// Stores the findings of a build; the build itself is kept only if it is a base.
    pub(super) fn store_findings(&self, directory: &str, findings: Rc<Vec<VersionFinding>>) {
        if let Some(kept) = self.kept.borrow_mut().get_mut(directory) {
            kept.findings = Some(findings);
            kept.built = kept.built.take().filter(|_| kept.is_base);
        }
    }

    /// Marks a directory as a base. Returns its name, its stamp, and whether it is tangled.
    pub(super) fn build_on(&self, directory: &str) -> Option<(Rc<str>, u64, bool)> {
        let mut all = self.kept.borrow_mut();
        let (name, stamp, tangled) = all
            .get_key_value(directory)
            .map(|(name, kept)| (Rc::clone(name), kept.stamp, kept.trace.tangled))?;
        all.get_mut(directory)?.is_base = true;
        Some((name, stamp, tangled))
    }

    /// Stores a new build, or keeps the old one if the result is the same.
    pub(super) fn store_build(&self, directory: &str, mut new: CachedBuild) -> Rc<BuildOutput> {
        let mut all = self.kept.borrow_mut();
        let (name, old) = match all.remove_entry(directory) {
            Some((name, old)) => (name, Some(old)),
            None => (Rc::from(directory), None),
        };
        self.last_stamp.set(self.last_stamp.get() + 1);
        new.stamp = self.last_stamp.get();
        new.is_whole = new.trace.said.iter().all(|said| match said {
            BuildWarning::Here(_) => false,
            BuildWarning::Base(base) => all.get(&**base).is_none_or(|base| base.is_whole),
        });
        old.iter().for_each(|old| new.inherit(old));
        if let Some(watchers) = &mut *self.watchers.borrow_mut() {
            old.iter().for_each(|old| watchers.remove(&name, &old.touched, &old.trace));
            watchers.add(&name, &new.touched, &new.trace);
        }
        let built = new.built.clone().unwrap_or_default();
        all.insert(name, new);
        built
    }

    /// Marks a stale build as valid. Its bases may have accessed other files although their results
    /// are the same.
    pub(super) fn confirm_build(&self, directory: &str) {
        let trace = self.build_trace(directory);
        let mut shared: Vec<Rc<AccessLog>> = Vec::new();
        for touched in trace.bases.iter().map(|(base, _)| self.access_log(base)) {
            if !shared.iter().any(|known| Rc::ptr_eq(known, &touched)) {
                shared.push(touched);
            }
        }
        if let Some(kept) = self.kept.borrow_mut().get_mut(directory) {
            kept.doubted = None;
            if !kept.touched.has_shared(&shared) {
                kept.touched = Rc::new(kept.touched.with_shared(shared));
            }
        }
    }

    /// Marks builds that accessed these paths as stale, and all builds on top of them. Builds not
    /// used since they became stale earlier are dropped. Returns the directories with findings that
    /// were not stale before.
    pub fn mark_stale<'p>(
        &mut self,
        changes: impl IntoIterator<Item = (&'p str, FileChangeKind)>,
        parsed: &KustomizeFileCache,
    ) -> Vec<Rc<str>> {
        self.moves += 1;
        self.work.set(0);
        let kept = self.kept.get_mut();
        let watchers = self.watchers.get_mut().get_or_insert_with(|| watchers_of(kept));
        watchers.take_left().iter().for_each(|path| parsed.forget(path));
        let mut open: Vec<(Rc<str>, StaleCause)> = changes
            .into_iter()
            .flat_map(|(path, change)| affected_builds(path, change, watchers, kept))
            .collect();
        let (mut affected, by) = (Vec::new(), self.moves);
        while let Some((name, cause)) = open.pop() {
            let Some(one) = kept.get_mut(&name) else { continue };
            match &mut one.doubted {
                Some(doubt) if doubt.by == by => {
                    doubt.own.add(&cause);
                    continue;
                }
                Some(_) => {
                    kept.remove(&name)
                        .iter()
                        .for_each(|one| watchers.remove(&name, &one.touched, &one.trace));
                }
                none => {
                    none.insert(Staleness { by, own: OwnChanges::default() }).own.add(&cause);
                    affected.extend(one.findings.is_some().then(|| Rc::clone(&name)));
                }
            }
            open.extend(
                watchers.users(&name).iter().map(|user| (Rc::clone(user), StaleCause::Base)),
            );
        }
        affected.sort_unstable();
        affected
    }
}

/// Returns the builds that accessed a path, each with the cause why it is stale.
fn affected_builds(
    path: &str,
    change: FileChangeKind,
    watchers: &BuildDependents,
    kept: &HashMap<Rc<str>, CachedBuild>,
) -> Vec<(Rc<str>, StaleCause)> {
    let cause = if change == FileChangeKind::Modified {
        StaleCause::Changed(Rc::from(path))
    } else {
        StaleCause::Moved
    };
    let lookers = watchers.lookers(path).iter().map(|name| (Rc::clone(name), cause.clone()));
    let folders = of_folders(path, change, watchers, kept);
    lookers.chain(folders.into_iter().map(|name| (name, StaleCause::Moved))).collect()
}

fn watchers_of(kept: &HashMap<Rc<str>, CachedBuild>) -> BuildDependents {
    let mut watchers = BuildDependents::default();
    kept.iter().for_each(|(name, one)| watchers.add(name, &one.touched, &one.trace));
    watchers
}

/// Returns the builds that depend on whether directories on the way to an added or removed file
/// exist.
fn of_folders(
    path: &str,
    change: FileChangeKind,
    watchers: &BuildDependents,
    kept: &HashMap<Rc<str>, CachedBuild>,
) -> Vec<Rc<str>> {
    let cares = |found: Option<PathLookup>| match change {
        FileChangeKind::Added => found.is_some_and(|found| found != PathLookup::Directory),
        FileChangeKind::Removed => found == Some(PathLookup::Directory),
        FileChangeKind::Modified => false,
    };
    let mut out = Vec::new();
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        let lookers = watchers.lookers(above).iter();
        out.extend(
            lookers
                .filter(|name| cares(kept.get(*name).and_then(|one| one.touched.lookup_at(above))))
                .cloned(),
        );
        folder = above;
    }
    out
}

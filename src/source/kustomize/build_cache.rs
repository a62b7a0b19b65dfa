//! The builds that are kept, and which of them a change of files puts in doubt.

use super::build::BuildOutput;
use super::build_equality::same_build;
use super::build_lookup::BuildWarning;
use super::dependents::BuildDependents;
use super::file_cache::KustomizeFileCache;
use crate::source::access_log::PathLookup;
use crate::source::{AccessLog, FileChangeKind, VersionFinding};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Builds by directory. They are of one snapshot; those in doubt are of an earlier one and hold if
/// what they looked at is unchanged.
#[derive(Default)]
pub struct BuildCache {
    kept: RefCell<HashMap<Rc<str>, CachedBuild>>,
    /// Known once there was a move.
    watchers: RefCell<Option<BuildDependents>>,
    work: Cell<usize>,
    last_stamp: Cell<u64>,
    moves: u64,
}

/// How a build came about.
#[derive(Default)]
pub(super) struct BuildTrace {
    /// The directories it is built on, and the stamps of their builds.
    pub bases: Vec<(Rc<str>, u64)>,
    pub said: Vec<BuildWarning>,
    /// It was cut short at some point, so it depends on where building began.
    pub tangled: bool,
}

/// One build.
pub(super) struct CachedBuild {
    /// Only if others build on it.
    built: Option<Rc<BuildOutput>>,
    is_base: bool,
    findings: Option<Rc<Vec<VersionFinding>>>,
    touched: Rc<AccessLog>,
    trace: Rc<BuildTrace>,
    /// Changes when something comes out differently.
    stamp: u64,
    doubted: Option<Staleness>,
}

/// Why a build may not hold.
struct Staleness {
    /// The move that put it in doubt.
    by: u64,
    own: OwnChanges,
}

/// What of that which a build looked at itself is not what it was.
#[derive(Clone, Default)]
pub(super) struct OwnChanges {
    /// Something came or is gone.
    pub moved: bool,
    /// Files have other contents.
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

/// What puts a build in doubt.
#[derive(Clone)]
enum StaleCause {
    Base,
    Moved,
    Changed(Rc<str>),
}

impl CachedBuild {
    /// A build of this snapshot.
    pub fn new(built: BuildOutput, touched: AccessLog, trace: BuildTrace) -> Self {
        CachedBuild {
            built: Some(Rc::new(built)),
            is_base: false,
            findings: None,
            touched: Rc::new(touched),
            trace: Rc::new(trace),
            stamp: 0,
            doubted: None,
        }
    }

    /// Takes over from the build that was kept before. Where nothing came out differently, what is
    /// built on it still holds.
    fn inherit(&mut self, old: &CachedBuild) {
        self.is_base = old.is_base;
        let same =
            matches!((&old.built, &self.built), (Some(old), Some(new)) if same_build(old, new));
        if same {
            (self.built, self.stamp) = (old.built.clone(), old.stamp);
        }
        if same || old.doubted.is_none() {
            self.findings.clone_from(&old.findings);
        }
    }
}

impl BuildCache {
    /// Counts work, and says how much there was.
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

    /// Is a build in doubt?
    pub(super) fn is_doubted(&self, directory: &str) -> bool {
        self.with_build(directory, |kept| kept.doubted.is_some()).unwrap_or_default()
    }

    /// What the build in doubt looked at itself and is not what it was.
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

    pub(super) fn build_trace(&self, directory: &str) -> Rc<BuildTrace> {
        self.with_build(directory, |kept| Rc::clone(&kept.trace)).unwrap_or_default()
    }

    pub(super) fn build_stamp(&self, directory: &str) -> Option<u64> {
        self.with_build(directory, |kept| kept.stamp)
    }

    /// Remembers what was seen in a build, and the build itself only if it is a base.
    pub(super) fn store_findings(&self, directory: &str, findings: Rc<Vec<VersionFinding>>) {
        if let Some(kept) = self.kept.borrow_mut().get_mut(directory) {
            kept.findings = Some(findings);
            kept.built = kept.built.take().filter(|_| kept.is_base);
        }
    }

    /// Says that something is built on a directory. Its name, its stamp, and whether it is tangled.
    pub(super) fn build_on(&self, directory: &str) -> Option<(Rc<str>, u64, bool)> {
        let mut all = self.kept.borrow_mut();
        let (name, stamp, tangled) = all
            .get_key_value(directory)
            .map(|(name, kept)| (Rc::clone(name), kept.stamp, kept.trace.tangled))?;
        all.get_mut(directory)?.is_base = true;
        Some((name, stamp, tangled))
    }

    /// Keeps a new build, or the old one where nothing came out differently.
    pub(super) fn store_build(&self, directory: &str, mut new: CachedBuild) -> Rc<BuildOutput> {
        let mut all = self.kept.borrow_mut();
        let (name, old) = match all.remove_entry(directory) {
            Some((name, old)) => (name, Some(old)),
            None => (Rc::from(directory), None),
        };
        self.last_stamp.set(self.last_stamp.get() + 1);
        new.stamp = self.last_stamp.get();
        old.iter().for_each(|old| new.inherit(old));
        if let Some(watchers) = &mut *self.watchers.borrow_mut() {
            old.iter().for_each(|old| watchers.remove(&name, &old.touched, &old.trace));
            watchers.add(&name, &new.touched, &new.trace);
        }
        let built = new.built.clone().unwrap_or_default();
        all.insert(name, new);
        built
    }

    /// Says that a build in doubt holds. Its bases may have looked elsewhere, though they came out
    /// the same.
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

    /// Puts in doubt what looked at these paths, and what is built on that. What nobody asked about
    /// since it was put in doubt before is dropped. Returns the directories in which something was
    /// seen, and that were not in doubt.
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
        let mut open: Vec<(Rc<str>, StaleCause)> = Vec::new();
        for (path, change) in changes {
            let cause = if change == FileChangeKind::Modified {
                StaleCause::Changed(Rc::from(path))
            } else {
                StaleCause::Moved
            };
            open.extend(watchers.lookers(path).iter().map(|name| (Rc::clone(name), cause.clone())));
            open.extend(
                of_folders(path, change, watchers, kept)
                    .into_iter()
                    .map(|name| (name, StaleCause::Moved)),
            );
        }
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

fn watchers_of(kept: &HashMap<Rc<str>, CachedBuild>) -> BuildDependents {
    let mut watchers = BuildDependents::default();
    kept.iter().for_each(|(name, one)| watchers.add(name, &one.touched, &one.trace));
    watchers
}

/// Who cares whether there are directories on the way to a file that comes or goes.
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

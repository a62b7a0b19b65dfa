//! Cached builds with their accessed files, bases and warnings, so that their validity can be
//! checked, also at another revision.

use super::build::{KustomizeBuilder, MAX_DEPTH};
use super::build_cache::{BuildTrace, CachedBuild};
use super::build_output::{BuildOutput, BuildWarning};
use super::file_cache;
use crate::source::{SnapshotReader, VersionFinding};
use std::collections::HashSet;
use std::rc::Rc;

/// The record of an unfinished build.
#[derive(Default)]
pub(super) struct BuildFrame {
    trace: BuildTrace,
    /// The number of the reader's warnings that are recorded already or belong to other builds.
    noted: usize,
}

/// Returns the findings of `look` in the build of a directory, cached. `look` is told whether the
/// build went without a warning. The build itself is kept
/// only if others build on it, because a thousand overlays with their objects need much memory.
pub(super) fn find_in_build(
    reader: &SnapshotReader<'_>,
    directory: &str,
    look: impl FnOnce(&BuildOutput, bool) -> Vec<VersionFinding>,
) -> Vec<VersionFinding> {
    let builds = &reader.kustomize;
    let mut builder = KustomizeBuilder::new(reader);
    let known = builder.is_current(directory).then(|| builds.cached_findings(directory)).flatten();
    let findings = known.unwrap_or_else(|| {
        let built = builder.load_build(directory);
        let is_whole = !has_warnings(reader, directory, &mut HashSet::new());
        let findings = Rc::new(look(&built, is_whole));
        builds.store_findings(directory, Rc::clone(&findings));
        findings
    });
    reader.record_access(&builds.access_log(directory));
    replay_warnings(reader, directory, &mut HashSet::new());
    findings.to_vec()
}

/// True if a build, or one that it is built on, has a warning.
fn has_warnings(reader: &SnapshotReader<'_>, directory: &str, done: &mut HashSet<Rc<str>>) -> bool {
    reader.kustomize.build_trace(directory).said.iter().any(|said| match said {
        BuildWarning::Here(_) => true,
        BuildWarning::Base(base) => {
            done.insert(Rc::clone(base)) && has_warnings(reader, base, done)
        }
    })
}

/// Repeats the warnings of a build, those of each base once.
fn replay_warnings(reader: &SnapshotReader<'_>, directory: &str, done: &mut HashSet<Rc<str>>) {
    for said in &reader.kustomize.build_trace(directory).said {
        match said {
            BuildWarning::Here(warning) => reader.add_warning(warning.clone()),
            BuildWarning::Base(base) => {
                if done.insert(Rc::clone(base)) {
                    replay_warnings(reader, base, done);
                }
            }
        }
    }
}

impl KustomizeBuilder<'_, '_> {
    /// Returns the build of a base and records the dependency.
    pub(super) fn build_base(&mut self, directory: &str) -> Rc<BuildOutput> {
        self.note_warnings();
        let built = self.load_build(directory);
        let name = self.reader.kustomize.build_on(directory);
        self.reader.record_access(&self.reader.kustomize.access_log(directory));
        replay_warnings(self.reader, directory, &mut HashSet::new());
        let (noted, _) = self.reader.warned_since(usize::MAX);
        if let (Some(frame), Some((name, stamp, tangled))) = (self.frames.last_mut(), name) {
            frame.noted = noted;
            frame.trace.said.push(BuildWarning::Base(Rc::clone(&name)));
            frame.trace.bases.push((name, stamp));
            frame.trace.tangled |= tangled;
        }
        built
    }

    /// Marks the unfinished build as dependent on where it began.
    pub(super) fn mark_tangled(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.trace.tangled = true;
        }
    }

    fn load_build(&mut self, directory: &str) -> Rc<BuildOutput> {
        let known = self.reader.kustomize.get_build(directory);
        known
            .filter(|_| self.is_current(directory))
            .unwrap_or_else(|| self.rebuild_directory(directory))
    }

    /// Rebuilds a directory. If the result is the same, builds on top of it remain valid.
    fn rebuild_directory(&mut self, directory: &str) -> Rc<BuildOutput> {
        let (noted, _) = self.reader.warned_since(usize::MAX);
        self.frames.push(BuildFrame { noted, ..BuildFrame::default() });
        let before = self.reader.take_touched();
        let mut built = BuildOutput::default();
        self.accumulate(directory, &mut built);
        self.note_warnings();
        let touched = self.reader.take_touched();
        self.reader.resume_touched(before);
        let trace = self.frames.pop().map(|frame| frame.trace).unwrap_or_default();
        self.reader.kustomize.store_build(directory, CachedBuild::new(built, touched, trace))
    }

    fn note_warnings(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (count, warnings) = self.reader.warned_since(frame.noted);
        frame.noted = count;
        frame.trace.said.extend(warnings.into_iter().map(BuildWarning::Here));
    }

    /// True if a cached build is valid at this revision. Stale bases are rebuilt.
    fn is_current(&mut self, directory: &str) -> bool {
        let builds = &self.reader.kustomize;
        if !builds.is_doubted(directory) {
            return builds.is_kept(directory);
        }
        let trace = builds.build_trace(directory);
        let open = self.open.len() >= MAX_DEPTH || self.open.iter().any(|open| open == directory);
        if trace.tangled || open || !self.own_files_hold(directory) {
            return false;
        }
        self.open.push(directory.to_owned());
        let same = trace.bases.iter().all(|(base, stamp)| self.current_stamp(base) == Some(*stamp));
        self.open.pop();
        if same {
            self.reader.kustomize.confirm_build(directory);
        }
        same
    }

    /// True if the essences of all files that a stale build accessed itself are unchanged.
    fn own_files_hold(&self, directory: &str) -> bool {
        let (own, touched) = (
            self.reader.kustomize.own_changes(directory),
            self.reader.kustomize.access_log(directory),
        );
        let holds = |path: &Rc<str>| {
            let made = touched.made_essences(path);
            !made.is_empty()
                && made.iter().all(|(made, stamp)| {
                    file_cache::essence_stamp(self.reader, *made, path) == Some(*stamp)
                })
        };
        !own.moved && own.changed.iter().all(holds)
    }

    /// Returns the stamp of a directory's build at this revision.
    fn current_stamp(&mut self, directory: &str) -> Option<u64> {
        if !self.is_current(directory) {
            self.rebuild_directory(directory);
        }
        self.reader.kustomize.build_stamp(directory)
    }
}

//! Since when each slot runs what it runs: the mainline commit that put the version there.
//!
//! Every file that was looked at to find a version is watched while walking back. Where one changed,
//! only the claims that looked at it are read again, at the commit's parent; the walk ends as soon
//! as every slot is answered.

use super::pull_request_number;
use crate::config::{Config, Rule};
use crate::git::{File, Flow, GitError, Mainline, Oid, PathId, Person, Repository, Snapshot, Step, Stopped, Tracked};
use crate::model::{Mapping, SlotKey, SourceKind, StageName, Version};
use crate::source::essence::{Essence, last_word};
use crate::source::{self, Cache, Claim, Reader, Reading, claims, claims_on, read_claim};
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// How many claims may be read to find where moved files came from, over the whole walk.
const MAX_SEARCHED: usize = 5_000;

/// Warnings after which a file says nothing about its versions.
const BROKEN: [&str; 5] = ["not-yaml", "unreadable", "not-text", "too-large", "not-a-tag"];

/// The commit that put a version where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    pub commit: Oid,
    /// The committer time, in seconds since 1970: when it landed on the mainline.
    pub time: i64,
    pub author: Person,
    pub subject: String,
    pub pull_request: Option<u64>,
}

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub repository: &'a Repository,
    pub config: &'a Config,
    /// The commit that `mapping` was read from.
    pub tip: Oid,
    /// The entries that are asked about.
    pub mapping: &'a Mapping,
    pub cache: &'a Cache,
    /// The stage of the branch, where a branch is a stage.
    pub branch_stage: Option<&'a StageName>,
}

/// The answers, and why there are no more.
#[derive(Debug)]
pub struct Arrivals {
    /// An entry without an answer is older than what is in this clone.
    pub found: HashMap<(SlotKey, Version), Since>,
    pub stopped: Stopped,
}

type Wanted = (SlotKey, Version);

/// A commit that may be the answer.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    commit: Oid,
    position: usize,
}

/// A claim, as it was at the point the walk has reached, and what is still wanted from it.
struct Watch<'a> {
    claim: Claim<'a>,
    wanted: BTreeSet<Wanted>,
    paths: Vec<PathId>,
    /// A fingerprint of the paths, so that the same ones are not looked up again.
    looked_at: u64,
    /// Where the file became readable after it was broken; the answer, unless an older state shows
    /// the same version.
    repaired: Option<Candidate>,
}

impl Watch<'_> {
    /// What the wanted versions are of.
    fn names(&self) -> BTreeSet<&str> {
        let slots = self.wanted.iter().map(|(slot, _)| slot);
        slots.map(|slot| last_word(slot.component.as_deref().unwrap_or(slot.app.as_str()))).collect()
    }
}

struct Search<'a> {
    question: Question<'a>,
    watches: Vec<Watch<'a>>,
    /// Who looks at a path.
    watchers: HashMap<PathId, BTreeSet<usize>>,
    found: HashMap<Wanted, Candidate>,
    searched: usize,
    essences: Essences,
}

/// What counts of contents, by source and blob; nothing for what cannot be read.
#[derive(Default)]
struct Essences(HashMap<(SourceKind, Oid), Option<Rc<Essence>>>);

impl Essences {
    fn of(&mut self, rule: &Rule, snapshot: &Snapshot<'_>, file: &File) -> Option<Rc<Essence>> {
        let source = source::of(rule);
        let known = self.0.entry((rule.kind, file.id));
        let read = || Some(Rc::new(source.essence(&file.path, &snapshot.read(file).ok()?)));
        known.or_insert_with(read).clone()
    }
}

/// Finds, for each entry of the mapping, the mainline commit that put its version there. A version
/// that is written in several places is there since the first of them.
///
/// # Errors
/// [`GitError::MissingObject`] where a partial clone lacks a commit or tree.
pub fn since(question: Question<'_>) -> Result<Arrivals, GitError> {
    let mut tracked = Tracked::new();
    let mut search = Search {
        question,
        watches: Vec::new(),
        watchers: HashMap::new(),
        found: HashMap::new(),
        searched: 0,
        essences: Essences::default(),
    };
    search.start(&mut tracked)?;
    let mut failed = None;
    let stopped = Mainline::new(question.repository, question.tip).walk(&mut tracked, |step, tracked| {
        search.visit(step, tracked).map_or_else(
            |error| {
                failed = Some(error);
                Flow::Stop
            },
            |()| Flow::Continue,
        )
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut found = HashMap::new();
    let mut known: HashMap<Oid, Since> = HashMap::new();
    for (wanted, candidate) in search.found {
        let since = match known.get(&candidate.commit) {
            Some(since) => since.clone(),
            None => describe(question.repository, candidate.commit)?,
        };
        known.insert(candidate.commit, since.clone());
        found.insert(wanted, since);
    }
    Ok(Arrivals { found, stopped })
}

fn describe(repository: &Repository, commit: Oid) -> Result<Since, GitError> {
    let info = repository.commit_info(commit)?;
    let pull_request = pull_request_number(&info.subject, &info.message);
    Ok(Since { commit, time: info.time, author: info.author, subject: info.subject, pull_request })
}

impl<'a> Search<'a> {
    /// Reads every claim at the tip and watches those that hold something that is asked about.
    fn start(&mut self, tracked: &mut Tracked) -> Result<(), GitError> {
        let asked: BTreeSet<Wanted> =
            self.question.mapping.entries.iter().map(|entry| (entry.slot(), entry.version.clone())).collect();
        let snapshot = Snapshot::of_commit(self.question.repository, self.question.tip)?;
        let reader = Reader::new(&snapshot, self.question.cache);
        for claim in claims(self.question.config, &reader) {
            let reading = read_claim(self.question.config, &claim, &reader, self.question.branch_stage);
            let wanted: BTreeSet<Wanted> = contents(&reading).filter(|wanted| asked.contains(wanted)).collect();
            if !wanted.is_empty() {
                self.watch(claim, wanted, &reading.touched.paths(), tracked);
            }
        }
        Ok(())
    }

    fn watch(&mut self, claim: Claim<'a>, wanted: BTreeSet<Wanted>, touched: &BTreeSet<String>, tracked: &mut Tracked) {
        self.watches.push(Watch { claim, wanted, paths: Vec::new(), looked_at: 0, repaired: None });
        self.look_at(self.watches.len() - 1, touched, tracked);
    }

    /// Watches these paths for a claim, and no others.
    fn look_at(&mut self, index: usize, touched: &BTreeSet<String>, tracked: &mut Tracked) {
        let mut hasher = DefaultHasher::new();
        touched.hash(&mut hasher);
        if std::mem::replace(&mut self.watches[index].looked_at, hasher.finish()) == hasher.finish() {
            return;
        }
        let paths: Vec<PathId> = touched.iter().map(|path| tracked.add(path)).collect();
        for path in &paths {
            self.watchers.entry(*path).or_default().insert(index);
        }
        let before = std::mem::replace(&mut self.watches[index].paths, paths);
        for path in before {
            if !self.watches[index].paths.contains(&path) {
                self.look_away(index, path, tracked);
            }
        }
    }

    fn look_away(&mut self, index: usize, path: PathId, tracked: &mut Tracked) {
        if let Some(watchers) = self.watchers.get_mut(&path) {
            watchers.remove(&index);
            if watchers.is_empty() {
                self.watchers.remove(&path);
                tracked.remove(path);
            }
        }
    }

    fn finish(&mut self, index: usize, tracked: &mut Tracked) {
        for path in std::mem::take(&mut self.watches[index].paths) {
            self.look_away(index, path, tracked);
        }
    }

    fn visit(&mut self, step: &Step<'_>, tracked: &mut Tracked) -> Result<(), GitError> {
        let here = Candidate { commit: step.commit, position: step.position };
        let Some(parent) = step.parent else {
            let affected: BTreeSet<usize> =
                step.changed.iter().filter_map(|path| self.watchers.get(path)).flatten().copied().collect();
            for index in affected {
                self.answer_all(index, here);
                self.finish(index, tracked);
            }
            return Ok(());
        };
        let snapshot = Snapshot::of_commit(self.question.repository, parent)?;
        let affected = self.affected(step, &snapshot, tracked)?;
        if affected.is_empty() {
            return Ok(());
        }
        let reader = Reader::of_versions(&snapshot, self.question.cache);
        let mut moved = None;
        for index in affected {
            if snapshot.find(&self.watches[index].claim.path).is_some() {
                self.compare(index, here, &reader, tracked);
            } else {
                let before = match &mut moved {
                    Some(before) => before,
                    None => moved.insert(self.left_behind(step.commit, &snapshot)?),
                };
                self.follow(index, here, before, tracked);
            }
        }
        Ok(())
    }

    /// The claims to which the step's changes can matter.
    fn affected(
        &mut self,
        step: &Step<'_>,
        before: &Snapshot<'_>,
        tracked: &Tracked,
    ) -> Result<BTreeSet<usize>, GitError> {
        let after = Snapshot::of_commit(self.question.repository, step.commit)?;
        let mut out = BTreeSet::new();
        for id in step.changed {
            let Some(watchers) = self.watchers.get(id) else { continue };
            let path = tracked.path(*id);
            let sides = before.find(path).zip(after.find(path));
            for index in watchers.iter().filter(|index| !out.contains(*index)).copied().collect::<Vec<_>>() {
                let watch = &self.watches[index];
                // A file that comes, goes or was broken always matters.
                let essences =
                    sides.as_ref().filter(|_| watch.repaired.is_none()).and_then(|(before_file, after_file)| {
                        let there = self.essences.of(watch.claim.rule, before, before_file)?;
                        Some((there, self.essences.of(watch.claim.rule, &after, after_file)?))
                    });
                if essences.is_none_or(|(there, here)| there.differs_for(&here, &watch.names())) {
                    out.insert(index);
                }
            }
        }
        Ok(out)
    }

    /// Reads a claim at the parent, and answers for what is not the same there.
    fn compare(&mut self, index: usize, here: Candidate, reader: &Reader<'_>, tracked: &mut Tracked) {
        let watch = &self.watches[index];
        let reading = read_claim(self.question.config, &watch.claim, reader, self.question.branch_stage);
        let there_touched = reading.touched.paths();
        let there: BTreeSet<Wanted> = contents(&reading).collect();
        let gone: Vec<Wanted> = watch.wanted.difference(&there).cloned().collect();
        // Other claims are read through the same reader; their warnings are not about this one.
        let mut warnings = reader.warnings();
        warnings.retain(|warning| warning.path.as_ref().is_some_and(|path| there_touched.contains(path)));
        if !gone.is_empty() && warnings.iter().any(|warning| warning.code == "missing-object") {
            // A partial clone: what was there cannot be known.
            return self.finish(index, tracked);
        }
        if !gone.is_empty() && warnings.iter().any(|warning| BROKEN.contains(&warning.code)) {
            let watch = &mut self.watches[index];
            watch.repaired.get_or_insert(here);
            let mut touched = there_touched;
            touched.extend(watch.paths.iter().map(|path| tracked.path(*path).to_owned()));
            return self.look_at(index, &touched, tracked);
        }
        let since = self.watches[index].repaired.take().unwrap_or(here);
        for wanted in gone {
            self.watches[index].wanted.remove(&wanted);
            self.answer(wanted, since);
        }
        if self.watches[index].wanted.is_empty() {
            self.finish(index, tracked);
        } else {
            self.look_at(index, &there_touched, tracked);
        }
    }

    /// The file is new: goes on with the claim that held the same before, if there was one.
    fn follow(&mut self, index: usize, here: Candidate, before: &[(Claim<'a>, Reading)], tracked: &mut Tracked) {
        for (claim, reading) in before {
            let there: BTreeSet<Wanted> = contents(reading).collect();
            let same: BTreeSet<Wanted> = self.watches[index].wanted.intersection(&there).cloned().collect();
            if !same.is_empty() {
                self.watches[index].wanted.retain(|wanted| !same.contains(wanted));
                self.watch(claim.clone(), same, &reading.touched.paths(), tracked);
            }
        }
        self.answer_all(index, here);
        self.finish(index, tracked);
    }

    /// What the files said at the parent that the commit changed or removed.
    fn left_behind(&mut self, commit: Oid, snapshot: &Snapshot<'_>) -> Result<Vec<(Claim<'a>, Reading)>, GitError> {
        let reader = Reader::of_versions(snapshot, self.question.cache);
        let after = Snapshot::of_commit(self.question.repository, commit)?;
        let mut out = Vec::new();
        for path in snapshot.left_by(&after) {
            for claim in claims_on(self.question.config, &path) {
                if self.searched == MAX_SEARCHED {
                    return Ok(out);
                }
                self.searched += 1;
                let reading = read_claim(self.question.config, &claim, &reader, self.question.branch_stage);
                out.push((claim, reading));
            }
        }
        Ok(out)
    }

    fn answer_all(&mut self, index: usize, here: Candidate) {
        let since = self.watches[index].repaired.unwrap_or(here);
        for wanted in std::mem::take(&mut self.watches[index].wanted) {
            self.answer(wanted, since);
        }
    }

    /// Of several places, the one that has had the version longest counts.
    fn answer(&mut self, wanted: Wanted, since: Candidate) {
        let known = self.found.entry(wanted).or_insert(since);
        if known.position < since.position {
            *known = since;
        }
    }
}

fn contents(reading: &Reading) -> impl Iterator<Item = Wanted> {
    reading.entries.iter().map(|entry| (entry.slot(), entry.version.clone()))
}

#[cfg(test)]
#[path = "since_tests.rs"]
mod tests;

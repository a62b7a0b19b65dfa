//! The repository state that edits are based on: every claim, with its entries and the files it
//! read.

use super::file_edits::FileEdits;
use crate::config::Config;
use crate::git::{GitError, Snapshot, SymlinkMap};
use crate::model::{Mapping, MappingEntry, StageName, Warning};
use crate::source::{self, Claim, ParseCache, SnapshotReader, read_claim};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Code of the warning about `replacements` that write into images.
const REPLACEMENTS: &str = "kustomize-replacements";

/// A state that has been read. [`EditBase::compute_edits`] computes changes to it.
pub struct EditBase<'a> {
    pub(super) config: &'a Config,
    pub(super) snapshot: Snapshot<'a>,
    pub(super) cache: &'a ParseCache,
    branch_stage: Option<&'a StageName>,
    claims: Rc<Vec<Claim<'a>>>,
    /// Entries of each claim.
    entries: Vec<Rc<Vec<MappingEntry>>>,
    /// Claims that read each path.
    by_path: Rc<HashMap<String, Vec<usize>>>,
    /// Claims whose build writes into images in ways that towpath does not follow.
    replacing: Rc<BTreeSet<usize>>,
    warnings: Vec<Warning>,
}

impl<'a> EditBase<'a> {
    /// Reads all files that the configuration names. `branch_stage` as for
    /// [`source::read_mapping`].
    pub fn load(
        config: &'a Config,
        snapshot: Snapshot<'a>,
        cache: &'a ParseCache,
        branch_stage: Option<&'a StageName>,
    ) -> Self {
        let reader = SnapshotReader::new(&snapshot, cache);
        let claims = source::find_claims(config, &reader);
        let mut entries = Vec::new();
        let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
        let mut replacing = BTreeSet::new();
        for (index, claim) in claims.iter().enumerate() {
            let reading = read_claim(config, claim, &reader, branch_stage);
            for path in reading.touched.file_paths() {
                by_path.entry(path).or_default().push(index);
            }
            if reading.warnings.iter().any(|warning| warning.code == REPLACEMENTS) {
                replacing.insert(index);
            }
            entries.push(Rc::new(reading.entries));
        }
        let warnings = reader.warnings();
        let (claims, by_path, replacing) = (Rc::new(claims), Rc::new(by_path), Rc::new(replacing));
        EditBase {
            config,
            snapshot,
            cache,
            branch_stage,
            claims,
            entries,
            by_path,
            replacing,
            warnings,
        }
    }

    /// Returns the state after some edits. Only claims that read an edited file are read again.
    ///
    /// # Errors
    /// If the repository's objects cannot be opened again.
    pub fn with_edits(&self, edits: &FileEdits) -> Result<EditBase<'a>, GitError> {
        let snapshot = self.snapshot.with_files(edits.contents())?;
        let mut entries = self.entries.clone();
        for (index, read) in self.read_claims(&snapshot, &self.looking_at(edits.paths())) {
            entries[index] = Rc::new(read);
        }
        let (claims, by_path) = (Rc::clone(&self.claims), Rc::clone(&self.by_path));
        let (replacing, warnings) = (Rc::clone(&self.replacing), self.warnings.clone());
        Ok(EditBase { snapshot, entries, claims, by_path, replacing, warnings, ..*self })
    }

    /// Assembles the mapping, as [`source::read_mapping`] does.
    pub fn to_mapping(&self) -> Mapping {
        let entries = self.assemble_entries(self.entries.iter());
        let stages = self.config.stages.iter().map(|stage| stage.name.clone()).collect();
        Mapping { entries, stages, warnings: self.warnings.clone() }
    }

    /// The symbolic links of the repository.
    pub fn links(&self) -> SymlinkMap {
        SymlinkMap::from_snapshot(&self.snapshot, |_| true)
    }

    /// Claims that read one of these paths.
    pub(super) fn looking_at<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p str>,
    ) -> BTreeSet<usize> {
        paths.into_iter().filter_map(|path| self.by_path.get(path)).flatten().copied().collect()
    }

    /// Reads these claims in another state.
    pub(super) fn read_claims(
        &self,
        snapshot: &Snapshot<'a>,
        claims: &BTreeSet<usize>,
    ) -> Vec<(usize, Vec<MappingEntry>)> {
        let reader = SnapshotReader::new(snapshot, self.cache);
        let read = |index: &usize| {
            let reading = read_claim(self.config, &self.claims[*index], &reader, self.branch_stage);
            (*index, reading.entries)
        };
        claims.iter().map(read).collect()
    }

    /// Mapping entries of these claims.
    pub(super) fn said_by(&self, claims: &BTreeSet<usize>) -> Vec<MappingEntry> {
        self.assemble_entries(claims.iter().map(|index| &self.entries[*index]))
    }

    /// Returns a claim and its entries.
    pub(super) fn claim(&self, index: usize) -> (&Claim<'a>, &[MappingEntry]) {
        (&self.claims[index], &self.entries[index])
    }

    /// True if the build of a claim may write another version over the edited one.
    pub(super) fn is_replacing(&self, index: usize) -> bool {
        self.replacing.contains(&index)
    }

    fn assemble_entries<'e>(
        &self,
        readings: impl Iterator<Item = &'e Rc<Vec<MappingEntry>>>,
    ) -> Vec<MappingEntry> {
        source::assemble_entries(self.config, readings.map(|entries| entries.to_vec()))
    }
}

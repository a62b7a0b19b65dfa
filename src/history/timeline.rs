//! The deployments of a mainline, newest first.
//!
//! A hundred thousand deployments share few cells, versions and paths, so each is a row of small
//! numbers; [`Deployment`] is the view of a row.

use crate::git::Oid;
use crate::model::{CellKey, Version};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::Hash;

/// Version of a cell, and its image if the repository names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageVersion {
    /// `registry/repository`.
    pub image: Option<String>,
    pub version: Version,
}

/// Kind of change that a deployment makes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum DeploymentKind {
    /// A version in a first stage, or one that cannot be compared with the stages before.
    #[default]
    Deploy,
    /// A version that an earlier stage runs or ran.
    Promote,
    /// A version that the cell ran before.
    Rollback,
    /// A version that the earlier stages with this app never had.
    Skip,
    /// A new cell.
    Add,
    /// A removed cell.
    Remove,
    /// A change of the image name only.
    Image,
}

impl DeploymentKind {
    /// All kinds.
    pub const ALL: [DeploymentKind; 7] = [
        DeploymentKind::Deploy,
        DeploymentKind::Promote,
        DeploymentKind::Rollback,
        DeploymentKind::Skip,
        DeploymentKind::Add,
        DeploymentKind::Remove,
        DeploymentKind::Image,
    ];

    /// The word used in help, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            DeploymentKind::Deploy => "deploy",
            DeploymentKind::Promote => "promote",
            DeploymentKind::Rollback => "rollback",
            DeploymentKind::Skip => "skip",
            DeploymentKind::Add => "add",
            DeploymentKind::Remove => "remove",
            DeploymentKind::Image => "image",
        }
    }
}

/// A mainline commit that changed what a cell runs.
#[derive(Debug, Clone, Copy)]
pub struct Deployment<'t> {
    /// Position in the timeline; smaller is newer.
    pub index: usize,
    pub cell: &'t CellKey,
    pub kind: DeploymentKind,
    /// The version before; `None` for a new cell.
    pub from: Option<&'t ImageVersion>,
    /// The version after; `None` for a removed cell.
    pub to: Option<&'t ImageVersion>,
    pub commit: Oid,
    /// Committer time of the mainline commit, in seconds since 1970.
    pub time: i64,
    /// The changed file.
    pub path: &'t str,
    /// Seconds since the version reached the earlier stage; negative if it came there later.
    pub lead: Option<i64>,
}

/// All deployments, newest first by position on the mainline.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    pub(super) cells: Interner<CellKey>,
    pub(super) pins: Interner<ImageVersion>,
    pub(super) paths: Interner<String>,
    pub(super) commits: Vec<DeployingCommit>,
    pub(super) rows: Vec<DeploymentRow>,
    /// Cells that had another name before: the old number and the new one. Used when an older part
    /// is appended, and not kept in the index.
    pub(super) renamed: HashMap<u32, u32>,
}

/// A mainline commit that deployed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeployingCommit {
    #[serde(with = "super::index::id")]
    pub id: Oid,
    pub time: i64,
}

/// A deployment as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeploymentRow {
    pub cell: u32,
    /// Index of `pins`, or [`NOTHING`].
    pub from: u32,
    pub to: u32,
    pub commit: u32,
    pub path: u32,
    pub kind: DeploymentKind,
    pub lead: Option<i64>,
}

impl DeploymentRow {
    /// Creates a row whose kind and lead are not computed yet.
    pub fn new(cell: u32, from: u32, to: u32, commit: u32, path: u32) -> Self {
        DeploymentRow { cell, from, to, commit, path, kind: DeploymentKind::default(), lead: None }
    }
}

/// Stands for a missing index of `pins`: no version.
pub(super) const NOTHING: u32 = u32::MAX;

/// Numbers distinct values.
#[derive(Debug, Clone)]
pub(super) struct Interner<T> {
    values: Vec<T>,
    /// Built on first use if the values were read from an index.
    numbers: HashMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Interner { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// Creates an interner from distinct values, in the order of their numbers.
    pub fn from_distinct(values: Vec<T>) -> Self {
        Interner { values, numbers: HashMap::new() }
    }

    /// Builds the lookup table by value.
    fn find_numbers(&mut self) {
        if self.numbers.len() < self.values.len() {
            self.numbers = self.values.iter().cloned().zip(0..).collect();
        }
    }

    /// Returns the number of a value, adding it if new.
    pub fn number(&mut self, value: &T) -> u32 {
        self.find_numbers();
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number =
            u32::try_from(self.values.len()).expect("fewer than 2^32 values fit into memory");
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }

    /// Returns the number of a value in its borrowed form, adding it if new.
    pub fn number_of<Q: ?Sized + Hash + Eq + ToOwned<Owned = T>>(&mut self, value: &Q) -> u32
    where
        T: std::borrow::Borrow<Q>,
    {
        self.find_numbers();
        match self.numbers.get(value) {
            Some(number) => *number,
            None => self.number(&value.to_owned()),
        }
    }

    /// Returns the number of a value, if it has one.
    pub fn find<Q: ?Sized + Hash + Eq>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
    {
        if self.numbers.len() < self.values.len() {
            let at = self.values.iter().position(|known| known.borrow() == value)?;
            return u32::try_from(at).ok();
        }
        self.numbers.get(value).copied()
    }

    /// Returns the value of a number; `None` for [`NOTHING`].
    pub fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }

    /// All values, in the order of their numbers.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

impl Timeline {
    /// Appends a deployment that is not newer than the last one. Kinds and leads are computed
    /// later, as they depend on the whole timeline.
    pub fn push(
        &mut self,
        commit: (Oid, i64),
        cell: &CellKey,
        from: Option<&ImageVersion>,
        to: Option<&ImageVersion>,
        path: &str,
    ) {
        let commit = self.add_commit(DeployingCommit { id: commit.0, time: commit.1 });
        let cell = self.cells.number(cell);
        let from = from.map_or(NOTHING, |pinned| self.pins.number(pinned));
        let to = to.map_or(NOTHING, |pinned| self.pins.number(pinned));
        let path = self.paths.number_of(path);
        self.rows.push(DeploymentRow::new(cell, from, to, commit, path));
    }

    /// Returns the number of a commit. Commits must be added newest first.
    pub(super) fn add_commit(&mut self, landing: DeployingCommit) -> u32 {
        if self.commits.last() != Some(&landing) {
            self.commits.push(landing);
        }
        u32::try_from(self.commits.len() - 1).expect("fewer than 2^32 commits fit into memory")
    }

    /// Sorts the rows by commit, then by cell and file, independent of numbering, and drops commits
    /// without rows.
    pub(super) fn sort(&mut self) {
        let mut cells: Vec<(&CellKey, usize)> = self.cells.values().iter().zip(0..).collect();
        cells.sort_unstable();
        let mut rank = vec![0; cells.len()];
        cells.into_iter().zip(0..).for_each(|((_, number), place)| rank[number] = place);
        let place = |row: &DeploymentRow| (row.commit, rank[row.cell as usize]);
        let (paths, pins) = (&self.paths, &self.pins);
        let details =
            |row: &DeploymentRow| (paths.get(row.path), pins.get(row.from), pins.get(row.to));
        self.rows.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| details(a).cmp(&details(b))));
        let mut kept: Vec<DeployingCommit> = Vec::new();
        let mut last = None;
        for row in &mut self.rows {
            if last.replace(row.commit) != Some(row.commit) {
                kept.push(self.commits[row.commit as usize]);
            }
            row.commit = u32::try_from(kept.len() - 1).expect("no more than there were");
        }
        self.commits = kept;
    }

    /// Tells which cells had another name before: the old number and the new one.
    pub(super) fn set_renamed(&mut self, renamed: HashMap<u32, u32>) {
        self.renamed = renamed;
    }

    /// Appends the older part, read from an index.
    pub(super) fn append(&mut self, older: &Timeline) {
        let (renamed, known) = (&self.renamed, &mut self.cells);
        let cells = older.cells.values().iter().map(|cell| known.number(cell));
        let cells: Vec<u32> =
            cells.map(|cell| renamed.get(&cell).copied().unwrap_or(cell)).collect();
        // What goes by another name since the older part does so in still older parts, too.
        let before: Vec<(u32, u32)> = older
            .renamed
            .iter()
            .filter_map(|(old, new)| Some((older.cells.get(*old)?, cells[*new as usize])))
            .map(|(old, new)| (known.number(old), new))
            .collect();
        for (old, new) in before {
            self.renamed.entry(old).or_insert(new);
        }
        let pins: Vec<u32> =
            older.pins.values().iter().map(|pinned| self.pins.number(pinned)).collect();
        let paths: Vec<u32> =
            older.paths.values().iter().map(|path| self.paths.number(path)).collect();
        let pin = |number: u32| pins.get(number as usize).copied().unwrap_or(NOTHING);
        let commits =
            u32::try_from(self.commits.len()).expect("fewer than 2^32 commits fit into memory");
        self.commits.extend(&older.commits);
        self.rows.extend(older.rows.iter().map(|row| {
            let (cell, path) = (cells[row.cell as usize], paths[row.path as usize]);
            DeploymentRow::new(cell, pin(row.from), pin(row.to), commits + row.commit, path)
        }));
        self.sort();
    }

    /// Number of deployments.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are no deployments.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every cell that was ever deployed to.
    pub fn cells(&self) -> &[CellKey] {
        self.cells.values()
    }

    /// Every version that ever ran; versions of several images are repeated.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        self.pins.values().iter().map(|pinned| &pinned.version)
    }

    /// All deployments, newest first.
    pub fn deployments(&self) -> impl DoubleEndedIterator<Item = Deployment<'_>> {
        (0..self.rows.len()).map(|index| self.deployment(index))
    }

    /// Returns the deployment at an index.
    ///
    /// # Panics
    /// If the index is out of range.
    pub fn deployment(&self, index: usize) -> Deployment<'_> {
        let row = self.rows[index];
        let landing = self.commits[row.commit as usize];
        Deployment {
            index,
            cell: self.cells.get(row.cell).expect("rows are made with numbers of cells"),
            kind: row.kind,
            from: self.pins.get(row.from),
            to: self.pins.get(row.to),
            commit: landing.id,
            time: landing.time,
            path: self.paths.get(row.path).expect("rows are made with numbers of paths"),
            lead: row.lead,
        }
    }
}

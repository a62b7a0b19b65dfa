//! Differences between two trees within a scope. Only trees with different ids are read, and equal
//! runs of entries are skipped as bytes.

use super::tree::{MAX_DEPTH, MODE_TREE, TreeEntry, entry_length, parse_entries};
use super::{FileKind, GitError, Repository, SnapshotFile};
use git2::Oid;
use std::cmp::Ordering;

/// A path that differs between two trees. Directories are not listed, only the files in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// The object in the older tree; `None` for a new path.
    pub before: Option<TreeObject>,
    /// The object in the newer tree; `None` for a removed path.
    pub after: Option<TreeObject>,
}

/// The object at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeObject {
    pub id: Oid,
    pub kind: FileKind,
}

impl PathChange {
    /// Returns the file of the older tree.
    pub fn file_before(&self) -> Option<SnapshotFile> {
        self.before.map(|object| SnapshotFile {
            path: self.path.clone(),
            id: object.id,
            kind: object.kind,
        })
    }
}

/// The parts of a repository to examine: paths of directories or files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathScope(Vec<String>);

/// The relation of a path to a scope, closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ScopeRelation {
    Inside,
    /// A parent directory of something inside.
    Above,
    Outside,
}

impl PathScope {
    /// The whole repository.
    pub fn whole() -> Self {
        PathScope(vec![String::new()])
    }

    /// The given paths and everything below them; the empty path is the whole repository.
    pub fn of(paths: impl IntoIterator<Item = String>) -> Self {
        let mut paths: Vec<String> =
            paths.into_iter().map(|path| path.trim_matches('/').to_owned()).collect();
        paths.sort();
        let mut kept: Vec<String> = Vec::new();
        for path in paths {
            if !kept.iter().any(|above| path_relation(above, &path) == ScopeRelation::Inside) {
                kept.push(path);
            }
        }
        PathScope(kept)
    }

    /// True if the path is inside the scope.
    pub fn covers(&self, path: &str) -> bool {
        self.relation_of(path) == ScopeRelation::Inside
    }

    fn relation_of(&self, path: &str) -> ScopeRelation {
        self.0.iter().map(|part| path_relation(part, path)).min().unwrap_or(ScopeRelation::Outside)
    }
}

/// Returns the relation of `path` to the scope `part`.
fn path_relation(part: &str, path: &str) -> ScopeRelation {
    let below = |above: &str, path: &str| {
        above.is_empty()
            || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match (below(part, path), below(path, part)) {
        (true, _) => ScopeRelation::Inside,
        (false, true) => ScopeRelation::Above,
        (false, false) => ScopeRelation::Outside,
    }
}

/// All differences between two states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeDiff {
    /// In no promised order.
    pub changes: Vec<PathChange>,
    /// Directories with differences that cannot be listed: a name is not UTF-8, or nested too
    /// deeply.
    pub beyond: Vec<String>,
}

/// Returns the paths that differ between two root trees, in no promised order. `None` is an empty
/// tree.
pub(super) fn diff_trees(
    repository: &Repository,
    before: Option<Oid>,
    after: Option<Oid>,
    scope: &PathScope,
) -> Result<Vec<PathChange>, GitError> {
    diff_trees_fully(repository, before, after, scope).map(|found| found.changes)
}

/// Like [`diff_trees`], with the directories it cannot list.
pub(super) fn diff_trees_fully(
    repository: &Repository,
    before: Option<Oid>,
    after: Option<Oid>,
    scope: &PathScope,
) -> Result<TreeDiff, GitError> {
    let mut comparison =
        TreeDiffBuilder { repository, scope, path: String::new(), found: TreeDiff::default() };
    comparison.compare_trees(before, after, scope.relation_of(""), 0)?;
    Ok(comparison.found)
}

struct TreeDiffBuilder<'o> {
    repository: &'o Repository,
    scope: &'o PathScope,
    /// Path of the directory being compared.
    path: String,
    found: TreeDiff,
}

/// The entries of one name on both sides.
type TreeEntryPair<'t> = (Option<TreeEntry<'t>>, Option<TreeEntry<'t>>);

impl TreeDiffBuilder<'_> {
    fn compare_trees(
        &mut self,
        before: Option<Oid>,
        after: Option<Oid>,
        standing: ScopeRelation,
        depth: usize,
    ) -> Result<(), GitError> {
        if before == after || standing == ScopeRelation::Outside {
            return Ok(());
        }
        if depth > MAX_DEPTH {
            self.found.beyond.push(self.path.clone());
            return Ok(());
        }
        let old = before.map(|id| self.repository.read_tree(id)).transpose()?;
        let new = after.map(|id| self.repository.read_tree(id)).transpose()?;
        let differing = differing_entries(
            old.as_deref().unwrap_or_default(),
            new.as_deref().unwrap_or_default(),
        );
        for (old, new) in differing {
            self.compare_entries(old, new, standing, depth)?;
        }
        Ok(())
    }

    fn compare_entries(
        &mut self,
        before: Option<TreeEntry<'_>>,
        after: Option<TreeEntry<'_>>,
        standing: ScopeRelation,
        depth: usize,
    ) -> Result<(), GitError> {
        let Some(name) = before.or(after).and_then(|entry| std::str::from_utf8(entry.name).ok())
        else {
            self.found.beyond.push(self.path.clone());
            return Ok(());
        };
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(name);
        let standing = if standing == ScopeRelation::Inside {
            standing
        } else {
            self.scope.relation_of(&self.path)
        };
        let tree = |side: Option<TreeEntry<'_>>| {
            side.filter(|entry| entry.mode == MODE_TREE).map(|entry| entry.id)
        };
        let file = |side: Option<TreeEntry<'_>>| {
            let entry = side.filter(|entry| entry.mode != MODE_TREE)?;
            Some(TreeObject { id: entry.id, kind: FileKind::of_mode(entry.mode) })
        };
        self.compare_trees(tree(before), tree(after), standing, depth + 1)?;
        let (before, after) = (file(before), file(after));
        if standing == ScopeRelation::Inside && (before.is_some() || after.is_some()) {
            self.found.changes.push(PathChange { path: self.path.clone(), before, after });
        }
        self.path.truncate(length);
        Ok(())
    }
}

/// Returns the entries that differ between two trees.
fn differing_entries<'t>(mut old: &'t [u8], mut new: &'t [u8]) -> Vec<TreeEntryPair<'t>> {
    let mut out = Vec::new();
    loop {
        // Most entries are byte-identical on both sides.
        while let Some(length) =
            entry_length(old).filter(|length| new.get(..*length) == old.get(..*length))
        {
            (old, new) = (&old[length..], &new[length..]);
        }
        let (first_old, first_new) = (parse_entries(old).next(), parse_entries(new).next());
        let order = match (&first_old, &first_new) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => sort_key(a).cmp(sort_key(b)),
        };
        let before = first_old.filter(|_| order != Ordering::Greater);
        let after = first_new.filter(|_| order != Ordering::Less);
        old = &old[before.and_then(|_| entry_length(old)).unwrap_or(0)..];
        new = &new[after.and_then(|_| entry_length(new)).unwrap_or(0)..];
        out.push((before, after));
    }
}

/// Git sorts directories as if their names ended in `/`.
fn sort_key<'t>(entry: &TreeEntry<'t>) -> impl Iterator<Item = u8> + 't {
    let slash = (entry.mode == MODE_TREE).then_some(b'/');
    entry.name.iter().copied().chain(slash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Repository;
    use crate::git::testing::TestRepository;

    fn changes(repository: &Repository, scope: &PathScope) -> Vec<String> {
        let tree = |revision: &str| {
            let id = repository.resolve_revision(revision).expect("a commit");
            repository.inner().find_commit(id).expect("a commit").tree_id()
        };
        let found =
            diff_trees(repository, Some(tree("main~1")), Some(tree("main")), scope).expect("trees");
        let sign = |change: &PathChange| match (change.before, change.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        };
        let mut shown: Vec<String> =
            found.iter().map(|change| format!("{}{}", sign(change), change.path)).collect();
        shown.sort();
        shown
    }

    fn repository() -> TestRepository {
        let mut test = TestRepository::new();
        test.commit(
            "first",
            &[
                ("a.b", Some("1")),
                ("a/x", Some("1")),
                ("a/y/z", Some("1")),
                ("b", Some("1")),
                ("c/d", Some("1")),
            ],
        );
        test.commit(
            "second",
            &[
                ("a.b", Some("2")),
                ("a/x", None),
                ("a/y/z", Some("2")),
                ("b", None),
                ("b/in", Some("1")),
                ("d", Some("1")),
            ],
        );
        test
    }

    #[test]
    fn files_that_differ_are_listed_and_directories_entered() {
        let mut test = repository();
        let repository = test.open();
        assert_eq!(
            changes(&repository, &PathScope::whole()),
            ["+b/in", "+d", "-a/x", "-b", "~a.b", "~a/y/z"]
        );
    }

    #[test]
    fn only_the_scope_is_looked_at() {
        let mut test = repository();
        let repository = test.open();
        let scope = |paths: &[&str]| PathScope::of(paths.iter().map(|path| (*path).to_owned()));
        assert_eq!(changes(&repository, &scope(&["a/y", "d"])), ["+d", "~a/y/z"]);
        assert_eq!(changes(&repository, &scope(&["b"])), ["+b/in", "-b"]);
        assert!(scope(&["a", "a/y"]).covers("a/x") && !scope(&["a"]).covers("a.b"));
    }
}

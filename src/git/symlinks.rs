//! Follows symbolic links inside a repository, to see the files that other programs would read.

use super::snapshot::Snapshot;
use super::snapshot_file::{FileKind, SnapshotFile};
use std::collections::BTreeMap;

/// Maximum number of followed links.
const MAX_LINKS: usize = 2_000;

/// Maximum length of a chain of links.
const MAX_STEPS: usize = 16;

/// Links and the paths they lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SymlinkMap(BTreeMap<String, String>);

impl SymlinkMap {
    /// Collects the links of a snapshot that lead into the repository and for which `counts`
    /// returns true.
    pub fn from_snapshot(snapshot: &Snapshot<'_>, counts: impl Fn(&str) -> bool) -> Self {
        let all = snapshot.files_under("").unwrap_or_default();
        SymlinkMap::from_files(snapshot, all.iter().filter(|file| counts(&file.path)))
    }

    /// Collects the links among these files of a snapshot that lead into the repository.
    pub fn from_files<'f>(
        snapshot: &Snapshot<'_>,
        files: impl Iterator<Item = &'f SnapshotFile>,
    ) -> Self {
        let links = files.filter(|file| file.kind == FileKind::Symlink);
        let target =
            |link: &SnapshotFile| Some((link.path.clone(), snapshot.link_target(&link.path)?));
        SymlinkMap(links.filter_map(target).take(MAX_LINKS).collect())
    }

    /// The links, each with where it leads, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(link, target)| (link.as_str(), target.as_str()))
    }

    /// True if there are no links.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the target of a path; `None` if it contains no link.
    pub fn resolve_path(&self, path: &str) -> Option<String> {
        let mut real = self.follow_first(path)?;
        for _ in 0..MAX_STEPS {
            let Some(next) = self.follow_first(&real) else { break };
            real = next;
        }
        Some(real)
    }

    /// Returns the path with its first link followed.
    fn follow_first(&self, path: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.filter(|end| *end > 0).find_map(|end| {
            let target = self.0.get(&path[..end])?;
            let rest = path[end..].trim_start_matches('/');
            let joint = if target.is_empty() || rest.is_empty() { "" } else { "/" };
            Some(format!("{target}{joint}{rest}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Repository;

    #[test]
    fn links_are_followed_one_after_the_other() {
        let link = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
        let links =
            SymlinkMap([("a", "b/c"), ("b", "d"), ("x/y", ""), ("l", "l")].map(link).into());
        assert_eq!(links.resolve_path("a/web.yaml").as_deref(), Some("d/c/web.yaml"));
        assert_eq!(links.resolve_path("x/y").as_deref(), Some(""));
        assert_eq!(links.resolve_path("x/y/z").as_deref(), Some("z"));
        assert_eq!((links.resolve_path("x"), links.resolve_path("ab/c")), (None, None));
        assert_eq!(links.resolve_path("l").as_deref(), Some("l"), "it ends");
    }

    #[test]
    fn a_snapshot_shows_what_links_lead_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let git = git2::Repository::init_bare(folder.path()).expect("a new repository");
        let mut update = git2::build::TreeUpdateBuilder::new();
        let mut put = |path: &str, text: &str, mode| {
            let blob = git.blob(text.as_bytes()).expect("a blob");
            update.upsert(path, blob, mode);
        };
        put("real/a.yaml", "a", git2::FileMode::Blob);
        for (path, target) in
            [("file", "real/a.yaml"), ("folder", "real"), ("real/up", ".."), ("out", "../x")]
        {
            put(path, target, git2::FileMode::Link);
        }
        let empty = git.treebuilder(None).and_then(|builder| builder.write()).expect("a tree");
        let tree = git.find_tree(empty).expect("the tree");
        let tree = update.create_updated(&git, &tree).expect("a tree");
        let repository = Repository::open(folder.path()).expect("the new repository");
        let plain = repository.snapshot_of_tree(tree, 0).expect("its files");
        let snapshot =
            plain.with_links(SymlinkMap::from_snapshot(&plain, |path| path != "real/up"));
        let read =
            |path: &str| snapshot.find_file(path).and_then(|file| snapshot.read_file(&file).ok());
        assert_eq!(
            (read("file"), read("folder/a.yaml"), read("out")),
            (Some(b"a".to_vec()), Some(b"a".to_vec()), None)
        );
        assert!(snapshot.is_directory("folder") && !plain.is_directory("folder"));
        let all = snapshot.files_under("").expect("a listing").into_iter().map(|file| file.path);
        assert_eq!(
            all.collect::<Vec<_>>(),
            ["file", "folder/a.yaml", "folder/up", "out", "real/a.yaml", "real/up"]
        );
        let all = plain.with_links(SymlinkMap::from_snapshot(&plain, |_| true));
        assert!(all.files_under("").expect("a listing").len() < 20, "a loop ends");
    }
}

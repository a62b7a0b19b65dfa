//! Repositories for the tests of sources: a few files, one commit, always the same ids.

use super::{
    ChangeScope, Claim, ParseCache, SnapshotReader, VersionFinding, find_claims, leaf, source_for,
};
use crate::config::{Config, SourceRule, Stage};
use crate::git::{Oid, Repository, Snapshot};
use crate::model::{SourceKind, Warning};
use std::collections::BTreeMap;

const MODE_FILE: i32 = 0o100_644;
const MODE_LINK: i32 = 0o120_000;
const MODE_TREE: i32 = 0o040_000;

/// A bare repository in a temporary folder, with one commit.
pub(crate) struct TestSources {
    /// The id of the commit.
    pub commit: Oid,
    repository: Repository,
    /// Removed on drop.
    _folder: tempfile::TempDir,
}

/// Creates a repository with these files: `(path, content)`.
pub(crate) fn repository(files: &[(&str, &str)]) -> TestSources {
    repository_with_links(files, &[])
}

/// Creates a repository with these files and these symbolic links: `(path, target)`.
pub(crate) fn repository_with_links(files: &[(&str, &str)], links: &[(&str, &str)]) -> TestSources {
    let plain = files.iter().map(|(path, text)| (*path, MODE_FILE, *text));
    let links = links.iter().map(|(path, target)| (*path, MODE_LINK, *target));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = git2::Repository::init_bare(folder.path()).expect("a new repository");
    let commit = commit(&git, plain.chain(links));
    let repository = Repository::open(folder.path()).expect("the new repository");
    TestSources { commit, repository, _folder: folder }
}

/// Creates a repository with one commit for each set of files; returns the commits too.
pub(crate) fn revisions(all: &[BTreeMap<&str, &str>]) -> (TestSources, Vec<Oid>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = git2::Repository::init_bare(folder.path()).expect("a new repository");
    let one = |files: &BTreeMap<&str, &str>| {
        commit(&git, files.iter().map(|(path, text)| (*path, MODE_FILE, *text)))
    };
    let commits: Vec<Oid> = all.iter().map(one).collect();
    let repository = Repository::open(folder.path()).expect("the new repository");
    (
        TestSources { commit: *commits.last().expect("a commit"), repository, _folder: folder },
        commits,
    )
}

/// Writes a commit without parents.
fn commit<'f>(git: &git2::Repository, files: impl Iterator<Item = (&'f str, i32, &'f str)>) -> Oid {
    let blobs: BTreeMap<&str, (i32, Oid)> = files
        .map(|(path, mode, text)| (path, (mode, git.blob(text.as_bytes()).expect("a blob"))))
        .collect();
    let tree = git.find_tree(write_tree(git, &blobs)).expect("the tree");
    let time = git2::Time::new(1_700_000_000, 0);
    let who = git2::Signature::new("Test", "test@example.com", &time).expect("a signature");
    let id = git.commit(None, &who, &who, "files", &tree, &[]).expect("a commit");
    git.set_head_detached(id).expect("a head");
    id
}

impl TestSources {
    /// Returns the files of the commit.
    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        self.snapshot_of(self.commit)
    }

    /// Returns the files of another commit.
    pub(crate) fn snapshot_of(&self, commit: Oid) -> Snapshot<'_> {
        Snapshot::of_commit(&self.repository, commit).expect("the commit is there")
    }

    /// Returns a rule's findings in all files it claims, with their paths, and the warnings.
    pub(crate) fn read(&self, rule: SourceRule) -> (Vec<(String, VersionFinding)>, Vec<Warning>) {
        let (snapshot, cache) = (self.snapshot(), ParseCache::default());
        let reader = SnapshotReader::new(&snapshot, &cache);
        let config = Config { rules: vec![rule], ..Config::default() };
        let mut found = Vec::new();
        for claim in find_claims(&config, &reader) {
            let findings = source_for(claim.rule).read(&claim, &reader);
            found.extend(findings.into_iter().map(|finding| (claim.path.clone(), finding)));
        }
        (found, reader.warnings())
    }

    /// Returns the blind spots of all files that a rule claims: `path:line key`, and their values.
    pub(crate) fn blind_spots(&self, rule: SourceRule) -> Vec<(String, String)> {
        let (snapshot, cache) = (self.snapshot(), ParseCache::default());
        let config = Config { rules: vec![rule], ..Config::default() };
        let reader = SnapshotReader::new(&snapshot, &cache);
        let files = snapshot.files_under("").unwrap_or_default();
        let changed = files.iter().map(|file| file.path.as_str()).collect();
        let mut out = Vec::new();
        for claim in find_claims(&config, &reader) {
            reader.take_touched();
            let found = source_for(claim.rule).read(&claim, &reader);
            let touched = reader.take_touched().file_paths();
            let places = found.iter().flat_map(|finding| &finding.locations).collect();
            let sight = ChangeScope {
                touched: &touched,
                places: &places,
                is_changed: &|_| true,
                changed: &changed,
            };
            for spot in source_for(claim.rule).blind_spots(&claim, &sight, &reader) {
                let line = spot.line.map_or_else(|| "-".to_owned(), |line| line.to_string());
                let says = spot.says.replace(leaf::KEY_SEPARATOR, ".");
                out.push((
                    format!("{}:{line} {}", spot.path, spot.key),
                    says.trim_end().replace('\n', " "),
                ));
            }
        }
        out
    }

    /// Returns a source's findings in one file, without a configuration.
    pub(crate) fn findings(&self, kind: SourceKind, path: &str) -> Vec<VersionFinding> {
        let (snapshot, cache) = (self.snapshot(), ParseCache::default());
        let reader = SnapshotReader::new(&snapshot, &cache);
        let rule = SourceRule::new(kind, path, &[]).expect("a path is a template");
        let claim =
            Claim { rule: &rule, index: 0, path: path.to_owned(), captures: BTreeMap::new() };
        source_for(&rule).read(&claim, &reader)
    }
}

/// Returns a configuration with these stages in sequence and these rules, as `(kind, path
/// template)`.
pub(crate) fn config(stages: &[&str], rules: &[(SourceKind, &str)]) -> Config {
    let words: Vec<String> = stages.iter().map(|stage| (*stage).to_owned()).collect();
    let stage = |(index, name): (usize, &&str)| Stage {
        name: (*name).into(),
        aliases: Vec::new(),
        after: index.checked_sub(1).map(|before| stages[before].into()).into_iter().collect(),
        branch: None,
        line: None,
    };
    Config {
        stages: stages.iter().enumerate().map(stage).collect(),
        rules: rules
            .iter()
            .map(|(kind, path)| SourceRule::new(*kind, path, &words).expect("a template"))
            .collect(),
        ..Config::default()
    }
}

/// Writes one directory: its files, and a tree for each folder.
fn write_tree(git: &git2::Repository, blobs: &BTreeMap<&str, (i32, Oid)>) -> Oid {
    let mut builder = git.treebuilder(None).expect("a tree builder");
    let mut folders: BTreeMap<&str, BTreeMap<&str, (i32, Oid)>> = BTreeMap::new();
    for (path, blob) in blobs {
        match path.split_once('/') {
            Some((folder, rest)) => {
                folders.entry(folder).or_default().insert(rest, *blob);
            }
            None => {
                builder.insert(path, blob.1, blob.0).expect("a name git takes");
            }
        }
    }
    for (folder, below) in folders {
        builder.insert(folder, write_tree(git, &below), MODE_TREE).expect("a name git takes");
    }
    builder.write().expect("a tree")
}

/// The app and component of a finding, or `-`.
pub(crate) fn name_of(finding: &VersionFinding) -> String {
    let app = finding.captures.get("app").map(String::as_str);
    match (app, finding.component.as_deref()) {
        (Some(app), Some(component)) => format!("{app}/{component}"),
        (app, component) => app.or(component).unwrap_or("-").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_commit() {
        let files = [("a/b.yaml", "x: 1\n"), ("c", "y")];
        let (one, two) = (repository(&files), repository(&files));
        assert_eq!(one.commit, two.commit);
        let paths: Vec<String> = one
            .snapshot()
            .files_under("")
            .expect("files")
            .into_iter()
            .map(|file| file.path)
            .collect();
        assert_eq!(paths, ["a/b.yaml", "c"]);
    }

    #[test]
    fn a_config_of_stages_in_a_row() {
        let config = config(&["dev", "prod"], &[(SourceKind::Text, "tags/{stage}")]);
        assert_eq!(config.stages[1].after, ["dev".into()]);
        assert!(config.rules[0].path.captures("tags/prod").is_some());
    }
}

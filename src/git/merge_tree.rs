//! Has git itself merge two commits, in a temporary object folder: forges merge as git does, and
//! libgit2 finds other renames and other common lines.

use super::{GitError, Oid, PathChange, Repository, Snapshot, git_process};
use crate::git::path::folder_of;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// Time limit for a merge.
const SOON: Duration = Duration::from_secs(60);

/// Settings that decide about a merge, at git's own defaults.
const DEFAULTS: [&str; 6] = [
    "merge.renames=true",
    "merge.directoryRenames=conflict",
    "diff.renames=true",
    "merge.renormalize=false",
    "core.autocrlf=false",
    "merge.verbosity=0",
];

impl Repository {
    /// Returns the paths for which the result of a merge depends on the program that merges: both
    /// sides changed them, or one side moved files of a folder to which the other adds some.
    ///
    /// # Errors
    /// When objects are missing.
    pub(super) fn find_entangled_paths(
        &self,
        fork: Oid,
        base: Oid,
        head: Oid,
    ) -> Result<Vec<String>, GitError> {
        let fork = Snapshot::of_commit(self, fork)?;
        let changes = |commit: Oid| -> Result<BTreeMap<String, PathChange>, GitError> {
            let found = fork.differences_to(&Snapshot::of_commit(self, commit)?)?;
            Ok(found.changes.into_iter().map(|change| (change.path.clone(), change)).collect())
        };
        let (ours, theirs) = (changes(base)?, changes(head)?);
        let mut out: BTreeSet<&str> = BTreeSet::new();
        for (path, change) in &ours {
            out.extend(
                theirs.get(path).filter(|other| other.after != change.after).map(|_| path.as_str()),
            );
        }
        for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
            let gone = one.values().filter(|change| change.after.is_none());
            let emptied: BTreeSet<&str> = gone.map(|change| folder_of(&change.path)).collect();
            let new = other.values().filter(|change| change.before.is_none());
            out.extend(new.map(|change| change.path.as_str()).filter(|path| {
                emptied.iter().any(|folder| !folder.is_empty() && folder_of(path) == *folder)
            }));
        }
        Ok(out.into_iter().map(str::to_owned).collect())
    }

    /// Returns the tree that git makes of a merge; `None` if git finds a conflict, is too old
    /// (before 2.38), or cannot be run. Nothing is written to the repository.
    pub(super) fn merge_as_git_does(&self, base: Oid, head: Oid) -> Option<Oid> {
        let objects = tempfile::tempdir().ok()?;
        let mut git = git_process::git_command(false, None);
        git_process::disable_programs(&mut git);
        git_process::add_settings(&mut git, &DEFAULTS);
        git.arg("--git-dir").arg(self.common_dir()).args([
            "merge-tree",
            "--write-tree",
            "--no-messages",
            &base.to_string(),
            &head.to_string(),
        ]);
        let own = [self.common_dir().join("objects")];
        let all = own.into_iter().chain(self.incoming_objects().map(PathBuf::from));
        let alternates = std::env::join_paths(all).ok()?;
        git.env("GIT_OBJECT_DIRECTORY", objects.path())
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates)
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_ATTR_NOSYSTEM", "1");
        let answer = git_process::run_command(git, b"", SOON).ok()?;
        let tree = answer.stdout.lines().next()?.trim().parse().ok()?;
        answer.status.success().then_some(tree)
    }
}

#[cfg(test)]
mod tests {
    use crate::git::testing::TestRepository;
    use crate::git::{MergePreview, MergeWitness, Repository};

    /// A repository whose `main` renames a file, and whose `side` edits what was there.
    fn merged(moves: &[(&str, &str)], edited: &str, text: &str) -> (TestRepository, MergePreview) {
        let mut test = TestRepository::new();
        let lines: String = (0..40).map(|line| format!("line {line}\n")).collect();
        test.commit("one", &[("old/web.yaml", Some(&lines)), ("b", Some("1\n"))]);
        test.write();
        test.git(&["config", "user.name", "Jo"]);
        test.git(&["config", "user.email", "jo@example.com"]);
        test.git(&["reset", "-q", "--hard"]);
        test.git(&["switch", "-qc", "side"]);
        std::fs::write(test.path.join(edited), lines.replace("line 7", text)).expect("written");
        test.git(&["commit", "-qam", "edit"]);
        test.git(&["switch", "-q", "main"]);
        for (from, to) in moves {
            let folder = test.path.join(to);
            std::fs::create_dir_all(folder.parent().expect("a folder")).expect("made");
            std::fs::copy(test.path.join(from), &folder).expect("copied");
        }
        test.git(&["rm", "-q", "old/web.yaml"]);
        test.git(&["add", "-A"]);
        test.git(&["commit", "-qm", "move"]);
        let repository = Repository::open(&test.path).expect("opens");
        let at = |name: &str| repository.resolve_revision(&format!("refs/heads/{name}"));
        let (main, side) = (at("main").expect("there"), at("side").expect("there"));
        let found = repository.preview_merge(main, side, MergeWitness::Git).expect("looked");
        (test, found)
    }

    #[test]
    fn a_rename_is_taken_as_git_takes_it() {
        let (test, found) = merged(&[("old/web.yaml", "new/web.yaml")], "old/web.yaml", "moved");
        let tree = test.git(&["merge-tree", "--write-tree", "main", "side"]);
        let tree = tree.lines().next().expect("a tree").parse().expect("an id");
        assert_eq!(found, MergePreview::Tree(tree));
    }

    #[test]
    fn of_two_likely_files_none_is_taken_on_trust() {
        let moves = [("old/web.yaml", "aaa/decoy"), ("old/web.yaml", "prod/web.yaml")];
        let (test, found) = merged(&moves, "old/web.yaml", "moved");
        let tree = test.git(&["merge-tree", "--write-tree", "main", "side"]);
        let tree = tree.lines().next().expect("a tree").parse().expect("an id");
        let uncertain = MergePreview::Uncertain(vec!["old/web.yaml".to_owned()]);
        assert!(found == MergePreview::Tree(tree) || found == uncertain, "{found:?}");
    }
}

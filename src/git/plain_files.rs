//! Looks at the kinds of files in a git directory before anything opens them.

use super::GitError;
use std::path::{Path, PathBuf};

/// Files of a git directory that are read.
const GIT_FILES: [&str; 9] = [
    "HEAD",
    "commondir",
    "config",
    "gitdir",
    "index",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "packed-refs",
    "shallow",
];

/// Maximum number of packs and references that are looked at.
const MAX_LOOKED_AT: usize = 20_000;

/// Refuses a git directory with pipes or devices in place of files: opening one may never end.
pub(super) fn check_plain_files(directory: &Path) -> Result<(), GitError> {
    let named = GIT_FILES.iter().map(|name| directory.join(name));
    let odd = named.chain(files_below(directory)).find(|path| {
        std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
    });
    match odd {
        Some(path) => Err(GitError::NotAFile { path: path.display().to_string() }),
        None => Ok(()),
    }
}

/// The packs and references of a git directory that are neither files nor folders.
fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut open = vec![directory.join("objects/pack"), directory.join("refs")];
    let (mut out, mut count) = (Vec::new(), 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            count += 1;
            if count > MAX_LOOKED_AT {
                return out;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => {}
                _ => out.push(entry.path()),
            }
        }
    }
    out
}

#[cfg(all(test, unix))]
mod tests {
    use crate::git::testing::TestRepository;
    use crate::git::{GitError, Repository};

    #[test]
    fn a_pipe_is_not_opened() {
        for name in ["packed-refs", "refs/heads/next", "objects/pack/x.idx", "shallow"] {
            let mut test = TestRepository::new();
            test.commit("one", &[("a", Some("1"))]);
            test.write();
            let git_dir = Repository::open(&test.path).expect("opens").git_dir().to_path_buf();
            let pipe = git_dir.join(name);
            drop(std::fs::remove_file(&pipe));
            std::fs::create_dir_all(pipe.parent().expect("a folder")).expect("made");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("runs");
            assert!(made.success());
            let opened = Repository::open(&test.path).map(drop);
            assert!(matches!(opened, Err(GitError::NotAFile { .. })), "{name}");
        }
    }
}

//! The files of one state in a private folder, for programs that build from them.

use super::builds::is_read;
use crate::git::{FileKind, Snapshot, SnapshotFile};
use crate::guard::StageBuild;
use crate::ops::error::Failure;
use crate::renderer::{FileTreeWriter, TreeFile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files of one state that lie in a folder.
pub struct StateFiles {
    top: PathBuf,
    /// The files that were not written, with the reason.
    left_out: BTreeMap<String, String>,
    written: BTreeSet<String>,
}

impl StateFiles {
    /// Writes these folders and files of a state into a new folder.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn write(
        snapshot: &Snapshot<'_>,
        reads: &BTreeSet<String>,
        top: PathBuf,
    ) -> Result<Self, Failure> {
        std::fs::create_dir(&top).map_err(|error| {
            Failure::failed("cannot create a private folder to build in").with_cause(&error)
        })?;
        let mut writer = FileTreeWriter::new(&top);
        let mut left_out = BTreeMap::new();
        let mut written = BTreeSet::new();
        for file in list_files(snapshot, reads, &mut left_out) {
            let added = read_contents(snapshot, &file)
                .and_then(|contents| writer.add(&file.path, contents));
            match added {
                Ok(()) => drop(written.insert(file.path)),
                Err(why) => drop(left_out.insert(file.path, why)),
            }
        }
        if let Err(why) = writer.finish() {
            left_out.insert(String::new(), why);
        }
        Ok(StateFiles { top, left_out, written })
    }

    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Checks that nothing is left out of what a build may read: the result would be another one.
    ///
    /// # Errors
    /// The file, and why it was left out.
    pub fn check_reads(&self, reads: &BTreeSet<String>) -> Result<(), String> {
        let missing = self.left_out.iter().find(|(path, _)| is_read(path, reads));
        match missing.or_else(|| self.left_out.get_key_value("")) {
            Some((_, why)) => Err(why.clone()),
            None => Ok(()),
        }
    }

    /// True if a file that a build may read has this text.
    pub fn holds(&self, text: &str, build: &StageBuild) -> bool {
        let files = self.written.iter().filter(|path| is_read(path, &build.reads));
        files
            .filter_map(|path| std::fs::read_to_string(self.top.join(path)).ok())
            .any(|contents| contents.contains(text))
    }
}

/// The files at and below these paths, each once.
fn list_files(
    snapshot: &Snapshot<'_>,
    reads: &BTreeSet<String>,
    left_out: &mut BTreeMap<String, String>,
) -> Vec<SnapshotFile> {
    let mut files: BTreeMap<String, SnapshotFile> = BTreeMap::new();
    let outermost = reads.iter().filter(|path| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        path.is_empty() || !is_read(folder, reads)
    });
    for path in outermost {
        match snapshot.find_file(path) {
            Some(file) => drop(files.insert(file.path.clone(), file)),
            None => match snapshot.files_under(path) {
                Ok(found) => {
                    files.extend(found.into_iter().map(|file| (file.path.clone(), file)));
                }
                Err(error) => drop(left_out.insert(path.clone(), format!("{path}: {error}"))),
            },
        }
    }
    files.into_values().collect()
}

fn read_contents(snapshot: &Snapshot<'_>, file: &SnapshotFile) -> Result<TreeFile, String> {
    let as_file = SnapshotFile { kind: FileKind::File, ..file.clone() };
    let told = |error| format!("{}: {error}", file.path);
    match file.kind {
        FileKind::File => snapshot.read_file(file).map(TreeFile::Contents).map_err(told),
        FileKind::Symlink => {
            let target = snapshot.read_file(&as_file).map_err(told)?;
            let target = String::from_utf8(target).map(TreeFile::Link);
            target.map_err(|error| format!("{}: {error}", file.path))
        }
        FileKind::Submodule => Err(format!("{} is a submodule", file.path)),
    }
}

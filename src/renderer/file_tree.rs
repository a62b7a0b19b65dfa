//! A private folder with files of one state of a repository. Files are written as they were
//! committed: without filters, without hooks, and never outside of the folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// With more files than these, or more bytes, nothing is written.
const MAX_FILES: usize = 100_000;
const MAX_BYTES: usize = 512 << 20;

/// A file of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeFile {
    Contents(Vec<u8>),
    /// A symbolic link, with the text of its target.
    Link(String),
}

/// Writes files below a folder that exists and is private.
pub struct FileTreeWriter {
    top: PathBuf,
    links: Vec<(String, String)>,
    files: usize,
    bytes: usize,
}

impl FileTreeWriter {
    /// Creates a writer. Nobody else may write to the folder.
    pub fn new(top: &Path) -> Self {
        FileTreeWriter { top: top.to_path_buf(), links: Vec::new(), files: 0, bytes: 0 }
    }

    /// Writes a file. Links are kept for [`Self::finish`], so that no file is written through one.
    ///
    /// # Errors
    /// Why the file cannot be written, as a sentence fragment.
    pub fn add(&mut self, path: &str, file: TreeFile) -> Result<(), String> {
        if !is_plain(path) {
            return Err(format!("{path:?} is not a name for a file"));
        }
        self.files += 1;
        match file {
            TreeFile::Link(target) => {
                if !stays_inside(path, &target) {
                    return Err(format!("{path} is a symbolic link that may lead elsewhere"));
                }
                self.links.push((path.to_owned(), target));
            }
            TreeFile::Contents(contents) => {
                self.bytes += contents.len();
                self.create(path, |place| write_new(place, &contents))?;
            }
        }
        if self.files > MAX_FILES || self.bytes > MAX_BYTES {
            return Err(format!(
                "there are more than {MAX_FILES} files or {} MB to build from",
                MAX_BYTES >> 20
            ));
        }
        Ok(())
    }

    /// Makes the links.
    ///
    /// # Errors
    /// Why one cannot be made.
    pub fn finish(self) -> Result<(), String> {
        for (path, target) in &self.links {
            self.create(path, |place| link(target, place))?;
        }
        Ok(())
    }

    fn create(&self, path: &str, make: impl Fn(&Path) -> io::Result<()>) -> Result<(), String> {
        let place = self.top.join(path);
        let folder = place.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and_then(|()| make(&place)).map_err(|error| format!("cannot write {path}: {error}"))
    }
}

/// Writes a file that is not there yet: two names that a file system takes for one are an error.
fn write_new(place: &Path, contents: &[u8]) -> io::Result<()> {
    use io::Write;
    fs::File::create_new(place)?.write_all(contents)
}

#[cfg(unix)]
fn link(target: &str, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn link(_target: &str, _place: &Path) -> io::Result<()> {
    Err(io::Error::other("this system has no symbolic links"))
}

/// True for a path of plain names. A tree of git can hold others.
fn is_plain(path: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    path.split('/').all(is_plain)
}

/// True for a relative target that cannot lead out of the tree: it goes up first, not above the
/// top, and then only down. A step up behind a name could follow another link first.
fn stays_inside(path: &str, target: &str) -> bool {
    let depth = path.matches('/').count();
    let parts: Vec<&str> = target.split('/').filter(|part| *part != ".").collect();
    let up = parts.iter().take_while(|part| **part == "..").count();
    up <= depth && !target.starts_with('/') && is_plain(&parts[up..].join("/"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside() {
        let stays =
            [("a/b/link", "../../c/d"), ("link", "a/b"), ("a/link", "./b"), ("a/l", "../b")];
        assert_eq!(stays.map(|(path, target)| stays_inside(path, target)), [true; 4]);
        let leaves = [
            ("link", "/etc/passwd"),
            ("link", "../x"),
            ("a/link", "../../x"),
            ("a/link", "b/../../../x"),
            ("a/link", "b/../c"),
            ("a/link", ""),
            ("a/link", ".."),
        ];
        assert_eq!(leaves.map(|(path, target)| stays_inside(path, target)), [false; 7]);
    }

    #[test]
    fn files_come_before_links_and_never_through_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = FileTreeWriter::new(folder.path());
        writer.add("a/link", TreeFile::Link("../b".to_owned())).expect("it stays inside");
        let text = || TreeFile::Contents(b"text".to_vec());
        writer.add("b/file", text()).expect("it is plain");
        for path in ["../x", "a/../../x", "/etc/x", "a//b", "", "a/."] {
            assert!(writer.add(path, text()).is_err(), "{path}");
        }
        assert!(writer.add("b/file", text()).is_err(), "it is there");
        writer.finish().expect("the link is made");
        let read = fs::read(folder.path().join("a/link/file")).expect("through the link");
        assert_eq!(read, b"text");
        // A path through a link is no path of a tree.
        let mut writer = FileTreeWriter::new(folder.path());
        writer.add("c/link", TreeFile::Link("../b".to_owned())).expect("it stays inside");
        writer.add("c/link/file", text()).expect("a folder of that name");
        assert!(writer.finish().is_err());
    }
}

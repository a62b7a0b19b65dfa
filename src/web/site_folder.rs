//! The folder of a static site. A new version is prepared beside it, with links to the files that
//! stay the same, and takes its place in one step, so that readers never see half of it.

use crate::ops::error::Failure;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The file that marks a folder as one of towpath's.
const MARK: &str = ".towpath-site";
const MARK_TEXT: &str = "`towpath site` writes this folder, and removes what it does not know.\n";

/// A file of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Its path below the folder, with `/`.
    pub name: String,
    pub text: String,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenSite {
    pub files: usize,
    /// The files that are new or different.
    pub changed: usize,
    /// The files that are gone.
    pub removed: usize,
}

/// The folder of a site.
#[derive(Debug)]
pub struct SiteFolder {
    path: PathBuf,
    exists: bool,
}

impl SiteFolder {
    /// Opens a folder that is missing, empty, or a site.
    ///
    /// # Errors
    /// When it has other files.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let path = std::path::absolute(path).map_err(|error| failed(path, &error))?;
        let mut entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(SiteFolder { path, exists: false });
            }
            Err(error) => return Err(failed(&path, &error)),
        };
        if entries.next().is_some() && !path.join(MARK).is_file() {
            let shown = path.display();
            let failure = Failure::usage(format!("`{shown}` is not a site that towpath wrote"));
            return Err(failure.hint("name a folder that is empty or does not exist"));
        }
        Ok(SiteFolder { path, exists: true })
    }

    /// Replaces the content of the folder.
    ///
    /// # Errors
    /// When it cannot be written. The old content stays then.
    pub fn replace(&self, files: &[SiteFile]) -> Result<WrittenSite, Failure> {
        self.try_replace(files).map_err(|error| failed(&self.path, &error))
    }

    fn try_replace(&self, files: &[SiteFile]) -> io::Result<WrittenSite> {
        let parent = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let new = tempfile::Builder::new().prefix(".towpath-site-").tempdir_in(parent)?;
        let mark = SiteFile { name: MARK.to_owned(), text: MARK_TEXT.to_owned() };
        let mut changed = 0;
        for file in files.iter().chain([&mark]) {
            let is_new = self.place(file, new.path())?;
            changed += usize::from(is_new && file.name != MARK);
        }
        share(new.path())?;
        let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let removed = if self.exists { count_others(&self.path, "", &names)? } else { 0 };
        if self.exists {
            // What was there is in the temporary folder then, and removed with it.
            exchange(new.path(), &self.path)?;
        } else {
            fs::rename(new.keep(), &self.path)?;
        }
        Ok(WrittenSite { files: files.len(), changed, removed })
    }

    /// Puts a file into the new folder: a link to the present one, if it is the same.
    fn place(&self, file: &SiteFile, new: &Path) -> io::Result<bool> {
        let (old, target) = (self.path.join(&file.name), new.join(&file.name));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let is_same = fs::symlink_metadata(&old).is_ok_and(|data| data.is_file())
            && fs::read(&old).is_ok_and(|bytes| bytes == file.text.as_bytes());
        if is_same && fs::hard_link(&old, &target).is_ok() {
            return Ok(false);
        }
        fs::write(&target, &file.text)?;
        Ok(!is_same)
    }
}

/// Lets others read the folder, as it is made for a web server; temporary folders are private.
fn share(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// The number of files below a folder that are not among these.
fn count_others(folder: &Path, prefix: &str, names: &BTreeSet<&str>) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            count += count_others(&entry.path(), &format!("{name}/"), names)?;
        } else if name != MARK && !names.contains(name.as_str()) {
            count += 1;
        }
    }
    Ok(count)
}

/// Exchanges two folders in one step.
#[cfg(target_os = "linux")]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // A file system without it.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => exchange_by_renames(new, old),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    exchange_by_renames(new, old)
}

/// Exchanges two folders by renames, between which the folder is missing for a moment.
fn exchange_by_renames(new: &Path, old: &Path) -> io::Result<()> {
    let aside = new.with_extension("old");
    fs::rename(old, &aside)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&aside, old)?;
        return Err(error);
    }
    fs::rename(&aside, new)
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("cannot write the site in `{}`", path.display())).with_cause(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> Vec<SiteFile> {
        let file =
            |(name, text): &(&str, &str)| SiteFile { name: (*name).into(), text: (*text).into() };
        pairs.iter().map(file).collect()
    }

    fn write(folder: &Path, pairs: &[(&str, &str)]) -> (usize, usize, usize) {
        let written = SiteFolder::open(folder).expect("a site").replace(&files(pairs));
        let written = written.expect("it can be written");
        (written.files, written.changed, written.removed)
    }

    #[test]
    fn only_what_changed_is_written_and_what_is_gone_is_removed() {
        let work = tempfile::tempdir().expect("a folder");
        let site = work.path().join("public/site");
        let first = [("index.html", "a"), ("apps/web.html", "w"), ("apps/old.html", "o")];
        assert_eq!(write(&site, &first), (3, 3, 0));
        let time = |name: &str| fs::metadata(site.join(name)).and_then(|data| data.modified());
        let before = time("apps/web.html").expect("a time");
        assert_eq!(write(&site, &[("index.html", "b"), ("apps/web.html", "w")]), (2, 1, 1));
        assert_eq!(time("apps/web.html").expect("a time"), before);
        assert_eq!(fs::read_to_string(site.join("index.html")).expect("a file"), "b");
        assert!(!site.join("apps/old.html").exists());
        let left: Vec<_> = fs::read_dir(work.path().join("public")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "nothing is left beside the site");
        assert_eq!(write(&site, &[("index.html", "b"), ("apps/web.html", "w")]), (2, 0, 0));
    }

    #[test]
    fn a_folder_of_somebody_else_stays_as_it_is() {
        let work = tempfile::tempdir().expect("a folder");
        fs::write(work.path().join("thesis.txt"), "x").expect("a file");
        let failure = SiteFolder::open(work.path()).expect_err("not a site");
        assert!(failure.message().ends_with("is not a site that towpath wrote"));
        let empty = work.path().join("empty");
        fs::create_dir(&empty).expect("a folder");
        assert_eq!(write(&empty, &[("index.html", "a")]), (1, 1, 0));
    }

    #[test]
    fn folders_are_exchanged_by_renames_too() {
        let work = tempfile::tempdir().expect("a folder");
        let (a, b) = (work.path().join("a"), work.path().join("b"));
        fs::create_dir(&a).and_then(|()| fs::create_dir(&b)).expect("folders");
        fs::write(a.join("new"), "").expect("a file");
        exchange_by_renames(&a, &b).expect("it can be exchanged");
        assert!(b.join("new").exists() && a.exists() && !a.join("new").exists());
    }
}

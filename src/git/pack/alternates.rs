//! Object folders named by `objects/info/alternates`, from which `git clone --shared` and
//! `--reference` borrow (git's `gitrepository-layout`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Maximum nesting of alternates, the same as git's.
const MAX_DEPTH: usize = 5;

/// Maximum number of folders; more than any real repository borrows from.
const MAX_FOLDERS: usize = 32;

/// Bytes read of an alternates list; the rest is left to libgit2.
const MAX_LIST: u64 = 64 << 10;

/// Returns an object folder and those it borrows from. Entries that are not folders are skipped, as
/// are quoted names.
pub(super) fn object_folders(objects: &Path) -> Vec<PathBuf> {
    let mut out = vec![objects.canonicalize().unwrap_or_else(|_| objects.to_path_buf())];
    let mut from = 0;
    for _ in 0..MAX_DEPTH {
        let listed: Vec<PathBuf> =
            out[from..].iter().flat_map(|folder| listed_alternates(folder)).collect();
        from = out.len();
        for folder in listed {
            if out.len() < MAX_FOLDERS && folder.is_dir() && !out.contains(&folder) {
                out.push(folder);
            }
        }
    }
    out
}

fn listed_alternates(objects: &Path) -> Vec<PathBuf> {
    let mut text = String::new();
    let list = File::open(objects.join("info/alternates"));
    let is_read = list.is_ok_and(|file| file.take(MAX_LIST).read_to_string(&mut text).is_ok());
    let names =
        text.lines().filter(|line| is_read && !line.is_empty() && !line.starts_with(['#', '"']));
    names.filter_map(|name| objects.join(name).canonicalize().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::object_folders;
    use std::path::Path;

    #[test]
    fn lists_of_lists_are_followed_and_circles_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let list = |name: &str, text: &str| {
            let info = folder.path().join(name).join("info");
            std::fs::create_dir_all(&info)
                .and_then(|()| std::fs::write(info.join("alternates"), text))
                .expect("written");
        };
        let of = |name: &str| folder.path().join(name);
        list("a", &format!("# from\n\n../b\n\"quoted\"\n/nowhere\n{}\n", of("c").display()));
        list("b", "../a\n../d");
        list("c", &"x".repeat(70_000));
        list("d", &format!("{}\n", of("a").display()));
        let found = object_folders(&of("a"));
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(object_folders(Path::new("/nowhere")), [Path::new("/nowhere")]);
    }
}

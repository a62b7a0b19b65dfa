//! Finds names that some file systems treat as equal.

/// Folds a path to what a file system may compare: without case, invisible characters, and dots and
/// spaces at the ends of names. HFS+ and NTFS are known for these (git has the same care for
/// `.git`, in `path.c`).
pub(super) fn fold_path(path: &str) -> String {
    let part = |part: &str| {
        let seen: String =
            part.chars().filter(|c| !is_unseen(*c)).flat_map(char::to_lowercase).collect();
        seen.trim_end_matches(['.', ' ']).to_owned()
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn is_unseen(c: char) -> bool {
    let is_mark = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    is_mark || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Directories above a path, nearest last.
pub(super) fn parent_folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_file_systems_confuse_is_the_same() {
        let same = fold_path("charts/prod/web.yaml");
        for path in [
            "Charts/prod/web.yaml",
            "charts/PROD/web.yaml",
            "charts/prod/web.yaml.",
            "charts/pro\u{200c}d/web.yaml",
        ] {
            assert_eq!(fold_path(path), same, "{path:?}");
        }
        assert_ne!(fold_path("charts/prod2/web.yaml"), same);
        assert_eq!(parent_folders("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
    }
}

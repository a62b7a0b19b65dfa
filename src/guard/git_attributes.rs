//! Finds `.gitattributes` lines by which a checkout differs from what was committed.

/// Attributes that leave contents as they are, up to line ends. Any other may be a macro.
const HARMLESS: [&str; 15] = [
    "text",
    "eol",
    "crlf",
    "diff",
    "delta",
    "whitespace",
    "conflict-marker-size",
    "export-subst",
    "export-ignore",
    "linguist-generated",
    "linguist-vendored",
    "linguist-documentation",
    "linguist-language",
    "linguist-detectable",
    "gitlab-generated",
];

/// Finds a line that changes files of the mapping on checkout and that only one of the texts has:
/// with a line that goes, too, files are checked out differently from before. Returns its number in
/// the new text; none for a line that is gone.
pub(super) fn find_changed_attribute<'t>(
    directory: &str,
    before: &str,
    after: &str,
    files: impl Iterator<Item = &'t str> + Clone,
) -> Option<Option<u32>> {
    let telling = |text: &str| -> Vec<(String, u32)> {
        let lines = text.lines().zip(1..);
        let telling = lines.filter(|(line, _)| changes_files(directory, line, files.clone()));
        telling.map(|(line, number)| (line.trim().to_owned(), number)).collect()
    };
    let (was, is) = (telling(before), telling(after));
    let mut texts = was.iter().map(|(line, _)| line);
    // Of two lines the later one wins, so their order counts.
    let first = is.iter().find(|(line, _)| texts.next() != Some(line));
    match first {
        Some((_, number)) => Some(Some(*number)),
        None => (was.len() != is.len()).then_some(None),
    }
}

/// True for a line that sets or unsets such an attribute for one of the files, or defines a macro.
fn changes_files<'t>(
    directory: &str,
    line: &str,
    mut files: impl Iterator<Item = &'t str>,
) -> bool {
    let mut words = line.split_whitespace();
    let pattern = words.next().unwrap_or_default();
    if pattern.starts_with('#') {
        return false;
    }
    let is_macro = pattern.starts_with("[attr]");
    let changes = words.any(|word| {
        let word = word.trim_start_matches(['-', '!']);
        !HARMLESS.iter().any(|name| word == *name || word.starts_with(&format!("{name}=")))
    });
    changes && (is_macro || files.any(|path| pattern_matches(directory, pattern, path)))
}

/// True if a pattern matches this file. Errs on the side of a match: sets of letters match any
/// text.
fn pattern_matches(directory: &str, pattern: &str, path: &str) -> bool {
    let inside = if directory.is_empty() {
        Some(path)
    } else {
        path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'))
    };
    let Some(inside) = inside else { return false };
    let pattern = pattern.trim_matches('"');
    let subject =
        if pattern.contains('/') { inside } else { inside.rsplit('/').next().unwrap_or(inside) };
    matches_glob(pattern.trim_start_matches('/').as_bytes(), subject.as_bytes())
}

/// Matches `*` and `?`; `*` also matches `/`.
fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(b'[' | b'\\') => return true,
            Some(c) if *c == text[t] || *c == b'?' => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    (p, t) = (after, from + 1);
                    star = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_change_a_file_of_the_mapping() {
        let told = |directory: &str, before: &str, after: &str| {
            find_changed_attribute(directory, before, after, ["envs/prod/web.yaml"].into_iter())
        };
        let new = |directory: &str, text: &str| told(directory, "*.old filter=x\n", text);
        assert_eq!(new("", "*.png filter=lfs\n"), None);
        assert_eq!(new("", "# x\n*.yaml working-tree-encoding=UTF-16\n"), Some(Some(2)));
        assert_eq!(new("", "envs/** ident\n"), Some(Some(1)));
        assert_eq!(new("envs/prod", "web.yaml filter=x\n"), Some(Some(1)));
        assert_eq!(new("docs", "* filter=x\n"), None);
        assert_eq!(new("", "*.yaml text eol=lf -diff\n"), None);
        assert_eq!(new("", "[attr]odd filter=x\n"), Some(Some(1)));
        assert_eq!(new("", "*.yaml odd\n"), Some(Some(1)), "it may be a macro");
        assert_eq!(new("", "*.yaml merge=union\n"), Some(Some(1)));
        let both = "*.yaml ident\n*.yaml -ident\n";
        assert_eq!(told("", "*.yaml ident\n", ""), Some(None), "a line that goes");
        assert_eq!(told("", both, "*.yaml -ident\n*.yaml ident\n"), Some(Some(1)));
        assert_eq!(told("", both, &format!("# x\n{both}")), None);
    }
}

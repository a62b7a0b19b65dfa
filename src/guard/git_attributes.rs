//! Finds `.gitattributes` lines by which a checkout differs from what was committed.

/// Attributes that change contents on checkout.
const CHANGING: [&str; 3] = ["working-tree-encoding", "filter", "ident"];

/// Finds a line of the new text that changes files of the mapping on checkout. Lines that the old
/// text also has are ignored.
pub(super) fn find_new_attribute<'t>(
    directory: &str,
    before: &str,
    after: &'t str,
    files: impl Iterator<Item = &'t str> + Clone,
) -> Option<(&'t str, u32)> {
    let is_known = |line: &str| before.lines().any(|known| known == line);
    after.lines().zip(1..).find(|(line, _)| {
        let mut words = line.split_whitespace();
        let pattern = words.next().unwrap_or_default();
        let is_macro = pattern.starts_with("[attr]");
        let changes = words.any(|word| {
            CHANGING.iter().any(|name| word == *name || word.starts_with(&format!("{name}=")))
        });
        let matches = || files.clone().any(|path| pattern_matches(directory, pattern, path));
        changes && !is_known(line) && (is_macro || matches())
    })
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
        let told = |directory: &str, text: &'static str| {
            find_new_attribute(
                directory,
                "*.old filter=x\n",
                text,
                ["envs/prod/web.yaml"].into_iter(),
            )
            .map(|(_, line)| line)
        };
        assert_eq!(told("", "*.png filter=lfs\n"), None);
        assert_eq!(told("", "# x\n*.yaml working-tree-encoding=UTF-16\n"), Some(2));
        assert_eq!(told("", "envs/** ident\n"), Some(1));
        assert_eq!(told("envs/prod", "web.yaml filter=x\n"), Some(1));
        assert_eq!(told("docs", "* filter=x\n"), None);
        assert_eq!(told("", "*.yaml text eol=lf -diff\n"), None);
        assert_eq!(told("", "[attr]odd filter=x\n"), Some(1));
    }
}

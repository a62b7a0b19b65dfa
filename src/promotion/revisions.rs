//! Finds the source revision that an image was built from, by its tag.

/// Possible revisions, most likely first: the commit id within the tag, the tag, the tag with `v`.
pub fn revisions_of_tag(tag: &str) -> Vec<String> {
    let mut out: Vec<String> = commit_in(tag).map(str::to_owned).into_iter().collect();
    let is_name = |name: &str| {
        !name.starts_with('-') && !name.contains("..") && !name.contains(['~', '^', ':', '@'])
    };
    let versioned = format!("v{tag}");
    out.extend([tag, &versioned].into_iter().filter(|name| is_name(name)).map(str::to_owned));
    out.dedup();
    out
}

/// `27e1396` in `main-27e1396`, `sha-27e1396` and `1.4-3-g27e1396`. Without a letter it may be a
/// date, without a digit a word.
fn commit_in(tag: &str) -> Option<&str> {
    let last = tag.rsplit(['-', '_', '.', '+']).next()?;
    let id = last.strip_prefix('g').unwrap_or(last);
    let has = |what: fn(&u8) -> bool| id.as_bytes().iter().any(what);
    let is_hex = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_id = (7..=40).contains(&id.len())
        && is_hex
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic);
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::revisions_of_tag;

    #[test]
    fn tags_name_revisions() {
        assert_eq!(revisions_of_tag("v1.2.3"), ["v1.2.3", "vv1.2.3"]);
        assert_eq!(revisions_of_tag("1.2.3"), ["1.2.3", "v1.2.3"]);
        assert_eq!(revisions_of_tag("main-27e1396"), ["27e1396", "main-27e1396", "vmain-27e1396"]);
        assert_eq!(revisions_of_tag("1.4-3-g27e1396").first().map(String::as_str), Some("27e1396"));
        assert_eq!(revisions_of_tag("27e1396"), ["27e1396", "v27e1396"]);
        for other in ["main-20240101", "1.0-defaced", "v1-27e139"] {
            assert_eq!(revisions_of_tag(other).first().map(String::as_str), Some(other), "{other}");
        }
        assert_eq!(revisions_of_tag("a..b"), [""; 0], "a range is no revision");
    }
}

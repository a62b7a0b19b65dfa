//! The title of a proposal, cut to the limit of the forge by what matters least.

use super::commit_message::{CommitMessage, short_version};

/// Versions keep at least this many characters: the end often names the commit.
const SHORTEST: usize = 16;

impl CommitMessage {
    /// Returns the subject as a title of at most `limit` UTF-16 units. Long versions lose their
    /// middle, the old one first; then app names do.
    pub fn title(&self, limit: usize) -> String {
        let mut title = self.subject.clone();
        let versions = self.rows.iter().map(|row| short_version(&row.moved.from));
        let versions = versions.chain(self.rows.iter().map(|row| short_version(&row.moved.to)));
        let names = self.rows.iter().map(|row| row.app_name.clone());
        for part in versions.chain(names) {
            let excess = title.encode_utf16().count().saturating_sub(limit);
            if excess == 0 {
                return title;
            }
            let length = part.chars().count();
            let kept = length.saturating_sub(excess + 1).max(SHORTEST);
            if kept < length {
                title = title.replace(&part, &without_middle(&part, kept));
            }
        }
        cut(&title, limit)
    }
}

/// Replaces the middle of a text with `…`; `kept` characters stay.
fn without_middle(text: &str, kept: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    let (head, tail) = (kept / 2, kept - kept / 2);
    let (head, tail) = (&all[..head.min(all.len())], &all[all.len().saturating_sub(tail)..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// Cuts a text to a length in UTF-16 units.
fn cut(text: &str, limit: usize) -> String {
    let mut left = limit.saturating_sub(1);
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let fits = |c: &char| {
        let enough = left.checked_sub(c.len_utf16());
        left = enough.unwrap_or(0);
        enough.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_goes_first() {
        assert_eq!(without_middle("feature-xxxxxxxxxx-1111111", 16), "feature-…-1111111");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}

//! The longest texts that each forge accepts.

use super::ForgeKind;

/// The longest texts of a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    /// Title of a proposal, in UTF-16 units, without a draft prefix.
    pub title: usize,
    /// Body of a proposal, in bytes, so that every way of counting is met.
    pub body: usize,
    /// Description of a commit status, in UTF-16 units.
    pub description: usize,
}

/// Room for the draft prefix in a title, such as `Draft: `.
const DRAFT_PREFIX: usize = 7;

impl ForgeKind {
    /// Returns the longest texts that the forge accepts. Forges answer a longer one with an error,
    /// so that the proposal would never be opened.
    pub fn text_limits(self) -> TextLimits {
        let (title, body, description) = match self {
            ForgeKind::GitHub => (256, 65_536, 140),
            ForgeKind::GitLab => (255 - DRAFT_PREFIX, 1_048_576, 255),
            // Bodies are a `TEXT` of MySQL on older servers.
            ForgeKind::Gitea => (255 - DRAFT_PREFIX, 65_535, 255),
            ForgeKind::Bitbucket => (255, 32_768, 255),
            ForgeKind::Azure => (400, 4_000, 255),
            // The record is a file in a commit, which people read in a terminal.
            ForgeKind::Plain => (400, 262_144, 255),
        };
        TextLimits { title, body, description }
    }
}

/// Returns the length of a text in UTF-16 units, the largest of the usual counts of characters.
pub fn text_length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Cuts a text to a length in UTF-16 units; a cut text ends with `…`.
pub fn truncate_text(text: &str, limit: usize) -> String {
    if text_length(text) <= limit {
        return text.to_owned();
    }
    cut_text(text, limit, char::len_utf16, 1)
}

/// Cuts a text to a length in bytes; a cut text ends with `…`.
pub fn truncate_bytes(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    cut_text(text, limit, char::len_utf8, '…'.len_utf8())
}

fn cut_text(text: &str, limit: usize, length: fn(char) -> usize, ellipsis: usize) -> String {
    let mut left = limit.saturating_sub(ellipsis);
    let fits = |c: &char| {
        let enough = left.checked_sub(length(*c));
        left = enough.unwrap_or(0);
        enough.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(truncate_text("abc", 3), "abc");
        assert_eq!(truncate_text("abcd", 3), "ab…");
        assert_eq!(truncate_text("a𝄞b", 3), "a…", "a character of two units");
        assert_eq!(text_length("a𝄞b"), 4);
        assert_eq!(truncate_bytes("äöü", 6), "äöü");
        assert_eq!(truncate_bytes("äöüä", 7), "äö…");
        assert!(truncate_bytes(&"ä".repeat(99), 50).len() <= 50);
    }
}

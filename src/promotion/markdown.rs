//! Texts of others as Markdown: they are shown as they are, and act on nothing.

use super::commit_message::single_line;

/// A character without width. Forges find no mention, reference or address across it.
const BREAK: char = '\u{200b}';

/// Escapes a text for Markdown. Mentions (`@name`), references to issues (`#12`, `!12`, `GH-12`)
/// and addresses get a character without width: a backslash does not stop GitHub from notifying
/// people and from closing issues.
pub fn escape_markdown(text: &str) -> String {
    let text = single_line(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~') {
            out.push('\\');
        }
        out.push(c);
        let is_number = rest.peek().is_some_and(char::is_ascii_digit);
        let is_address = c == ':' && rest.peek() == Some(&'/');
        let is_domain = c == '.' && before.eq_ignore_ascii_case(&'w');
        let is_reference = match c {
            '@' | '#' => true,
            '!' | '$' | '%' | '&' => is_number,
            '-' => is_number && out.to_ascii_lowercase().ends_with("gh-"),
            _ => false,
        };
        if is_reference || is_address || is_domain {
            out.push(BREAK);
        }
        before = c;
    }
    out
}

/// Formats a text as code in a table.
pub fn code_span(text: &str) -> String {
    format!("`{}`", single_line(text).replace('`', "'").replace('|', "\\|"))
}

/// A part of a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintPart<'t> {
    Words(&'t str),
    /// What stands between two backticks.
    Command(&'t str),
}

/// Splits a hint into its words and its commands. A backtick without a partner is left out, and
/// so is a pair with nothing in between.
pub fn split_commands(text: &str) -> impl Iterator<Item = HintPart<'_>> {
    let last = text.matches('`').count();
    text.split('`').enumerate().map(move |(at, part)| {
        let is_command = at % 2 == 1 && at < last && !part.trim().is_empty();
        if is_command { HintPart::Command(part) } else { HintPart::Words(part) }
    })
}

/// Quotes a word for a shell, if necessary.
pub(super) fn shell_word(text: &str) -> String {
    let text = single_line(text);
    let is_simple =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ':' | '@' | '=');
    if !text.is_empty() && text.chars().all(is_simple) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_act_on_nothing() {
        let cases = [
            ("thanks to @octocat, fixes #12", "thanks to @\u{200b}octocat, fixes #\u{200b}12"),
            ("closes o/r#7 and !8", "closes o/r#\u{200b}7 and !\u{200b}8"),
            ("see GH-12, not ugh-x!", "see GH-\u{200b}12, not ugh-x!"),
            (
                "fixes https://github.com/o/r/issues/1",
                "fixes https:\u{200b}//github.com/o/r/issues/1",
            ),
            ("*all* of <it> [x](y)", "\\*all\\* of \\<it\\> \\[x\\](y)"),
            ("a\nb", "a b"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape_markdown(text), expected);
        }
    }

    #[test]
    fn words_are_quoted_for_shells() {
        assert_eq!(shell_word("api/nginx"), "api/nginx");
        assert_eq!(shell_word("a b; rm -rf '$x'"), r"'a b; rm -rf '\''$x'\'''");
        assert_eq!(shell_word(""), "''");
    }
}

//! Wraps texts to the width of the terminal.

use super::terminal_style::display_width;

/// Characters after which a long word may be broken.
const BREAKS: [char; 8] = ['-', '_', '.', '/', ':', '@', ',', '+'];

/// Breaks a text into lines no wider than `width`: between words, or else within them. Text
/// between backticks stays on one line where it fits there.
pub(super) fn wrap_text(text: &str, width: usize) -> Vec<String> {
    if display_width(text) <= width || width == 0 {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text, width) {
        let gap = usize::from(!line.is_empty());
        if display_width(&line) + gap + display_width(&word) <= width {
            line.push_str(&" ".repeat(gap));
            line.push_str(&word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut parts = break_word(&word, width);
        line = parts.pop().unwrap_or_default();
        lines.extend(parts);
    }
    lines.push(line);
    lines
}

/// Breaks a line like [`wrap_text`]; what goes on is indented as the line is.
pub(super) fn wrap_indented(line: &str, width: usize) -> Vec<String> {
    let (indent, text) = line.split_at(line.len() - line.trim_start_matches(' ').len());
    let parts = wrap_text(text, width.saturating_sub(indent.len())).into_iter();
    parts.map(|part| format!("{indent}{part}")).collect()
}

/// The words of a text; a command between backticks counts as one if it fits in a line.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split(' ') {
        let opens = word.matches('`').count() % 2 == 1;
        match out.last_mut() {
            Some(last) if is_open && display_width(last) + 1 + display_width(word) <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
        is_open ^= opens;
    }
    out
}

/// Breaks a word that is wider than a line, after punctuation where there is some in the second
/// half of the line.
fn break_word(word: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = word;
    while display_width(rest) > width {
        let mut used = 0;
        let (mut end, mut pretty) = (0, None);
        for (at, c) in rest.char_indices() {
            used += display_width(c.encode_utf8(&mut [0; 4]));
            if used > width && end > 0 {
                break;
            }
            end = at + c.len_utf8();
            if BREAKS.contains(&c) && used * 2 > width {
                pretty = Some(end);
            }
        }
        let (head, tail) = rest.split_at(pretty.unwrap_or(end));
        out.push(head.to_owned());
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(rest.to_owned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{wrap_indented, wrap_text};

    #[test]
    fn lines_break_between_words_or_after_punctuation() {
        assert_eq!(wrap_text("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap_text("release-2026-10-11-abc", 12), ["release-", "2026-10-11-", "abc"]);
        assert_eq!(wrap_text("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap_text("日本語日本", 4), ["日本", "語日", "本"]);
        assert_eq!(wrap_text("short", 80), ["short"]);
        assert_eq!(wrap_text("日", 1), ["日"], "a character is never dropped");
    }

    #[test]
    fn what_goes_on_is_indented_as_its_line_is() {
        assert_eq!(wrap_indented("  lock: by me", 8), ["  lock:", "  by me"]);
        assert_eq!(wrap_indented("lock: by me", 8), ["lock: by", "me"]);
    }

    #[test]
    fn commands_stay_on_one_line() {
        assert_eq!(
            wrap_text("run `towpath init --yes` to save it", 24),
            ["run `towpath init --yes`", "to save it"]
        );
    }
}

//! What a stream can show: colours, characters, width.

use console::Style;
use std::borrow::Cow;

/// What one of the two streams can show.
#[derive(Debug, Clone)]
pub struct TerminalStyle {
    pub colors: bool,
    /// Characters beyond ASCII can be shown.
    pub unicode: bool,
    /// In columns; `None` where there is no limit.
    pub width: Option<usize>,
}

/// What a piece of text means. Nothing is said by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTone {
    Plain,
    Heading,
    Dim,
    Good,
    Warn,
    Bad,
}

impl TerminalStyle {
    /// The text in the colour of its meaning.
    pub fn paint<'t>(&self, tone: TextTone, text: &'t str) -> Cow<'t, str> {
        if !self.colors || tone == TextTone::Plain || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let style = Style::new().force_styling(true);
        let style = match tone {
            TextTone::Plain => style,
            TextTone::Heading => style.bold(),
            TextTone::Dim => style.dim(),
            TextTone::Good => style.green(),
            TextTone::Warn => style.yellow(),
            TextTone::Bad => style.red().bold(),
        };
        Cow::Owned(style.apply_to(text).to_string())
    }

    /// The sign of a cell that differs from the stage before.
    pub fn difference_sign(&self) -> &'static str {
        if self.unicode { "≠" } else { "*" }
    }

    /// Stands in a cell where the app does not exist.
    pub fn absent_sign(&self) -> &'static str {
        if self.unicode { "·" } else { "-" }
    }

    /// Stands for what was left out of a text.
    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { ".." }
    }

    /// Leads from a stage to the next.
    pub fn arrow(&self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }
}

/// The columns a text takes on a terminal.
pub(super) fn display_width(text: &str) -> usize {
    console::measure_text_width(text)
}

/// The text, filled with spaces to a width.
pub(super) fn pad_end(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// The text, filled with spaces before it to a width.
pub(super) fn pad_start(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// The text cut in the middle to a width, with `…` there.
pub(super) fn truncate_middle(text: &str, width: usize, look: &TerminalStyle) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let ellipsis = look.ellipsis();
    let room = width.saturating_sub(display_width(ellipsis));
    let chars: Vec<char> = text.chars().collect();
    let (mut head, mut tail) = (String::new(), Vec::new());
    let (mut first, mut last, mut used) = (0, chars.len(), 0);
    // From both ends by turns, as many characters as fit: some take two columns.
    while first < last {
        let from_head = first <= chars.len() - last;
        let c = if from_head { chars[first] } else { chars[last - 1] };
        used += display_width(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        if from_head {
            head.push(c);
            first += 1;
        } else {
            tail.push(c);
            last -= 1;
        }
    }
    head.push_str(ellipsis);
    head.extend(tail.iter().rev());
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        let look = TerminalStyle { colors: false, unicode: true, width: None };
        assert_eq!(truncate_middle("v1.2.3", 6, &look), "v1.2.3");
        assert_eq!(truncate_middle("release-2026-10-11-abcdef", 11, &look), "relea…bcdef");
        assert_eq!(truncate_middle("日本語日本語", 7, &look), "日本…語");
        assert_eq!(truncate_middle("abc", 0, &look), "…");
        let ascii = TerminalStyle { unicode: false, ..look };
        assert_eq!(truncate_middle("release-2026-10-11-abcdef", 10, &ascii), "rele..cdef");
    }
}

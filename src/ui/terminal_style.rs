//! Capabilities of an output stream: colours, characters, width.

use super::wrap::wrap_text;
use console::Style;
use std::borrow::Cow;

/// Capabilities of stdout or stderr.
#[derive(Debug, Clone)]
pub struct TerminalStyle {
    pub colors: bool,
    /// True if non-ASCII characters can be shown.
    pub unicode: bool,
    /// In columns; `None` means unlimited.
    pub width: Option<usize>,
}

/// Meaning of a piece of text. Colour is never the only sign of it.
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
    /// Colours a text by its tone.
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

    /// The style of text that may be wider than the terminal.
    pub fn unlimited(&self) -> TerminalStyle {
        TerminalStyle { width: None, ..self.clone() }
    }

    /// The style of text that is indented by some columns.
    pub(super) fn narrowed(&self, columns: usize) -> TerminalStyle {
        let width = self.width.map(|width| width.saturating_sub(columns).max(1));
        TerminalStyle { width, ..self.clone() }
    }

    /// A title in the width of the terminal, on as many lines as it takes.
    pub(super) fn heading_lines(&self, title: &str) -> String {
        let lines = wrap_text(title, self.width.unwrap_or(usize::MAX));
        lines.iter().map(|line| format!("{}\n", self.paint(TextTone::Heading, line))).collect()
    }

    /// Marks a cell that differs from the previous stage.
    pub fn difference_sign(&self) -> &'static str {
        if self.unicode { "≠" } else { "*" }
    }

    /// One of two signs, for terminals with and without Unicode.
    pub fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// Marks a cell in which the app does not exist.
    pub fn absent_sign(&self) -> &'static str {
        if self.unicode { "·" } else { "-" }
    }

    /// Replaces the omitted part of a text.
    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { ".." }
    }

    /// Arrow from one stage or version to the next.
    pub fn arrow(&self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }
}

/// Width of a text on a terminal, in columns.
pub(super) fn display_width(text: &str) -> usize {
    console::measure_text_width(text)
}

/// Pads a text with spaces at its end.
pub(super) fn pad_end(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// Pads a text with spaces at its start.
pub(super) fn pad_start(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// Shortens a text to a width by an ellipsis at its end.
pub(super) fn truncate_end(text: &str, width: usize, look: &TerminalStyle) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let ellipsis = look.ellipsis();
    let room = width.saturating_sub(display_width(ellipsis));
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out + ellipsis
}

/// Shortens a name such as `app/component` to a width: the app loses its end, and the component
/// stays if there is room.
pub(super) fn truncate_name(name: &str, width: usize, look: &TerminalStyle) -> String {
    let Some((app, component)) = name.rsplit_once('/') else {
        return truncate_end(name, width, look);
    };
    let tail = display_width(component) + 1;
    if display_width(name) <= width || tail * 2 > width {
        return truncate_end(name, width, look);
    }
    format!("{}/{component}", truncate_end(app, width - tail, look))
}

/// Shortens a text to a width by an ellipsis in the middle.
pub(super) fn truncate_middle(text: &str, width: usize, look: &TerminalStyle) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let ellipsis = look.ellipsis();
    let room = width.saturating_sub(display_width(ellipsis));
    let chars: Vec<char> = text.chars().collect();
    let (mut head, mut tail) = (String::new(), Vec::new());
    let (mut first, mut last, mut used) = (0, chars.len(), 0);
    // Takes characters from both ends by turns; some are two columns wide.
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
    fn names_keep_their_component() {
        let look = TerminalStyle { colors: false, unicode: true, width: None };
        assert_eq!(truncate_name("a-very-long-service/querier", 20, &look), "a-very-long…/querier");
        assert_eq!(truncate_name("a-very-long-service", 10, &look), "a-very-lo…");
        assert_eq!(truncate_name("web/a-very-long-component", 10, &look), "web/a-ver…");
        assert_eq!(truncate_end("one two three", 5, &look), "one…");
        assert_eq!(truncate_end("日本語", 5, &look), "日本…");
    }

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

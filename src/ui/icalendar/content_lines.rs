//! Content lines of an iCalendar: escaped, folded, and ended by CRLF (RFC 5545, 3.1).

/// The octets of a line, without its end.
const WIDTH: usize = 75;

/// The lines of a calendar.
#[derive(Debug, Default)]
pub(super) struct ContentLines(String);

impl ContentLines {
    /// Adds a property whose value is no free text. `name` may have parameters.
    pub fn add(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut width = 0;
        for char in line.chars() {
            if width + char.len_utf8() > WIDTH {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(char);
            width += char.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property with a text.
    pub fn add_text(&mut self, name: &str, text: &str) {
        self.add(name, &escape_text(text));
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

/// A text as a value (RFC 5545, 3.3.11), which has no control characters.
fn escape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\\' | ';' | ',' => out.extend(['\\', char]),
            _ if char.is_control() => {}
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters() {
        let mut lines = ContentLines::default();
        lines.add_text("SUMMARY", &"é".repeat(100));
        let text = lines.into_text();
        assert!(text.split("\r\n").all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "é".repeat(100)));
        let mut whole = ContentLines::default();
        whole.add("X", &"a".repeat(WIDTH - 2));
        assert_eq!(whole.into_text(), format!("X:{}\r\n", "a".repeat(WIDTH - 2)));
    }

    #[test]
    fn texts_cannot_end_their_property() {
        assert_eq!(escape_text("a;b,c\\d\r\nEND:VEVENT\u{7}"), "a\\;b\\,c\\\\d\\nEND:VEVENT");
    }
}

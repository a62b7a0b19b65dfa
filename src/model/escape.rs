//! Escapes texts, so that nothing in them can act on a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// Writes control characters, line breaks, direction overrides and invisible characters as `\x1b`,
/// `\n`, `\u{202e}`. All other text is unchanged.
pub fn escape_for_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe_char) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe_char(c) && u32::from(c) < 0x80 => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_unsafe_char(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Escapes unsafe characters in JSON text as `\u001b`. They occur only inside strings, so the value
/// is unchanged; line breaks and indentation stay.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(|c| is_unsafe_char(c) && c != '\n') {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_unsafe_char(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// True for characters that move the cursor, change direction, or hide (Unicode TR 36: C0, C1,
/// bidirectional controls, zero-width and tag characters, line and paragraph separators).
pub fn is_unsafe_char(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_spelled_out() {
        assert_eq!(escape_for_terminal("v1.2 – ü"), "v1.2 – ü");
        assert_eq!(escape_for_terminal("a\x1b[31m\nb\tc\x7f\r"), "a\\x1b[31m\\nb\\tc\\x7f\\r");
        assert_eq!(
            escape_for_terminal("x\u{202e}y\u{9b}z\u{200b}"),
            "x\\u{202e}y\\u{9b}z\\u{200b}"
        );
    }

    #[test]
    fn json_keeps_its_value() {
        let text = "{\n  \"a\": \"\u{9b}x\u{202e}\u{e0001}\"\n}";
        let value: serde_json::Value = serde_json::from_str(text).expect("json");
        let shown = escape_json(text);
        assert!(shown.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("still json"), value);
    }
}

//! Quotes new values so that no reader of YAML 1.1 or 1.2 takes them for anything but text.
//!
//! The rule was checked against kustomize, PyYAML, ruamel, `yaml` (1.1 and 1.2) and js-yaml: none
//! of them reads a value left plain as anything but text.

use regex::Regex;
use std::sync::LazyLock;

/// Texts that YAML 1.1 or 1.2 may read as a number, a time or a date; matched in lower case.
static NUMBER_LIKE: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"[+-]?(\.inf|\.nan|0x[0-9a-f_]*|0[ob][0-9_]*|[0-9_]*\.?[0-9_]*(e[+-]?[0-9_]*)?|[0-9_]+(:[0-9_]*)+(\.[0-9_]*)?)";
    let date = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?";
    Regex::new(&format!("^({number}|{date})$")).expect("a constant expression")
});

/// Returns the text as a scalar in block context: plain, or double-quoted if it would not stay
/// text.
pub fn plain_or_quoted(text: &str) -> String {
    if needs_quotes(text, false) { double_quoted(text) } else { text.to_owned() }
}

/// Like [`plain_or_quoted`], inside `[…]` or `{…}`.
pub fn plain_or_quoted_in_flow(text: &str) -> String {
    if needs_quotes(text, true) { double_quoted(text) } else { text.to_owned() }
}

/// True if some reader would take the unquoted text for something else, in block or flow context.
pub(super) fn needs_quotes(text: &str, in_flow: bool) -> bool {
    !stays_text(text) || (in_flow && text.contains([',', '[', ']', '{', '}']))
}

/// Returns the text in `'`, or `None` if it contains characters that only `"` can escape.
pub(super) fn single_quoted(text: &str) -> Option<String> {
    let sayable = !text.contains(|c: char| is_unseen(c));
    sayable.then(|| format!("'{}'", text.replace('\'', "''")))
}

fn stays_text(text: &str) -> bool {
    let lower = text.to_lowercase();
    let word = matches!(
        lower.as_str(),
        "" | "null" | "~" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "=" | "<<"
    );
    let special = text.starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@` ".contains(c));
    let inside = text.ends_with([' ', ':']) || text.contains(": ") || text.contains(" #");
    let odd = text.contains(|c: char| c.is_control() || !c.is_ascii());
    !(word || special || inside || odd || text.starts_with("...") || NUMBER_LIKE.is_match(&lower))
}

/// Returns the text in `"`.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unseen(c) && u32::from(c) > 0xffff => {
                out.push_str(&format!("\\U{:08x}", u32::from(c)))
            }
            c if is_unseen(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// True for characters that a reader does not see or sees elsewhere: controls, text directions,
/// zero widths. Line and paragraph separators end a line in YAML 1.1; a byte order mark is dropped.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'
            | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_and_paths_stay_plain() {
        for text in [
            "1.2.3",
            "v1.10",
            "sha-1234567",
            "release_1",
            "main",
            "apps/{app}/overlays/{stage}",
            "a:b",
            "a#b",
        ] {
            assert_eq!(plain_or_quoted(text), text);
        }
        assert_eq!(plain_or_quoted_in_flow("a{b}"), "\"a{b}\"");
    }

    #[test]
    fn what_is_no_text_to_some_reader_is_quoted() {
        let numbers = [
            "1.10", "0123", "1e3", "012e4", "1_000", "0x1f", "0o17", "0b1", "+1", ".5", "36e1234",
            ".inf", "1e",
        ];
        let words = ["", "null", "~", "True", "yes", "on", "Y", "=", "<<"];
        let dates = ["2024-01-02", "12:30", "12:30:45.5", "2024-01-02T10:00:00Z"];
        let marks = ["-x", "{app}", "*", "a: b", "a #b", "a:", " a", "a ", "é", "...", "@x", "'x'"];
        for text in numbers.iter().chain(&words).chain(&dates).chain(&marks) {
            assert_eq!(plain_or_quoted(text), format!("\"{text}\""));
        }
        assert_eq!(plain_or_quoted("a\"b\\\n\u{7}"), r#""a\"b\\\n\u0007""#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in any::<String>(), tricky in "[-0-9a-f:#.,{}\\[\\]'\" \t\n~\u{feff}\u{85}]{0,12}") {
            for text in [text, tricky] {
                let file = format!("a: {}\nb: [{}]\n", plain_or_quoted(&text), plain_or_quoted_in_flow(&text));
                let stream = crate::yaml::parse(&file).expect("it is YAML");
                let root = stream.documents[0].root().expect("root");
                prop_assert_eq!(root.get("a").and_then(|a| a.text()), Some(text.as_str()));
                prop_assert_eq!(root.get("b").and_then(|b| b.items().next()?.text()), Some(text.as_str()));
            }
        }
    }
}

//! Renders JSON values as YAML that is safe to display.

use crate::model::{escape_json, is_unsafe_char};
use serde_json::Value;

/// Renders a value in block style. Strings that are not plain ASCII are quoted and escaped as in
/// JSON, which is valid in YAML.
pub(super) fn render_yaml(value: &Value) -> String {
    let mut out = String::new();
    push_block(value, 0, &mut out);
    out
}

fn push_block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str(&format_scalar(&Value::String(key.clone())));
                out.push(':');
                push_nested(value, indent, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str("- ");
                push_block(item, indent + 2, out);
            }
        }
        other => {
            out.push_str(&format_scalar(other));
            out.push('\n');
        }
    }
}

fn push_nested(value: &Value, indent: usize, out: &mut String) {
    let filled = value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|a| !a.is_empty());
    if filled {
        out.push('\n');
        out.push_str(&" ".repeat(indent + 2));
        push_block(value, indent + 2, out);
    } else {
        out.push(' ');
        push_block(value, indent, out);
    }
}

fn format_scalar(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_ascii() && !text.chars().any(is_unsafe_char) => {
            plain_scalar(text).unwrap_or(value.to_string())
        }
        other => escape_json(&other.to_string()).into_owned(),
    }
}

/// Booleans in YAML 1.1 only.
const OLD_BOOLS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];

/// Renders a text as a scalar; `None` if that is a plain one that YAML 1.1 reads differently, such
/// as `on`, `1_000`, `1:30` and dates. serde_yaml quotes what YAML 1.2 requires.
fn plain_scalar(text: &str) -> Option<String> {
    let yaml = serde_yaml::to_string(text).ok()?.trim_end().to_owned();
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !OLD_BOOLS.iter().any(|word| word.eq_ignore_ascii_case(text));
    (yaml != text || is_word).then_some(yaml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let value = serde_json::json!({
            "a": ["on", "1.10", null, 7, true, [], {}, {"x": {"y": "\u{1b}[31m\u{202e}", "z": [["n"], 1]}}],
            "key: odd": "- x", "e": "", "u": "ü", "m": "a\nb", "t": " # c"
        });
        let text = render_yaml(&value);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert_eq!(serde_yaml::from_str::<Value>(&text).expect("yaml"), value, "{text}");
    }

    /// Tags stay strings, even in YAML 1.1, in which these would be numbers, dates, booleans or
    /// null.
    #[test]
    fn texts_that_look_like_something_else_are_quoted() {
        for text in [
            "1.10",
            "0123",
            "1e3",
            "12e03",
            "0738661",
            "0x1f",
            "0o17",
            "1_000",
            "2026-01-31",
            "~",
            "no",
            "y",
            "=",
            "1:30",
        ] {
            let written = render_yaml(&serde_json::json!({ "tag": text }));
            assert!(
                written == format!("tag: '{text}'\n") || written == format!("tag: \"{text}\"\n"),
                "{written}"
            );
        }
    }
}

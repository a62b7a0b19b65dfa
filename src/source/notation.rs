//! The notation of values in a source's files, for edits: quotes, escapes, and the values they can
//! express. YAML and JSON are edited by `yaml`.

/// The notation of values in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueNotation {
    Yaml,
    Json,
    /// A template that is not valid YAML, read line by line.
    Template,
    /// Unquoted words: the `text` and `line` sources.
    Word,
    /// `KEY=value`, with or without quotes.
    Dotenv,
    /// HCL: strings and numbers.
    Hcl,
}

impl ValueNotation {
    /// Returns JSON for a `.json` file, otherwise YAML.
    pub fn by_name(path: &str) -> Self {
        if path.ends_with(".json") { ValueNotation::Json } else { ValueNotation::Yaml }
    }

    /// Returns the value of a token. `None` for a token with escapes, which have several spellings.
    pub fn value_of(self, token: &str) -> Option<&str> {
        let inside = match (self, token.as_bytes().first()) {
            (ValueNotation::Word, _) => return Some(token),
            (ValueNotation::Dotenv | ValueNotation::Template, Some(quote @ (b'"' | b'\''))) => {
                strip_quotes(token, *quote)?
            }
            (ValueNotation::Hcl, Some(b'"')) => strip_quotes(token, b'"')?,
            (ValueNotation::Hcl, _) => return is_whole_number(token).then_some(token),
            _ => token,
        };
        (!inside.contains('\\') && !has_marker(inside)).then_some(inside)
    }

    /// Returns the token for a new value in the style of the old token; `None` if that is
    /// impossible.
    pub fn token_of(self, old: &str, new: &str) -> Option<String> {
        let quote = old.chars().next().filter(|c| matches!(c, '"' | '\''));
        let plain = !new.is_empty() && !new.contains(|c: char| c.is_whitespace() || c.is_control());
        let sayable = plain && !new.contains(['"', '\'', '\\', '`', '$', '#']) && !has_marker(new);
        match (self, quote) {
            (ValueNotation::Word, _) => plain.then(|| new.to_owned()),
            (ValueNotation::Hcl, None) if is_whole_number(new) => Some(new.to_owned()),
            (ValueNotation::Hcl, None) => sayable.then(|| format!("\"{new}\"")),
            (ValueNotation::Template, None) => sayable.then(|| crate::yaml::plain_or_quoted(new)),
            (_, Some(quote)) => sayable_in_quotes(new).then(|| format!("{quote}{new}{quote}")),
            (_, None) => sayable.then(|| new.to_owned()),
        }
    }
}

fn strip_quotes(token: &str, quote: u8) -> Option<&str> {
    let quote = char::from(quote);
    token.strip_prefix(quote)?.strip_suffix(quote)
}

fn sayable_in_quotes(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(|c: char| c.is_control() || "\"'\\`$%".contains(c))
        && !has_marker(text)
}

fn has_marker(text: &str) -> bool {
    ["{{", "${", "%{", "{%", "<%"].iter().any(|marker| text.contains(marker))
}

fn is_whole_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::ValueNotation::{Dotenv, Hcl, Template, Word};

    #[test]
    fn values_are_what_tokens_spell() {
        assert_eq!(Dotenv.value_of("'v1'"), Some("v1"));
        assert_eq!(Dotenv.value_of("v1"), Some("v1"));
        assert_eq!(Dotenv.value_of("\"v\\\"1\""), None);
        assert_eq!(Hcl.value_of("\"1.10\""), Some("1.10"));
        assert_eq!(Hcl.value_of("\"${x}\""), None);
        assert_eq!(
            (Hcl.value_of("12"), Hcl.value_of("1.10"), Hcl.value_of("<<EOT\nx\nEOT")),
            (Some("12"), None, None)
        );
        assert_eq!(Template.value_of("{{ .tag }}"), None);
        assert_eq!(Word.value_of("\"x\""), Some("\"x\""));
    }

    #[test]
    fn tokens_keep_their_style() {
        let token = |text: &str| Some(text.to_owned());
        assert_eq!(Dotenv.token_of("'v1'", "v2"), token("'v2'"));
        assert_eq!(Dotenv.token_of("\"v1\"", ">=1 <2"), token("\">=1 <2\""));
        assert_eq!((Dotenv.token_of("v1", "a b"), Dotenv.token_of("\"v1\"", "a$b")), (None, None));
        assert_eq!(Hcl.token_of("12", "13"), token("13"));
        assert_eq!(
            (Hcl.token_of("12", "013"), Hcl.token_of("12", "v13")),
            (token("\"013\""), token("\"v13\""))
        );
        assert_eq!(Template.token_of("v1", "1.10"), token("\"1.10\""));
        assert_eq!(
            (Word.token_of("v1", "1.10"), Word.token_of("v1", "a b")),
            (token("1.10"), None)
        );
    }
}

//! Locates values in a file, or in a text inside a file (an inline patch).

use crate::model::{ImagePart, Location, Span};
use crate::yaml::{QuoteStyle, YamlValue};

/// The text being read, and its position in the file.
#[derive(Clone, Copy)]
pub(super) struct YamlText<'a> {
    /// Path of the file in the repository.
    pub path: &'a str,
    /// Index of the document in the file; for an inline text, that of the outer document.
    pub document: u32,
    /// The text of the file.
    pub text: &'a str,
    inline: Option<InlineYaml<'a>>,
}

/// A YAML text that is a scalar of a YAML file.
#[derive(Clone, Copy)]
struct InlineYaml<'a> {
    /// The text of the scalar.
    text: &'a str,
    holder: YamlValue<'a>,
}

impl<'a> YamlText<'a> {
    /// Creates the text of a document in a file.
    pub fn of_file(path: &'a str, text: &'a str, document: u32) -> Self {
        YamlText { path, document, text, inline: None }
    }

    /// Returns the inline text in the scalar `holder`.
    pub fn inline_text(self, holder: YamlValue<'a>, text: &'a str) -> Self {
        YamlText { inline: Some(InlineYaml { text, holder }), ..self }
    }

    /// Returns another document of the same file.
    pub fn at_document(self, document: u32) -> Self {
        if self.inline.is_some() { self } else { YamlText { document, ..self } }
    }

    /// Returns the location of a value.
    pub fn location(&self, value: YamlValue<'_>, key: String, part: ImagePart) -> Location {
        let (line, span) = match self.inline {
            None => (value.line(), value.span().into()),
            Some(inline) => inline.locate_value(self.text, value),
        };
        Location {
            path: self.path.to_owned(),
            line,
            document: self.document,
            key,
            part,
            span,
            alias: value.is_alias() || self.inline.is_some_and(|inline| inline.holder.is_alias()),
        }
    }
}

impl InlineYaml<'_> {
    /// Returns the line, and the bytes of the value if its line contains it exactly once; otherwise
    /// the bytes of the whole inline text.
    fn locate_value(&self, file: &str, value: YamlValue<'_>) -> (u32, Span) {
        let whole = self.holder.span();
        let first = self.holder.line();
        if self.holder.style() != Some(QuoteStyle::Block) {
            return (first, whole.into());
        }
        let line = first + value.line() - 1;
        let exact =
            self.text.get(value.span()).filter(|token| !token.is_empty() && !token.contains('\n'));
        let start = line_start(file, whole.start, line.saturating_sub(first))
            .filter(|start| whole.end > *start);
        let (Some(token), Some(start)) = (exact, start) else { return (line, whole.into()) };
        let shown = file[start..].lines().next().unwrap_or_default();
        let mut found = shown.match_indices(token);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => {
                (line, Span { start: start + at, end: start + at + token.len() })
            }
            _ => (line, whole.into()),
        }
    }
}

/// Returns the start of the line this many lines below a byte. Lines are counted from there,
/// because a file may contain thousands of inline texts.
fn line_start(text: &str, byte: usize, below: u32) -> Option<usize> {
    let skipped = (below as usize).checked_sub(1)?;
    text.get(byte..)?.match_indices('\n').nth(skipped).map(|(at, _)| byte + at + 1)
}

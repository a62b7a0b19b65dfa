//! Where a value stands: in a file, or in a text inside a file (an inline patch).

use crate::model::{ImagePart, Location, Span};
use crate::yaml::{QuoteStyle, YamlValue};

/// What is being read, and where its lines and bytes are in the file.
#[derive(Clone, Copy)]
pub(super) struct YamlText<'a> {
    /// The file, from the top of the repository.
    pub path: &'a str,
    /// Which document of the file; of the outer one for an inline text.
    pub document: u32,
    /// The text of the file.
    pub text: &'a str,
    inline: Option<InlineYaml<'a>>,
}

/// A YAML text that is itself a scalar of a YAML file.
#[derive(Clone, Copy)]
struct InlineYaml<'a> {
    /// The text of the scalar.
    text: &'a str,
    holder: YamlValue<'a>,
}

impl<'a> YamlText<'a> {
    /// A document of a file.
    pub fn of_file(path: &'a str, text: &'a str, document: u32) -> Self {
        YamlText { path, document, text, inline: None }
    }

    /// The text that is the scalar `holder` of this page.
    pub fn inline_text(self, holder: YamlValue<'a>, text: &'a str) -> Self {
        YamlText { inline: Some(InlineYaml { text, holder }), ..self }
    }

    /// Another document of the same page.
    pub fn at_document(self, document: u32) -> Self {
        if self.inline.is_some() { self } else { YamlText { document, ..self } }
    }

    /// The place of a value.
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
    /// The line, and the bytes of the value where its line shows it exactly once; else the bytes of
    /// the whole text.
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

/// The first byte of the line that is so many lines below the one of a byte. Lines are counted from
/// there, because a file may hold thousands of inline texts.
fn line_start(text: &str, byte: usize, below: u32) -> Option<usize> {
    let skipped = (below as usize).checked_sub(1)?;
    text.get(byte..)?.match_indices('\n').nth(skipped).map(|(at, _)| byte + at + 1)
}

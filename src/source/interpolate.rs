//! Compose's variables: `$VAR`, `${VAR}`, `${VAR:-default}` and the like, with the origin of each
//! piece of the result.
//!
//! The rules are those of the Compose specification, "Interpolation".

use super::leaf::Leaf;
use crate::model::Span;
use std::collections::HashMap;
use std::ops::Range;

/// Maximum nesting of defaults; deeper ones are read as empty.
const MAX_DEPTH: usize = 8;

/// A variable that has a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variable<'a> {
    /// The file of variables.
    pub(super) path: &'a str,
    pub(super) leaf: &'a Leaf,
}

/// Variables by name.
pub(super) type ComposeVariables<'a> = HashMap<&'a str, Variable<'a>>;

/// The origin of a piece of an interpolated text.
#[derive(Clone, Copy)]
pub(super) enum PieceOrigin<'a> {
    /// In the text itself, at these bytes.
    Text(Span),
    /// In the value of a variable.
    Variable(Variable<'a>),
}

/// A text with its variables replaced.
#[derive(Default)]
pub(super) struct InterpolatedText<'a> {
    pub(super) text: String,
    pieces: Vec<(Range<usize>, PieceOrigin<'a>)>,
}

impl<'a> InterpolatedText<'a> {
    /// Replaces the variables. An unknown one becomes empty, as in Compose.
    pub(super) fn of(template: &str, variables: &ComposeVariables<'a>) -> Self {
        let mut out = InterpolatedText::default();
        out.fill(template, 0, variables, 0);
        out
    }

    /// Returns the origins of a range of the result, piece by piece.
    pub(super) fn origins_of(&self, range: Range<usize>) -> impl Iterator<Item = PieceOrigin<'a>> {
        let within = self.pieces.iter().filter({
            let range = range.clone();
            move |(at, _)| at.start < range.end && range.start < at.end
        });
        within.map(move |(at, origin)| match origin {
            PieceOrigin::Variable(variable) => PieceOrigin::Variable(*variable),
            // Text is copied unchanged, so its span can be cut to the range.
            PieceOrigin::Text(span) => PieceOrigin::Text(Span {
                start: span.start + range.start.saturating_sub(at.start),
                end: span.end - at.end.saturating_sub(range.end),
            }),
        })
    }

    fn push(&mut self, text: &str, origin: PieceOrigin<'a>) {
        if !text.is_empty() {
            let start = self.text.len();
            self.text.push_str(text);
            self.pieces.push((start..self.text.len(), origin));
        }
    }

    fn fill(
        &mut self,
        template: &str,
        offset: usize,
        variables: &ComposeVariables<'a>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut at = 0;
        while let Some(dollar) = template[at..].find('$').map(|found| found + at) {
            self.push_literal(template, at..dollar, offset);
            let rest = &template[dollar + 1..];
            if rest.starts_with('$') {
                self.push_literal(template, dollar..dollar + 1, offset);
                at = dollar + 2;
            } else if rest.starts_with('{') {
                let Some(close) = closing_brace(rest) else { return };
                self.expand_braces(&rest[1..close], offset + dollar + 2, variables, depth);
                at = dollar + 1 + close + 1;
            } else {
                let length = name_length(rest);
                if let Some(variable) = variables.get(&rest[..length]) {
                    self.push(&variable.leaf.text, PieceOrigin::Variable(*variable));
                }
                at = dollar + 1 + length;
            }
        }
        self.push_literal(template, at..template.len(), offset);
    }

    fn push_literal(&mut self, template: &str, range: Range<usize>, offset: usize) {
        let span = Span { start: offset + range.start, end: offset + range.end };
        self.push(&template[range], PieceOrigin::Text(span));
    }

    /// Expands the inside of `${…}`: a name, and the action if it is unset (`-`), unset or empty
    /// (`:-`), or set (`+`, `:+`). `?` requests an error and expands to nothing.
    fn expand_braces(
        &mut self,
        inside: &str,
        offset: usize,
        variables: &ComposeVariables<'a>,
        depth: usize,
    ) {
        let length = name_length(inside);
        let (name, rest) = inside.split_at(length);
        let strict = rest.starts_with(':');
        let value = variables.get(name).copied();
        let value = value.filter(|variable| !(strict && variable.leaf.text.is_empty()));
        let operator = rest.trim_start_matches(':').chars().next();
        let word_at = length + usize::from(strict) + 1;
        let word = inside.get(word_at..).unwrap_or_default();
        match (operator, value) {
            (Some('+'), None) => {}
            (Some('+'), Some(_)) | (Some('-'), None) => {
                self.fill(word, offset + word_at, variables, depth + 1)
            }
            (_, Some(variable)) => self.push(&variable.leaf.text, PieceOrigin::Variable(variable)),
            (_, None) => {}
        }
    }
}

/// Returns the position of the brace that closes the one at the start of the text.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 1 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dotenv::parse_leaves;

    fn filled(template: &str) -> String {
        let env = parse_leaves("TAG=v1\nEMPTY=\nORG=acme\n");
        let variable = |leaf| Variable { path: ".env", leaf };
        let variables: ComposeVariables<'_> =
            env.iter().map(|leaf| (&*leaf.path, variable(leaf))).collect();
        InterpolatedText::of(template, &variables).text
    }

    #[test]
    fn every_form_of_a_variable() {
        for (template, text) in [
            ("a/b:1", "a/b:1"),
            ("$ORG/b:$TAG", "acme/b:v1"),
            ("${ORG}/${NO:-b}:${TAG:-v9}", "acme/b:v1"),
            ("b:${EMPTY:-d}-${EMPTY-d}-${NO-d}", "b:d--d"),
            ("b:${NO:-${ALSO:-x}}", "b:x"),
            ("b:${TAG:+set}${NO:+set}${EMPTY+e}", "b:sete"),
            ("b:${TAG:?needed}${NO?needed}", "b:v1"),
            ("b$$TAG:1", "b$TAG:1"),
            ("b:${TAG", "b:"),
            ("b:$", "b:"),
            ("b:${}é$é", "b:éé"),
            ("b:${NO:", "b:"),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
    }

    #[test]
    fn deep_defaults_end() {
        let deep = format!("{}x{}", "${A:-".repeat(50_000), "}".repeat(50_000));
        assert_eq!(filled(&deep), "");
    }
}

//! Replaces one scalar of a file by splicing bytes. Nothing is printed from a tree, so quoting,
//! comments, order, indentation and line ends stay as they are.
//!
//! A value that cannot be replaced without changing something else is an [`EditObstacle`].

use super::YamlError;
use super::quote::{double_quoted, needs_quotes, single_quoted};
use super::tree::{QuoteStyle, YamlNodeKind, YamlStream, YamlValue};
use std::ops::Range;

/// A replacement of some bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Empty for an insertion.
    pub span: Range<usize>,
    pub text: String,
}

/// Applies splices to a text. They must be ordered and must not overlap.
pub fn apply_splices(text: &str, splices: &[Splice]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for splice in splices {
        out.push_str(&text[at..splice.span.start]);
        out.push_str(&splice.text);
        at = splice.span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The syntax of scalars: JSON has no plain ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Yaml,
    Json,
}

/// A place that has the same value through an alias (`*name`) or a merge key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasUse {
    /// 1-based.
    pub line: u32,
    /// The key with the alias as its value: `prod.image.tag`, `prod.<<`.
    pub key: String,
}

/// Why a scalar cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditObstacle {
    #[error("the file is not valid YAML: {0}")]
    NotYaml(YamlError),
    #[error("there is no value at this position")]
    NoScalar,
    #[error("the value has an anchor, and is also used at {}", list_uses(.0))]
    Anchored(Vec<AliasUse>),
    #[error("the key `{key}` is written twice, at line {} and line {}", .lines.0, .lines.1)]
    DuplicateKey { key: String, lines: (u32, u32) },
    #[error("the value is a block scalar with an indentation indicator")]
    Indicator,
    #[error("the value runs over several lines")]
    SeveralLines,
    #[error("the new value cannot be written there")]
    NotWritable,
}

fn list_uses(uses: &[AliasUse]) -> String {
    uses.iter()
        .map(|used| format!("line {} (`{}`)", used.line, used.key))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A scalar of a file, or a piece of one.
#[derive(Clone, Copy)]
pub struct EditableScalar<'a> {
    pub(super) file: &'a str,
    stream: &'a YamlStream,
    document: usize,
    node: u32,
    start: usize,
    end: usize,
}

impl<'a> EditableScalar<'a> {
    /// Finds the scalar at these bytes, or the one they are a piece of.
    ///
    /// # Errors
    /// [`EditObstacle::NoScalar`].
    pub fn find(
        file: &'a str,
        stream: &'a YamlStream,
        span: Range<usize>,
    ) -> Result<Self, EditObstacle> {
        for (document, tree) in stream.documents.iter().enumerate() {
            let holds = |node: &super::tree::YamlNode| {
                matches!(node.kind, YamlNodeKind::Scalar { .. })
                    && (node.start as usize) <= span.start
                    && span.end <= node.end as usize
                    && node.start < node.end
            };
            if let Some(node) = tree.nodes.iter().position(holds)
                && file.get(span.clone()).is_some_and(|text| !text.is_empty())
            {
                let node = u32::try_from(node).unwrap_or(u32::MAX);
                return Ok(EditableScalar {
                    file,
                    stream,
                    document,
                    node,
                    start: span.start,
                    end: span.end,
                });
            }
        }
        Err(EditObstacle::NoScalar)
    }

    /// Returns its bytes.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// True for a whole scalar, false for a piece of one.
    pub fn is_whole(&self) -> bool {
        let node = self.get_node();
        node.start as usize == self.start && node.end as usize == self.end
    }

    /// Returns the value after escapes. A piece of a block scalar is parsed as a scalar itself; any
    /// other piece is returned as written.
    pub fn text(&self) -> String {
        let raw = &self.file[self.start..self.end];
        match &self.get_node().kind {
            YamlNodeKind::Scalar { text, .. } if self.is_whole() => text.to_string(),
            YamlNodeKind::Scalar { style: QuoteStyle::Block, .. } => {
                let inner = super::parse(raw).ok();
                let text = inner.as_ref().and_then(|inner| inner.documents.first()?.root()?.text());
                text.unwrap_or(raw).to_owned()
            }
            _ => raw.to_owned(),
        }
    }

    /// True for a whole block scalar of more than one line.
    pub fn is_long_text(&self) -> bool {
        self.is_whole()
            && self.get_node().text_of_block().is_some_and(|text| text.trim_end().contains('\n'))
    }

    /// Returns the other places with this value: aliases of it, or of a node that contains it.
    pub fn alias_uses(&self) -> Vec<AliasUse> {
        let tree = &self.stream.documents[self.document];
        let anchored: Vec<u32> = self
            .ancestor_nodes()
            .into_iter()
            .filter(|node| tree.nodes[*node as usize].anchored)
            .collect();
        if anchored.is_empty() {
            return Vec::new();
        }
        let parents = tree.parents();
        let aliases = tree.nodes.iter().enumerate().filter_map(|(at, node)| match node.kind {
            YamlNodeKind::Alias(to) if anchored.contains(&to) => Some((at, node.line)),
            _ => None,
        });
        aliases.map(|(at, line)| AliasUse { line, key: tree.key_path(at, &parents) }).collect()
    }

    /// Returns the key of the value itself, in the form of [`AliasUse::key`].
    pub fn key(&self) -> String {
        let tree = &self.stream.documents[self.document];
        tree.key_path(self.node as usize, &tree.parents())
    }

    /// Fails if the path to the value contains a duplicate key.
    ///
    /// # Errors
    /// [`EditObstacle::DuplicateKey`].
    pub fn check_keys(&self) -> Result<(), EditObstacle> {
        let nodes = &self.stream.documents[self.document].nodes;
        for pair in self.ancestor_nodes().windows(2) {
            let YamlNodeKind::Mapping(pairs) = &nodes[pair[1] as usize].kind else { continue };
            let Some((key, _)) =
                pairs.iter().find(|(key, value)| *value == pair[0] || *key == pair[0])
            else {
                continue;
            };
            let YamlNodeKind::Scalar { text, .. } = &nodes[*key as usize].kind else { continue };
            let lines: Vec<u32> = pairs
                .iter()
                .filter(|(key, _)| nodes[*key as usize].is_scalar(text))
                .map(|(key, _)| nodes[*key as usize].line)
                .collect();
            if let [first, second, ..] = lines[..] {
                return Err(EditObstacle::DuplicateKey {
                    key: text.to_string(),
                    lines: (first, second),
                });
            }
        }
        Ok(())
    }

    /// Returns the splice that writes another text, in the existing style.
    ///
    /// # Errors
    /// [`EditObstacle`], if one splice on one line is not enough.
    pub fn replaced_by(&self, new: &str, dialect: Dialect) -> Result<Splice, EditObstacle> {
        if new.contains(['\n', '\r']) || new.is_empty() {
            return Err(EditObstacle::NotWritable);
        }
        let raw = &self.file[self.start..self.end];
        let node = self.get_node();
        let YamlNodeKind::Scalar { text, style } = &node.kind else {
            return Err(EditObstacle::NoScalar);
        };
        if *style == QuoteStyle::Block {
            return self.in_block(raw, new);
        }
        if raw.contains('\n') {
            return Err(EditObstacle::SeveralLines);
        }
        if !self.is_whole() {
            return if is_harmless(new) {
                Ok(self.splice_whole(new.to_owned()))
            } else {
                Err(EditObstacle::NotWritable)
            };
        }
        let text = match style {
            QuoteStyle::SingleQuoted => self.in_single(new),
            QuoteStyle::DoubleQuoted => double_quoted(new),
            _ if dialect == Dialect::Json && is_json_number(text) && is_json_number(new) => {
                new.to_owned()
            }
            _ if dialect == Dialect::Json => double_quoted(new),
            _ if needs_quotes(new, self.is_in_flow()) && self.prefers_single() => {
                self.in_single(new)
            }
            _ if needs_quotes(new, self.is_in_flow()) => double_quoted(new),
            _ => new.to_owned(),
        };
        Ok(self.splice_whole(text))
    }

    /// Returns the splice that replaces the whole token.
    fn splice_whole(&self, text: String) -> Splice {
        Splice { span: self.start..self.end, text }
    }

    /// Returns the splice that removes the value and its key from the mapping.
    ///
    /// # Errors
    /// [`EditObstacle::NotWritable`] if something else is written in between.
    pub fn without_its_key(&self) -> Result<Splice, EditObstacle> {
        let tree = &self.stream.documents[self.document];
        let parent = tree.parents()[self.node as usize].ok_or(EditObstacle::NotWritable)?;
        let map = YamlValue::at(tree, parent);
        let pair = map.raw_pairs().find(|(_, value)| value.node == self.node && !value.is_alias());
        let key = pair.and_then(|(key, _)| key.text()).ok_or(EditObstacle::NotWritable)?;
        super::remove_field(self.file, map, key)
    }

    fn in_single(&self, new: &str) -> String {
        single_quoted(new).unwrap_or_else(|| double_quoted(new))
    }

    /// Returns the splice inside a block scalar: of its only line, or a piece of a line.
    fn in_block(&self, raw: &str, new: &str) -> Result<Splice, EditObstacle> {
        let node = self.get_node();
        if block_header(&self.file[..node.start as usize])
            .is_none_or(|mark| mark.contains(|c: char| c.is_ascii_digit()))
        {
            return Err(EditObstacle::Indicator);
        }
        if !self.is_whole() {
            let text = match raw.chars().next() {
                Some('\'') => self.in_single(new),
                Some('"') => double_quoted(new),
                _ if needs_quotes(new, true) => double_quoted(new),
                _ => new.to_owned(),
            };
            return Ok(Splice { span: self.start..self.end, text });
        }
        let line = raw.trim();
        if line.is_empty()
            || line.contains('\n')
            || new.starts_with([' ', '\t'])
            || new.ends_with([' ', '\t'])
        {
            return Err(EditObstacle::SeveralLines);
        }
        let start = self.start + raw.find(line).unwrap_or(0);
        Ok(Splice { span: start..start + line.len(), text: new.to_owned() })
    }

    pub(super) fn get_node(&self) -> &'a super::tree::YamlNode {
        &self.stream.documents[self.document].nodes[self.node as usize]
    }

    /// Returns the node, its parent, and so on to the root.
    fn ancestor_nodes(&self) -> Vec<u32> {
        let parents = self.stream.documents[self.document].parents();
        std::iter::successors(Some(self.node), |node| parents[*node as usize]).collect()
    }

    fn is_in_flow(&self) -> bool {
        let nodes = &self.stream.documents[self.document].nodes;
        self.ancestor_nodes()[1..].iter().any(|node| {
            let at = nodes[*node as usize].start as usize;
            self.file.get(at..).is_some_and(|rest| rest.starts_with(['{', '[']))
        })
    }

    /// True if the file has more single-quoted than double-quoted scalars.
    fn prefers_single(&self) -> bool {
        let nodes = self.stream.documents.iter().flat_map(|document| &document.nodes);
        let (mut single, mut double) = (0, 0);
        for node in nodes {
            match node.kind {
                YamlNodeKind::Scalar { style: QuoteStyle::SingleQuoted, .. } => single += 1,
                YamlNodeKind::Scalar { style: QuoteStyle::DoubleQuoted, .. } => double += 1,
                _ => {}
            }
        }
        single > double
    }
}

/// Returns the `|-` or `>2` at the end of the line before a block scalar.
fn block_header(before: &str) -> Option<&str> {
    let line =
        before.lines().rev().find(|line| line.contains(['|', '>']) || !line.trim().is_empty())?;
    let line = line.find(" #").map_or(line, |comment| &line[..comment]);
    line.split_whitespace().last().filter(|mark| mark.starts_with(['|', '>']))
}

/// True if the text can be inserted into any scalar without ending it or adding syntax.
fn is_harmless(text: &str) -> bool {
    text.bytes().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+' | b'/' | b':' | b'@')
    }) && !text.ends_with(':')
}

/// True for a JSON number without exponent.
fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;

//! The only caller of the YAML parser.

use super::tree::{QuoteStyle, YamlDocument, YamlNode, YamlNodeKind, YamlStream};
use granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};
use std::borrow::Cow;
use std::collections::HashMap;

/// Maximum nesting depth of collections; no deployment file comes near.
const NESTING: usize = 200;

/// A YAML syntax error with its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct YamlError {
    /// The parser's message.
    pub message: String,
    /// 1-based.
    pub line: usize,
    /// 1-based.
    pub column: usize,
}

/// Parses all documents of a file. Scalars keep their text and byte span; nothing is resolved.
///
/// # Errors
/// The first syntax error with its position. There is no partial result.
pub fn parse(text: &str) -> Result<YamlStream, YamlError> {
    let mut builder = YamlTreeBuilder::default();
    each_event(text, |event, span| builder.handle_event(event, span))?;
    Ok(builder.stream)
}

/// True if [`parse`] would succeed.
pub fn is_yaml(text: &str) -> bool {
    each_event(text, |_, _| {}).is_ok()
}

fn each_event<'t>(text: &'t str, mut take: impl FnMut(Event<'t>, Span)) -> Result<(), YamlError> {
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: NESTING,
        block_nesting_limit: NESTING,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| YamlError {
            message: error.info(),
            line: error.marker().line(),
            column: error.marker().col() + 1,
        })?;
        take(event, span);
    }
    Ok(())
}

/// A collection that is still open: its node, and for a mapping the key whose value follows.
struct OpenCollection {
    node: u32,
    key: Option<u32>,
}

#[derive(Default)]
struct YamlTreeBuilder {
    stream: YamlStream,
    nodes: Vec<YamlNode>,
    open: Vec<OpenCollection>,
    anchors: HashMap<usize, u32>,
}

impl YamlTreeBuilder {
    fn handle_event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(..) => {
                self.nodes.clear();
                self.anchors.clear();
            }
            Event::DocumentEnd => {
                let nodes = std::mem::take(&mut self.nodes);
                self.stream.documents.push(YamlDocument { nodes });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let range = span.byte_range().unwrap_or(0..0);
                // An absent value is reported as `~` with an empty span.
                let text =
                    if range.is_empty() { "".into() } else { text.into_owned().into_boxed_str() };
                let node = self.add_node(
                    YamlNodeKind::Scalar { text, style: style_of(style) },
                    anchor,
                    span,
                );
                self.nodes[node as usize].tagged = changes_meaning(tag.as_ref());
            }
            Event::SequenceStart(_, anchor, tag) => {
                let node = self.add_node(YamlNodeKind::Sequence(Vec::new()), anchor, span);
                self.nodes[node as usize].tagged = changes_meaning(tag.as_ref());
                self.open.push(OpenCollection { node, key: None });
            }
            Event::MappingStart(_, anchor, tag) => {
                let node = self.add_node(YamlNodeKind::Mapping(Vec::new()), anchor, span);
                self.nodes[node as usize].tagged = changes_meaning(tag.as_ref());
                self.open.push(OpenCollection { node, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Alias(id) => self.add_alias(id, span),
            _ => {}
        }
    }

    /// A collection that contains itself would never end, so its alias reads as empty.
    fn add_alias(&mut self, id: usize, span: Span) {
        let kind = match self.anchors.get(&id) {
            Some(to) if !self.open.iter().any(|open| open.node == *to) => YamlNodeKind::Alias(*to),
            _ => YamlNodeKind::Scalar { text: "".into(), style: QuoteStyle::Plain },
        };
        self.add_node(kind, 0, span);
    }

    fn add_node(&mut self, kind: YamlNodeKind, anchor: usize, span: Span) -> u32 {
        let range = span.byte_range().unwrap_or(0..0);
        let index = as_u32(self.nodes.len());
        self.nodes.push(YamlNode {
            kind,
            start: as_u32(range.start),
            end: as_u32(range.end),
            line: as_u32(span.start.line()),
            anchored: anchor != 0,
            tagged: false,
        });
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
        self.attach_child(index);
        index
    }

    fn attach_child(&mut self, child: u32) {
        let Some(open) = self.open.last_mut() else { return };
        match &mut self.nodes[open.node as usize].kind {
            YamlNodeKind::Sequence(items) => items.push(child),
            YamlNodeKind::Mapping(pairs) => match open.key.take() {
                None => open.key = Some(child),
                Some(key) => pairs.push((key, child)),
            },
            YamlNodeKind::Scalar { .. } | YamlNodeKind::Alias(_) => {}
        }
    }
}

/// True for a tag by which a node may be read as something else than it shows: any but `!!str`,
/// `!!map` and `!!seq` on what they say anyway, and `!!merge` on a merge key.
fn changes_meaning(tag: Option<&Cow<'_, Tag>>) -> bool {
    const PLAIN: [&str; 4] = ["str", "map", "seq", "merge"];
    tag.is_some_and(|tag| !(tag.handle() == "tag:yaml.org,2002:" && PLAIN.contains(&tag.suffix())))
}

fn style_of(style: ScalarStyle) -> QuoteStyle {
    match style {
        ScalarStyle::Plain => QuoteStyle::Plain,
        ScalarStyle::SingleQuoted => QuoteStyle::SingleQuoted,
        ScalarStyle::DoubleQuoted => QuoteStyle::DoubleQuoted,
        ScalarStyle::Literal | ScalarStyle::Folded => QuoteStyle::Block,
    }
}

/// Converts an offset. Files are limited to far less than 4 GiB; a larger offset would saturate,
/// not wrap.
fn as_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> YamlStream {
        parse(text).expect("yaml")
    }

    #[test]
    fn text_span_and_line_are_as_written() {
        let text = "a: 1.10\nb: '0738661' # x\nc:\nd: [\"x\\ty\"]\n";
        let stream = only(text);
        let root = stream.documents[0].root().expect("root");
        let (a, b, c) =
            (root.get("a").expect("a"), root.get("b").expect("b"), root.get("c").expect("c"));
        assert_eq!((a.text(), &text[a.span()], a.line()), (Some("1.10"), "1.10", 1));
        assert_eq!((b.text(), &text[b.span()], b.line()), (Some("0738661"), "'0738661'", 2));
        assert_eq!((c.text(), c.span().is_empty(), c.is_null()), (Some(""), true, true));
        let d = root.get("d").expect("d").items().next().expect("item");
        assert_eq!((d.text(), &text[d.span()]), (Some("x\ty"), "\"x\\ty\""));
    }

    #[test]
    fn byte_order_mark_and_crlf_keep_offsets_right() {
        let text = "\u{feff}a: é\r\nb: v2\r\n---\r\nc: v3\r\n";
        let stream = only(text);
        let b = stream.documents[0].root().and_then(|r| r.get("b")).expect("b");
        assert_eq!((&text[b.span()], b.line()), ("v2", 2));
        let c = stream.documents[1].root().and_then(|r| r.get("c")).expect("c");
        assert_eq!((&text[c.span()], c.line()), ("v3", 4));
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(50_000)).is_err());
    }

    #[test]
    fn an_alias_inside_its_own_anchor_reads_as_nothing() {
        let stream = only("a: &a\n  b: *a\n");
        let b = stream.documents[0].root().and_then(|r| r.get_path(&["a", "b"])).expect("b");
        assert!(b.is_null());
    }

    #[test]
    fn errors_name_the_place() {
        let error = parse("a: 1\nb: [1,\nc: }\n").expect_err("broken");
        assert_eq!((error.line, error.column > 0), (2, true));
    }

    #[test]
    fn json_with_tabs_is_read() {
        let stream = only("{\n\t\"versions\": {\n\t\t\"a\": \"1.2\"\n\t}\n}\n");
        let a = stream.documents[0].root().and_then(|r| r.get_path(&["versions", "a"])).expect("a");
        assert_eq!(a.text(), Some("1.2"));
    }
}

//! Adds entries to mappings and items to lists, in the style of their neighbours, and removes
//! entries. The caller must parse and compare the result.

use super::edit::{EditObstacle, Splice};
use super::plain_or_quoted;
use super::plain_or_quoted_in_flow;
use super::tree::{YamlNodeKind, YamlValue};

/// Key and value of a new entry.
pub type NewYamlEntry<'a> = (&'a str, &'a str);

/// Adds a mapping to a list, before the item at this index or at the end.
///
/// # Errors
/// [`EditObstacle::NotWritable`] if the style of the list is not supported.
pub fn add_item(
    file: &str,
    list: YamlValue<'_>,
    at: usize,
    entries: &[NewYamlEntry<'_>],
) -> Result<Splice, EditObstacle> {
    let items: Vec<YamlValue<'_>> = list.items().collect();
    let last = items.last().ok_or(EditObstacle::NotWritable)?;
    let next = items.get(at);
    if is_flow(file, list) {
        let item = format_flow(entries);
        return Ok(match next {
            Some(next) => insert_at(value_start(*next), format!("{item}, ")),
            None => insert_at(
                content_end(file, *last).ok_or(EditObstacle::NotWritable)?,
                format!(", {item}"),
            ),
        });
    }
    let dash = items
        .iter()
        .rev()
        .find_map(|item| ListItemStyle::of(file, *item))
        .ok_or(EditObstacle::NotWritable)?;
    let eol = line_end(file, value_start(*last));
    let item = dash.format_item(entries, eol);
    match next {
        Some(next) => {
            let dashed = ListItemStyle::of(file, *next).ok_or(EditObstacle::NotWritable)?;
            Ok(insert_at(above_comments(file, dashed.line), item))
        }
        None => Ok(lines_after(
            file,
            content_end(file, *last).ok_or(EditObstacle::NotWritable)?,
            &item,
            eol,
        )),
    }
}

/// Adds a list with one item to the top mapping of a document: after the last key, or under the
/// existing key if it has no items.
///
/// [`EditObstacle::NotWritable`] if the document is not a block mapping.
pub fn add_key(
    file: &str,
    root: YamlValue<'_>,
    key: &str,
    entries: &[NewYamlEntry<'_>],
) -> Result<Vec<Splice>, EditObstacle> {
    let (first, _) = root.raw_pairs().next().ok_or(EditObstacle::NotWritable)?;
    if is_flow(file, root) {
        return Err(EditObstacle::NotWritable);
    }
    let eol = line_end(file, value_start(first));
    let item = ListItemStyle { line: 0, indent: String::new(), gap: 1 }.format_item(entries, eol);
    let Some((name, value)) = root.raw_pairs().find(|(name, _)| name.text() == Some(key)) else {
        let end = content_end(file, root).ok_or(EditObstacle::NotWritable)?;
        return Ok(vec![lines_after(file, end, &format!("{key}:{eol}{item}"), eol)]);
    };
    let colon =
        file[name.span().end..].find(':').ok_or(EditObstacle::NotWritable)? + name.span().end + 1;
    let nothing = value.is_null() || (value.is_sequence() && value.items().next().is_none());
    if !nothing || value.is_alias() || value.is_anchored() {
        return Err(EditObstacle::NotWritable);
    }
    let end = if value.is_null() && value.span().is_empty() {
        colon
    } else {
        content_end(file, value).ok_or(EditObstacle::NotWritable)?
    };
    let after = lines_after(file, end, &item, eol);
    let emptied = Splice { span: colon..end, text: String::new() };
    Ok(if emptied.span.is_empty() { vec![after] } else { vec![emptied, after] })
}

/// Adds an entry at the end of a mapping.
///
/// # Errors
/// [`EditObstacle::NotWritable`] if the style of the mapping is not supported.
pub fn add_field(
    file: &str,
    map: YamlValue<'_>,
    (key, value): NewYamlEntry<'_>,
) -> Result<Splice, EditObstacle> {
    let (last_key, last) = map.raw_pairs().last().ok_or(EditObstacle::NotWritable)?;
    let end = content_end(file, last).ok_or(EditObstacle::NotWritable)?;
    if is_flow(file, map) {
        return Ok(insert_at(end, format!(", {key}: {}", plain_or_quoted_in_flow(value))));
    }
    let at = value_start(last_key);
    let column = file[line_start(file, at)..at].trim_start_matches('\u{feff}').chars().count();
    let eol = line_end(file, at);
    let line = format!("{}{key}: {}{eol}", " ".repeat(column), plain_or_quoted(value));
    Ok(lines_after(file, end, &line, eol))
}

/// Removes an entry from a mapping that has others: its line, or its part of a line.
///
/// # Errors
/// [`EditObstacle::NotWritable`] if something else is written in between.
pub fn remove_field(file: &str, map: YamlValue<'_>, key: &str) -> Result<Splice, EditObstacle> {
    let pairs: Vec<_> = map.raw_pairs().collect();
    let at = pairs
        .iter()
        .position(|(name, _)| name.text() == Some(key))
        .ok_or(EditObstacle::NotWritable)?;
    let (name, value) = pairs[at];
    let end = content_end(file, value).ok_or(EditObstacle::NotWritable)?;
    let is_alone = |text: &str| text.chars().all(|c| c.is_whitespace() || c == ',');
    match (at.checked_sub(1).map(|before| pairs[before]), pairs.get(at + 1)) {
        // Start at the end of the previous value: its comment stays, and that of the removed entry
        // goes.
        (Some((_, before)), _) if is_flow(file, map) => {
            let from = content_end(file, before).ok_or(EditObstacle::NotWritable)?;
            if is_alone(&file[from..value_start(name)]) {
                Ok(cut_span(from, end))
            } else {
                Err(EditObstacle::NotWritable)
            }
        }
        (None, Some((next, _))) if is_alone(&file[end..value_start(*next)]) => {
            Ok(cut_span(value_start(name), value_start(*next)))
        }
        (Some(_), _) => remove_lines(file, value_start(name), end),
        _ => Err(EditObstacle::NotWritable),
    }
}

/// Removes the lines of an entry that has them for itself.
fn remove_lines(file: &str, start: usize, end: usize) -> Result<Splice, EditObstacle> {
    let from = line_start(file, start);
    let alone = file[from..start].chars().all(|c| c == ' ');
    let to = end_of_line(file, end);
    let last_without_end = to == file.len() && !file.ends_with('\n');
    match (alone, last_without_end) {
        (false, _) => Err(EditObstacle::NotWritable),
        (true, false) => Ok(cut_span(from, to)),
        (true, true) => Ok(cut_span(file[..from].trim_end_matches(['\r', '\n']).len(), to)),
    }
}

fn cut_span(from: usize, to: usize) -> Splice {
    Splice { span: from..to, text: String::new() }
}

pub(super) fn insert_at(at: usize, text: String) -> Splice {
    Splice { span: at..at, text }
}

pub(super) fn value_start(value: YamlValue<'_>) -> usize {
    value.document.nodes[value.node as usize].start as usize
}

pub(super) fn is_flow(file: &str, value: YamlValue<'_>) -> bool {
    file.get(value_start(value)..).is_some_and(|rest| rest.starts_with(['{', '[']))
        && (value.is_mapping() || value.is_sequence())
}

/// The style of a list's items: the spaces before and after the dash.
struct ListItemStyle {
    /// Offset of the line's first byte.
    line: usize,
    indent: String,
    gap: usize,
}

impl ListItemStyle {
    /// `None` unless the item's line consists of spaces, a dash, spaces and the item.
    fn of(file: &str, item: YamlValue<'_>) -> Option<Self> {
        let line = line_start(file, value_start(item));
        let before = file.get(line..value_start(item))?;
        let (indent, gap) = before.split_once('-')?;
        let blank = |text: &str| text.bytes().all(|b| b == b' ');
        let fits = blank(indent) && blank(gap) && !gap.is_empty();
        fits.then(|| ListItemStyle { line, indent: indent.to_owned(), gap: gap.len() })
    }

    fn format_item(&self, entries: &[NewYamlEntry<'_>], eol: &str) -> String {
        let mut out = String::new();
        for (at, (key, value)) in entries.iter().enumerate() {
            let lead = if at == 0 {
                format!("-{}", " ".repeat(self.gap))
            } else {
                " ".repeat(self.gap + 1)
            };
            out.push_str(&format!("{}{lead}{key}: {}{eol}", self.indent, plain_or_quoted(value)));
        }
        out
    }
}

fn format_flow(entries: &[NewYamlEntry<'_>]) -> String {
    let pairs =
        entries.iter().map(|(key, value)| format!("{key}: {}", plain_or_quoted_in_flow(value)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// Inserts whole lines after the line of a byte. A missing line end at the end of the file stays
/// missing.
pub(super) fn lines_after(file: &str, byte: usize, lines: &str, eol: &str) -> Splice {
    let at = end_of_line(file, byte);
    let open = at == file.len() && !file.ends_with('\n');
    if open {
        insert_at(at, format!("{eol}{}", lines.trim_end_matches(['\r', '\n'])))
    } else {
        insert_at(at, lines.to_owned())
    }
}

/// Returns the offset after the last byte of a value, including brackets.
pub(super) fn content_end(file: &str, value: YamlValue<'_>) -> Option<usize> {
    let nodes = &value.document.nodes;
    let last = value.document.subtree_range(value.node).end - 1;
    let parents = value.document.parents();
    let mut at = u32::try_from(last).ok()?;
    let mut closers = 0;
    loop {
        let node = &nodes[at as usize];
        let collection = matches!(node.kind, YamlNodeKind::Mapping(_) | YamlNodeKind::Sequence(_));
        closers += usize::from(collection && file[node.start as usize..].starts_with(['{', '[']));
        if at == value.node {
            break;
        }
        at = parents[at as usize]?;
    }
    let node = &nodes[last];
    let empty = matches!(node.kind, YamlNodeKind::Mapping(_) | YamlNodeKind::Sequence(_));
    let mut end =
        if empty { node.start as usize + usize::from(closers > 0) } else { node.end as usize };
    for _ in 0..closers {
        end = find_closing(file, end)?;
    }
    Some(end)
}

/// Returns the offset after the next closing bracket, if only blanks, commas and comments precede
/// it.
fn find_closing(file: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(c) = file[at..].chars().next() {
        match c {
            ']' | '}' => return Some(at + 1),
            '#' => at = end_of_line(file, at),
            ',' | '\u{feff}' => at += c.len_utf8(),
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => return None,
        }
    }
    None
}

pub(super) fn line_start(file: &str, byte: usize) -> usize {
    file[..byte].rfind('\n').map_or(0, |end| end + 1)
}

/// Returns the offset after the line end that follows the byte before `byte`.
fn end_of_line(file: &str, byte: usize) -> usize {
    if file[..byte].ends_with('\n') {
        return byte;
    }
    file[byte..].find('\n').map_or(file.len(), |end| byte + end + 1)
}

/// Returns the line end used at a byte; for a last line without one, that of the first line.
pub(super) fn line_end(file: &str, byte: usize) -> &'static str {
    let first = || file.find('\n').map(|end| &file[..end]);
    let line = file[byte..].find('\n').map(|end| &file[..byte + end]).or_else(first);
    if line.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// Returns the offset of the first of the comment lines directly above a line.
fn above_comments(file: &str, line: usize) -> usize {
    let mut at = line;
    while at > 0 {
        let above = line_start(file, at - 1);
        if !file[above..at].trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    at
}

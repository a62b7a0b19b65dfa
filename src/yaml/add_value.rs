//! Adds a value below a chain of keys, some of which may not be there yet.

use super::edit::{EditObstacle, Splice};
use super::edit_entry::{
    content_end, insert_at, is_flow, line_end, line_start, lines_after, value_start,
};
use super::tree::YamlValue;
use super::{plain_or_quoted, plain_or_quoted_in_flow};

/// Spaces by which a nested mapping is indented where the file shows no other width.
const INDENT: usize = 2;

/// Adds a value to a document: at the end of the innermost mapping on its way, with the keys that
/// are missing. An empty value that is there is filled. `root` is `None` for an empty document.
/// `raw` is the value as it is to be written, with its quotes.
///
/// # Errors
/// [`EditObstacle::NotWritable`] if another value is in the way, if the mapping is used in several
/// places, or if its style is not supported.
pub fn add_value(
    file: &str,
    root: Option<YamlValue<'_>>,
    keys: &[&str],
    raw: &str,
) -> Result<Splice, EditObstacle> {
    let root = root.filter(|root| !(root.is_null() && root.span().is_empty()));
    let Some(mut map) = root else { return Ok(at_the_end(file, keys, raw)) };
    let step = indent_of(file, map).unwrap_or(INDENT);
    let mut missing = keys;
    while let Some((key, rest)) = missing.split_first() {
        if !map.is_mapping() || map.is_alias() || map.is_anchored() {
            return Err(EditObstacle::NotWritable);
        }
        let Some((name, value)) = map.raw_pairs().find(|(name, _)| name.text() == Some(key)) else {
            return add_missing(file, map, missing, raw, step);
        };
        if rest.is_empty() {
            return fill(file, name, value, raw);
        }
        (map, missing) = (value, rest);
    }
    Err(EditObstacle::NotWritable)
}

/// Writes a value that is there, but empty.
fn fill(
    file: &str,
    name: YamlValue<'_>,
    value: YamlValue<'_>,
    raw: &str,
) -> Result<Splice, EditObstacle> {
    let span = value.span();
    if value.is_alias() || value.is_anchored() || !matches!(&file[span.clone()], "" | "''" | "\"\"")
    {
        return Err(EditObstacle::NotWritable);
    }
    if !span.is_empty() {
        return Ok(Splice { span, text: raw.to_owned() });
    }
    let colon = name.span().end + file[name.span().end..].find(':').map_or(0, |at| at + 1);
    Ok(insert_at(colon, format!(" {raw}")))
}

fn add_missing(
    file: &str,
    map: YamlValue<'_>,
    keys: &[&str],
    raw: &str,
    step: usize,
) -> Result<Splice, EditObstacle> {
    let last = map.raw_pairs().last();
    if is_flow(file, map) {
        let entry = flow_entry(keys, raw)?;
        return match last {
            Some((_, last)) => {
                let end = content_end(file, last).ok_or(EditObstacle::NotWritable)?;
                Ok(insert_at(end, format!(", {entry}")))
            }
            None => Ok(insert_at(value_start(map) + 1, entry)),
        };
    }
    let (last_key, last) = last.ok_or(EditObstacle::NotWritable)?;
    let end = content_end(file, last).ok_or(EditObstacle::NotWritable)?;
    let at = value_start(last_key);
    let before = file[line_start(file, at)..at].trim_start_matches('\u{feff}');
    let eol = line_end(file, at);
    Ok(lines_after(file, end, &lines(keys, raw, (before.chars().count(), step), eol), eol))
}

/// Returns the entry as lines of their own, from a column on.
fn lines(keys: &[&str], raw: &str, (column, step): (usize, usize), eol: &str) -> String {
    let mut out = String::new();
    for (depth, key) in keys.iter().enumerate() {
        let value = if depth + 1 == keys.len() { format!(" {raw}") } else { String::new() };
        let indent = " ".repeat(column + depth * step);
        out.push_str(&format!("{indent}{}:{value}{eol}", plain_or_quoted(key)));
    }
    out
}

fn flow_entry(keys: &[&str], raw: &str) -> Result<String, EditObstacle> {
    let is_quoted = raw.starts_with(['"', '\'']);
    if !is_quoted && raw.contains(['{', '}', '[', ']', ',', '#', ':']) {
        return Err(EditObstacle::NotWritable);
    }
    let (last, holders) = keys.split_last().ok_or(EditObstacle::NotWritable)?;
    let entry = format!("{}: {raw}", plain_or_quoted_in_flow(last));
    let nest = |inner: String, key: &&str| format!("{}: {{{inner}}}", plain_or_quoted_in_flow(key));
    Ok(holders.iter().rev().fold(entry, nest))
}

/// A file without values: comments, or nothing.
fn at_the_end(file: &str, keys: &[&str], raw: &str) -> Splice {
    let eol = line_end(file, file.len());
    let start = if file.is_empty() || file.ends_with('\n') { "" } else { eol };
    insert_at(file.len(), format!("{start}{}", lines(keys, raw, (0, INDENT), eol)))
}

/// The width by which the first mapping in a block mapping is indented.
fn indent_of(file: &str, root: YamlValue<'_>) -> Option<usize> {
    let column = |value: YamlValue<'_>| {
        let at = value_start(value);
        at - line_start(file, at)
    };
    let mut inner = root
        .raw_pairs()
        .filter(|(_, value)| value.is_mapping() && !value.is_alias() && !is_flow(file, *value));
    let (name, value) = inner.next()?;
    let (first, _) = value.raw_pairs().next()?;
    column(first).checked_sub(column(name)).filter(|width| *width > 0)
}

//! JSON patches: each operation is judged by the place that it writes.

use super::difference::{TooLarge, TreeDifference, leaf_of};
use super::{Judge, Proof, UnprovenPlace};
use crate::yaml::YamlValue;

/// Judges the differences between two lists of operations on objects of a kind.
pub(super) fn judge_operations(
    judge: &Judge<'_>,
    (before, after): (Option<YamlValue<'_>>, Option<YamlValue<'_>>),
    differences: Result<Vec<TreeDifference>, TooLarge>,
    kind: &str,
) -> Vec<UnprovenPlace> {
    judge.all(differences, &|difference| {
        let Some(index) = difference.keys.first().and_then(|key| index_of(key)) else {
            return Proof::unproven("the order of operations counts");
        };
        if writes_cell(judge, (before, after), index) {
            return Proof::Harmless("an operation that writes a cell");
        }
        let sides = [(before, &difference.before), (after, &difference.after)];
        let operations = sides.into_iter().filter(|(_, leaf)| leaf.is_some());
        for operation in operations.map(|(list, _)| list?.items().nth(index)) {
            let written = operation.and_then(|one| written_keys(one, &difference.keys[1..]));
            let Some(keys) = written else {
                return Proof::unproven("this operation is not of a kind that is worked out");
            };
            let there = TreeDifference { keys, ..difference.clone() };
            if let Proof::Unproven(why) = (judge.of_object)("", kind, &there, judge) {
                return Proof::Unproven(why);
            }
        }
        Proof::Harmless("an operation on harmless fields")
    })
}

/// True if the value that an operation writes is a cell, on each side that has the operation. The
/// mapping has applied the operation then.
fn writes_cell(
    judge: &Judge<'_>,
    (before, after): (Option<YamlValue<'_>>, Option<YamlValue<'_>>),
    index: usize,
) -> bool {
    let value = |list: Option<YamlValue<'_>>| leaf_of(list?.items().nth(index)?.get("value")?);
    let written = TreeDifference {
        keys: vec![format!("[{index}]"), "value".to_owned()],
        before: value(before),
        after: value(after),
    };
    written.leaves().next().is_some() && judge.places.cover(&written)
}

fn index_of(key: &str) -> Option<usize> {
    key.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// The keys that an operation writes, down to the place within it that differs.
fn written_keys(operation: YamlValue<'_>, within: &[String]) -> Option<Vec<String>> {
    let known = ["op", "path", "value"];
    let op = operation.str_at(&["op"])?;
    let has_others = operation.pairs().iter().any(|(key, _)| !known.contains(key));
    if has_others || !matches!(op, "add" | "replace" | "remove") {
        return None;
    }
    let mut keys = parse_pointer(operation.str_at(&["path"])?)?;
    if let [value, rest @ ..] = within
        && value == "value"
    {
        keys.extend(rest.iter().cloned());
    }
    Some(keys)
}

/// The keys of a pointer; `None` if programs read it in different ways.
fn parse_pointer(text: &str) -> Option<Vec<String>> {
    let one = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_odd = part.is_empty()
            || part.len() > 1 && (part.starts_with('-') || is_number && part.starts_with('0'))
            || part.starts_with('+');
        let key = part.replace("~1", "/").replace("~0", "~");
        match is_odd {
            true => None,
            false if is_number || key == "-" => Some(format!("[{key}]")),
            false => Some(key),
        }
    };
    text.strip_prefix('/')?.split('/').map(one).collect()
}

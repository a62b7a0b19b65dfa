//! Variables: those beside a compose file, and those of files that are sourced.

use super::compose::judge_compose;
use super::difference::find_differences;
use super::{ChangedInput, Proof, UnprovenPlace};
use crate::yaml;
use std::collections::BTreeMap;

/// Judges a file of variables: one may change if it neither tells Compose what to read, nor is part
/// of an image.
pub(super) fn judge_variables(input: &ChangedInput<'_>) -> Vec<UnprovenPlace> {
    let (before, after) = (assignments(input.before), assignments(input.after));
    let mut names: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let own = input.before.into_iter().chain(input.after);
    let uses: Vec<&str> = input.beside.iter().map(String::as_str).chain(own).collect();
    let mut out = Vec::new();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        let value = |side: Option<&(&str, u32)>| side.map(|(value, _)| value.trim().to_owned());
        if value(was) == value(is) {
            continue;
        }
        let line = is.or(was).map(|(_, line)| *line);
        let is_cell = || input.places.has_line(line.unwrap_or(0));
        let speaks =
            |side: Option<&(&str, u32)>| side.is_some_and(|(value, _)| value.contains('$'));
        let why = if name.starts_with("COMPOSE_") || name.starts_with("DOCKER_") {
            "it tells Compose what to read"
        } else if speaks(is) {
            "programs fill in variables here"
        } else if !is_cell() && uses.iter().any(|text| takes_in(text, name)) {
            "an image's name takes it in"
        } else {
            continue;
        };
        out.push(UnprovenPlace { keys: name.to_owned(), line, why: why.to_owned() });
    }
    out
}

/// The last assignment of each variable, with its line.
fn assignments(text: Option<&str>) -> BTreeMap<&str, (&str, u32)> {
    let lines = text.unwrap_or_default().lines().zip(1..);
    lines
        .filter_map(|(line, number)| assignment(line).map(|(name, value)| (name, (value, number))))
        .collect()
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches('\u{feff}').trim_start();
    if line.starts_with('#') {
        return None;
    }
    let line = line.strip_prefix("export").map_or(line, str::trim_start);
    let (name, value) = line.split_once(['=', ':'])?;
    Some((name.trim(), value))
}

/// True if a text uses a variable where it may decide about an image: in a compose file anywhere
/// but in harmless places, in a file of variables anywhere.
fn takes_in(text: &str, name: &str) -> bool {
    let uses = |text: &str| {
        text.match_indices('$').any(|(at, _)| {
            let rest = text[at + 1..].trim_start_matches('{');
            rest.strip_prefix(name).is_some_and(|rest| {
                !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            })
        })
    };
    let stream = yaml::parse(text).ok();
    let roots = stream.iter().flat_map(|stream| &stream.documents).filter_map(|one| one.root());
    let mut trees = roots.filter(|root| root.is_mapping()).peekable();
    if trees.peek().is_none() {
        return uses(text);
    }
    trees.any(|root| match find_differences(None, Some(root)) {
        Ok(places) => places.iter().any(|place| {
            let is_harmless = matches!(judge_compose(place), Proof::Harmless(_));
            !is_harmless && place.leaves().any(|leaf| uses(&leaf.text))
        }),
        Err(_) => uses(text),
    })
}

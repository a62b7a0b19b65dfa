//! Condenses the keys of a group into a few patterns.

use super::VersionedFile;
use std::collections::{BTreeMap, BTreeSet};

/// Above this number, keys are condensed into patterns.
const MANY_KEYS: usize = 8;

/// Returns the keys of all members. If many have one shape, the part that varies becomes `{app}`.
pub(super) fn group_keys(members: &[VersionedFile], app_known: bool) -> Vec<String> {
    let all: BTreeSet<&String> = members.iter().flat_map(|member| &member.keys).collect();
    if all.len() <= MANY_KEYS {
        return all.into_iter().cloned().collect();
    }
    let mut shapes: BTreeMap<(usize, &str), Vec<Vec<&str>>> = BTreeMap::new();
    for key in &all {
        let parts: Vec<&str> = key.split('.').collect();
        shapes
            .entry((parts.len(), parts.last().copied().unwrap_or_default()))
            .or_default()
            .push(parts);
    }
    let mut out = Vec::new();
    for (_, group) in shapes {
        let varies: Vec<bool> = (0..group[0].len())
            .map(|at| group.iter().any(|parts| parts[at] != group[0][at]))
            .collect();
        let plain = group.iter().flatten().all(|part| !part.contains(['"', '[']));
        if group.len() < 3 || !plain || !varies.contains(&true) {
            out.extend(group.iter().map(|parts| parts.join(".")));
            continue;
        }
        let named = if app_known { None } else { varies.iter().rposition(|v| *v) };
        let parts = group[0].iter().enumerate().map(|(at, part)| match varies[at] {
            true if Some(at) == named => "{app}",
            true => "*",
            false => part,
        });
        out.push(parts.collect::<Vec<_>>().join("."));
    }
    out.sort();
    out.dedup();
    out
}

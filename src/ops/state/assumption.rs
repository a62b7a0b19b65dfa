//! The notes about what discovery assumed.

use crate::config::{CONFIG_FILE, Config, ConfigOrigin};
use crate::discovery::{DiscoveredConfig, StageBasis};
use crate::model::{Mapping, StageName};
use std::collections::{BTreeMap, BTreeSet};

/// The note of a configured repository in which nothing was found.
pub fn nothing_found_text(mapping: &Mapping) -> String {
    let stages: Vec<&str> = mapping.stages.iter().map(|stage| stage.as_str()).collect();
    let what = if mapping.warnings.is_empty() { "is pinned" } else { "could be read" };
    format!("no version {what} in stages {}", stages.join(", "))
}

/// `assumed: stages dev → prod, from 214 files in 3 layouts. No towpath.yaml found. …`
pub fn assumption_text(proposal: &DiscoveredConfig, config: &Config, mapping: &Mapping) -> String {
    let unsure = match proposal.unsure.rules.len() {
        0 => String::new(),
        1 => "; 1 more layout is uncertain".into(),
        n => format!("; {n} more layouts are uncertain"),
    };
    if mapping.entries.is_empty() {
        let mut stages: Vec<&str> = mapping.stages.iter().map(|stage| stage.as_str()).collect();
        stages.extend(proposal.empty_stages.iter().map(String::as_str));
        let mut seen = BTreeSet::new();
        stages.retain(|stage| seen.insert(*stage));
        let elsewhere = match proposal.outside.len() {
            0 => String::new(),
            1 => format!(
                ". {} pins a version; `towpath init` says how to show it",
                proposal.outside[0]
            ),
            n => format!(
                ". {n} files pin versions ({}); `towpath init` says how to show them",
                folders_of(&proposal.outside).join(", ")
            ),
        };
        return match stages.as_slice() {
            [] => format!(
                "no stages found in this repository{unsure}; name them in {CONFIG_FILE}{elsewhere}"
            ),
            _ => {
                format!(
                    "found stages {}, but no version {} in them{unsure}{elsewhere}",
                    stages.join(", "),
                    if mapping.warnings.is_empty() { "is pinned" } else { "could be read" }
                )
            }
        };
    }
    let files: BTreeSet<&str> =
        mapping.entries.iter().flat_map(|e| &e.locations).map(|at| at.path.as_str()).collect();
    let count =
        |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let remedy = match config.origin {
        ConfigOrigin::File(_) => {
            "The configuration has no `sources`; `towpath init --stdout` proposes some."
        }
        _ => "No towpath.yaml found. Run `towpath init` to save these settings.",
    };
    let (names, name) = match proposal.basis {
        StageBasis::Nothing => ("are not shown", "is not shown"),
        _ => ("name no stage", "names no stage"),
    };
    let outside = match proposal.outside.len() {
        0 => String::new(),
        1 => format!(" {} pins a version but {name}.", proposal.outside[0]),
        n => format!(
            " {n} more files pin versions but {names} ({}); `towpath status --all` lists them.",
            folders_of(&proposal.outside).join(", ")
        ),
    };
    format!(
        "assumed: {}, from {} in {}{unsure}.{outside} {remedy}",
        stages_in_words(proposal, config),
        count(files.len(), "file"),
        count(proposal.config.rules.len(), "layout"),
    )
}

/// The top folders of these paths, at most three of them, the one with most paths first.
fn folders_of(paths: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        let top = path.split_once('/').map_or(".", |(top, _)| top);
        *counts.entry(top).or_default() += 1;
    }
    let mut folders: Vec<(&str, usize)> = counts.into_iter().collect();
    folders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = folders.len() > 3;
    let shown = folders.into_iter().take(3).map(|(folder, _)| format!("{folder}/"));
    shown.chain(more.then(|| "…".to_owned())).collect()
}

/// The paragraph of a proposal about stages that nobody wrote down.
pub fn assumed_stages_text(config: &Config) -> String {
    let names: Vec<String> =
        config.stages.iter().map(|stage| format!("`{}`", stage.name)).collect();
    format!(
        "\nThe stages and their order are assumed ({}), because the repository has no \
         `{CONFIG_FILE}`.\n",
        names.join(", ")
    )
}

/// The stages in words, such as `stages dev → prod`. First stages are joined by "and"; a stage that
/// does not follow the one before it says what it follows.
fn stages_in_words(proposal: &DiscoveredConfig, config: &Config) -> String {
    let stale = &proposal.config.learned.stale;
    let mut chain = String::new();
    let mut last: Option<&StageName> = None;
    // After "c after a and b", another "and" would be read as one more of them.
    let mut joint = " and ";
    for stage in config.stages.iter().filter(|stage| !stale.contains(&stage.name)) {
        let follows_last = stage.after.iter().eq(last);
        match (&stage.after[..], last) {
            (_, None) => chain.push_str(stage.name.as_str()),
            ([], Some(_)) => chain.push_str(&format!("{joint}{}", stage.name)),
            _ if follows_last => chain.push_str(&format!(" → {}", stage.name)),
            (after, Some(_)) => {
                let names: Vec<&str> = after.iter().map(|name| name.as_str()).collect();
                chain.push_str(&format!(", {} after {}", stage.name, names.join(" and ")));
                joint = "; ";
            }
        }
        last = Some(&stage.name);
    }
    if !stale.is_empty() {
        let names: Vec<&str> = stale.iter().map(|name| name.as_str()).collect();
        chain.push_str(&format!(" (and {}, where nothing has moved for long)", names.join(", ")));
    }
    match proposal.basis {
        StageBasis::Paths => format!("stages {chain}"),
        StageBasis::Keys => format!("stages {chain} (keys inside files)"),
        StageBasis::Branches => format!("stages {chain} (one branch each)"),
        StageBasis::Nothing if proposal.empty_stages.is_empty() => {
            format!("one stage ({chain}), because nothing is named like a stage")
        }
        StageBasis::Nothing => {
            format!(
                "one stage ({chain}), because no version is pinned in {}",
                proposal.empty_stages.join(", ")
            )
        }
    }
}

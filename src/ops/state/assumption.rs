//! The notes about what discovery assumed.

use crate::config::{CONFIG_FILE, Config};
use crate::discovery::{DiscoveredConfig, StageBasis};
use crate::model::Mapping;
use std::collections::BTreeSet;

/// The note of a configured repository in which nothing was found.
pub fn nothing_found_text(mapping: &Mapping) -> String {
    let stages: Vec<&str> = mapping.stages.iter().map(|stage| stage.as_str()).collect();
    let what = if mapping.warnings.is_empty() { "is pinned" } else { "could be read" };
    format!("no version {what} in the stages {}", stages.join(", "))
}

/// `assumed: stages dev → prod, 214 files in 3 shapes (no towpath.yaml; `towpath init` keeps it)`
pub fn assumption_text(proposal: &DiscoveredConfig, config: &Config, mapping: &Mapping) -> String {
    let unsure = match proposal.unsure.rules.len() {
        0 => String::new(),
        1 => "; 1 more shape is unsure".into(),
        n => format!("; {n} more shapes are unsure"),
    };
    if mapping.entries.is_empty() {
        let mut stages: Vec<&str> = mapping.stages.iter().map(|stage| stage.as_str()).collect();
        stages.extend(proposal.empty_stages.iter().map(String::as_str));
        let mut seen = BTreeSet::new();
        stages.retain(|stage| seen.insert(*stage));
        return match stages.as_slice() {
            [] => format!(
                "no stage was recognised in this repository{unsure}; {CONFIG_FILE} can name them"
            ),
            _ => {
                format!("stages found: {}; no version is pinned in them{unsure}", stages.join(", "))
            }
        };
    }
    let files: BTreeSet<&str> =
        mapping.entries.iter().flat_map(|e| &e.locations).map(|at| at.path.as_str()).collect();
    let count =
        |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    format!(
        "assumed: {}, {} in {}{unsure} (no {CONFIG_FILE}; `towpath init` keeps it)",
        stages_in_words(proposal, config),
        count(files.len(), "file"),
        count(proposal.config.rules.len(), "shape"),
    )
}

/// `stages dev → prod`; stages that come after none stand apart.
fn stages_in_words(proposal: &DiscoveredConfig, config: &Config) -> String {
    let mut chain = String::new();
    for stage in &config.stages {
        let sign = if stage.after.is_empty() { " and ".to_owned() } else { " → ".to_owned() };
        chain.push_str(if chain.is_empty() { "" } else { &sign });
        chain.push_str(stage.name.as_str());
    }
    match proposal.basis {
        StageBasis::Paths => format!("stages {chain}"),
        StageBasis::Keys => format!("stages {chain} from keys inside files"),
        StageBasis::Branches => format!("stages {chain}, a branch each"),
        StageBasis::Nothing if proposal.empty_stages.is_empty() => {
            format!("one stage ({chain}), as nothing here is called like one")
        }
        StageBasis::Nothing => {
            format!(
                "one stage ({chain}), as no version is pinned in {}",
                proposal.empty_stages.join(", ")
            )
        }
    }
}

//! `init --explain`: what discovery found, the evidence for it, and what it left out.

use crate::config::{Config, order_evidence};
use crate::discovery::{self, DEFAULT_STAGE, DiscoveredConfig, LeftOutReason, StageBasis};
use crate::model::{CellKey, Mapping, MappingEntry, StageName};
use crate::ops::error::Failure;
use crate::ops::init::{count_files, with_proposal};
use crate::ops::session::Session;
use crate::report::{DiscoveryExplanation, LeftOutFiles, SourceEvidence, StageEvidence};
use crate::source::{SnapshotReader, read_mapping};
use std::collections::{BTreeMap, BTreeSet};

/// An app and its component.
type AppPart = (String, Option<String>);

/// Explains the configuration that discovery proposes for the newest commit.
///
/// # Errors
/// When nothing was found, or the repository cannot be read.
pub fn explain_discovery(session: &Session) -> Result<DiscoveryExplanation, Failure> {
    with_proposal(session, |proposal, reader| {
        let mapping = read_mapping(&proposal.config, reader, None);
        DiscoveryExplanation {
            basis: basis_in_words(proposal.basis),
            stages: explain_stages(&proposal, &mapping),
            sources: explain_sources(&proposal.config, &mapping, reader),
            left_out: list_left_out(&proposal, reader),
        }
    })
}

fn basis_in_words(basis: StageBasis) -> &'static str {
    match basis {
        StageBasis::Paths => "in the paths of files",
        StageBasis::Keys => "in keys inside files",
        StageBasis::Branches => "in the names of branches",
        StageBasis::Nothing => "nowhere: everything is one stage",
    }
}

fn app_part(entry: &MappingEntry) -> AppPart {
    let CellKey { app, component, .. } = entry.cell();
    (app.to_string(), component)
}

fn explain_stages(proposal: &DiscoveredConfig, mapping: &Mapping) -> Vec<StageEvidence> {
    let config = &proposal.config;
    let worded: Vec<&str> = config
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .filter(|name| discovery::has_stage_word(name))
        .collect();
    let stages = config.stages.iter().map(|stage| {
        let here = mapping.entries.iter().filter(|entry| entry.stage == stage.name);
        StageEvidence {
            name: stage.name.to_string(),
            apps: here.map(app_part).collect::<BTreeSet<_>>().len(),
            named_by: match &stage.branch {
                Some(branch) => format!("the branch {branch}"),
                None => named_by(&stage.name, &worded, proposal.basis),
            },
            order: order_evidence(config, stage).join("; "),
        }
    });
    stages.collect()
}

fn named_by(name: &StageName, worded: &[&str], basis: StageBasis) -> String {
    if name.as_str() == DEFAULT_STAGE {
        return "what names no stage".into();
    }
    match (worded.contains(&name.as_str()), basis, worded) {
        (true, StageBasis::Keys, _) => "a stage word as a key".into(),
        (true, ..) => "a stage word".into(),
        (false, _, []) => "its place: the same names recur beside it".into(),
        (false, _, [only]) => format!("its place beside {only}"),
        (false, _, [first, second, ..]) => format!("its place beside {first} and {second}"),
    }
}

fn explain_sources(
    config: &Config,
    mapping: &Mapping,
    reader: &SnapshotReader<'_>,
) -> Vec<SourceEvidence> {
    let files = count_files(config, reader);
    let mut stages: BTreeMap<AppPart, BTreeSet<&StageName>> = BTreeMap::new();
    for entry in &mapping.entries {
        stages.entry(app_part(entry)).or_default().insert(&entry.stage);
    }
    let sources = config.rules.iter().enumerate().map(|(index, rule)| {
        let own = mapping.entries.iter().filter(|entry| entry.rule == index);
        let apps: BTreeSet<AppPart> = own.map(app_part).collect();
        SourceEvidence {
            source: format!("{}: {}", rule.kind, rule.path.as_str()),
            files: files.get(&index).map_or(0, |(files, _)| *files),
            confidence: rule.confidence.as_str(),
            in_several_stages: apps.iter().filter(|app| stages[*app].len() > 1).count(),
            apps: apps.len(),
        }
    });
    sources.collect()
}

fn list_left_out(proposal: &DiscoveredConfig, reader: &SnapshotReader<'_>) -> Vec<LeftOutFiles> {
    let uncertain = count_files(&proposal.unsure, reader);
    let rules = proposal.unsure.rules.iter().enumerate().map(|(index, rule)| LeftOutFiles {
        what: format!("{}: {}", rule.kind, rule.path.as_str()),
        files: uncertain.get(&index).map_or(0, |(files, _)| *files),
        reason: LeftOutReason::Uncertain.words(),
    });
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &proposal.outside {
        *folders.entry(folder_of_two(path)).or_default() += 1;
    }
    let folders = folders.into_iter().map(|(folder, files)| LeftOutFiles {
        what: format!("{folder}/"),
        files,
        reason: LeftOutReason::NoStage.words(),
    });
    rules.chain(folders).collect()
}

/// The first two folders of a path.
fn folder_of_two(path: &str) -> &str {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    let first = ends.next();
    match (first, ends.next()) {
        (_, Some(second)) => &path[..second],
        (Some(first), None) => &path[..first],
        (None, None) => ".",
    }
}

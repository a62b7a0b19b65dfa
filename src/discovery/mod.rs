//! Proposes a configuration for a repository that has none.
//!
//! Files whose paths differ only in a stage word are twins (`slot`). Known keys and version-like
//! values in them are the versions (`classify`). Common parts of their paths become a few templates
//! (`family`). If paths name no stage, keys inside files (`inside`), then branches (`branches`),
//! and finally a single stage for everything (`single`) are tried. The rules were tested on twelve
//! public repositories and on others not used to write them; they contain words and shapes, never a
//! repository.

mod branches;
mod classify;
mod covered_files;
mod default_files;
mod family;
mod files;
mod group_rules;
mod inside;
mod layout;
mod learned_order;
mod left_out;
mod outside;
mod places;
mod qualify;
mod single;
mod slot;
mod stage_arrivals;
mod stages;
mod unstaged_files;
mod vocabulary;

use crate::config::{Config, ConfigOrigin, SourceRule, Stage};
use crate::git::{Repository, SnapshotFile, SymlinkMap};
use crate::model::{PathTemplate, SourceKind, Warning, base_name};
use crate::source::convention::{self, KeySyntax, TELLING, VersionLeaf};
use crate::source::{SnapshotReader, VersionFinding};
use classify::{ClassifiedFiles, StagedFile};
use covered_files::covered_files;
use default_files::{default_file_rules, inherited_stages};
use family::group_files;
use group_rules::rules_of;
pub use left_out::{LeftOutReason, find_left_out};
use outside::add_pins_outside;
use places::rules_for_places;
pub use single::DEFAULT_STAGE;
use slot::{StageFolders, StagePart, StageStrength};
use stage_arrivals::StageArrivals;
use std::collections::{BTreeSet, HashSet};

/// The place where the stages' names were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StageBasis {
    /// In the paths of files.
    #[default]
    Paths,
    /// In keys inside files.
    Keys,
    /// In the names of branches.
    Branches,
    /// Nowhere: everything is in one stage.
    Nothing,
}

/// The result of discovery.
#[derive(Debug, Clone, Default)]
pub struct DiscoveredConfig {
    pub basis: StageBasis,
    /// Ordered stages, and rules with their confidence; ready for use.
    pub config: Config,
    /// Uncertain rules: left out of the mapping, offered by `towpath init`.
    pub unsure: Config,
    /// The number of files matched by each rule of `config`.
    pub files: Vec<usize>,
    /// Stage words in paths where nothing is pinned.
    pub empty_stages: Vec<String>,
    /// Unreadable files with a stage in their path; their versions are unknown.
    pub unreadable: Vec<Warning>,
    /// Files that pin versions but are not shown: they name no stage, or are no deployments.
    pub outside: Vec<String>,
    /// If nothing is shown: a rule that would read most of these files.
    pub suggestion: Option<SourceRule>,
}

/// A draft of a configuration.
struct DraftConfig {
    stages: Vec<Stage>,
    /// Each rule with the number of files it matches.
    rules: Vec<(SourceRule, usize)>,
}

/// Branches named like stages say more than paths that name the stage of fewer than one in so many
/// pinned files: those few are settings of a branch.
const MINOR: usize = 8;

/// Proposes a configuration for one snapshot. Branches are read only if its tree names no stage, or
/// names one in few of its pinned files.
/// Unreadable files are recorded as the reader's warnings.
pub fn propose(reader: &SnapshotReader<'_>, repository: &Repository) -> DiscoveredConfig {
    let listing = match reader.snapshot().files_under("") {
        Ok(listing) => listing,
        Err(error) => {
            let unreadable = vec![Warning::general(
                "unreadable",
                format!("the files cannot be listed: {error}"),
            )];
            return DiscoveredConfig { unreadable, ..DiscoveredConfig::default() };
        }
    };
    let paths = candidate_paths(&listing, reader);
    let chosen = slot::choose_stage_parts(&paths, &|index| pinned_names(paths[index], reader));
    let slotted = staged_files(&paths, &chosen.slots);
    let found = classify::classify_files(&slotted, reader);
    // Names without a stage word are weaker than branches with one.
    let is_worded = found.sure.iter().any(|file| file.slot.canonical.is_some());
    let is_weak = !is_worded && !found.sure.is_empty();
    let branches = is_weak.then(|| branches::find_branch_stages(repository)).flatten();
    let mut proposal = if let Some(draft) = branches {
        from_draft(StageBasis::Branches, draft)
    } else if found.sure.is_empty() {
        let places = rules_for_places(&files_at(&chosen.places, &paths), &paths, &[], reader);
        without_paths(&paths, &slotted, places, (reader, repository))
    } else {
        let automated = found.automated;
        let inherited = inherited_stages(&found, &slotted, &paths);
        let proposal = by_paths(found, inherited, &listing);
        let alike: Vec<&str> = chosen.alike.iter().map(|at| paths[*at]).collect();
        let mut outside = single::rules_for_files(&alike, &paths, reader);
        let places = files_at(&chosen.places, &paths);
        outside.extend(rules_for_places(&places, &paths, &proposal.config.rules, reader));
        outside.extend(default_file_rules(&proposal.config.rules, &paths, reader));
        if automated {
            outside.extend(single::automated_rules(&paths, &proposal.config.rules, reader));
        }
        let staged: usize = proposal.files.iter().sum();
        let proposal = add_pins_outside(with_default(proposal, outside), &paths, reader);
        let unstaged = proposal.files.iter().sum::<usize>() - staged + proposal.outside.len();
        let is_minor = unstaged > MINOR * staged;
        if is_lone_test(&proposal.config) && unstaged > staged {
            without_paths(&paths, &[], Vec::new(), (reader, repository))
        } else {
            match is_minor.then(|| branches::find_branch_stages(repository)).flatten() {
                Some(draft) => from_draft(StageBasis::Branches, draft),
                None => proposal,
            }
        }
    };
    if matches!(proposal.basis, StageBasis::Keys | StageBasis::Nothing) {
        proposal = add_pins_outside(proposal, &paths, reader);
    }
    proposal.unreadable = reader.warnings();
    proposal
        .unreadable
        .retain(|w| matches!(w.code, "missing-object" | "too-large" | "not-text" | "unreadable"));
    proposal.unreadable.extend(unfollowed_links(&listing, &proposal.config.rules, reader));
    learn_order(&mut proposal, reader, repository);
    proposal
}

/// True if a name has a word in it that means a stage.
pub fn has_stage_word(name: &str) -> bool {
    !vocabulary::find_stage_words(name).is_empty()
}

/// True if the only stage is called like a test, which few repositories deploy to alone.
fn is_lone_test(config: &Config) -> bool {
    let names = config.stages.iter().map(|stage| stage.name.as_str());
    let names: Vec<&str> = names.filter(|name| *name != single::DEFAULT_STAGE).collect();
    let [name] = names[..] else { return false };
    matches!(vocabulary::word_meaning(name), Some(("test" | "ci" | "local", _, _)))
}

/// Puts the stages into the order that the newest commits show.
fn learn_order(
    proposal: &mut DiscoveredConfig,
    reader: &SnapshotReader<'_>,
    repository: &Repository,
) {
    if proposal.config.stages.len() < 2 {
        return;
    }
    let tip = reader.snapshot().commit().or_else(|| repository.head_commit().ok());
    let arrivals = StageArrivals::read(repository, tip, &proposal.config);
    let stages = std::mem::take(&mut proposal.config.stages);
    let (stages, learned) = learned_order::apply_arrivals(stages, &arrivals);
    (proposal.config.stages, proposal.config.learned) = (stages, learned);
    proposal.unsure.stages.clone_from(&proposal.config.stages);
}

/// Warns about links that lead to files or folders in which versions were found: they may be
/// stages of their own.
fn unfollowed_links(
    listing: &[SnapshotFile],
    rules: &[SourceRule],
    reader: &SnapshotReader<'_>,
) -> Vec<Warning> {
    let links = SymlinkMap::from_files(reader.snapshot(), listing.iter());
    if links.is_empty() {
        return Vec::new();
    }
    let claimed: BTreeSet<&str> = listing
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| rules.iter().any(|rule| rule.path.captures(path).is_some()))
        .collect();
    let is_read = |target: &str| {
        let folder = format!("{target}/");
        claimed.contains(target)
            || claimed.range(folder.as_str()..).next().is_some_and(|path| path.starts_with(&folder))
    };
    let warning = |(link, target): (&str, &str)| {
        let message = format!("is a symbolic link to {target}, which is not followed");
        Warning::for_file("symlink", link, message)
    };
    links.iter().filter(|(_, target)| is_read(target)).map(warning).collect()
}

fn files_at<'p>(places: &BTreeSet<usize>, paths: &[&'p str]) -> Vec<&'p str> {
    places.iter().map(|at| paths[*at]).collect()
}

/// Returns the images that a file pins, without versions; where an image has no name, its key.
fn pinned_names(path: &str, reader: &SnapshotReader<'_>) -> BTreeSet<String> {
    if files::is_hcl(path) {
        let found = classify::read_findings(path, SourceKind::Tfvars, reader);
        let name = |found: VersionFinding| match &found.image {
            Some(image) => Some(base_name(image).to_owned()),
            None => found.component,
        };
        return found.into_iter().filter_map(name).collect();
    }
    let Some(leaves) = reader.leaves_or_scan(path) else { return BTreeSet::new() };
    let pins = convention::find_version_leaves(&leaves, KeySyntax::Tree);
    let name = |pin: &VersionLeaf| match &pin.image {
        Some(image) => Some(base_name(image).to_owned()),
        None => convention::component_name(&leaves[pin.leaf].path),
    };
    pins.iter().filter(|pin| pin.score >= TELLING).filter_map(name).collect()
}

fn staged_files<'a>(paths: &[&'a str], slots: &'a [Option<StagePart>]) -> Vec<StagedFile<'a>> {
    let with_slot = paths
        .iter()
        .zip(slots)
        .filter_map(|(path, slot)| Some(StagedFile { path, slot: slot.as_ref()? }));
    with_slot
        .filter(|file| file.slot.strength == StageStrength::Twin || !files::is_aside(file.path))
        .collect()
}

/// Builds the proposal if paths name the stages.
fn by_paths(
    found: ClassifiedFiles,
    inherited: Vec<&StagePart>,
    listing: &[SnapshotFile],
) -> DiscoveredConfig {
    let own = found.sure.iter().map(|placed| &placed.slot);
    let stages = stages::order_stages(own.chain(inherited));
    let words = stages::stage_words(&stages);
    let (mut rules, mut files, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for family in group_files(found.sure) {
        for (rule, count) in rules_of(&family, &words) {
            rules.push(rule);
            files.push(count);
            members.push(family.members.clone());
        }
    }
    qualify::qualify_apps(&mut rules, &members);
    leave_out_undeployed(&mut rules, listing);
    let unsure = group_files(found.unsure)
        .iter()
        .flat_map(|family| rules_of(family, &words))
        .map(|(rule, _)| rule)
        .collect();
    let unsure = Config {
        stages: stages.clone(),
        rules: unsure,
        origin: ConfigOrigin::Discovered,
        ..Config::default()
    };
    let config = Config { stages, rules, origin: ConfigOrigin::Discovered, ..Config::default() };
    DiscoveredConfig { config, unsure, files, ..DiscoveredConfig::default() }
}

fn from_draft(basis: StageBasis, draft: DraftConfig) -> DiscoveredConfig {
    let (rules, files) = draft.rules.into_iter().unzip();
    let config = Config {
        stages: draft.stages,
        rules,
        origin: ConfigOrigin::Discovered,
        ..Config::default()
    };
    DiscoveredConfig { basis, config, files, ..DiscoveredConfig::default() }
}

/// Builds the proposal if no path with a stage pins a version: from keys inside files, then from
/// branches, then as one stage for everything outside the folders of stages that pin nothing.
fn without_paths(
    paths: &[&str],
    slotted: &[StagedFile<'_>],
    places: Vec<(SourceRule, usize)>,
    (reader, repository): (&SnapshotReader<'_>, &Repository),
) -> DiscoveredConfig {
    let empty_stages = stages::stage_labels(slotted.iter().map(|file| file.slot));
    if let Some(found) = inside::find_key_stages(paths, reader) {
        return from_draft(StageBasis::Keys, found);
    }
    if let Some(found) = branches::find_branch_stages(repository) {
        return from_draft(StageBasis::Branches, found);
    }
    let nothing = DiscoveredConfig {
        basis: StageBasis::Nothing,
        empty_stages,
        ..DiscoveredConfig::default()
    };
    if !places.is_empty() {
        return with_default(nothing, places);
    }
    let grounds = StageFolders::of(slotted.iter().map(|file| (file.path, file.slot)));
    with_default(nothing, single::rules_outside_stages(&grounds, paths, reader))
}

/// Adds rules for the unnamed default stage, which has no predecessor or successor.
fn with_default(
    mut proposal: DiscoveredConfig,
    rules: Vec<(SourceRule, usize)>,
) -> DiscoveredConfig {
    let default_stage = single::default_stage();
    let is_there = proposal.config.stages.iter().any(|stage| stage.name == default_stage.name);
    if rules.is_empty() || is_there {
        return proposal;
    }
    proposal.config.stages.push(default_stage);
    for (rule, count) in rules {
        proposal.config.rules.push(rule);
        proposal.files.push(count);
    }
    proposal
}

fn chart_folders(listing: &[SnapshotFile]) -> HashSet<String> {
    listing
        .iter()
        .filter_map(|file| file.path.strip_suffix("Chart.yaml"))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .map(|folder| folder.trim_end_matches('/').to_owned())
        .collect()
}

/// Longer paths are skipped: they exceed Linux's `PATH_MAX` and are slow to compare.
const MAX_PATH_BYTES: usize = 4096;

fn candidate_paths<'l>(listing: &'l [SnapshotFile], reader: &SnapshotReader<'_>) -> Vec<&'l str> {
    let charts = chart_folders(listing);
    let fit = |file: &&SnapshotFile| {
        file.path.len() <= MAX_PATH_BYTES
            && files::is_candidate(file)
            && !files::is_chart_template(&file.path, &charts)
    };
    let mut paths: Vec<&str> = listing.iter().filter(fit).map(|file| file.path.as_str()).collect();
    let covered = covered_files(&paths, reader);
    paths.retain(|path| !covered.contains(*path));
    paths
}

/// Excludes chart templates, and what is switched off by its name, from rules whose path template
/// matches them.
fn leave_out_undeployed(rules: &mut [SourceRule], listing: &[SnapshotFile]) {
    let charts = chart_folders(listing);
    let paths = || listing.iter().map(|file| file.path.as_str());
    let templates: Vec<&str> =
        paths().filter(|path| files::is_chart_template(path, &charts)).collect();
    let disabled: Vec<&str> = paths().filter(|path| files::is_switched_off(path)).collect();
    let switched_off = files::SWITCHED_OFF.map(|template| (template, &disabled));
    for (template, out) in [("**/templates/**", &templates)].into_iter().chain(switched_off) {
        let Ok(not) = PathTemplate::parse(template, &[]) else { continue };
        for rule in rules.iter_mut() {
            let is_hit =
                |path: &&str| rule.path.captures(path).is_some() && not.captures(path).is_some();
            if out.iter().any(is_hit) {
                rule.not.push(not.clone());
            }
        }
    }
}

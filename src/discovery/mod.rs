//! Proposes a configuration for a repository that has none.
//!
//! Files whose paths differ in a stage word are twins (`slot`); known keys and version-looking
//! values inside them are the places (`classify`); what their paths have in common becomes a few
//! templates (`family`). The rules were tried on twelve public repositories and on others they had
//! not seen; they know words and shapes, never a repository.

mod classify;
mod family;
mod files;
mod qualify;
mod slot;
mod stages;
mod vocabulary;

use crate::config::{Config, NameTemplate, Origin, Rule};
use crate::git::File;
use crate::model::{Confidence, KeyTemplate, PathTemplate, Warning};
use crate::source::Reader;
use classify::Slotted;
use family::{Family, Placed, families};
use slot::{Slot, Strength};
use std::collections::{BTreeSet, HashSet};

/// What discovery found.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// Stages in order and rules, each with its confidence; ready to be used.
    pub config: Config,
    /// Rules that discovery is not sure of: left out of the mapping, offered by `towpath init`.
    pub unsure: Config,
    /// For each rule of `config`, how many files it stands for.
    pub files: Vec<usize>,
    /// Stage words that occur in paths although nothing is pinned there.
    pub empty_stages: Vec<String>,
    /// Files with a stage in their path that could not be read, so that nobody knows what they pin.
    pub unreadable: Vec<Warning>,
}

/// Looks at one snapshot and proposes. Files that cannot be read are the reader's warnings.
pub fn propose(reader: &Reader<'_>) -> Proposal {
    let listing = match reader.snapshot().files_under("") {
        Ok(listing) => listing,
        Err(error) => {
            let unreadable = vec![Warning::general("unreadable", format!("the files cannot be listed: {error}"))];
            return Proposal { unreadable, ..Proposal::default() };
        }
    };
    let paths = candidates(&listing);
    let slots = slot::choose(&paths);
    let slotted: Vec<Slotted<'_>> = paths
        .iter()
        .zip(&slots)
        .filter_map(|(path, slot)| Some(Slotted { path, slot: slot.as_ref()? }))
        .filter(|file| file.slot.strength == Strength::Twin || !files::is_aside(file.path))
        .collect();
    let found = classify::classify(&slotted, reader);
    let mut unreadable = reader.warnings();
    unreadable.retain(|w| matches!(w.code, "missing-object" | "too-large" | "not-text" | "unreadable"));
    if found.sure.is_empty() {
        let empty_stages = stages::labels(slotted.iter().map(|file| file.slot));
        return Proposal { empty_stages, unreadable, ..Proposal::default() };
    }
    let stages = stages::ordered(found.sure.iter().map(|placed| &placed.slot));
    let words: Vec<String> =
        stages.iter().flat_map(|stage| std::iter::once(stage.name.to_string()).chain(stage.aliases.clone())).collect();
    let (mut rules, mut files, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for family in families(found.sure) {
        for (rule, count) in rules_of(&family, &words) {
            rules.push(rule);
            files.push(count);
            members.push(family.members.clone());
        }
    }
    qualify::tell_apart(&mut rules, &members);
    leave_out_chart_templates(&mut rules, &listing);
    let unsure =
        families(found.unsure).iter().flat_map(|family| rules_of(family, &words)).map(|(rule, _)| rule).collect();
    let config = Config { stages: stages.clone(), rules, origin: Origin::Discovered, ..Config::default() };
    let unsure = Config { stages, rules: unsure, origin: Origin::Discovered, ..Config::default() };
    Proposal { config, unsure, files, empty_stages: Vec::new(), unreadable }
}

fn chart_folders(listing: &[File]) -> HashSet<String> {
    listing
        .iter()
        .filter_map(|file| file.path.strip_suffix("Chart.yaml"))
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .map(|folder| folder.trim_end_matches('/').to_owned())
        .collect()
}

/// Longer paths exist on no disk (Linux's `PATH_MAX`) and are a burden to compare.
const MAX_PATH_BYTES: usize = 4096;

fn candidates(listing: &[File]) -> Vec<&str> {
    let charts = chart_folders(listing);
    let fit = |file: &&File| {
        file.path.len() <= MAX_PATH_BYTES && files::is_candidate(file) && !files::is_chart_template(&file.path, &charts)
    };
    listing.iter().filter(fit).map(|file| file.path.as_str()).collect()
}

/// A template wide enough to meet the templates of charts says that it does not mean them.
fn leave_out_chart_templates(rules: &mut [Rule], listing: &[File]) {
    let charts = chart_folders(listing);
    let templates: Vec<&str> =
        listing.iter().map(|file| file.path.as_str()).filter(|path| files::is_chart_template(path, &charts)).collect();
    let Ok(not) = PathTemplate::parse("**/templates/**", &[]) else { return };
    for rule in rules {
        if templates.iter().any(|path| rule.path.captures(path).is_some()) {
            rule.not.push(not.clone());
        }
    }
}

/// The rule of a family, and one more for each member that its template does not match as meant.
fn rules_of(family: &Family, words: &[String]) -> Vec<(Rule, usize)> {
    let Some(rule) = rule(family, &family.template, words) else { return Vec::new() };
    let missed: Vec<&Placed> = family.members.iter().filter(|member| !matches(&rule, member)).collect();
    let mut out = vec![(rule, family.members.len() - missed.len())];
    let mut seen = BTreeSet::new();
    for member in missed {
        let template = literal(&member.subject, &member.slot);
        if seen.insert(template.clone())
            && let Some(rule) = self::rule(family, &template, words)
        {
            out.push((rule, 1));
        }
    }
    out.retain(|(_, count)| *count > 0);
    out
}

fn matches(rule: &Rule, member: &Placed) -> bool {
    rule.path
        .captures(&member.subject)
        .is_some_and(|captures| captures.get("stage").is_some_and(|stage| *stage == member.slot.label))
}

/// The path itself, with a hole for its stage.
fn literal(path: &str, slot: &Slot) -> String {
    let parts = path.split('/').enumerate().map(|(at, part)| {
        if at == slot.part { format!("{}{{stage}}{}", &part[..slot.start], &part[slot.end..]) } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("/")
}

fn rule(family: &Family, template: &str, words: &[String]) -> Option<Rule> {
    let mut rule = Rule::new(family.kind, template, words).ok()?;
    if let Some(app) = &family.app {
        rule.app = NameTemplate::new(app.as_str());
    } else if rule.path.has("group") {
        rule.app = NameTemplate::new("{group}/{app}");
    }
    if rule.path.has("variant") {
        rule.target = NameTemplate::new("{target}/{variant}");
    }
    if rule.path.has("file") {
        rule.component = NameTemplate::new("{component}/{file}");
    }
    rule.tags = family.keys.iter().filter_map(|key| KeyTemplate::parse(key, words).ok()).collect();
    rule.confidence = family.confidence.max(Confidence::Low);
    Some(rule)
}

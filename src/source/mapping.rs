//! Builds the mapping from rules and files: assigns files to rules, and finds app, stage and target
//! of their findings.

use super::{AccessLog, SnapshotReader, VersionFinding, layers, source_for};
use crate::config::{Config, SourceRule};
use crate::git::FileKind;
use crate::model::{
    AppName, CellKey, EntryNote, Mapping, MappingEntry, StageName, TargetName, TemplateCaptures,
    Version, Warning, is_mutable,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A file claimed by a rule.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    pub rule: &'a SourceRule,
    /// Index of the rule in the configuration.
    pub index: usize,
    pub path: String,
    pub captures: TemplateCaptures,
}

/// The entries of a claim, the paths accessed to find them, and the warnings.
#[derive(Debug, Clone, Default)]
pub struct ClaimReading {
    pub entries: Vec<MappingEntry>,
    pub touched: AccessLog,
    pub warnings: Vec<Warning>,
}

/// Returns the files claimed by the rules, in the order of the rules.
pub fn find_claims<'a>(config: &'a Config, reader: &SnapshotReader<'_>) -> Vec<Claim<'a>> {
    let mut listings: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut out = Vec::new();
    for (index, rule) in config.rules.iter().enumerate() {
        let prefix = rule.path.literal_prefix();
        let paths = listings.entry(prefix).or_insert_with(|| list_paths(reader, prefix));
        for path in paths.iter() {
            if let Some(captures) = match_rule(rule, path) {
                out.push(Claim { rule, index, path: path.clone(), captures });
            }
        }
    }
    out
}

/// Returns the claims of all rules on one path, in the order of the rules.
pub fn claims_on<'a>(config: &'a Config, path: &str) -> Vec<Claim<'a>> {
    let rules = config.rules.iter().enumerate();
    rules
        .filter_map(|(index, rule)| {
            Some(Claim { rule, index, path: path.to_owned(), captures: match_rule(rule, path)? })
        })
        .collect()
}

fn list_paths(reader: &SnapshotReader<'_>, prefix: &str) -> Vec<String> {
    match reader.snapshot().files_under(prefix) {
        Ok(files) => files.into_iter().map(|file| file.path).collect(),
        Err(error) => {
            reader.add_warning(Warning::for_file(
                "unreadable",
                prefix,
                format!("cannot be listed: {error}"),
            ));
            Vec::new()
        }
    }
}

fn match_rule(rule: &SourceRule, path: &str) -> Option<TemplateCaptures> {
    let captures = source_for(rule)
        .subjects(path)
        .into_iter()
        .find_map(|subject| rule.path.captures(subject))?;
    let left_out = rule.not.iter().any(|not| not.captures(path).is_some());
    (!left_out).then_some(captures)
}

/// Reads the entries of one claim.
pub fn read_claim(
    config: &Config,
    claim: &Claim<'_>,
    reader: &SnapshotReader<'_>,
    branch_stage: Option<&StageName>,
) -> ClaimReading {
    reader.take_touched();
    let (said, _) = reader.warned_since(usize::MAX);
    if reader.find_file(&claim.path).is_some_and(|file| file.kind == FileKind::Symlink) {
        let target = reader.snapshot().link_target(&claim.path);
        let target = target.map(|target| format!(" to {target}")).unwrap_or_default();
        let message = format!("is a symbolic link{target}, which is not followed");
        reader.add_warning(Warning::for_file("symlink", &claim.path, message));
        let (touched, warnings) = (reader.take_touched(), reader.warned_since(said).1);
        return ClaimReading { entries: Vec::new(), touched, warnings };
    }
    let findings = source_for(claim.rule).read(claim, reader);
    reader.find_file(&claim.path);
    let touched = reader.take_touched();
    let (without_effect, findings): (Vec<VersionFinding>, Vec<VersionFinding>) =
        findings.into_iter().partition(|finding| finding.notes.contains(&EntryNote::NoEffect));
    for finding in &without_effect {
        let image = finding.image.as_deref().unwrap_or_default();
        let message = format!("the entry for {image} matches no image, so it has no effect");
        reader.add_warning(Warning::for_file("no-effect", &claim.path, message));
    }
    let entries = findings
        .into_iter()
        .filter_map(|finding| build_entry(config, claim, finding, branch_stage))
        .collect();
    ClaimReading { entries, touched, warnings: reader.warned_since(said).1 }
}

fn build_entry(
    config: &Config,
    claim: &Claim<'_>,
    finding: VersionFinding,
    branch_stage: Option<&StageName>,
) -> Option<MappingEntry> {
    let mut captures = claim.captures.clone();
    captures.extend(finding.captures);
    let stage = find_stage(config, claim.rule, &captures, branch_stage)?.clone();
    let app = match claim.rule.app.expand(&captures) {
        app if app.is_empty() => captures.get("app").cloned().unwrap_or(app),
        app => app,
    };
    let target = claim.rule.target.expand(&captures);
    let component = join_component(&claim.rule.component.expand(&captures), finding.component);
    let (app, component) = match (app.is_empty(), component) {
        (true, None) => (default_app(finding.image.as_deref(), &claim.path), None),
        (true, Some(component)) => (component, None),
        (false, component) => (app, component),
    };
    let mut notes = finding.notes;
    if is_mutable(&finding.version) && !notes.contains(&EntryNote::Mutable) {
        notes.push(EntryNote::Mutable);
    }
    Some(MappingEntry {
        app: AppName::new(app),
        component,
        stage,
        target: (!target.is_empty()).then(|| TargetName::new(target)),
        image: finding.image,
        version: finding.version,
        locations: finding.locations,
        file: claim.path.clone(),
        overrides: finding.overrides,
        overridden: finding.overridden,
        source: claim.rule.kind,
        rule: claim.index,
        confidence: claim.rule.confidence,
        notes,
    })
}

/// Returns the stage that the path or the keys name, or else that of the rule or the branch.
fn find_stage<'s>(
    config: &'s Config,
    rule: &'s SourceRule,
    captures: &TemplateCaptures,
    branch_stage: Option<&'s StageName>,
) -> Option<&'s StageName> {
    match captures.get("stage") {
        Some(word) if !word.is_empty() => Some(&config.stage(word)?.name),
        _ => rule.stage.as_ref().or(branch_stage),
    }
}

/// Joins the component from the path and the one from the file.
fn join_component(of_path: &str, of_file: Option<String>) -> Option<String> {
    match (of_path, of_file) {
        ("", of_file) => of_file,
        (of_path, Some(of_file)) => Some(format!("{of_path}/{of_file}")),
        (of_path, None) => Some(of_path.to_owned()),
    }
}

/// Returns the name of an app that neither path nor key names: its image's, or else its file's.
fn default_app(image: Option<&str>, path: &str) -> String {
    let name = image.map(crate::model::base_name).unwrap_or_else(|| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.split('.').find(|part| !part.is_empty()).unwrap_or(file)
    });
    name.to_owned()
}

/// Reads all claims of a snapshot, in the order of the rules. With `branch_stage`, entries without
/// a stage belong to that stage (one branch per environment).
///
/// A file claimed by several rules is read for all of them at once, while it is still in the parse
/// cache. Only kustomize claims, which read many other files, keep their place.
pub fn read_claims<'a>(
    config: &'a Config,
    reader: &SnapshotReader<'_>,
    branch_stage: Option<&StageName>,
) -> Vec<(Claim<'a>, ClaimReading)> {
    let claims = find_claims(config, reader);
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut turns: Vec<(usize, usize)> = Vec::with_capacity(claims.len());
    for (index, claim) in claims.iter().enumerate() {
        let waits = claim.rule.kind.is_built();
        turns.push((if waits { index } else { *first.entry(&claim.path).or_insert(index) }, index));
    }
    turns.sort_unstable();
    let mut out = vec![ClaimReading::default(); claims.len()];
    for (_, index) in turns {
        out[index] = read_claim(config, &claims[index], reader, branch_stage);
    }
    claims.into_iter().zip(out).collect()
}

/// Reads the mapping of one snapshot; see [`read_claims`].
pub fn read_mapping(
    config: &Config,
    reader: &SnapshotReader<'_>,
    branch_stage: Option<&StageName>,
) -> Mapping {
    let readings = read_claims(config, reader, branch_stage);
    build_mapping(
        config,
        readings.into_iter().map(|(_, reading)| reading.entries),
        reader.warnings(),
    )
}

/// Builds the mapping from the entries of all claims, in the order of the claims.
pub fn build_mapping(
    config: &Config,
    claims: impl IntoIterator<Item = Vec<MappingEntry>>,
    warnings: Vec<Warning>,
) -> Mapping {
    let entries = assemble_entries(config, claims);
    let stages = config.stages.iter().map(|stage| stage.name.clone()).collect();
    let mut mapping = Mapping { entries, stages, warnings };
    mapping.warnings.dedup();
    mapping
}

/// Combines the entries of several claims, in the order of the rules: a location counts once, and
/// one version in several places is one entry.
pub fn assemble_entries(
    config: &Config,
    readings: impl IntoIterator<Item = Vec<MappingEntry>>,
) -> Vec<MappingEntry> {
    let mut entries: Vec<MappingEntry> = Vec::new();
    let mut owners: HashMap<(StageName, String, usize), usize> = HashMap::new();
    let mut borrowed: BTreeSet<usize> = BTreeSet::new();
    for entry in readings.into_iter().flatten() {
        if owned_by_earlier(&owners, &entry) {
            // It may say that its version replaces another one.
            if !entry.overrides.is_empty() {
                borrowed.insert(entries.len());
                entries.push(entry);
            }
            continue;
        }
        for location in &entry.locations {
            owners
                .entry((entry.stage.clone(), location.path.clone(), location.span.start))
                .or_insert(entry.rule);
        }
        entries.push(entry);
    }
    merge_entries(config, layers::apply(entries, borrowed))
}

/// True if earlier rules read all locations of an entry: a patch that is part of a kustomize build
/// is not a manifest of its own.
fn owned_by_earlier(
    owners: &HashMap<(StageName, String, usize), usize>,
    entry: &MappingEntry,
) -> bool {
    !entry.locations.is_empty()
        && entry.locations.iter().all(|location| {
            let place = (entry.stage.clone(), location.path.clone(), location.span.start);
            owners.get(&place).is_some_and(|rule| *rule < entry.rule)
        })
}

/// Merges entries with the same cell and version into one with several locations. Sorted by app,
/// component, stage, target.
fn merge_entries(config: &Config, entries: Vec<MappingEntry>) -> Vec<MappingEntry> {
    let mut cells: BTreeMap<(usize, CellKey), Vec<MappingEntry>> = BTreeMap::new();
    let mut twins: HashMap<(CellKey, Version), Vec<usize>> = HashMap::new();
    for entry in entries {
        let cell = entry.cell();
        let same = cells.entry((config.position(&entry.stage), cell.clone())).or_default();
        let near = twins.entry((cell, entry.version.clone())).or_default();
        let twin = near.iter().copied().find(|at| are_compatible(&same[*at].image, &entry.image));
        match twin {
            None => {
                near.push(same.len());
                same.push(entry);
            }
            Some(at) => {
                let twin = &mut same[at];
                twin.image = twin.image.take().or(entry.image);
                for location in entry.locations {
                    if !twin.locations.contains(&location) {
                        twin.locations.push(location);
                    }
                }
                twin.overrides.extend(entry.overrides);
                twin.overridden.extend(entry.overridden);
                for note in entry.notes {
                    if !twin.notes.contains(&note) {
                        twin.notes.push(note);
                    }
                }
            }
        }
    }
    let mut out: Vec<MappingEntry> = cells.into_values().flatten().collect();
    // The sort is stable: within an app and component the pipeline order stays.
    out.sort_by(|a, b| (&a.app, &a.component).cmp(&(&b.app, &b.component)));
    out
}

fn are_compatible(a: &Option<String>, b: &Option<String>) -> bool {
    a.is_none() || b.is_none() || a == b
}

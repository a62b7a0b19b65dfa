//! Reads one state for the guard: the mapping, the files that were read, and the blind spots.

use crate::config::Config;
use crate::git::path::folder_of;
use crate::git::{Snapshot, SymlinkMap};
use crate::guard;
use crate::guard::{ClaimBlindSpot, GuardState, InputPart, InputUse, StageBuild};
use crate::model::{BlindSpot, BlindSpotEffect, ChangeReach, MappingEntry, StageName, Warning};
use crate::ops::guard::builds::{build_reads, build_root, is_read};
use crate::ops::guard::chart_inputs::{find_charts, part_of_chart};
use crate::source;
use crate::source::{AccessLog, ChangeScope, Claim, ParseCache, SnapshotReader, VersionPositions};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The warnings about files that could not be read at all.
const UNREAD: [&str; 6] =
    ["not-yaml", "not-text", "not-hcl", "too-large", "missing-object", "unreadable"];

/// Reads states for the guard.
pub struct GuardReader<'a> {
    pub cache: &'a ParseCache,
    /// The stages that the branch holds.
    pub stages: &'a [StageName],
    /// The changed paths. Blind spots that are not near them are the same in both states.
    pub changed: &'a BTreeSet<&'a str>,
    /// The symbolic links to follow, as programs do.
    pub links: &'a SymlinkMap,
    /// True to collect what programs build.
    pub with_builds: bool,
}

/// A claim that was read, with its stages and files.
struct ReadClaim<'c> {
    claim: Claim<'c>,
    stages: BTreeSet<StageName>,
    touched: BTreeSet<String>,
    /// The owners of its apps.
    owners: BTreeSet<String>,
}

impl GuardReader<'_> {
    /// Reads one state.
    pub fn read_state(&self, config: &Config, snapshot: &Snapshot<'_>) -> GuardState {
        let followed;
        let snapshot = match self.links.is_empty() {
            true => snapshot,
            false => {
                followed = snapshot.with_links(self.links.clone());
                &followed
            }
        };
        let reader = SnapshotReader::new(snapshot, self.cache);
        let (mut all, mut entries, mut seen) = (AccessLog::default(), Vec::new(), Vec::new());
        for (claim, reading) in source::read_claims(config, &reader, self.only_stage()) {
            let stages = self.stages_of(config, &claim, &reading.entries);
            let touched = reading
                .touched
                .file_paths()
                .into_iter()
                .map(|path| self.resolve_links(path))
                .collect();
            let owners = owner_keys(&reading.entries, config);
            all.add_shared(Rc::new(reading.touched));
            entries.push(reading.entries);
            seen.extend(stages.map(|stages| ReadClaim { claim, stages, touched, owners }));
        }
        let mapping = source::build_mapping(config, entries, reader.warnings());
        let is_elsewhere = |name: &StageName| {
            config.stage(name.as_str()).is_some_and(|stage| stage.branch.is_some())
        };
        let is_here = |name: &StageName| self.stages.contains(name) || !is_elsewhere(name);
        let entries: Vec<MappingEntry> =
            mapping.entries.into_iter().filter(|entry| is_here(&entry.stage)).collect();
        let mut blind = self.unreadable_files(snapshot, &seen, &mapping.warnings);
        blind.extend(self.find_blind_spots(snapshot, &seen, &entries));
        let mut touched = all.file_paths();
        touched.extend(blind.iter().map(|one| one.spot.path.clone()));
        let inputs = self.protected_inputs(&seen, config, snapshot);
        let builds = match self.with_builds {
            true => self.stage_builds(&seen, config, snapshot),
            false => BTreeMap::new(),
        };
        let claims = seen.into_iter().map(|seen| seen.claim.path).collect();
        self.behind_links(GuardState {
            entries,
            touched,
            warnings: mapping.warnings,
            claims,
            blind,
            inputs,
            builds,
        })
    }

    /// Replaces links with the paths that they lead to, because those files change.
    fn behind_links(&self, side: GuardState) -> GuardState {
        let real = |path: String| self.resolve_links(path);
        let mut side = side;
        let places = side
            .entries
            .iter_mut()
            .flat_map(|entry| &mut entry.locations)
            .map(|place| &mut place.path);
        let blind = side.blind.iter_mut().map(|one| &mut one.spot.path);
        let warnings = side.warnings.iter_mut().filter_map(|warning| warning.path.as_mut());
        places.chain(blind).chain(warnings).for_each(|path| *path = real(std::mem::take(path)));
        side.touched =
            side.touched.into_iter().flat_map(|path| [path.clone(), real(path)]).collect();
        side
    }

    fn resolve_links(&self, path: String) -> String {
        self.links.resolve_path(&path).unwrap_or(path)
    }

    /// The stages of a claim: by its path, its rule, the branch, or its keys. `None` where its path
    /// names something that is not a stage.
    fn stages_of(
        &self,
        config: &Config,
        claim: &Claim<'_>,
        entries: &[MappingEntry],
    ) -> Option<BTreeSet<StageName>> {
        let own = match claim.captures.get("stage").filter(|word| !word.is_empty()) {
            Some(word) => Some(config.stage(word)?.name.clone()),
            None => claim.rule.stage.clone().or_else(|| self.only_stage().cloned()),
        };
        Some(own.into_iter().chain(entries.iter().map(|entry| entry.stage.clone())).collect())
    }

    fn only_stage(&self) -> Option<&StageName> {
        if let [only] = self.stages { Some(only) } else { None }
    }

    /// The blind spots of changed files that cannot be read, with their raw contents.
    fn unreadable_files(
        &self,
        snapshot: &Snapshot<'_>,
        seen: &[ReadClaim<'_>],
        warnings: &[Warning],
    ) -> Vec<ClaimBlindSpot> {
        let mut out = Vec::new();
        for warning in warnings.iter().filter(|warning| UNREAD.contains(&warning.code)) {
            let path = warning.path.as_ref().map(|path| self.resolve_links(path.clone()));
            let changed = path.filter(|path| self.is_changed(path));
            let Some(file) = changed.and_then(|path| snapshot.find_file(&path)) else { continue };
            let text =
                snapshot.read_file(&file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let says = match text.filter(|text| source::is_template(text)) {
                Some(template) => source::literal_versions(&template),
                None => file.id.to_string(),
            };
            let key = format!("{}, which cannot be read", file.path);
            let spot = BlindSpot {
                path: file.path.clone(),
                key,
                line: None,
                says,
                reach: BlindSpotEffect::Leads,
            };
            let its = seen.iter().filter(|seen| seen.touched.contains(&file.path));
            out.extend(its.map(|seen| seen.to_blind_spot(spot.clone())));
        }
        out
    }

    fn is_changed(&self, path: &str) -> bool {
        self.changed.contains(path)
    }

    /// The blind spots of the claims that are near the change.
    fn find_blind_spots(
        &self,
        snapshot: &Snapshot<'_>,
        seen: &[ReadClaim<'_>],
        entries: &[MappingEntry],
    ) -> Vec<ClaimBlindSpot> {
        let near: Vec<&ReadClaim<'_>> = seen.iter().filter(|seen| self.comes_near(seen)).collect();
        if near.is_empty() {
            return Vec::new();
        }
        let places: VersionPositions = entries.iter().flat_map(|entry| &entry.locations).collect();
        let reader = SnapshotReader::new(snapshot, self.cache);
        let mut out = Vec::new();
        for seen in near {
            let is_changed = |path: &str| self.is_changed(&self.resolve_links(path.to_owned()));
            let sight = ChangeScope {
                touched: &seen.touched,
                places: &places,
                is_changed: &is_changed,
                changed: self.changed,
            };
            let spots =
                source::source_for(seen.claim.rule).blind_spots(&seen.claim, &sight, &reader);
            out.extend(spots.into_iter().map(|spot| seen.to_blind_spot(spot)));
        }
        out.sort();
        out.dedup();
        out
    }

    /// The paths that the claims of protected stages read or look for, and the changed files of
    /// charts that these belong to.
    fn protected_inputs(
        &self,
        seen: &[ReadClaim<'_>],
        config: &Config,
        snapshot: &Snapshot<'_>,
    ) -> BTreeMap<String, InputUse> {
        let mut out: BTreeMap<String, InputUse> = BTreeMap::new();
        let reader = SnapshotReader::new(snapshot, self.cache);
        for one in seen {
            let Some(stages) = one.kept_stages(config) else { continue };
            let kind = InputPart::Source(one.claim.rule.kind);
            for path in &one.touched {
                if let Some(known) = out.get_mut(path) {
                    known.add(kind, &stages, &one.owners);
                } else {
                    let mut input = InputUse::default();
                    input.add(kind, &stages, &one.owners);
                    out.insert(path.clone(), input);
                }
            }
            if self.changed.is_empty() {
                continue;
            }
            for chart in find_charts(&one.claim, &one.touched, snapshot, &reader) {
                for path in self.changed {
                    if let Some(part) = part_of_chart(path, &chart) {
                        let input = out.entry((*path).to_owned()).or_default();
                        input.add(part, &stages, &one.owners);
                    }
                }
            }
        }
        out
    }

    /// What programs build for protected stages.
    fn stage_builds(
        &self,
        seen: &[ReadClaim<'_>],
        config: &Config,
        snapshot: &Snapshot<'_>,
    ) -> BTreeMap<String, StageBuild> {
        let mut out: BTreeMap<String, StageBuild> = BTreeMap::new();
        let reader = SnapshotReader::new(snapshot, self.cache);
        for one in seen {
            let Some(stages) = one.kept_stages(config) else { continue };
            let charts = find_charts(&one.claim, &one.touched, snapshot, &reader);
            let mut reads = build_reads(&one.claim, &one.touched, &charts, snapshot);
            self.add_links(&mut reads);
            let root = build_root(&one.claim, snapshot);
            let build = out
                .entry(one.claim.path.clone())
                .or_insert_with(|| StageBuild { root: root.clone(), ..StageBuild::default() });
            // Several rules may claim a file, and only one of them be of a program.
            if build.root.command_text().is_none() {
                build.root = root;
            }
            build.stages.extend(stages);
            build.owners.extend(one.owners.iter().cloned());
            build.reads.extend(reads);
        }
        out
    }

    /// Adds the links that lead to these files and folders, with where they lead.
    fn add_links(&self, reads: &mut BTreeSet<String>) {
        let leads_there = |target: &str| {
            is_read(target, reads) || reads.iter().any(|path| is_within(folder_of(path), target))
        };
        let links = self.links.iter().filter(|(_, target)| leads_there(target));
        let more: Vec<String> =
            links.flat_map(|(link, target)| [link.to_owned(), target.to_owned()]).collect();
        reads.extend(more);
    }

    /// True where the change may affect the blind spots of a claim. An Argo CD or Flux object may
    /// read files anywhere; other sources read only known files or their own directories.
    fn comes_near(&self, seen: &ReadClaim<'_>) -> bool {
        let folders: BTreeSet<&str> = seen.touched.iter().map(|path| folder_of(path)).collect();
        let is_near = |path: &str| folders.iter().any(|own| is_within(folder_of(path), own));
        match seen.claim.rule.kind.descriptor().change_reach {
            ChangeReach::Anywhere => !self.changed.is_empty(),
            ChangeReach::Folders => self.changed.iter().any(|path| is_near(path)),
            ChangeReach::FilesRead => false,
        }
    }
}

/// The keys of the owners of these entries.
fn owner_keys(entries: &[MappingEntry], config: &Config) -> BTreeSet<String> {
    if config.pipeline.owners.is_empty() {
        return BTreeSet::new();
    }
    let owners = entries.iter().flat_map(|entry| guard::entry_owners(entry, config));
    owners.map(|rule| rule.permission.of.clone()).collect()
}

fn is_within(folder: &str, other: &str) -> bool {
    other.is_empty()
        || folder.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl ReadClaim<'_> {
    /// The stages in which its inputs are guarded: the protected ones, or all of apps with owners.
    fn kept_stages(&self, config: &Config) -> Option<BTreeSet<StageName>> {
        let owned = (!self.owners.is_empty()).then(|| self.stages.clone());
        owned.or_else(|| guard::protected_stages(&self.stages, config))
    }

    fn to_blind_spot(&self, spot: BlindSpot) -> ClaimBlindSpot {
        ClaimBlindSpot {
            spot,
            claim: self.claim.path.clone(),
            stages: self.stages.clone(),
            owners: self.owners.clone(),
        }
    }
}
